"""Wait For Submission: wait for submissions and jobs that exist, with what VMRay submits out of them."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from tests.actions import submitting
from tests.actions.lab import outcome
from tests.support.example import Example
from tests.support.outcome import FINE, LATE, REFUSED, RETRIED, lasting, named, noted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun, Round
    from vmray_emulator import EmbeddedEmulator

ACTION = "Wait For Submission"
RESULTS = "the results for the following submissions from VMRay: "
DROP = {"filename": "drop.exe", "verdict": "malicious", "relation": "Dropped File"}
SCRIPT = {
    "filename": "inv.js",
    "verdict": "suspicious",
    "relation": "Embedded File",
    "children": [DROP],
}


def an_archive(vmray: EmbeddedEmulator) -> None:
    """Let VMRay know an archive with a script, which dropped a malicious file: submissions 6001 to 6003."""
    vmray.control.add_sample(filename="invoice.zip", verdict="clean", children=[SCRIPT])


def submit(vmray: EmbeddedEmulator, url: str) -> None:
    """Submit a URL, as another step of a playbook did before."""
    form = urlencode({"sample_url": url}).encode()
    request = urllib.request.Request(f"{vmray.url}/rest/sample/submit", form)  # noqa: S310 - our own loopback server
    request.add_header("Authorization", f"api_key {vmray.api_key}")
    with urllib.request.urlopen(request) as response:  # noqa: S310 - our own loopback server
        assert response.status == 200
    vmray.control.forget_requests()


def by_id(situation: str, parameter: str, first: int, count: int = 1) -> Example:
    """So many finished submissions, or the jobs of their analyses, by their ids."""
    ids = tuple(str(first + number) for number in range(count))

    def setup(vmray: EmbeddedEmulator) -> None:
        for number in ids:
            vmray.control.add_sample(sha256=f"{int(number):064x}")
        if parameter != "Job IDs":  # jobs have no windows
            submitting.refuse_windows(vmray)

    return Example(
        situation,
        setup=setup,
        ids=ids,
        parameters={parameter: ",".join(ids)},
        result="malicious",
        several=lambda number: by_id(situation, parameter, first, number),
    )


UNREAD = {
    "subject": "submission 6001",
    "submission_id": 6001,
    "job_id": None,
    "parent_submission_id": None,
    "sample_id": None,
    "name": None,
    "verdict": None,
    "verdict_reason": "",
    "threat_names": [],
    "web_link": None,
    "status": None,
    "has_errors": False,
    "locked": False,
    "consumed_quota": None,
}
EXAMPLES = [
    Example(
        setup=an_archive,
        ids=("6001",),
        parameters={"Submission IDs": "6001"},
        result="malicious",
        failed_json=[UNREAD],
        several=lambda number: by_id("usual", "Submission IDs", 6001, number),
    ),
    by_id("a job", "Job IDs", 7001),
]
_UNREAD = noted("sample [0-9]+ could not be read: ")
_LATE = named("analysis not finished in time, job [0-9]+")
_WINDOW = "GET /submission?_max_id&_min_id"
_CHILDREN = "GET /submission?submission_parent_submission_id"
OUTCOMES = {
    _WINDOW: submitting.OUTCOMES[_WINDOW],
    _CHILDREN: submitting.OUTCOMES[_CHILDREN],
    "GET /submission/{id}": {**lasting(named(submitting.PENDING)), "404": named("VMRay has no submission")},
    # the submission has given the verdict
    "GET /sample/{id}": {RETRIED: (FINE, _UNREAD), LATE: (FINE, _UNREAD), REFUSED: _UNREAD, "403": _UNREAD},
    # a job that has ended is 404, whatever the data of that response are
    "GET /job/{id}": {**lasting(_LATE), "404": FINE, "null for a list": FINE},
    "GET /analysis/job/{id}": {**lasting(_LATE), "404": (FINE, named("VMRay has neither"))},
}


def wait(lab: Lab, on_round: Callable[[Round], None] | None = None, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    given = {name.replace("_", " "): value for name, value in parameters.items()}
    return lab.run(ACTION, given, **({"on_round": on_round} if on_round else {}))


def words(run: ActionRun) -> list[tuple[str, str]]:
    """The name and the outcome of each row."""
    return [(each["subject"], each["outcome"]) for each in run.json_result["items"]]


def test_the_worst_verdict_of_an_archive_has_its_path(lab: Lab) -> None:
    """Given a clean archive, then the outcome is that of the file two levels below, with the path to it."""
    an_archive(lab.vmray)

    run = wait(lab, Submission_IDs="6001")

    shown = outcome(run)
    assert (shown["state"], shown["value"]) == ("completed", "malicious")
    assert shown["message"] == (
        "Successfully retrieved the results for the following submissions from VMRay: submission 6001"
    )
    found = shown["json"]
    assert found["worst"] == {
        "sample_id": 5003,
        "verdict": "malicious",
        "path": [
            {"sample_id": 5001, "name": "invoice.zip", "relation": None},
            {"sample_id": 5002, "name": "inv.js", "relation": "Embedded File"},
            {"sample_id": 5003, "name": "drop.exe", "relation": "Dropped File"},
        ],
    }
    assert (found["complete"], found["pending"]) == (True, {"submission_ids": [], "job_ids": []})
    assert [(each["submission_id"], each["parent_submission_id"]) for each in found["items"]] == [
        (6001, None),
        (6002, 6001),
        (6003, 6002),
    ]
    assert found["items"][0] == {
        "subject": "submission 6001",
        "submission_id": 6001,
        "job_id": None,
        "parent_submission_id": None,
        "sample_id": 5001,
        "name": "invoice.zip",
        "verdict": "clean",
        "verdict_reason": "",
        "threat_names": ["Gen.Known"],
        "web_link": "https://vmray.example/samples/5001",
        "status": "success",
        "has_errors": False,
        "locked": False,
        "consumed_quota": found["items"][0]["consumed_quota"],
        "outcome": "clean",
        "reason": None,
    }
    assert shown["tables"]["VMRay submissions"][1].startswith("6001,,5001,invoice.zip,clean,success,")
    assert shown["links"] == {"VMRay sample 5003": ["https://vmray.example/samples/5003"]}
    (insight,) = lab.case.insights
    assert (insight["title"], insight["content"].count("<p>")) == ("VMRay sample 5003", 4)
    assert "Embedded File: inv.js (sample 5002) → Dropped File: drop.exe (sample 5003)" in insight["content"]


def test_a_clean_submission_with_unread_children_is_not_clean(lab: Lab) -> None:
    """Given a clean submission whose children cannot be listed, then the outcome is unknown."""
    lab.vmray.control.add_sample(verdict="clean")
    lab.vmray.control.inject({"path": "/rest/submission"}, {"kind": "status", "status": 400}, submitting.EVER)

    run = wait(lab, Submission_IDs="6001")

    lab.vmray.control.clear_faults()
    assert (run.result_value, run.json_result["complete"]) == ("unknown", False)
    assert words(run) == [("submission 6001", "clean")]
    assert "child submissions of 6001 could not be listed" in run.message


def test_a_running_submission_is_waited_for_over_two_processes(lab: Lab) -> None:
    """Given submissions that run, then the state keeps ids and what is settled, and the next run reports."""
    lab.vmray.control.set_lifecycle("manual")
    for name in ("a", "b"):
        submit(lab.vmray, f"https://{name}.example/")
    states: list[dict[str, Any]] = []

    def look(one: Round) -> None:
        if one.output and one.state.value == "in progress":
            states.append({**json.loads(one.output["ResultValue"]), "text": one.output["ResultValue"]})
            assert one.output["Message"] == "Waiting for the results for: submission 6001, submission 6002"
        lab.vmray.control.finish_all()

    run = wait(lab, look, Submission_IDs="6001, 6002", Wait_For_Children="false", Create_Insight="false")

    assert [name for name, _ in words(run)] == ["submission 6001", "submission 6002"]
    assert run.json_result["complete"]
    (state,) = states
    assert (state["version"], [each["item"] for each in state["items"]]) == (2, ["6001", "6002"])
    assert "example" not in state["text"]
    window = "GET /rest/submission?_min_id=6001&_max_id=6002"
    assert [each for each in lab.seen() if each.startswith("GET /rest/submission")] == [window, window]
    assert lab.case.insights == []
    assert lab.vmray.control.counts()["submissions"] >= 2


def test_what_is_late_is_named_after_what_is_done(lab: Lab) -> None:
    """Given one submission that does not finish in time, then the action completes with its id as pending."""
    lab.vmray.control.add_sample(verdict="clean")
    lab.vmray.control.add_sample(running=60.0, analyses=0)
    (late,) = (
        each["submission_id"] for each in lab.vmray.control.submissions() if not each["submission_finished"]
    )

    parameters = {"Submission IDs": f"6001, {late}, 7777"}
    run = lab.run(ACTION, parameters, async_timeout=60.0, poll_interval=600.0)

    assert words(run) == [
        ("submission 6001", "clean"),
        (f"submission {late}", "pending"),
        ("submission 7777", "not_found"),
    ]
    assert (run.state.value, run.result_value, run.json_result["complete"]) == ("completed", "pending", False)
    assert run.json_result["pending"] == {"submission_ids": [late], "job_ids": []}
    documented, _, details = run.message.partition("\n\nDetails:\n")
    assert documented.splitlines() == [
        f"Successfully retrieved {RESULTS}submission 6001",
        f"Action wasn't able to retrieve {RESULTS}submission 7777",
        f"Waiting for the results for: submission {late}",
    ]
    assert f"submission {late}: analysis not finished in time, submission {late}" in details
    assert "submission 7777: VMRay has no submission 7777, or this API key may not see it" in details
    assert [each["class"] for each in run.json_result["errors"]] == ["late", "not_found"]


def test_a_job_is_done_only_with_its_analysis(lab: Lab) -> None:
    """Given a job that has ended, then its analysis is the result; a job without an analysis is not found."""
    lab.vmray.control.add_sample(verdict="suspicious")

    run = wait(lab, Job_IDs="7001, 7999")

    assert words(run) == [("job 7001", "suspicious"), ("job 7999", "not_found")]
    assert (run.result_value, run.json_result["worst"]["sample_id"]) == ("suspicious", 5001)
    assert "job 7999: VMRay has neither job 7999 nor an analysis of it" in run.message
    assert len(run.rounds) == 2


def test_a_submission_all_of_whose_analyses_failed(lab: Lab) -> None:
    """Given failed analyses, then the submission has failed, with VMRay's reasons."""
    lab.vmray.control.add_sample(failed=True)

    run = wait(lab, Submission_IDs="6001")

    (row,) = run.json_result["items"]
    assert (row["outcome"], run.json_result["errors"][0]["class"]) == ("failed", "analysis")
    assert (run.state.value, run.result_value) == ("completed", "failed")
    assert "analyses failed, submission 6001: " in row["reason"]
    assert run.message.startswith("No results were retrieved from VMRay.\n\nDetails:\nsubmission 6001: ")


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        (
            {},
            'parameter "Submission IDs" and Job IDs are both empty; allowed: at least one id in one',
        ),
        ({"Submission IDs": "6001, x"}, 'parameter "Submission IDs" has the value "x"'),
        ({"Job IDs": ",".join(map(str, range(1, 502)))}, 'parameter "Job IDs" has 501 entries'),
    ],
)
def test_bad_input_is_named_before_any_request(lab: Lab, parameters: dict[str, str], problem: str) -> None:
    """Given nothing or a wrong id, then one sentence names the parameter, and VMRay sees no request."""
    run = lab.run(ACTION, parameters)

    assert (run.state.value, run.result_value) == ("failed", "failed")
    assert problem in run.message
    assert lab.seen() == []


def test_a_damaged_state_ends_the_action(lab: Lab) -> None:
    """Given a state that the platform changed, then the action fails, and names the cause."""
    lab.vmray.control.set_lifecycle("manual")
    submit(lab.vmray, "https://a.example/")

    def damage(one: Round) -> None:
        if one.output and one.state.value == "in progress":
            state = json.loads(one.output["ResultValue"])
            state["items"][0]["submissions"][0]["status"] = 5
            one.output["ResultValue"] = json.dumps(state)

    run = wait(lab, damage, Submission_IDs="6001")

    assert (run.state.value, run.result_value) == ("failed", "failed")
    assert "the state returned by the platform is damaged" in run.message
