"""The runs of actions that were started from the page, one thread for each run."""

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
    """The maximum number of actions is already running."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(limit)

    def __str__(self) -> str:
        return f"{self.limit} actions are running already; wait until one has finished, or cancel one"


@dataclass(slots=True, eq=False)
class WallRun:
    """One run; only its thread changes the run, under the platform's lock.

    Attributes:
        number: The number on this wall, from 1.
        action: The action.
        case: The case.
        entities: The target entities: type and identifier as stored.
        started: The start time, unix seconds.
        wall_start: The number of wall items of the case at the start.
        rounds: The finished processes.
        finished: The end time, unix seconds; None while running.
        outcome: The host's outcome; None while running, or if the run could not be started.
        problem: The reason if the run could not be started.
        wall_end: The number of wall items of the case at the end.
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
        """Whether the run is still running."""
        return self.finished is None


class RunRegistry:
    """Starts runs and stores them.

    Args:
        platform: Its lock guards the runs; its revision tells pages to refresh.
        host: Starts the actions.
        settings: Timeouts and the limit for simultaneous runs.
    """

    def __init__(self, platform: LocalPlatform, host: ActionHost, settings: WallSettings) -> None:
        self._changes = platform.state.changes
        self._host = host
        self._settings = settings
        self._runs: list[WallRun] = []
        self._threads: list[threading.Thread] = []

    def of_case(self, case: Case) -> list[WallRun]:
        """Return copies of the runs of a case, newest first; they do not change while a page is rendered."""
        with self._changes.lock:
            own = [run for run in reversed(self._runs) if run.case is case]
            return [replace(run, rounds=list(run.rounds)) for run in own]

    def find(self, number: int) -> WallRun | None:
        """Return the run with this number, or None."""
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
        """Start an action on entities of a case; return immediately.

        Args:
            action: The action.
            case: The case.
            entities: The target entities, objects of the case.
            parameters: Values by name.
            at_end: The function to call when the run has no process any more.

        Raises:
            TooManyRunsError: The maximum number of actions is already running.
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
        """Wait until all runs have ended."""
        for thread in self._threads:
            thread.join()

    def close(self) -> None:
        """Cancel all running actions and wait for their end."""
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
