"""Get Threat Indicators: of samples, submissions and analyses; filtered and ranked; what was not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.lab import items_of, outcome
from tests.support.example import Example, known_hashes
from tests.support.outcome import ended, explained

from vmray_emulator import KNOWN_SHA256

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

ACTION = "Get Threat Indicators"
STRONG = {"category": "Persistence", "operation": "Installs a service", "score": 5}
WEAK = {"category": "Discovery", "operation": "Reads the host name", "score": 1}
HARMLESS = {"category": "Reputation", "operation": "Has a trusted signature", "score": -1}
SHA256 = "c7" * 32


def several(number: int) -> Example:
    """So many hashes, each with a sample of its own."""
    return known_hashes(number, indicators=[STRONG])


def by_id(situation: str, parameter: str, first: int, count: int = 1) -> Example:
    """So many samples, each with one submission and one analysis, which a parameter names by its id."""
    ids = tuple(str(first + number) for number in range(count))

    def setup(vmray: EmbeddedEmulator) -> None:
        for number in ids:
            vmray.control.add_sample(sha256=f"{int(number):064x}", indicators=[STRONG])

    return Example(
        situation,
        setup=setup,
        ids=ids,
        parameters={parameter: ",".join(ids)},
        result="done",
        several=lambda number: by_id(situation, parameter, first, number),
    )


def a_locked_report(vmray: EmbeddedEmulator) -> None:
    """Let VMRay know one sample whose report was bought as a verdict only."""
    vmray.control.add_sample(locked=True, indicators=[STRONG])
    vmray.control.inject({"path": "/rest/sample/5001/vtis"}, {"kind": "status", "status": 403}, 1000)


EXAMPLES = [
    Example(
        setup=lambda vmray: vmray.control.load_scenario("known-sample"),
        entities=(("FILEHASH", KNOWN_SHA256),),
        result="done",
        several=several,
        failed_json=[
            {
                "subject": KNOWN_SHA256.upper(),
                "sample_id": None,
                "submission_id": None,
                "analysis_id": None,
                "entity": KNOWN_SHA256.upper(),
            }
        ],
    ),
    Example("an unknown hash", entities=(("FILEHASH", "ab" * 32),), result="not_found"),
    Example("nothing to read", result="empty"),
    by_id("a submission", "Submission IDs", 6001),
]
SITUATIONS = [
    by_id("an analysis", "Analysis IDs", 9001),
    Example("a locked report", setup=a_locked_report, parameters={"Samples": "5001"}, result="locked"),
]
_REFUSED = ended(r"VMRay denied the request \(HTTP 403\)")
OUTCOMES = {
    # the list of analyses only explains why VMRay did not return the threat indicators
    "GET /analysis/sample/{id}": explained(_REFUSED),
}


def indicators(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    return lab.run_with(ACTION, **parameters)


def operations(item: dict[str, Any], member: str = "threat_indicators") -> list[str]:
    """What the indicators of a row say."""
    return [each["operation"] for each in item[member]]


def test_the_strongest_comes_first_and_mitigating_ones_are_apart(lab: Lab) -> None:
    """Given a sample with indicators of all kinds, then they are ranked, counted and shown in a table."""
    lab.vmray.control.add_sample(sha256=SHA256, indicators=[WEAK, HARMLESS, STRONG])

    run = indicators(lab, Samples="5001")

    shown = outcome(run)
    (item,) = items_of(run)
    assert (shown["state"], shown["value"]) == ("completed", "done")
    assert shown["message"] == (
        "Successfully retrieved threat indicators for the following samples from VMRay: 5001"
    )
    assert (item["subject"], item["sample_id"], item["outcome"]) == ("sample 5001", 5001, "done")
    assert operations(item) == ["Installs a service", "Reads the host name"]
    assert operations(item, "mitigating_indicators") == ["Has a trusted signature"]
    assert item["highest_score"] == 5
    assert item["by_category"] == [
        {"category": "Persistence", "count": 1, "highest_score": 5},
        {"category": "Discovery", "count": 1, "highest_score": 1},
    ]
    lines = shown["tables"]["VMRay threat indicators"]
    assert lines[0] == "Sample,Score,Category,Operation,Classifications"
    assert [line.split(",")[1] for line in lines[1:]] == ["5", "1", "-1"]
    assert lab.seen() == ["GET /rest/sample/5001/vtis"]


def test_filters_keep_what_was_asked_for(lab: Lab) -> None:
    """Given a threshold, categories and a limit, then other indicators are left out."""
    lab.vmray.control.add_sample(indicators=[WEAK, HARMLESS, STRONG, {**STRONG, "operation": "Adds a key"}])
    chosen = {"Category_Filter": "persistence", "Max_Threat_Indicators_To_Return": "1"}

    run = indicators(lab, Samples="5001", Include_Mitigating_Indicators="false", **chosen)

    (item,) = items_of(run)
    assert (operations(item), item["mitigating_indicators"]) == (["Installs a service"], [])


@pytest.mark.parametrize(
    ("parameter", "number", "path"),
    [
        ("Submission_IDs", 6001, "/rest/submission/6001/vtis"),
        ("Analysis_IDs", None, "/rest/analysis/{}/vtis"),
    ],
)
def test_submissions_and_analyses_are_read_as_well(
    lab: Lab, parameter: str, number: int | None, path: str
) -> None:
    """Given ids of submissions or analyses, then exactly these are read."""
    lab.vmray.control.add_sample(indicators=[STRONG])
    number = number or lab.vmray.control.analyses()[0]["analysis_id"]

    run = indicators(lab, **{parameter: str(number)})

    assert run.result_value == "done"
    assert lab.seen() == [f"GET {path.format(number)}"]


def test_samples_are_read_in_every_spelling(lab: Lab) -> None:
    """Given ids and hashes as people write them, then each sample is read once, under its usual name."""
    for sha256 in (SHA256, "d8" * 32):
        lab.vmray.control.add_sample(sha256=sha256, indicators=[STRONG])

    run = indicators(lab, Samples=f'[5001.0, "5001", "\'SHA-256: {"d8" * 32}\u200b\'", "{"D8" * 32}"]')

    assert [(each["sample_id"], each["outcome"]) for each in items_of(run)] == [
        (5001, "done"),
        (5002, "done"),
    ]
    assert sorted(lab.seen()) == [
        "GET /rest/sample/5001/vtis",
        "GET /rest/sample/5002/vtis",
        f"GET /rest/sample/sha256/{'d8' * 32}",
    ]
    assert run.message.endswith(f"from VMRay: 5001, {'d8' * 32}")


def test_the_hashes_of_the_case_are_read_without_a_parameter(lab: Lab) -> None:
    """Given entities, then a known hash is done, an unknown hash is not found, a text is unsupported."""
    lab.vmray.control.add_sample(sha256=SHA256, indicators=[STRONG])
    lab.hashes(SHA256, "ab" * 32, "no hash")

    run = indicators(lab)

    assert [(each["entity"], each["outcome"]) for each in items_of(run)] == [
        (SHA256.upper(), "done"),
        ("AB" * 32, "not_found"),
        ("NO HASH", "failed"),
    ]
    assert [each["class"] for each in run.json_result["errors"]] == ["not_found", "unsupported"]
    assert (run.result_value, run.json_result["complete"]) == ("done", False)
    assert (
        "Action wasn't able to retrieve threat indicators for the following samples from VMRay: "
        in run.message
    )


def test_nothing_to_read_is_an_answer(lab: Lab) -> None:
    """Given neither parameters nor entities, then the outcome is empty, and the action completes."""
    run = indicators(lab)

    assert (run.state.value, run.result_value, items_of(run)) == ("completed", "empty", [])
    assert run.message == (
        "No threat indicators were found for the provided samples.\n\nDetails:\n"
        "Entities: none of type FILEHASH in the scope of this action"
    )


def test_a_locked_report_is_told_apart(lab: Lab) -> None:
    """Given a sample whose report is locked, then the outcome is locked, not a missing permission."""
    lab.vmray.control.add_sample(locked=True, indicators=[STRONG])
    fault = {"kind": "status", "status": 403}
    lab.vmray.control.inject({"path": "/rest/sample/5001/vtis"}, fault)

    run = indicators(lab, Samples="5001")

    assert (run.state.value, run.result_value) == ("completed", "locked")
    assert run.json_result["errors"][0]["class"] == "locked"


def test_a_score_that_is_not_known_passes_the_threshold(lab: Lab) -> None:
    """Given a score in another form, then the indicator is returned after the others, with a note."""
    odd = {**STRONG, "operation": "Something new", "score": "critical"}
    lab.vmray.control.add_sample(indicators=[odd, STRONG, WEAK])

    run = indicators(lab, Samples="5001", Threat_Indicator_Score_Threshold="5")

    (item,) = items_of(run)
    assert operations(item) == ["Installs a service", "Something new"]
    note = "1 threat indicator with a score that this version of the integration does not know"
    assert item["reason"] == f"{note}, returned without a filter"


@pytest.mark.parametrize(
    "patch",
    [
        {"set": {"data.threat_indicators": {"0": STRONG}}},
        {"set": {"data.threat_indicators": "none"}},
        {"remove": ["data.threat_indicators"], "set": {}},
    ],
)
def test_a_list_of_another_shape_is_no_empty_list(lab: Lab, patch: dict[str, Any]) -> None:
    """Given something else than a list, then the item has failed: nothing is said about its indicators."""
    lab.vmray.control.add_sample(indicators=[STRONG])
    lab.vmray.control.inject({"path": "/rest/sample/5001/vtis"}, {"kind": "patch", **patch})

    run = indicators(lab, Samples="5001")

    assert (run.state.value, run.result_value) == ("failed", "failed")
    assert "VMRay's response does not contain threat_indicators" in run.message


def test_a_failed_item_leaves_the_others(lab: Lab) -> None:
    """Given a server error for one of two samples, then this item has its reason, and the other is done."""
    for _ in range(2):
        lab.vmray.control.add_sample(indicators=[STRONG])
    lab.vmray.control.inject(
        {"path": "/rest/sample/5001/vtis"}, {"kind": "result_error", "error_msg": "broken"}
    )

    run = indicators(lab, Samples="5001, 5002")

    assert [each["outcome"] for each in items_of(run)] == ["failed", "done"]
    assert items_of(run)[0]["reason"] == run.json_result["errors"][0]["reason"]
    assert (run.state.value, run.result_value) == ("completed", "done")


@pytest.mark.parametrize(
    ("others", "state"), [((SHA256,), "completed"), (("ab" * 32,), "completed"), ((), "failed")]
)
def test_an_answer_about_another_item_keeps_the_action_from_failing(
    lab: Lab, others: tuple[str, ...], state: str
) -> None:
    """Given a wrong hash beside one that VMRay answers about, then the action completes, as `failed`."""
    lab.vmray.control.add_sample(sha256=SHA256, indicators=[])
    lab.hashes("no hash", *others)

    run = indicators(lab)

    assert (run.state.value, run.result_value) == (state, "failed")
    assert [each["class"] for each in run.json_result["errors"]][:1] == ["unsupported"]
    assert "unsupported hash type" in run.message


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"Samples": "5001, ../x"}, 'parameter "Samples" has the value "../x"'),
        ({"Samples": "5001", "Analysis_IDs": "1"}, 'parameter "Analysis IDs" is given together with Samples'),
        ({"Analysis_IDs": "9001, 0"}, 'parameter "Analysis IDs" has the value "0"'),
        ({"Samples": ",".join(map(str, range(1, 102)))}, 'parameter "Samples" has 101 entries'),
    ],
)
def test_bad_input_is_named_before_any_request(lab: Lab, parameters: dict[str, str], problem: str) -> None:
    """Given a wrong list of subjects, then one sentence names the parameter, and VMRay sees no request."""
    run = indicators(lab, **parameters)

    assert (run.state.value, run.result_value) == ("failed", "failed")
    assert problem in run.message
    assert lab.seen() == []
