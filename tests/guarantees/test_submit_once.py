"""A submit happens once, however the server handles our key, and wherever the action is killed."""

from __future__ import annotations

import dataclasses
import json
import random
import threading
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.guarantees.matrix.world import World, file_item, items_of, reported_outcome
from tests.support.registry import every_submitting_action

from secops_lab.host import RunState
from vmray_emulator import listing
from vmray_emulator.request_log import RequestLog
from vmray_emulator.submit_form import SubmitForm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.support.registry import Case

    from vmray_emulator.request_log import RecordedRequest
    from vmray_emulator.schemas.fields import Field
    from vmray_emulator.settings import Settings

SUBMIT: Final = {"method": "POST", "path": "/rest/sample/submit"}
REUSE: Final = "Reuse Younger Than Days"
LOST: Final = {"kind": "reset_before", "stored": True}


def ignore_the_filter(monkeypatch: pytest.MonkeyPatch, _world: World) -> None:
    """Make the server ignore an unknown filter and return all submissions, as older servers do."""
    kept = listing.filter_by

    def filter_by(conditions: listing.Conditions, of: Field, text: str) -> None:
        if of.name != "submission_submission_metadata":
            kept(conditions, of, text)

    monkeypatch.setattr(listing, "filter_by", filter_by)


def refuse_the_filter(_monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """Make the server reject the filter with 400."""
    match: dict[str, Any] = {
        "method": "GET",
        "path": "/rest/submission",
        "query": {"submission_submission_metadata": "*"},
    }
    fault = {"kind": "status", "status": 400}
    world.vmray.control.inject(match, fault, times=1000)


def rewrite_the_metadata(monkeypatch: pytest.MonkeyPatch, _world: World) -> None:
    """Make the server store the JSON with other whitespace, so that the filter for our text finds nothing."""
    kept = SubmitForm.read

    def read(params: Mapping[str, str], settings: Settings) -> SubmitForm:
        form = kept(params, settings)
        return dataclasses.replace(form, metadata=json.dumps(json.loads(form.metadata), indent=4))

    monkeypatch.setattr(SubmitForm, "read", staticmethod(read))


def always_submitted(case: Case, parameters: Mapping[str, str]) -> dict[str, str]:
    """Return parameters with which each run submits, also if VMRay knows the item."""
    declared = {each.name for each in case.action.parameters}
    return {**parameters, **({REUSE: "0"} if REUSE in declared else {})}


@pytest.mark.parametrize("server", [ignore_the_filter, refuse_the_filter, rewrite_the_metadata])
@every_submitting_action
def test_a_submission_with_a_lost_response_is_found_without_the_filter(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    case: Case,
    server: Callable[[pytest.MonkeyPatch, World], None],
) -> None:
    """Given a lost response, then the submission is found by the sample's hash or among the newest ones."""
    with World(tmp_path) as world:
        parameters = always_submitted(case, world.prepare(case.example))
        (item,) = items_of(case.example, tmp_path)
        world.vmray.control.add_sample(sha256=item.sha256)
        world.run(case.action.name, [item], parameters)
        server(monkeypatch, world)
        world.vmray.control.inject(SUBMIT, LOST)
        run = world.run(case.action.name, [item], parameters)
        assert reported_outcome(run, item, case.example.result)[0] == "fine"
        keys = [each["submission_submission_metadata"] for each in world.submissions(item)]
        assert len(keys) == len(set(keys)) == 2, "one submission for each of the two cases"


def kill_at(
    world: World,
    action: str,
    parameters: Mapping[str, str],
    matches: Callable[[RecordedRequest], bool],
    stall: Mapping[str, Any],
) -> None:
    """Run an action, and kill its process as soon as a certain request arrives at VMRay.

    VMRay stalls from that request on, so the process cannot end before it is killed.
    """
    killed = threading.Event()
    arrive = RequestLog.arrive

    def stall_at_request(log: RequestLog, request: RecordedRequest) -> None:
        arrive(log, request)
        if not killed.is_set() and matches(request):
            world.vmray.control.inject({}, stall, times=10_000)
            killed.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RequestLog, "arrive", stall_at_request)
        run = world.host.run(action, world.case, parameters, cancel=killed)
    world.vmray.control.clear_faults()
    assert run.state is RunState.CANCELLED


