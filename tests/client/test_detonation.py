"""The state machine of one item, from the submit to its results."""

from __future__ import annotations

from typing import Any

import pytest
from tests.client.vmray_objects import submission, submission_object

from vm_ray.core.api.vmray_models import SubmitResponse
from vm_ray.core.submissions.vmray_detonation import MAX_NOTES, MAX_REJECTED, MAX_TRACKED, Detonation, Stage

KNOWN = {
    "errors": [
        {"submission_filename": "a", "error_msg": "Submission not stored because no jobs were created"}
    ],
    "samples": [{"sample_id": 5001}],
}


def detonation() -> Detonation:
    """Return a file that is not submitted yet."""
    return Detonation(item="/a.exe", name="/a.exe", key="k")


def submitted(**response: Any) -> Detonation:  # noqa: ANN401 - VMRay's own values
    """Return a file after VMRay's response to its submit."""
    one = detonation()
    one.submitted(SubmitResponse.from_json(response))
    return one


def settled(one: Detonation) -> Detonation:
    """Report that the finished submissions have no children, and settle the item."""
    for part in one.without_listed_children:
        one.children(part, [])
    one.settle()
    return one


def test_the_straight_way() -> None:
    """Given one submission, then the item is waiting, running, and, after the look-up of children, ready."""
    one = detonation()
    assert (one.stage, one.pending, one.submission_id) == (Stage.WAITING, True, None)
    one.submitted(SubmitResponse.from_json({"submissions": [submission_object(1)]}))
    assert (one.stage, one.pending, one.unfinished, one.submission_id) == (Stage.RUNNING, True, [1], 1)
    one.update(submission(1, finished=True))
    assert (one.unfinished, [part.submission_id for part in one.without_listed_children]) == ([], [1])
    assert (settled(one).stage, one.pending, one.sample_ids) == (Stage.READY, False, [5001])


def test_an_item_is_ready_when_all_submissions_are_finished() -> None:
    """Given an archive of two, then the item is ready when both are finished."""
    one = submitted(submissions=[submission_object(1, 11), submission_object(2, 12)])
    one.update(submission(2, 12, finished=True))
    assert settled(one).stage is Stage.RUNNING
    one.update(submission(1, 11, finished=True))
    assert (settled(one).stage, one.sample_ids) == (Stage.READY, [11, 12])


def test_children_are_tracked_once_even_in_a_cycle() -> None:
    """Given a child that names its parent as its own child, then each submission is tracked once."""
    one = submitted(submissions=[submission_object(1, 11, finished=True)])
    (first,) = one.without_listed_children
    one.children(first, [submission(2, 12), submission(1, 11)])
    assert settled(one).stage is Stage.RUNNING
    one.update(submission(2, 12, finished=True))
    (second,) = one.without_listed_children
    one.children(second, [submission(1, 11), submission(2, 12)])
    assert (settled(one).stage, one.sample_ids) == (Stage.READY, [11, 12])


def test_rejected_parts_are_notes_beside_accepted_ones() -> None:
    """Given errors beside a submission, then each error is a note with its reason."""
    errors = [{"submission_filename": "b.bin", "error_msg": "Unsupported"}, {"error_msg": None}]
    one = submitted(submissions=[submission_object(1)], errors=errors)
    assert one.stage is Stage.RUNNING
    assert one.notes == ["VMRay rejected b.bin: Unsupported", "VMRay rejected one item: no reason given"]


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ({}, "VMRay rejected the submission: no reason given"),
        (
            {"errors": [{"error_msg": "Quota"}, {"error_msg": "Type"}]},
            "VMRay rejected the submission: Quota; Type",
        ),
    ],
)
def test_an_item_without_accepted_submissions_has_failed(response: dict[str, Any], reason: str) -> None:
    """Given no accepted submission, then the item has failed and is not pending."""
    one = submitted(**response)
    assert (one.stage, one.reason, one.pending) == (Stage.FAILED, reason, False)


def test_a_known_sample_needs_no_submission() -> None:
    """Given a known sample, then its latest result is used, after a check for running submissions."""
    one = submitted(**KNOWN)
    assert (one.stage, one.sample_ids, one.submission_id) == (Stage.RUNNING, [5001], None)
    assert one.notes == ["already known to VMRay, not analyzed again; showing the latest result"]
    one.record_latest(5001, None)
    assert settled(one).stage is Stage.READY


def test_all_submissions_of_a_submit_are_tracked() -> None:
    """Given more submissions than the limit for children, then all are tracked: each can be malicious."""
    count = MAX_TRACKED + 50
    one = submitted(submissions=[submission_object(n) for n in range(1, count + 1)])
    assert (len(one.submissions), one.notes) == (count, [])


def test_children_and_notes_are_limited() -> None:
    """Given too many children and notes, then both are limited, and a note names the limit."""
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


def test_a_deleted_submission_does_not_affect_the_others() -> None:
    """Given a deleted submission, then the others still count; without others, the item has failed."""
    one = submitted(submissions=[submission_object(1, 5001), submission_object(2, 5002)])
    one.mark_deleted(1)
    assert (one.stage, one.unfinished, one.sample_ids) == (Stage.RUNNING, [2], [5002])
    assert one.notes == ["submission 1 no longer exists in VMRay"]
    one.mark_deleted(2)
    assert (one.stage, one.reason) == (Stage.FAILED, "submission 2 no longer exists in VMRay")


def test_a_known_sample_is_ready_after_the_check_for_running_submissions() -> None:
    """Given a known sample, then it is ready only after the check; at the deadline, without the check."""
    one = submitted(**KNOWN)
    assert settled(one).stage is Stage.RUNNING
    one.last_error = "the check failed"
    one.stop_tracking_children()
    assert (one.stage, one.notes[-1]) == (Stage.READY, "the check failed")
    other = submitted(**KNOWN)
    other.record_latest(5001, submission(7, finished=False))
    assert (settled(other).stage, other.unfinished) == (Stage.RUNNING, [7])


def test_many_errors_are_counted() -> None:
    """Given many errors, then the first are notes, and one note has the number of the others."""
    errors = [
        {"submission_filename": f"{number}.bin", "error_msg": "no"} for number in range(MAX_REJECTED + 5)
    ]
    one = submitted(submissions=[submission_object(1)], errors=errors)
    assert one.notes[0] == "VMRay rejected 0.bin: no"
    assert one.notes[-1] == "VMRay rejected 5 more items"
    assert len(one.notes) == MAX_REJECTED + 1
