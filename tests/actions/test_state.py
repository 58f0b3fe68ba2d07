"""The state of asynchronous actions between two runs, and the handling of a wrong or lost state."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.expected import ENRICHED, SUBMITTED, details
from tests.actions.lab import failed, outcome
from tests.actions.patched_integration import MACHINE_TIMES, PatchedIntegration
from tests.actions.uploading import ACTION, SUBMIT, made, upload

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.actions.lab import Lab

    from secops_lab.host import Round

URL = "http://evil.example/a"
NOT_BACK = "the platform did not return the state of this action"
FOREIGN = 'the state returned by the platform was not written by this version of "Scan URL"'
DAMAGED = "the state returned by the platform is damaged; nothing was submitted again"


def changed(change: Callable[[dict[str, Any]], object]) -> Callable[[Round], None]:
    """Return a hook that changes the state between two runs."""

    def between(one: Round) -> None:
        if one.output and one.state.value == "in progress":
            state = json.loads(one.output["ResultValue"])
            change(state)
            one.output["ResultValue"] = json.dumps(state)

    return between


def replaced(text: str) -> Callable[[Round], None]:
    """Return a hook that replaces the state with another text."""

    def between(one: Round) -> None:
        if one.output and one.state.value == "in progress":
            one.output["ResultValue"] = text

    return between


@pytest.mark.parametrize(
    ("between", "why"),
    [
        (replaced(""), NOT_BACK),
        (replaced("{"), NOT_BACK),
        (replaced("[]"), NOT_BACK),
        (replaced("True"), NOT_BACK),
        (replaced("{}"), DAMAGED),
        (changed(lambda state: state.update(version=99)), FOREIGN),
        (changed(lambda state: state.update(action=ACTION)), FOREIGN),
        (changed(lambda state: state.update(items=None)), DAMAGED),
        (changed(lambda state: state["items"][0].pop("key")), DAMAGED),
        (changed(lambda state: state["items"][0].update(stage="dancing")), DAMAGED),
        (changed(lambda state: state["items"][0].update(surprise=1)), DAMAGED),
        (changed(lambda state: state["items"][0].update(unresolved_until="soon")), DAMAGED),
        (changed(lambda state: state["items"][0].update(stale=["../x"])), DAMAGED),
        (changed(lambda state: state["items"][0]["submissions"][0].update(submission_id="../x")), DAMAGED),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_invalid_state_fails_the_action_without_another_submit(
    lab: Lab, between: Callable[[Round], None], why: str
) -> None:
    """The action does not use an invalid state, and it submits nothing again."""
    lab.vmray.control.set_lifecycle("manual")
    lab.urls(URL)

    run = lab.run("Scan URL", on_round=between)

    assert outcome(run) == failed(f'Error executing action "Scan URL". Reason: {why}')
    assert len(run.rounds) == 2
    assert lab.vmray.control.counts()["submissions"] == 1


def test_the_state_is_versioned_json_without_the_api_key(lab: Lab) -> None:
    """The state is stored in the database of the platform, so the state must contain no secret."""
    lab.vmray.control.set_lifecycle("manual")
    lab.urls(URL)
    states: list[dict[str, Any]] = []

    def look(one: Round) -> None:
        if one.output and one.state.value == "in progress":
            states.append(json.loads(one.output["ResultValue"]))
        lab.vmray.control.finish_all()

    run = lab.run("Scan URL", on_round=look)

    assert run.is_success
    (state,) = states
    assert (state["version"], state["action"], [each["item"] for each in state["items"]]) == (
        2,
        "Scan URL",
        [URL],
    )
    assert [each["submissions"][0]["submission_id"] for each in state["items"]] == [6001]
    assert lab.vmray.api_key not in json.dumps(state)


def test_a_second_submit_without_response_is_also_waited_for(lab: Lab, tmp_path: Path) -> None:
    """The second submit may also be stored late: no third one is sent while this is still possible."""
    patched = PatchedIntegration(lab, tmp_path)
    kept = {"connect_timeout", "submit_connect_timeout", "read_timeout", "submit_grace"}
    patched.scale_time(0.01, MACHINE_TIMES | kept)
    lab.vmray.control.inject({"method": "POST"}, {"kind": "stall", "seconds": 60.0}, times=2)
    lab.urls(URL)
    certain: list[float] = []

    def hurry(state: dict[str, Any]) -> None:
        certain.append(state["items"][0]["unresolved_until"] - time.time())
        state["items"][0]["unresolved_until"] = (
            time.time() if len(certain) == 1 else state["items"][0]["unresolved_until"]
        )
        if len(certain) == 3:
            state["version"] = 99

    patched.host.run("Scan URL", lab.case, on_round=changed(hurry))

    first, second, third = certain
    assert first > 25
    assert second > 25, "the second submit was silent as well"
    assert 0 < third < second
    assert sum(each.path == "/rest/sample/submit" for each in lab.vmray.control.requests()) == 2


def killed_in_the_submit(lab: Lab, start: Callable[[threading.Event], object]) -> None:
    """Start an action and end its process after the submission is stored and before the response."""
    lab.vmray.control.inject({"method": "POST"}, {"kind": "stall", "seconds": 30.0, "stored": True})
    cancel = threading.Event()
    process = threading.Thread(target=start, args=(cancel,))
    process.start()
    tick = threading.Event()
    while process.is_alive() and not lab.vmray.control.counts()["submissions"]:
        tick.wait(0.02)
    cancel.set()
    process.join()
    assert lab.vmray.control.counts()["submissions"] == 1


def test_a_script_that_was_killed_during_a_submit_does_not_submit_again(lab: Lab, tmp_path: Path) -> None:
    """When the step runs again, the action finds the submission by its idempotency key and reuses it."""
    path = made(tmp_path, "invoice.exe")
    killed_in_the_submit(lab, lambda cancel: upload(lab, path, cancel=cancel))

    run = upload(lab, path)

    why = "reused submission 6001 from a previous run"
    assert run.message == (
        f"{SUBMITTED}{path}{details(f'{path}: verdict Malicious, submission 6001', f'{path}: {why}')}"
    )
    assert lab.vmray.control.counts()["submissions"] == 1
    assert SUBMIT not in lab.seen()


def test_a_script_that_was_killed_during_the_submit_of_a_url_does_not_submit_again(lab: Lab) -> None:
    """When Scan URL runs again after such an end, it reuses the submission too."""
    lab.urls(URL)
    killed_in_the_submit(lab, lambda cancel: lab.run("Scan URL", cancel=cancel))

    run = lab.run("Scan URL")

    why = "reused submission 6001 from a previous run"
    assert run.message == f"{ENRICHED}{URL.upper()}{details(f'{URL.upper()}: {why}')}"
    assert lab.vmray.control.counts()["submissions"] == 1


def test_a_changed_file_is_submitted_again(lab: Lab, tmp_path: Path) -> None:
    """A file with other content at the same path is submitted again."""
    path = made(tmp_path, "invoice.exe")
    upload(lab, path)
    path.write_bytes(b"MZ something else")

    run = upload(lab, path)

    assert run.message == f"{SUBMITTED}{path}{details(f'{path}: verdict Malicious, submission 6002')}"
    assert len(set(lab.keys())) == 2


def test_a_rewritten_file_with_the_same_content_is_not_submitted_again(lab: Lab, tmp_path: Path) -> None:
    """A repeated step often downloads the attachment again: the same content spends no quota."""
    path = made(tmp_path, "invoice.exe")
    upload(lab, path)
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)

    run = upload(lab, path)

    assert "reused submission 6001 from a previous run" in run.message
    assert lab.vmray.control.counts()["submissions"] == 1


def test_a_file_that_was_deleted_after_the_submit_is_reported(lab: Lab, tmp_path: Path) -> None:
    """Only the first run needs the file, so a file that is deleted later is still reported."""
    lab.vmray.control.set_lifecycle("manual")
    path = made(tmp_path, "invoice.exe")

    def remove(_round: object) -> None:
        path.unlink(missing_ok=True)
        lab.vmray.control.finish_all()

    run = upload(lab, path, on_round=remove)

    assert run.message == f"{SUBMITTED}{path}{details(f'{path}: verdict Malicious, submission 6001')}"
