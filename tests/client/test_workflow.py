"""The workflow advances items against the emulator, without the platform."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_request_errors import AuthenticationError, PermissionDeniedError
from vm_ray.core.api.vmray_submit_options import SubmitOptions
from vm_ray.core.api.vmray_timing import TIMING
from vm_ray.core.submissions import vmray_idempotent_submit
from vm_ray.core.submissions.vmray_detonation import Detonation, Stage
from vm_ray.core.submissions.vmray_idempotent_submit import SubmitRequest
from vm_ray.core.submissions.vmray_schedule import Schedule
from vm_ray.core.submissions.vmray_sources import FileSource, UrlSource
from vm_ray.core.submissions.vmray_workflow import advance

if TYPE_CHECKING:
    from pathlib import Path

    from vmray_emulator import EmbeddedEmulator

URL: Final = "http://evil.example/landing"
SUBMIT: Final = {"method": "POST", "path": "/rest/sample/submit"}


def item(name: str) -> Detonation:
    """Return an item whose key is its name."""
    return Detonation(name, name, f"key of {name}")


def request_of(detonation: Detonation) -> SubmitRequest:
    """Return the request for an item: a file for a path, otherwise a URL."""
    if detonation.item.startswith("/"):
        return SubmitRequest(detonation.key, SubmitOptions(), FileSource(detonation.item, Deadline(None)))
    return SubmitRequest(detonation.key, SubmitOptions(), UrlSource(detonation.item, detonation.name))


def one_run(
    emulator: EmbeddedEmulator, detonations: list[Detonation], *, seconds: float | None = None
) -> list[str]:
    """Advance once, and return the lines of the log."""
    now = time.time()
    deadline = Deadline(None if seconds is None else now + seconds)
    lines: list[str] = []
    client = connect(emulator.url, emulator.api_key, deadline=deadline)
    advance(client, detonations, request_of, Schedule(deadline, now, None, 0.0), lines.append)
    return lines


def requests(emulator: EmbeddedEmulator) -> int:
    """Return the number of requests that VMRay has received."""
    return len(emulator.control.requests())


def test_a_url_and_a_file_become_ready(emulator: EmbeddedEmulator, tmp_path: Path) -> None:
    """Given fast analyses, when items advance, then the second run is the last run with requests."""
    path = tmp_path / "invoice.txt"
    path.write_bytes(b"pay at once")
    detonations = [item(URL), item(str(path))]

    assert one_run(emulator, detonations) == []
    assert [each.stage for each in detonations] == [Stage.RUNNING, Stage.RUNNING]
    assert one_run(emulator, detonations) == []
    assert [each.stage for each in detonations] == [Stage.READY, Stage.READY]
    before = requests(emulator)
    one_run(emulator, detonations)
    assert requests(emulator) == before


def test_a_failed_item_does_not_affect_the_others(emulator: EmbeddedEmulator, tmp_path: Path) -> None:
    """Given a missing file, when the items advance, then only the item of this file has failed."""
    detonations = [item(str(tmp_path / "gone")), item(URL)]

    one_run(emulator, detonations)

    assert [(each.stage, each.reason) for each in detonations] == [
        (Stage.FAILED, "does not exist"),
        (Stage.RUNNING, ""),
    ]


def test_a_submission_with_the_same_key_is_adopted(emulator: EmbeddedEmulator) -> None:
    """Given a submission of an earlier process, when the same item advances again, then it is reused."""
    one_run(emulator, [item(URL)])
    again = item(URL)

    one_run(emulator, [again])

    assert again.notes == [f"reused submission {again.submission_id} from a previous run"]


def test_a_run_without_time_submits_nothing(emulator: EmbeddedEmulator) -> None:
    """Given a deadline that has passed, when an item advances, then it waits for the next run."""
    one = item(URL)

    one_run(emulator, [one], seconds=-1)

    assert (one.stage, requests(emulator)) == (Stage.WAITING, 0)
    one_run(emulator, [one])
    assert one.stage is Stage.RUNNING


def test_a_lost_response_is_resolved_in_a_later_run(
    emulator: EmbeddedEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a 504, when the item advances, then the next run submits it once."""
    short = replace(TIMING, submit_lookups=(0.0,), submit_grace=0.0)
    monkeypatch.setattr(vmray_idempotent_submit, "TIMING", short)
    emulator.control.inject(SUBMIT, {"kind": "status", "status": 504})
    one = item(URL)

    lines = one_run(emulator, [one])

    assert (one.stage, lines) == (
        Stage.UNRESOLVED,
        [f"{URL}: the response to the submission was lost (VMRay returned HTTP 504)"],
    )
    assert one_run(emulator, [one]) == []
    assert (one.stage, len(one.submissions)) == (Stage.RUNNING, 1)


def test_a_fatal_error_ends_the_run(emulator: EmbeddedEmulator) -> None:
    """Given a rejected key, when items advance, then the error is raised."""
    fault: dict[str, Any] = {"kind": "status", "status": 401}
    emulator.control.inject({"path": "/rest/*"}, fault, times=10)
    with pytest.raises(AuthenticationError):
        one_run(emulator, [item(URL)])


def test_a_fatal_error_of_a_look_up_keeps_the_item_unresolved(emulator: EmbeddedEmulator) -> None:
    """Given a lost response and a rejected look-up, then the item is unresolved, so that it is named."""
    look_up = {"path": "/rest/submission", "query": {"submission_submission_metadata": "*"}}
    emulator.control.inject(look_up, {"kind": "patch", "set": {}}, times=1)
    emulator.control.inject(look_up, {"kind": "status", "status": 403}, times=1)
    emulator.control.inject(SUBMIT, {"kind": "reset_before", "stored": True})
    one = item(URL)

    with pytest.raises(PermissionDeniedError):
        one_run(emulator, [one])

    assert one.stage is Stage.UNRESOLVED
    assert len(emulator.control.submissions()) == 1
