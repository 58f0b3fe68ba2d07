"""No run passes its deadline with a slow server, and a throttled run obeys Retry-After as a whole."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from tests.guarantees.kill_switch_proxy import KillSwitchProxy
from tests.guarantees.matrix.runner import SHORT_RUN
from tests.guarantees.matrix.world import World, file_item, hash_item, reported_outcome, set_environment
from tests.guarantees.slow_server import Slowness, SlowServer
from tests.support.registry import USUAL, Case

from secops_lab.host import ActionHost, RunState
from secops_lab.host.context import Context
from secops_lab.platform import LocalPlatform
from vm_ray.core.results.vmray_bounded_lists import MAX_TIMEOUTS, NOT_SENT
from vmray_emulator.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from secops_lab.host import ActionRun
    from vmray_emulator.request_log import RecordedRequest

# The runs of the fault matrix are as short, and reserve as much for their end: see `matrix/runner.py`.
SECONDS: Final = SHORT_RUN
KINDS_OF_SLOWNESS: Final[tuple[Slowness, ...]] = get_args(Slowness)
# The number of the throttled request. The first requests are not yet separated by a measured pace.
THROTTLED: Final = 3
LATE: Final = (
    "did not respond within",
    "time of this run ended",
    "not submitted in time",
    "not finished in time",
)


def _examples(slowness: Slowness) -> Sequence[Case]:
    """Return the usual example of each action.

    A response without end has to reach the limit of the client, 64 MiB: an action with one run and one with
    several runs prove it, since all actions read with the same client.
    """
    if slowness != "endless":
        return USUAL
    return [next(each for each in USUAL if each.action.is_async is kind) for kind in (False, True)]


def _all_actions(slowness: Slowness, integration: Path, folder: Path) -> list[ActionRun]:
    """Run all actions concurrently against a server that is slow in one way."""
    examples = _examples(slowness)
    with LocalPlatform() as platform, SlowServer(slowness) as server:
        host = ActionHost(platform, integration)
        platform.configure("VMRay", {"Api Root": server.url, "Api Key": "a-key-of-nobody"})

        def run(case: Case) -> ActionRun:
            limits: dict[str, Any] = {"script_timeout": SECONDS, "async_timeout": 2.5 * SECONDS}
            opened = platform.new_case(entities=case.example.entities)
            return host.run(case.action.name, opened, case.example.given(folder), **limits)

        with ThreadPoolExecutor(len(examples)) as pool:
            return list(pool.map(run, examples))


def test_no_action_passes_its_deadline(quick: Path, tmp_path: Path) -> None:
    """Given bytes that restart the timeout of the socket, then the run still ends in time."""
    with ThreadPoolExecutor(len(KINDS_OF_SLOWNESS)) as pool:
        found = pool.map(lambda slowness: _all_actions(slowness, quick, tmp_path), KINDS_OF_SLOWNESS)
        runs = dict(zip(KINDS_OF_SLOWNESS, found, strict=True))
    for slowness, each in ((slowness, each) for slowness, found in runs.items() for each in found):
        context = (slowness, each.action, each.message)
        assert each.state in (RunState.COMPLETED, RunState.FAILED), context
        assert all(one.duration < SECONDS for one in each.rounds), context
        too_large = slowness == "endless" and "is larger than the limit of 64 MiB" in each.message
        assert too_large or any(late in each.message for late in LATE), context


def test_no_run_passes_the_end_of_the_whole_action(
    quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a last run with its full time, then this run still ends before the end of the whole action."""
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


def test_an_upload_that_exceeds_the_deadline_is_not_stored(quick: Path, tmp_path: Path) -> None:
    """Given an upload that the deadline ends, then nothing is stored; the next run stores the file once."""
    with World(tmp_path, quick) as world:
        item = file_item(tmp_path / "large.bin", bytes(60_000_000))
        with KillSwitchProxy(world.vmray.url, "never", bytes_per_second=1_000_000) as slow:
            world.platform.configure("VMRay", {"Api Root": slow.url})
            limits: dict[str, Any] = {"script_timeout": SECONDS, "async_timeout": 2 * SECONDS}
            run = world.run("Upload File And Get Report", [item], poll_interval=600.0, **limits)
        kind, reason = reported_outcome(run, item)
        assert (kind, reason.partition(";")[0]) == ("named", "not submitted in time")
        assert world.vmray.control.submissions() == []
        world.platform.configure("VMRay", {"Api Root": world.vmray.url})
        again = world.run("Upload File And Get Report", [item], case=world.case)
        assert reported_outcome(again, item)[0] == "fine"
        assert len(world.submissions(item)) == 1