def _query(name: str) -> Callable[[RecordedRequest], bool]:
    return lambda request: name in request.query


def _submit(request: RecordedRequest) -> bool:
    return request.path == SUBMIT["path"]


def _by_id(request: RecordedRequest) -> bool:
    return request.path.startswith("/rest/submission/6")


def _sample(request: RecordedRequest) -> bool:
    return request.path.startswith("/rest/sample/5")


def _listing_with(name: str) -> tuple[Callable[[RecordedRequest], bool], dict[str, Any]]:
    """Return the condition for a listing with a certain parameter, and the match that stalls it."""
    return _query(name), {"path": "/rest/submission", "query": {name: "*"}}


SLOW: Final = {"kind": "stall", "seconds": 600.0}
STORED: Final = {**SLOW, "stored": True}
POINTS: Final[
    Mapping[str, tuple[tuple[Callable[[RecordedRequest], bool], dict[str, Any]], dict[str, Any]]]
] = {
    "searching for an earlier submission": (_listing_with("submission_submission_metadata"), SLOW),
    "submitting, before it is stored": ((_submit, SUBMIT), SLOW),
    "submitting, after it is stored": ((_submit, SUBMIT), STORED),
    "searching for a lost submit": (_listing_with("_limit"), SLOW),
    "reading the status": ((_by_id, {"path": "/rest/submission/6*"}), SLOW),
    "reading its child submissions": (_listing_with("submission_parent_submission_id"), SLOW),
    "reading the result": ((_sample, {"path": "/rest/sample/5*"}), SLOW),
}
WAITING_POINTS: Final = tuple(point for point in POINTS if point.startswith("reading "))


@every_submitting_action
def test_an_action_that_is_killed_at_any_point_and_run_again_stores_one_submission(
    tmp_path: Path, case: Case
) -> None:
    """Given a kill at each of the points, then the next run continues, and there is one submission."""
    for point, ((matches, match), stall) in POINTS.items():
        if point in WAITING_POINTS and not case.action.is_async:
            continue  # an action that does not wait makes no such request
        with World(tmp_path) as world:
            parameters = always_submitted(case, world.prepare(case.example))
            world.case = world.platform.new_case(entities=case.example.entities)
            (item,) = items_of(case.example, tmp_path)
            if "lost" in point:
                world.vmray.control.inject(SUBMIT, {"kind": "reset_before", "stored": False})
            world.vmray.control.inject(match, stall)
            kill_at(world, case.action.name, parameters, matches, SLOW)
            again = world.run(case.action.name, [item], parameters, case=world.case)
            assert reported_outcome(again, item, case.example.result)[0] == "fine", point
            assert len(world.submissions(item)) == 1, point


def test_files_of_runs_that_are_killed_at_random_requests_are_stored_once_each(tmp_path: Path) -> None:
    """Given twelve files and eight kills at random requests (seeded), then there are twelve submissions."""
    rng = random.Random(20260)  # noqa: S311 - a reproducible plan, no secret
    with World(tmp_path, latency=0.02) as world:
        items = [file_item(tmp_path / f"{number}.txt", f"file {number}".encode()) for number in range(12)]
        world.case = world.platform.new_case()
        everything = {"Sample File Path": ",".join(item.name for item in items)}
        # A run that finds all submissions makes 37 requests. Early kills come first: there is much to submit.
        for moment in sorted(rng.randint(3, 36) for _ in range(8)):
            left = iter(range(moment))

            def matches(_request: RecordedRequest, left: Iterator[int] = left) -> bool:
                return next(left, None) is None

            kill_at(world, "Upload File And Get Report", everything, matches, rng.choice((SLOW, STORED)))
        run = world.run("Upload File And Get Report", items, case=world.case)
        assert [reported_outcome(run, item)[0] for item in items] == ["fine"] * 12
        assert [len(world.submissions(item)) for item in items] == [1] * 12
