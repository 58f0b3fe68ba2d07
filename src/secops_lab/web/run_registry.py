"""The runs of actions that were started from the page, each in a thread of its own."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from secops_lab.host import ActionHost, ActionRun, HostError, Round

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from secops_lab.manifest import ActionSpec
    from secops_lab.platform import Case, LocalPlatform

    from .settings import WallSettings


class TooManyRunsError(Exception):
    """As many actions run already as may run at the same time."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(limit)

    def __str__(self) -> str:
        return f"{self.limit} actions are running already; wait for one of them, or cancel it"


@dataclass(slots=True, eq=False)
class WallRun:
    """One run, from the click to its end; written by its thread under the platform's lock.

    Attributes:
        number: Its number on this wall, from 1.
        action: The action.
        case: The case.
        entities: The target entities: type and identifier as stored.
        started: When, unix seconds.
        wall_start: How many items the case's wall had before it.
        rounds: The finished processes.
        finished: When it ended, unix seconds; None while it runs.
        outcome: What the host made of it; None while it runs, or where it could not be started.
        problem: Why it could not be started.
        wall_end: How many items the case's wall had when it ended.
    """

    number: int
    action: ActionSpec
    case: Case
    entities: list[tuple[str, str]]
    started: float
    wall_start: int
    rounds: list[Round] = field(default_factory=list)
    finished: float | None = None
    outcome: ActionRun | None = None
    problem: str = ""
    wall_end: int = 0
    cancel: threading.Event = field(default_factory=threading.Event)

    @property
    def live(self) -> bool:
        """Whether it still runs."""
        return self.finished is None


class RunRegistry:
    """Starts runs and remembers them.

    Args:
        platform: Its lock guards everything here, and its revision tells pages to look again.
        host: Starts the actions.
        settings: Times, and how many runs may go on at once.
    """

    def __init__(self, platform: LocalPlatform, host: ActionHost, settings: WallSettings) -> None:
        self._changes = platform.state.changes
        self._host = host
        self._settings = settings
        self._runs: list[WallRun] = []
        self._threads: list[threading.Thread] = []

    def of_case(self, case: Case) -> list[WallRun]:
        """The runs of a case, newest first: copies, which do not change while a page is drawn."""
        with self._changes.lock:
            own = [run for run in reversed(self._runs) if run.case is case]
            return [replace(run, rounds=list(run.rounds)) for run in own]

    def find(self, number: int) -> WallRun | None:
        """The run of this number, or None."""
        with self._changes.lock:
            return self._runs[number - 1] if 1 <= number <= len(self._runs) else None

    def start(
        self,
        action: ActionSpec,
        case: Case,
        entities: list[dict[str, Any]],
        parameters: Mapping[str, str],
        at_end: Callable[[], None] = lambda: None,
    ) -> WallRun:
        """Start an action on entities of a case; returns at once.

        Args:
            action: The action.
            case: The case.
            entities: The target entities, objects of the case.
            parameters: Values by name.
            at_end: Is called when no process of the run is left.

        Raises:
            TooManyRunsError: Too many run already.
        """
        with self._changes.announce():
            if sum(run.live for run in self._runs) >= self._settings.live_runs:
                raise TooManyRunsError(self._settings.live_runs)
            pairs = [(one["entity_type"], one["identifier"]) for one in entities]
            run = WallRun(len(self._runs) + 1, action, case, pairs, time.time(), len(case.wall))
            self._runs.append(run)
        thread = threading.Thread(target=self._play, args=(run, dict(parameters), at_end), daemon=True)
        self._threads.append(thread)
        thread.start()
        return run

    def wait(self) -> None:
        """Wait until everything that was started has ended."""
        for thread in self._threads:
            thread.join()

    def close(self) -> None:
        """Cancel what still runs and wait for its end."""
        for run in self._runs:
            run.cancel.set()
        self.wait()

    def _play(self, run: WallRun, parameters: dict[str, str], at_end: Callable[[], None]) -> None:
        def keep(finished: Round) -> None:
            with self._changes.announce():
                run.rounds.append(finished)

        outcome, problem = None, ""
        try:
            outcome = self._host.run(
                run.action.name,
                run.case,
                parameters,
                entities=run.entities,
                script_timeout=self._settings.script_timeout,
                async_timeout=self._settings.async_timeout,
                poll_interval=self._settings.poll_interval,
                on_round=keep,
                cancel=run.cancel,
            )
        except (HostError, OSError) as error:
            problem = str(error)
        at_end()
        with self._changes.announce():
            run.outcome, run.problem = outcome, problem
            run.wall_end = len(run.case.wall)
            run.finished = time.time()