def test_a_finished_hash_is_returned_beside_one_without_a_response(quick: Path, tmp_path: Path) -> None:
    """Given a hash and a list that get no response, then the others are enriched, one of them with a note."""
    names = ("good", "stalling", "without indicators")
    with World(tmp_path, quick) as world:
        samples = [world.vmray.control.add_sample(filename=name) for name in names]
        good, stalling, partial = (hash_item(each["sample_sha256hash"]) for each in samples)
        paths = f"/rest/sample/sha256/{stalling.sha256}", f"/rest/sample/{samples[2]['sample_id']}/vtis"
        for path in paths:
            world.vmray.control.inject({"path": path}, {"kind": "stall", "seconds": 2 * SECONDS})
        run = world.run("Scan Hash", [good, stalling, partial], script_timeout=SECONDS)
        assert run.state is RunState.COMPLETED
        assert reported_outcome(run, good) == ("fine", "")
        kind, reason = reported_outcome(run, stalling)
        assert kind == "named"
        assert "VMRay did not respond within" in reason
        kind, reason = reported_outcome(run, partial)
        assert kind == "fine"
        assert reason.startswith("threat indicators could not be read: VMRay did not respond within")


def test_lists_without_a_response_leave_the_verdicts_of_all_hashes(quick: Path, tmp_path: Path) -> None:
    """Given many hashes and lists that get no response, then each hash has its verdict, in time."""
    with World(tmp_path, quick) as world:
        hashes = world.vmray.control.add_known_samples(80, iocs_per_type=0)
        stall = {"kind": "stall", "seconds": 2 * SECONDS}
        world.vmray.control.inject({"path": "/rest/sample/5*/*"}, stall, 10_000)
        items = [hash_item(each) for each in hashes]
        run = world.run("Scan Hash", items, script_timeout=SECONDS)
        assert run.state is RunState.COMPLETED
        assert [each["Entity"] for each in run.json_result] == [item.name for item in items]
        assert {each["EntityResult"]["sample_verdict"] for each in run.json_result} == {"malicious"}
        assert {reported_outcome(run, item)[0] for item in items} == {"fine"}
        assert run.message.count("could not be read: VMRay did not respond within ") >= MAX_TIMEOUTS * 2
        assert run.message.count(f"could not be read: {NOT_SENT}") > len(items) / 2


def _two_to_three_seconds_from_now() -> str:
    moment = datetime.now(UTC) + timedelta(seconds=3.0)  # the text has no fractions of a second
    return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize(
    "fault",
    [
        lambda: {"kind": "throttle", "retry_after": "2"},
        lambda: {"kind": "throttle", "retry_after": _two_to_three_seconds_from_now()},
        lambda: {"kind": "status", "status": 503, "headers": {"Retry-After": "2"}},
    ],
    ids=["seconds", "date", "503"],
)
def test_retry_after_delays_all_requests_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[[], dict[str, Any]]
) -> None:
    """Given one throttled request of twenty hashes, then no request starts before the moment in Retry-After.

    One request is in flight at a time, so the request after the throttled one had to wait.
    """
    arrivals: list[tuple[float, RecordedRequest]] = []
    alone: list[bool] = []
    arrive = RequestLog.arrive
    with World(tmp_path) as world:

        def record(log: RequestLog, request: RecordedRequest) -> None:
            alone.append(all(earlier.status for _, earlier in arrivals))
            arrivals.append((time.time(), request))
            if len(arrivals) == THROTTLED:
                world.vmray.control.inject({}, fault())
            arrive(log, request)

        monkeypatch.setattr(RequestLog, "arrive", record)
        set_environment(monkeypatch, {"VMRAY_MAX_REQUESTS_IN_FLIGHT": "1"})
        hashes = [hash_item(each) for each in world.vmray.control.add_known_samples(20)]
        run = world.run("Scan Hash", hashes)
    assert all(reported_outcome(run, each)[0] == "fine" for each in hashes)
    assert all(alone)
    (throttled, refused), (resumed, _) = arrivals[THROTTLED - 1 : THROTTLED + 1]
    assert refused.status in (429, 503)
    assert resumed >= throttled + 2.0
