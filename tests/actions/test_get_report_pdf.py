"""Get Report PDF: of samples and analyses; why there is none; what does not fit; files on the case wall."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.lab import items_of, outcome
from tests.support.example import Example, known_hashes
from tests.support.outcome import ended, explained, named, optional_file
from tests.support.unfinished import unfinished

from vmray_emulator import KNOWN_SHA256

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

ACTION = "Get Report PDF"
SHA256 = "c7" * 32
NO_FILE = {
    "verdict": None,
    "attachment": None,
    "size": None,
    "sha256": None,
    "saved_to_case_wall": False,
    "web_link": None,
}


def several(number: int) -> Example:
    """So many hashes, each with a sample of its own."""
    return known_hashes(number)


def by_id(situation: str, parameters: dict[str, str], first: int, count: int = 1) -> Example:
    """So many samples, each with one analysis; the parameter without a value names them by their ids."""
    ids = tuple(str(first + number) for number in range(count))

    def setup(vmray: EmbeddedEmulator) -> None:
        for number in ids:
            vmray.control.add_sample(sha256=f"{int(number):064x}")

    return Example(
        situation,
        setup=setup,
        ids=ids,
        parameters={name: value or ",".join(ids) for name, value in parameters.items()},
        result="done",
        several=lambda number: by_id(situation, parameters, first, number),
        shows_texts=False,
    )


def locked(vmray: EmbeddedEmulator) -> None:
    """Let VMRay know one sample whose report was bought as a verdict only."""
    vmray.control.add_sample(locked=True)


def without(path: str, status: int = 404) -> Callable[[EmbeddedEmulator], None]:
    """Let VMRay know one sample, and let it return a status instead of the first file with this path."""

    def setup(vmray: EmbeddedEmulator) -> None:
        vmray.control.add_sample()
        vmray.control.inject({"path": path}, {"kind": "status", "status": status})

    return setup


EXAMPLES = [
    Example(
        setup=lambda vmray: vmray.control.load_scenario("known-sample"),
        entities=(("FILEHASH", KNOWN_SHA256),),
        result="done",
        several=several,
        shows_texts=False,  # ids, hashes, and a web address that is dropped if it is none
        failed_json=[
            {
                "subject": KNOWN_SHA256.upper(),
                "sample_id": None,
                "analysis_id": None,
                "entity": KNOWN_SHA256.upper(),
                **NO_FILE,
            }
        ],
    ),
    by_id("the best analysis of a sample", {"Samples": "", "Report Scope": "Analyses"}, 5001),
]
SITUATIONS = [
    Example("a locked report", setup=locked, parameters={"Samples": "5001"}, result="locked"),
    Example("an unfinished submission", setup=unfinished, parameters={"Samples": "5001"}, result="pending"),
    Example(
        "the only submission of a sample is unfinished",
        setup=unfinished,
        parameters={"Samples": "5001", "Report Scope": "Analyses"},
        result="pending",
    ),
    by_id("an analysis", {"Analysis IDs": ""}, 9001),
]
_DENIED = ended(r"VMRay denied the request \(HTTP 403\)")
OUTCOMES = {
    "GET /sample/{id}": {"404": named("does not exist in VMRay or is not visible")},
    "GET /sample/{id}/report": optional_file("PDF"),
    "GET /analysis/{id}/archive/report/report.pdf": optional_file("PDF"),
    # for a report that VMRay denied, the list of analyses only explains why
    "GET /analysis/sample/{id}": explained(_DENIED),
}


def reports(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    return lab.run_with(ACTION, **parameters)


def test_the_report_of_a_sample(lab: Lab) -> None:
    """Given a known hash, then its report is attached with its facts, and a link leads to VMRay."""
    lab.vmray.control.add_sample(sha256=SHA256)
    lab.hashes(SHA256)

    run = reports(lab)

    shown = outcome(run)
    (item,) = items_of(run)
    content = base64.b64decode(shown["attachments"].pop("vmray-sample-5001-report.pdf"))
    assert content.startswith(b"%PDF-")
    assert item == {
        "subject": "sample 5001",
        "sample_id": 5001,
        "analysis_id": None,
        "entity": SHA256.upper(),
        "verdict": "malicious",
        "attachment": "vmray-sample-5001-report.pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "saved_to_case_wall": False,
        "web_link": "https://vmray.example/samples/5001",
        "outcome": "done",
        "reason": None,
    }
    assert shown["message"] == (
        f"Successfully attached the VMRay reports of the following samples: {SHA256.upper()}"
    )
    assert (shown["state"], shown["value"], shown["attachments"]) == ("completed", "done", {})
    assert shown["links"] == {"VMRay sample 5001": ["https://vmray.example/samples/5001"]}
    assert lab.seen() == [f"GET /rest/sample/sha256/{SHA256}", "GET /rest/sample/5001/report"]
    assert (lab.case.attachments, lab.case.insights) == ([], [])


def test_the_reports_of_analyses_of_a_sample(lab: Lab) -> None:
    """Given two analyses and Report Scope Analyses, then each has a row and a report; names are ours."""
    lab.vmray.control.add_sample(analyses=3)
    refused = {"path": "/rest/analysis/9002/archive/*"}
    lab.vmray.control.inject(refused, {"kind": "result_error", "error_msg": "broken"})

    run = reports(lab, Samples="5001", Report_Scope="analyses", Max_Analyses="2")

    assert [(each["analysis_id"], each["outcome"], each["attachment"]) for each in items_of(run)] == [
        (9003, "done", "vmray-analysis-9003-report.pdf"),
        (9002, "failed", None),
    ]
    assert list(run.attachments) == ["vmray-analysis-9003-report.pdf"]
    assert run.message == (
        "Successfully attached the VMRay reports of the following samples: 5001\n\nDetails:\n"
        "5001 (analysis 9002): VMRay rejected the request: broken"
    )
    assert run.json_result["complete"] is False
    assert sorted(lab.seen()) == [
        "GET /rest/analysis/9002/archive/report/report.pdf",
        "GET /rest/analysis/9003/archive/report/report.pdf",
        "GET /rest/analysis/submission/6001",
        "GET /rest/submission/sample/5001",
    ]


def test_given_analyses_count_instead_of_the_samples(lab: Lab) -> None:
    """Given both parameters, then the reports of exactly these analyses are attached."""
    lab.vmray.control.add_sample()

    run = reports(lab, Samples="4711", Analysis_IDs="9001, 4712")

    assert [(each["subject"], each["sample_id"], each["outcome"]) for each in items_of(run)] == [
        ("analysis 9001", 5001, "done"),
        ("analysis 4712", None, "not_found"),
    ]
    assert run.message.startswith(
        "Successfully attached the VMRay reports of the following analyses: 9001\n"
        "Action wasn't able to attach the VMRay reports of the following analyses: 4712\n"
    )


def test_files_on_the_case_wall(lab: Lab) -> None:
    """Given Save To Case Wall, then the report is on the case wall, too, and its row says so."""
    lab.vmray.control.add_sample()

    run = reports(lab, Samples="5001", Save_To_Case_Wall="true")

    (stored,) = lab.case.attachments
    assert (stored["name"], stored["type"]) == ("vmray-sample-5001-report", ".pdf")
    assert stored["base64_blob"] == run.attachments["vmray-sample-5001-report.pdf"]
    assert items_of(run)[0]["saved_to_case_wall"] is True
    assert "Details" not in run.message


@pytest.mark.parametrize(
    ("setup", "parameters", "expected", "reason"),
    [
        (locked, {}, "locked", "the report is locked (purchased as a verdict only)"),
        (
            locked,
            {"Report_Scope": "Analyses"},
            "locked",
            "the report is locked (purchased as a verdict only)",
        ),
        (unfinished, {}, "pending", "VMRay has not finished the newest submission of this sample"),
        (without("/rest/sample/*/report"), {}, "empty", "VMRay made no PDF"),
    ],
)
def test_why_there_is_no_report(
    lab: Lab,
    setup: Callable[[EmbeddedEmulator], None],
    parameters: dict[str, str],
    expected: str,
    reason: str,
) -> None:
    """Given a sample without a report, then the analyses and submissions say why; the action completes."""
    setup(lab.vmray)

    run = reports(lab, Samples="5001", **parameters)

    (item,) = items_of(run)
    assert (run.state.value, run.result_value) == ("completed", expected)
    assert (item["outcome"], item["reason"]) == (expected, reason)
    assert run.message == f"No reports were attached.\n\nDetails:\n5001: {reason}"
    assert run.json_result["complete"] is (expected == "empty")


@pytest.mark.parametrize(
    ("kind", "times", "says"),
    [
        ({"kind": "html"}, 4, "the response was not from VMRay: a web page with HTTP 200 (4 attempts)"),
        ({"kind": "status", "status": 403}, 1, "VMRay denied the request (HTTP 403)"),
    ],
)
def test_what_is_no_report_is_not_attached(lab: Lab, kind: dict[str, Any], times: int, says: str) -> None:
    """Given a web page, or a missing permission, then nothing is attached, and the action fails."""
    lab.vmray.control.add_sample()
    lab.vmray.control.inject({"path": "/rest/sample/*/report"}, kind, times)

    run = reports(lab, Samples="5001")

    assert (run.state.value, run.result_value, run.attachments) == ("failed", "failed", {})
    assert run.message.startswith(f'Error executing action "{ACTION}". Reason: {says}')


def test_what_does_not_fit_is_refused_with_its_size(lab: Lab) -> None:
    """Given a result limit without room for files, then the rows say how large the reports are."""
    lab.vmray.control.add_sample()

    run = lab.run(ACTION, {"Samples": "5001"}, max_json_result_size=1)

    (item,) = items_of(run)
    assert (item["outcome"], item["attachment"]) == ("failed", None)
    assert item["reason"] == "too large: 1 KiB; the whole is in VMRay, see web_link"
    assert item["web_link"] == "https://vmray.example/samples/5001"
    assert [each["class"] for each in run.json_result["errors"]] == ["too_large"]
