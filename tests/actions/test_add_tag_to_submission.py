"""Add Tag to Submission: adds one tag to one submission, or gives the reason why it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.lab import completed, failed, outcome
from tests.actions.submitting import EVER
from tests.support.example import Example
from tests.support.outcome import FINE, ended

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

RULE = (
    "letters, digits and _ . ! ? ; : + – = / $ @ % ^ & ( ) # ' \\ - "  # noqa: RUF001 - VMRay's own list
    "without spaces, at most 255 characters."
)


EXAMPLES = [
    Example(
        setup=lambda vmray: vmray.control.add_sample(),
        parameters={"Submission ID": "6001", "Tag Name": "triaged"},
        failure_sentence="Failed to add tag triaged to submission 6001. Error is ",
    ),
    Example(
        "a tag in other letters",
        setup=lambda vmray: vmray.control.add_sample(),
        parameters={"Submission ID": "6001", "Tag Name": "überprüft"},
        failure_sentence="Failed to add tag überprüft to submission 6001. Error is ",
    ),
]


def old_server(vmray: EmbeddedEmulator) -> None:
    """Make the emulator accept only the older form of the request."""
    vmray.control.add_sample()
    match = {"method": "POST", "path": "/rest/submission/*/tag"}
    vmray.control.inject(match, {"kind": "status", "status": 404}, EVER)


SITUATIONS = [
    Example("an old server", old_server, parameters={"Submission ID": "6001", "Tag Name": "triaged"})
]
_NO_MARK = (FINE, ended(r"the response was not from VMRay: JSON of another form with HTTP 200 \(4 att"))
_NO_CONTENT = {"missing field": _NO_MARK, "null for a list": FINE, "data: null": FINE}
OUTCOMES = {
    # after a 404 the action sends the older form of the request
    "POST /submission/{id}/tag": {**_NO_CONTENT, "404": FINE, "404, web page": FINE},
    "POST /submission/{id}/tag/{tag}": _NO_CONTENT,
}


def add_tag(lab: Lab, submission_id: str, tag: str) -> ActionRun:
    """Run the action."""
    return lab.run("Add Tag to Submission", {"Submission ID": submission_id, "Tag Name": tag})


@pytest.mark.parametrize("tag", ["phish", "Q3/2026", "50%?&#", "a+b=c", "überprüft", "检查"])
def test_a_tag_arrives_as_it_was_written(lab: Lab, tag: str) -> None:
    """Each character that VMRay allows in a tag is stored unchanged, also slashes and percent signs."""
    lab.vmray.control.add_sample()

    run = add_tag(lab, "6001", tag)

    assert outcome(run) == completed(f"Successfully added tag {tag} to submission 6001.", value=True)
    (submission,) = lab.vmray.control.submissions()
    assert submission["submission_tags"] == [tag]
    (request,) = lab.vmray.control.requests()
    assert (request.method, request.path, dict(request.form)) == (
        "POST",
        "/rest/submission/6001/tag",
        {"tag_name": tag},
    )


def test_an_existing_tag_can_be_added_again(lab: Lab) -> None:
    """Adding a tag twice succeeds twice and stores the tag once. Spaces around the tag are removed."""
    lab.vmray.control.add_sample()

    runs = [add_tag(lab, "6001", "phish"), add_tag(lab, " 6001 ", " phish ")]

    assert [outcome(run) for run in runs] == [
        completed("Successfully added tag phish to submission 6001.", value=True)
    ] * 2
    assert lab.vmray.control.submissions()[0]["submission_tags"] == ["phish"]


@pytest.mark.parametrize("given", ["6001.0", '"6001"', "6001\u200b", "\u00a0６００１\r\n"])  # noqa: RUF001 - full-width digits
def test_a_submission_id_may_be_spelled_as_spreadsheets_and_reports_spell_it(lab: Lab, given: str) -> None:
    """A decimal zero, quotes, invisible characters and full-width digits are not part of a number."""
    lab.vmray.control.add_sample()

    run = add_tag(lab, given, "phish\ufeff")

    assert outcome(run) == completed("Successfully added tag phish to submission 6001.", value=True)
    assert lab.vmray.control.submissions()[0]["submission_tags"] == ["phish"]


@pytest.mark.parametrize("status", [404, 405])
def test_an_old_server_gets_the_tag_in_the_path(lab: Lab, status: int) -> None:
    """A server that accepts only the older form gets the tag as one encoded segment of the path."""
    lab.vmray.control.add_sample()
    lab.vmray.control.inject({"path": "/rest/submission/6001/tag"}, {"kind": "status", "status": status})

    run = add_tag(lab, "6001", "Q3/2026")

    assert outcome(run) == completed("Successfully added tag Q3/2026 to submission 6001.", value=True)
    assert lab.vmray.control.submissions()[0]["submission_tags"] == ["Q3/2026"]
    assert lab.seen() == ["POST /rest/submission/6001/tag", "POST /rest/submission/6001/tag/Q3/2026"]


def test_an_unknown_submission_is_named_after_both_forms_of_the_request(lab: Lab) -> None:
    """A 404 can mean an unknown submission or an unknown form of the request: the action sends both forms."""
    run = add_tag(lab, "4711", "phish")

    assert outcome(run) == failed(
        "Failed to add tag phish to submission 4711. "
        "Error is the object does not exist in VMRay or is not visible to the API key (HTTP 404)"
    )
    assert lab.seen() == ["POST /rest/submission/4711/tag", "POST /rest/submission/4711/tag/phish"]


@pytest.mark.parametrize("tag", ["two words", "a,b", "tab\there", "<b>", 'say "hi"', "x" * 256])
def test_an_invalid_tag_is_rejected_before_any_request(lab: Lab, tag: str) -> None:
    """The message explains VMRay's rule for tags, and no request is made."""
    lab.vmray.control.add_sample()

    run = add_tag(lab, "6001", tag)

    said = tag.replace("\t", " ")
    shown = said if len(said) <= 60 else f"{said[:59]}…"
    assert outcome(run) == failed(
        f"Failed to add tag {said} to submission 6001. Error is "
        f'parameter "Tag Name" has the value "{shown}", '
        f"which is not a tag that VMRay accepts; allowed: {RULE}"
    )
    assert lab.seen() == []


