"""One item's way through VMRay as a pure state machine."""

from __future__ import annotations

from typing import Any

import pytest
from tests.client.wording import submission, submission_object

from vm_ray.core.api.vmray_models import SubmitResponse
from vm_ray.core.submissions.vmray_detonation import MAX_NOTES, MAX_REJECTED, MAX_TRACKED, Detonation, Stage

KNOWN = {
    "errors": [
        {"submission_filename": "a", "error_msg": "Submission not stored because no jobs were created"}
    ],
    "samples": [{"sample_id": 5001}],
}


def detonation() -> Detonation:
    """A file that is not submitted yet."""
    return Detonation(item="/a.exe", name="/a.exe", key="k")


def submitted(**answer: Any) -> Detonation:  # noqa: ANN401 - VMRay's own values
    """A file after VMRay's answer to its submit."""
    one = detonation()
    one.submitted(SubmitResponse.from_json(answer))
    return one


def settled(one: Detonation) -> Detonation:
    """Ask about everything that is finished, and find no children."""
    for part in one.without_listed_children:
        one.children(part, [])
    one.settle()
    return one


def test_the_straight_way() -> None:
    """Waiting, running, ready; its children are asked for once it is finished."""
    one = detonation()
    assert (one.stage, one.pending, one.submission_id) == (Stage.WAITING, True, None)
    one.submitted(SubmitResponse.from_json({"submissions": [submission_object(1)]}))
    assert (one.stage, one.pending, one.unfinished, one.submission_id) == (Stage.RUNNING, True, [1], 1)
    one.update(submission(1, finished=True))
    assert (one.unfinished, [part.submission_id for part in one.without_listed_children]) == ([], [1])
    assert (settled(one).stage, one.pending, one.sample_ids) == (Stage.READY, False, [5001])


def test_all_parts_count() -> None:
    """An archive of two is ready when both are."""
    one = submitted(submissions=[submission_object(1, 11), submission_object(2, 12)])
    one.update(submission(2, 12, finished=True))
    assert settled(one).stage is Stage.RUNNING
    one.update(submission(1, 11, finished=True))
    assert (settled(one).stage, one.sample_ids) == (Stage.READY, [11, 12])


def test_children_are_waited_for_and_followed_once_even_in_a_circle() -> None:
    """What VMRay made of it comes later, and may name its parent."""
    one = submitted(submissions=[submission_object(1, 11, finished=True)])
    (first,) = one.without_listed_children
    one.children(first, [submission(2, 12), submission(1, 11)])
    assert settled(one).stage is Stage.RUNNING
    one.update(submission(2, 12, finished=True))
    (second,) = one.without_listed_children
    one.children(second, [submission(1, 11), submission(2, 12)])
    assert (settled(one).stage, one.sample_ids) == (Stage.READY, [11, 12])


def test_refused_parts_are_noted_beside_accepted_ones() -> None:
    """With the reason."""
    errors = [{"submission_filename": "b.bin", "error_msg": "Unsupported"}, {"error_msg": None}]
    one = submitted(submissions=[submission_object(1)], errors=errors)
    assert one.stage is Stage.RUNNING
    assert one.notes == ["VMRay rejected b.bin: Unsupported", "VMRay rejected one item: no reason given"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({}, "VMRay rejected the submission: no reason given"),
        (
            {"errors": [{"error_msg": "Quota"}, {"error_msg": "Type"}]},
            "VMRay rejected the submission: Quota; Type",
        ),
    ],
)
def test_nothing_accepted_is_a_failure(answer: dict[str, Any], reason: str) -> None:
    """Not pending: there is nothing to wait for."""
    one = submitted(**answer)
    assert (one.stage, one.reason, one.pending) == (Stage.FAILED, reason, False)


def test_a_known_sample_needs_no_submission() -> None:
    """Its last result counts; whether an earlier submission of it still runs is asked before it is ready."""
    one = submitted(**KNOWN)
    assert (one.stage, one.sample_ids, one.submission_id) == (Stage.RUNNING, [5001], None)
    assert one.notes == ["already known to VMRay, not analyzed again; showing the latest result"]
    one.record_latest(5001, None)
    assert settled(one).stage is Stage.READY


def test_all_parts_of_a_submit_are_followed() -> None:
    """Each was billed, and any may be the malicious one."""
    count = MAX_TRACKED + 50
    one = submitted(submissions=[submission_object(n) for n in range(1, count + 1)])
    assert (len(one.submissions), one.notes) == (count, [])


def test_what_is_found_inside_and_noted_has_an_end() -> None:
    """A bomb of an archive does not fill the platform's database; the analyst is told."""
    one = submitted(submissions=[submission_object(1)])
    inside = [submission(n, parent_submission_id=1) for n in range(2, MAX_TRACKED + 50)]
    one.children(one.submissions[0], inside)
    for number in range(50):
        one.note(f"note {number}")
    assert (len(one.submissions), len(one.notes)) == (MAX_TRACKED, MAX_NOTES)
    assert one.notes[0].endswith(
        "more than 1000 submissions; the others are not tracked and not in the verdict"
    )
    one.note("x" * 100_000)
    one.failed("y" * 100_000)
    assert len(one.reason) <= 1_000


def test_a_submission_that_is_gone_leaves_the_others() -> None:
    """An archive's other member still counts; without any left, the item has failed."""
    one = submitted(submissions=[submission_object(1, 5001), submission_object(2, 5002)])
    one.mark_deleted(1)
    assert (one.stage, one.unfinished, one.sample_ids) == (Stage.RUNNING, [2], [5002])
    assert one.notes == ["submission 1 no longer exists in VMRay"]
    one.mark_deleted(2)
    assert (one.stage, one.reason) == (Stage.FAILED, "submission 2 no longer exists in VMRay")


def test_a_known_sample_is_not_ready_before_vmray_was_asked_about_it() -> None:
    """Its newest submission may still be running; at the end of the time, what is known has to do."""
    one = submitted(**KNOWN)
    assert settled(one).stage is Stage.RUNNING
    one.last_error = "it could not be asked"
    one.stop_tracking_children()
    assert (one.stage, one.notes[-1]) == (Stage.READY, "it could not be asked")
    other = submitted(**KNOWN)
    other.record_latest(5001, submission(7, finished=False))
    assert (settled(other).stage, other.unfinished) == (Stage.RUNNING, [7])


def test_many_refusals_are_counted() -> None:
    """The first are named, the rest is a number, and room is left for other notes."""
    errors = [
        {"submission_filename": f"{number}.bin", "error_msg": "no"} for number in range(MAX_REJECTED + 5)
    ]
    one = submitted(submissions=[submission_object(1)], errors=errors)
    assert one.notes[0] == "VMRay rejected 0.bin: no"
    assert one.notes[-1] == "VMRay rejected 5 more items"
    assert len(one.notes) == MAX_REJECTED + 1
