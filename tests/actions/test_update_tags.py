"""Update Tags: adds and removes tags; what was changed before an error stays named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.lab import failed, outcome
from tests.actions.submitting import EVER
from tests.support.example import Example
from tests.support.outcome import FINE, named

from secops_lab.host import RunState

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

ACTION = "Update Tags"
NOTHING: dict[str, list[str]] = {"added": [], "removed": [], "not_there": []}
SUBMISSION_TAG = "/rest/submission/*/tag"


def stored(vmray: EmbeddedEmulator, number: int = 1) -> None:
    """Store so many samples, each with one submission and one analysis that have the tag `old`."""
    for each in range(number):
        vmray.control.add_sample(sha256=f"{each:064x}", tags=["old"])


def old_server(vmray: EmbeddedEmulator, number: int = 1) -> None:
    """Let the emulator accept only the older form of the requests."""
    stored(vmray, number)
    for method in ("POST", "DELETE"):
        vmray.control.inject(
            {"method": method, "path": "/rest/*/*/tag"}, {"kind": "status", "status": 404}, EVER
        )


def change(
    situation: str,
    kind: str,
    setup: Callable[[EmbeddedEmulator, int], None] = stored,
    number: int = 1,
    **tags: str,
) -> Example:
    """So many submissions or analyses whose tags are changed; the tags are given with `_` for blanks."""
    first = 6001 if kind == "submission" else 9001
    ids = tuple(str(first + each) for each in range(number))
    name = {"submission": "Submission IDs", "analysis": "Analysis IDs"}[kind]
    of_kind = {"submission_id": None, "analysis_id": None, f"{kind}_id": first}
    return Example(
        situation,
        setup=lambda vmray: setup(vmray, number),
        ids=ids,
        parameters={name: ",".join(ids), **{each.replace("_", " "): tag for each, tag in tags.items()}},
        result="done",
        several=lambda count: change(situation, kind, setup, count, **tags),
        shows_texts=False,
        failed_json=[{"subject": f"{kind} {first}", **of_kind, **NOTHING}],
    )


EXAMPLES = [
    change("usual", "submission", Tags_To_Add="case-17"),
    change("an analysis, and a tag to remove", "analysis", Tags_To_Remove="old"),
]
SITUATIONS = [
    change("an analysis", "analysis", Tags_To_Add="case-17"),
    change("a tag to remove", "submission", Tags_To_Remove="old"),
    change("an old server", "submission", old_server, Tags_To_Add="case-17", Tags_To_Remove="b-1"),
    change(
        "an old server with an analysis", "analysis", old_server, Tags_To_Add="case-17", Tags_To_Remove="b-1"
    ),
]
_NO_MARK = named("the response was not from VMRay: ")
_NO_CONTENT = {"missing field": (FINE, _NO_MARK), "null for a list": FINE, "data: null": FINE}
# after a 404 the action sends the older form of the request
_DOCUMENTED = {**_NO_CONTENT, "404": FINE, "404, web page": FINE}
OUTCOMES = {
    f"{method} /{kind}/{{id}}/tag{rest}": outcomes
    for kind in ("submission", "analysis")
    for method, rest, outcomes in (
        ("POST", "", _DOCUMENTED),
        ("POST", "/{tag}", _NO_CONTENT),
        ("DELETE", "?tag_name", _DOCUMENTED),
        ("DELETE", "/{tag}", {**_NO_CONTENT, "404": FINE}),  # the object exists, so the tag was not there
    )
}


def update(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    return lab.run_with(ACTION, **parameters)


def test_tags_are_added_and_removed(lab: Lab) -> None:
    """Given a submission and an analysis, then both lists are applied to each of them."""
    stored(lab.vmray)

    run = update(
        lab, Submission_IDs="6001", Analysis_IDs="9001", Tags_To_Add="case-17, Q3/2026", Tags_To_Remove="old"
    )

    assert run.message == (
        "Successfully updated the tags of the following objects in VMRay: submission 6001, analysis 9001"
    )
    assert run.result_value == "done"
    assert run.json_result["items"] == [
        {
            "subject": "submission 6001",
            "submission_id": 6001,
            "analysis_id": None,
            "added": ["case-17", "Q3/2026"],
            "removed": ["old"],
            "not_there": [],
            "outcome": "done",
            "reason": None,
        },
        {
            "subject": "analysis 9001",
            "submission_id": None,
            "analysis_id": 9001,
            "added": ["case-17", "Q3/2026"],
            "removed": ["old"],
            "not_there": [],
            "outcome": "done",
            "reason": None,
        },
    ]
    assert lab.vmray.control.submissions()[0]["submission_tags"] == ["case-17", "Q3/2026"]
    assert lab.vmray.control.analyses()[0]["analysis_tags"] == ["case-17", "Q3/2026"]


def test_an_object_that_is_not_there_leaves_the_others(lab: Lab) -> None:
    """Given an id that VMRay does not know, then it is not found, also if a tag is only removed."""
    stored(lab.vmray)

    run = update(lab, Submission_IDs="6001,4711", Tags_To_Remove="old")

    assert [item["outcome"] for item in run.json_result["items"]] == ["done", "not_found"]
    assert run.message.split("\n")[:2] == [
        "Successfully updated the tags of the following objects in VMRay: submission 6001",
        "Action wasn't able to update the tags of the following objects in VMRay: submission 4711",
    ]
    assert (run.result_value, run.json_result["complete"]) == ("done", True)


def test_a_refused_tag_keeps_the_changes_before_it(lab: Lab) -> None:
    """Given a refused special character, then the advice says why; an earlier change is named."""
    stored(lab.vmray)
    lab.vmray.control.inject({"method": "DELETE", "path": SUBMISSION_TAG}, {"kind": "status", "status": 400})

    run = update(lab, Submission_IDs="6001", Tags_To_Add="case-17", Tags_To_Remove="Q3/2026")

    assert run.result_value == "failed"
    assert "special characters in tags need VMRay 2026.2 or later" in run.message
    (item,) = run.json_result["items"]
    assert (item["added"], item["outcome"]) == (["case-17"], "failed")


def test_a_fatal_error_keeps_the_changes_before_it(lab: Lab) -> None:
    """Given a key that may add but not remove, then the action fails, and its row names the added tag."""
    stored(lab.vmray)
    lab.vmray.control.inject({"method": "DELETE", "path": SUBMISSION_TAG}, {"kind": "status", "status": 403})

    run = update(lab, Submission_IDs="6001", Tags_To_Add="case-17", Tags_To_Remove="old")

    assert run.state == RunState.FAILED
    assert run.json_result["items"][0]["added"] == ["case-17"]


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"Tags_To_Add": "a"}, 'parameter "Submission IDs" is empty; allowed: ids here, or in Analysis IDs.'),
        (
            {"Analysis_IDs": "9001"},
            'parameter "Tags To Add" is empty; allowed: tags here, or in Tags To Remove.',
        ),
        (
            {"Submission_IDs": "6001", "Tags_To_Add": "a,b", "Tags_To_Remove": "b"},
            'parameter "Tags To Remove" contains b; allowed: tags that are not in Tags To Add.',
        ),
    ],
)
def test_parameters_that_do_not_fit_together(lab: Lab, parameters: dict[str, str], reason: str) -> None:
    """Given nothing to do, or a contradiction, then the action fails before any request."""
    run = update(lab, **parameters)

    assert outcome(run) == failed(f'Error executing action "{ACTION}". Reason: {reason}', value="failed")
    assert lab.seen() == []


def test_an_old_server_gets_the_tag_in_the_path(lab: Lab) -> None:
    """Given a server without the documented form, then the older form is sent after it."""
    old_server(lab.vmray)

    run = update(lab, Submission_IDs="6001", Tags_To_Add="a/b", Tags_To_Remove="c")
    lab.vmray.control.clear_faults()

    assert run.json_result["items"][0]["not_there"] == ["c"]
    assert lab.seen() == [
        "POST /rest/submission/6001/tag",
        "POST /rest/submission/6001/tag/a/b",
        "DELETE /rest/submission/6001/tag?tag_name=c",
        "DELETE /rest/submission/6001/tag/c",
        "GET /rest/submission/6001",
    ]