@pytest.mark.parametrize("tag", [".", ".."])
def test_a_tag_of_dots_is_rejected_before_any_request(lab: Lab, tag: str) -> None:
    """A tag of dots would change the path of the older form: the action fails and makes no request."""
    run = add_tag(lab, "6001", tag)

    assert outcome(run) == failed(
        f"Failed to add tag {tag} to submission 6001. Error is "
        f'parameter "Tag Name" has the value "{tag}", which cannot be sent to every VMRay; '
        f"allowed: {RULE.rstrip('.')}; not . or .. alone."
    )
    assert lab.seen() == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("0", 'has the value "0", which is out of range'),
        ("-3", 'has the value "-3", which is out of range'),
        ("six", 'has the value "six", which is not a whole number'),
        ("6.5", 'has the value "6.5", which is not a whole number'),
        ("../sample/1", 'has the value "../sample/1", which is not a whole number'),
        ("١٢", 'has the value "١٢" (with U+0661 ARABIC-INDIC DIGIT ONE), which is not a whole number'),
        ("", "is empty"),
    ],
)
def test_a_submission_id_is_a_positive_whole_number(lab: Lab, given: str, problem: str) -> None:
    """Any other submission ID gives an error that explains the problem, and no request is made."""
    run = add_tag(lab, given, "phish")

    assert outcome(run) == failed(
        f"Failed to add tag phish to submission {given}. "
        f'Error is parameter "Submission ID" {problem}; allowed: a whole number of at least 1.'
    )
    assert lab.seen() == []


def test_a_missing_tag_is_rejected(lab: Lab) -> None:
    """A missing tag gives an error, because the parameter is mandatory."""
    run = add_tag(lab, "6001", " ")

    assert outcome(run) == failed(
        f'Failed to add tag  to submission 6001. Error is parameter "Tag Name" is empty; allowed: {RULE}'
    )


def test_the_message_has_the_reason_that_vmray_returned(lab: Lab) -> None:
    """The message contains the reason that VMRay returned."""
    lab.vmray.control.inject(
        {"method": "POST", "path": "/rest/submission/*"},
        {"kind": "result_error", "error_msg": "Submission is read-only"},
    )

    run = add_tag(lab, "6001", "phish")

    assert outcome(run) == failed(
        "Failed to add tag phish to submission 6001. "
        "Error is VMRay rejected the request: Submission is read-only"
    )
