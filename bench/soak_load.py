"""The load of the soak test: seeded batches of hashes, URLs and files; a job is repeated if it failed."""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from bench.action import INTEGRATION, REAL_SDK, watched_python
from bench.server import Server
from secops_lab.host import ActionHost, ActionRun, RunState
from secops_lab.platform import Case, LocalPlatform

HASH_SHARE: Final = 2 / 3
MAX_ATTEMPTS: Final = 8
# Unusual names that messages show unchanged, so that the checks can find each name in a message.
_NAMES: Final = (
    "plain.txt",
    "with space.txt",
    "comma,comma.txt",
    "ünïcode.txt",
    "quote'.txt",
    "emulate-locked.txt",
)
_HOSTS: Final = ("site", "phish", "suspicious", "evil", "emulate-no-verdict")


@dataclass(frozen=True, slots=True)
class Kind:
    """What the jobs of one action have in common.

    Attributes:
        action: The action.
        items_a_run: The number of items of a full job.
        parameters: The parameters, without the paths of files.
        entity_type: The type of the entities that the items are; empty for files.
        submits: Whether the action submits its items.
    """

    action: str
    items_a_run: int
    parameters: Mapping[str, str]
    entity_type: str = ""
    submits: bool = True


HASHES: Final = Kind(
    "Scan Hash",
    100,
    {"IOC Type Filter": "domains, emails, files, ips, mutexes, processes, registry, urls"},
    "FILEHASH",
    submits=False,
)
URLS: Final = Kind("Scan URL", 25, {"Tag Names": "soak"}, "DestinationURL")
FILES: Final = Kind("Upload File And Get Report", 20, {"Tag Names": "soak,nightly", "Comment": "soak"})
KINDS: Final = (HASHES, URLS, FILES)


@dataclass(frozen=True, slots=True)
class Job:
    """One step of a playbook.

    Attributes:
        number: The position in the plan.
        kind: The action, and the settings that all its jobs share.
        items: Hashes, URLs or paths, as they are given to the action.
    """

    number: int
    kind: Kind
    items: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the items in messages: the platform writes identifiers in capitals."""
        return tuple(item.upper() for item in self.items) if self.kind.entity_type else self.items

    @property
    def full(self) -> bool:
        """Whether the job has the maximum number of items: only such jobs are comparable in memory."""
        return len(self.items) == self.kind.items_a_run

    @property
    def entities(self) -> list[tuple[str, str]]:
        """The entities of the case."""
        return [(self.kind.entity_type, item) for item in self.items] if self.kind.entity_type else []

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the action."""
        paths = {} if self.kind.entity_type else {"Sample File Path": ",".join(self.items)}
        return {**self.kind.parameters, **paths}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a job.

    Attributes:
        run: The run and its result.
        peak: The highest peak memory of the processes, in bytes.
        calls: The bodies of the requests from the action to the platform.
    """

    run: ActionRun
    peak: int
    calls: Sequence[Any]


@dataclass(slots=True)
class Done:
    """A job with all its runs, and the case after the last run."""

    job: Job
    case: Case
    attempts: list[Attempt] = field(default_factory=list)


def jobs(seed: int, known: Sequence[str], entities: int, uploads: int, folder: Path) -> list[Job]:
    """Return the plan: batches of each action, in random order.

    Args:
        seed: Seed of the random numbers.
        known: Hashes of samples that VMRay stores.
        entities: Total number of hashes and URLs.
        uploads: Number of files.
        folder: The folder for the files.
    """
    rng = random.Random(f"load {seed}")  # noqa: S311 - a plan, no secret
    hashes = [*known, *_unknown(seed, round(entities * HASH_SHARE) - len(known))]
    rng.shuffle(hashes)
    urls = [
        f"https://{rng.choice(_HOSTS)}-{number}.example/a?b={number}&c=%2F"
        for number in range(entities - len(hashes))
    ]
    files = [str(_written(folder, number, rng)) for number in range(uploads)]
    batches = [
        (kind, batch)
        for kind, items in zip(KINDS, (hashes, urls, files), strict=True)
        for batch in _batches(items, kind.items_a_run)
    ]
    rng.shuffle(batches)
    return [Job(number, kind, batch) for number, (kind, batch) in enumerate(batches)]


def known_count(entities: int) -> int:
    """Return the number of known hashes: most of all hashes."""
    return round(entities * HASH_SHARE * 0.85)


def _unknown(seed: int, count: int) -> Iterator[str]:
    """Yield unknown hashes; every tenth value is not a valid hash."""
    for number in range(count):
        digest = hashlib.sha256(f"unknown {seed} {number}".encode()).hexdigest()
        yield f"not-a-hash-{number}" if number % 10 == 0 else digest


def _written(folder: Path, number: int, rng: random.Random) -> Path:
    place = folder / f"{number:05}"
    place.mkdir()
    file = place / f"{number}-{rng.choice(_NAMES)}"
    file.write_text(f"content of file {number} {rng.random()}\n" * rng.choice((1, 10, 1000)), "utf-8")
    return file


def _batches(items: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(items), size):
        yield tuple(items[start : start + size])


class Worker:
    """One worker: a separate platform and host that run jobs sequentially."""

    def __init__(self, server: Server) -> None:
        """Store the emulator to use."""
        self._server = server
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        self._folder = Path(self._resources.enter_context(tempfile.TemporaryDirectory()))
        self._platform = self._resources.enter_context(LocalPlatform())
        python = watched_python(self._folder, self._folder / "peaks")
        self._host = ActionHost(self._platform, INTEGRATION, sdk=REAL_SDK, python=python)
        self._platform.configure("VMRay", self._server.configuration)
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def do(self, job: Job) -> Done:
        """Run a job in a new case; run the job again if the whole action failed."""
        case = self._platform.new_case(entities=job.entities)
        done = Done(job, case)
        while not done.attempts or (
            done.attempts[-1].run.state is RunState.FAILED and len(done.attempts) < MAX_ATTEMPTS
        ):
            done.attempts.append(self._attempt(job, case))
        return done

    def _attempt(self, job: Job, case: Case) -> Attempt:
        peaks = self._folder / "peaks"
        peaks.write_text("")
        self._platform.forget_requests()
        run = self._host.run(
            job.kind.action,
            case,
            job.parameters,
            script_timeout=45.0,
            async_timeout=150.0,
            poll_interval=1.0,
        )
        calls = [call.body for call in self._platform.requests()]
        peak = max((int(line) for line in peaks.read_text().split()), default=0) * 1024
        return Attempt(run, peak, calls)
