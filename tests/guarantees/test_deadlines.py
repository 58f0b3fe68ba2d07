"""No run passes its deadline however slow the server is, and its throttling is obeyed by the whole run."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from tests.guarantees.kill_switch_proxy import KillSwitchProxy
from tests.guarantees.matrix.runner import SHORT_RUN, quick_integration
from tests.guarantees.matrix.world import World, file_item, hash_item, let_through, reported_outcome
from tests.guarantees.slow_server import Manner, SlowServer
from tests.support.registry import USUAL, Case

from secops_lab.host import ActionHost, RunState
from secops_lab.host.context import Context
from secops_lab.platform import LocalPlatform
from vmray_emulator.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from secops_lab.host import ActionRun
    from vmray_emulator.request_log import RecordedRequest

# The runs of the fault matrix are as short, and reserve as much for their end: see `matrix/runner.py`.
SECONDS: Final = SHORT_RUN
MANNERS: Final[tuple[Manner, ...]] = get_args(Manner)
# which request of a run is throttled: before a pace could be measured, which all later ones would keep
THROTTLED: Final = 3
LATE: Final = ("did not respond within", "time of this run ended", "not submitted in time")


@pytest.fixture(scope="module")
def quick() -> Iterator[Path]:
    """A copy of the integration that waits less."""
    with quick_integration() as copy:
        yield copy


def _all_actions(manner: Manner, integration: Path, folder: Path) -> list[ActionRun]:
    """Run all actions at the same time against a server that is slow in one manner."""
    with LocalPlatform() as platform, SlowServer(manner) as server:
        host = ActionHost(platform, integration)
        platform.configure("VMRay", {"Api Root": server.url, "Api Key": "a-key-of-nobody"})

        def run(case: Case) -> ActionRun:
            limits: dict[str, Any] = {"script_timeout": SECONDS, "async_timeout": 2.5 * SECONDS}
            opened = platform.new_case(entities=case.example.entities)
            return host.run(case.action.name, opened, case.example.given(folder), **limits)

        with ThreadPoolExecutor(len(USUAL)) as pool:
            return list(pool.map(run, USUAL))


def test_no_action_passes_its_deadline(quick: Path, tmp_path: Path) -> None:
    """Time limits of sockets begin again with each byte; the run's does not. All of it side by side."""
    with ThreadPoolExecutor(len(MANNERS)) as pool:
        found = pool.map(lambda manner: _all_actions(manner, quick, tmp_path), MANNERS)
        runs = dict(zip(MANNERS, found, strict=True))
    for manner, each in ((manner, each) for manner, found in runs.items() for each in found):
        said = (manner, each.action, each.message)
        assert each.state in (RunState.COMPLETED, RunState.FAILED), said
        assert all(one.duration < SECONDS for one in each.rounds), said
        too_large = manner == "endless" and "is larger than 64 MiB" in each.message
        assert too_large or any(late in each.message for late in LATE), said


def test_no_run_passes_the_end_of_the_whole_action(
    quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A platform that promises the last run its full time as well is answered before all is over."""
    monkeypatch.setattr(Context, "round_deadline", lambda self, now: now + self.limits.script_timeout)
    file = tmp_path / "file.bin"
    file.write_bytes(b"content")
    with LocalPlatform() as platform, SlowServer("silent") as server:
        host = ActionHost(platform, quick)
        platform.configure("VMRay", {"Api Root": server.url, "Api Key": "a-key-of-nobody"})
        case = platform.new_case()
        run = host.run(
            "Upload File And Get Report",
            case,
            {"Sample File Path": str(file)},
            script_timeout=2 * SECONDS,
            async_timeout=SECONDS,
        )
    assert run.state is RunState.COMPLETED, run.message
    assert "not submitted in time" in run.message
    assert sum(one.duration for one in run.rounds) < SECONDS


def test_an_upload_that_takes_too_long_is_given_up_and_not_stored(quick: Path, tmp_path: Path) -> None:
    """The run ends in time amid the file; nothing half-sent counts, and a better line stores it once."""
    with World(tmp_path, quick) as world:
        item = file_item(tmp_path / "large.bin", bytes(60_000_000))
        with KillSwitchProxy(world.vmray.url, "never", bytes_per_second=1_000_000) as slow:
            world.platform.configure("VMRay", {"Api Root": slow.url})
            limits: dict[str, Any] = {"script_timeout": SECONDS, "async_timeout": 2 * SECONDS}
            run = world.run("Upload File And Get Report", [item], poll_interval=600.0, **limits)
        kind, says = reported_outcome(run, item)
        assert (kind, says.partition(";")[0]) == ("named", "not submitted in time")
        assert world.vmray.control.submissions() == []
        world.platform.configure("VMRay", {"Api Root": world.vmray.url})
        again = world.run("Upload File And Get Report", [item], case=world.case)
        assert reported_outcome(again, item)[0] == "fine"
        assert len(world.submissions(item)) == 1


def test_a_finished_hash_is_returned_beside_one_that_never_answers(quick: Path, tmp_path: Path) -> None:
    """The one is enriched in full, the other is named with its reason; the action completes."""
    with World(tmp_path, quick) as world:
        samples = [world.vmray.control.add_sample(filename=name) for name in ("good", "stalling")]
        good, stalling = (hash_item(each["sample_sha256hash"]) for each in samples)
        path = f"/rest/sample/{samples[1]['sample_id']}/vtis"
        world.vmray.control.inject({"path": path}, {"kind": "stall", "seconds": 2 * SECONDS})
        run = world.run("Scan Hash", [good, stalling], script_timeout=SECONDS)
        assert run.state is RunState.COMPLETED
        assert reported_outcome(run, good) == ("fine", "")
        kind, says = reported_outcome(run, stalling)
        assert kind == "named"
        assert "VMRay did not respond within" in says


def _in_two_seconds() -> str:
    moment = datetime.now(UTC) + timedelta(seconds=3.0)  # written without its fraction of a second
    return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize(
    "fault",
    [
        lambda: {"kind": "throttle", "retry_after": "2"},
        lambda: {"kind": "throttle", "retry_after": _in_two_seconds()},
        lambda: {"kind": "status", "status": 503, "headers": {"Retry-After": "2"}},
    ],
    ids=["seconds", "date", "503"],
)
def test_retry_after_stops_the_whole_run_until_that_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[[], dict[str, Any]]
) -> None:
    """One of twenty hashes is throttled: from then on none asks before the moment that the server named.

    One request is in flight at a time: whichever comes after the throttled one was held back.
    """
    arrivals: list[tuple[float, RecordedRequest]] = []
    alone: list[bool] = []
    arrive = RequestLog.arrive
    with World(tmp_path) as world:

        def noting(log: RequestLog, request: RecordedRequest) -> None:
            alone.append(all(earlier.status for _, earlier in arrivals))
            arrivals.append((time.time(), request))
            if len(arrivals) == THROTTLED:
                world.vmray.control.inject({}, fault())
            arrive(log, request)

        monkeypatch.setattr(RequestLog, "arrive", noting)
        let_through(monkeypatch, {"VMRAY_MAX_REQUESTS_IN_FLIGHT": "1"})
        hashes = [hash_item(each) for each in world.vmray.control.add_known_samples(20)]
        run = world.run("Scan Hash", hashes)
    assert all(reported_outcome(run, each)[0] == "fine" for each in hashes)
    assert all(alone)
    (throttled, refused), (resumed, _) = arrivals[THROTTLED - 1 : THROTTLED + 1]
    assert refused.status in (429, 503)
    assert resumed >= throttled + 2.0
