"""Parts of a result that cannot be read: the verdict is told, whatever the fault of another part."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.expected import ENRICHED, NONE_ENRICHED, SUBMITTED, WAITING, details
from tests.actions.patched_integration import PatchedIntegration, scale_time
from tests.actions.uploading import archive, made, upload

from vm_ray.core.results.vmray_insight import UNREAD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.actions.lab import Lab

EVER = 1_000
URL = "http://evil.example/a"
ENTITY = URL.upper()
DOWN = {"kind": "status", "status": 500}
LAST_RUN: dict[str, Any] = {"async_timeout": 60.0, "poll_interval": 600.0}
pytestmark = pytest.mark.usefixtures("_persistent_faults")
# The request of one hash, the fault of each of its attempts, and a pattern of the reason.
LISTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "aa" * 32: ("vtis", DOWN, r"VMRay returned HTTP 500 \(4 attempts\)"),
    "ab" * 32: ("iocs", {"kind": "status", "status": 403}, r".*\(HTTP 403\)"),
    "ac" * 32: ("vtis", {"kind": "status", "status": 404}, r".*\(HTTP 404\)"),
    "ad" * 32: ("iocs", {"kind": "redirect", "location": "http://127.0.0.1:9/login"}, r".*\(HTTP 302\)"),
    "ae" * 32: ("vtis", {"kind": "html"}, ".*web page"),
    "af" * 32: ("iocs", {"kind": "patch", "set": {"data.iocs": ["c2.example"]}}, ".*does not contain iocs"),
    "ba" * 32: ("vtis", {"kind": "patch", "remove": ["data.threat_indicators"]}, ".*does not contain threat"),
    "bb" * 32: ("iocs", {"kind": "reset_mid_body"}, r".*was lost before the response was complete \(4 "),
    "bc" * 32: ("vtis", {"kind": "status", "status": 401}, ".*HTTP 401"),
    "bd" * 32: ("iocs", {"kind": "result_error", "error_msg": "Database is locked"}, ".*Database is locked"),
}
NAMES = {"iocs": "IOCs", "vtis": "threat indicators"}
INDICATOR = {"category": "Execution", "operation": "Runs a program", "score": 4}


@pytest.fixture
def _persistent_faults(lab: Lab) -> Iterator[None]:
    """Remove the faults after the test: they last as long as it needs them."""
    yield
    lab.vmray.control.clear_faults()


def test_a_list_that_cannot_be_read_does_not_decide_over_the_verdict(lab: Lab) -> None:
    """Each hash has its verdict, its other list, a suspicious flag, and a note about the missing list."""
    for sha256, (path, fault, _) in LISTS.items():
        found = {"iocs": {"domains": ["c2.example"]}, "indicators": [INDICATOR]}
        sample = lab.vmray.control.add_sample(sha256=sha256, **found)
        lab.vmray.control.inject({"path": f"/rest/sample/{sample['sample_id']}/{path}"}, fault, EVER)
    lab.hashes(*LISTS)

    run = lab.run("Scan Hash")

    entities = [each.upper() for each in LISTS]
    documented, _, notes = run.message.partition("\n\nDetails:\n")
    assert documented == ENRICHED + "\n".join(entities)
    assert (run.state.value, run.result_value) == ("completed", True)
    assert lab.flags() == dict.fromkeys(entities, (True, True))
    told = dict(line.split(": ", 1) for line in notes.splitlines())
    assert len(told) == len(notes.splitlines()) == len(LISTS)
    for row, (sha256, (path, _, reason)) in zip(run.json_result, LISTS.items(), strict=True):
        entity, result = sha256.upper(), row["EntityResult"]
        assert re.match(f"{NAMES[path]} could not be read: {reason}", told[entity]), told[entity]
        assert (row["Entity"], result["sample_verdict"]) == (entity, "malicious")
        assert [each["domain"] for each in result["iocs"]["domains"]] == ["c2.example"] * (path == "vtis")
        assert len(result["iocs"]) == 8
        assert len(result["threat_indicators"]) == (path == "iocs")
        assert lab.enrichment(entity)["VMRay_sample_sha256hash"] == sha256
        assert lab.insights()[entity].count(UNREAD) == 1


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (DOWN, r"VMRay returned HTTP 500 \(4 attempts\)"),
        ({"kind": "status", "status": 403}, r"VMRay denied the request \(HTTP 403\).*"),
        ({"kind": "status", "status": 404}, r"the object does not exist in VMRay.*"),
        ({"kind": "patch", "remove": ["data.sample_id"], "set": {}}, ".*does not contain sample_id"),
    ],
    ids=["500", "403", "404", "no id"],
)
def test_a_sample_that_cannot_be_read_leaves_the_verdict_of_its_submission(
    lab: Lab, tmp_path: Path, fault: dict[str, Any], why: str
) -> None:
    """The URL becomes suspicious and the file has a row: both with the verdict that the poll returned."""
    lab.vmray.control.inject({"path": "/rest/sample/500*"}, fault, EVER)
    path = made(tmp_path, "invoice.exe")

    uploaded = upload(lab, path)
    lab.urls(URL)
    scanned = lab.run("Scan URL")

    reason = rf"sample {{0}} could not be read: {why}; verdict of submission {{1}}: malicious"
    (row,) = uploaded.json_result["files"]
    assert (row["verdict"], row["result"], row["data"]) == ("malicious", "error", None)
    assert re.fullmatch(reason.format(5001, 6001), row["error"]), row["error"]
    assert uploaded.message == f"{SUBMITTED}{path}{details(f'{path}: ' + row['error'])}"
    documented, _, told = scanned.message.partition(f"\n\nDetails:\n{ENTITY}: ")
    assert documented == NONE_ENRICHED
    assert re.fullmatch(reason.format(5002, 6002), told), told
    assert lab.flags() == {ENTITY: (False, True)}


@pytest.mark.parametrize("verdict", ["malicious", "high_risk", None])
def test_a_verdict_so_far_is_told_at_the_deadline(lab: Lab, tmp_path: Path, verdict: str | None) -> None:
    """Given a submission with a verdict that is not finished, then reason, row and flag have the verdict."""
    lab.vmray.control.set_lifecycle("manual")
    lab.urls(URL)
    lab.run("Scan URL", **LAST_RUN)
    listed = {"method": "GET", "path": "/rest/submission", "query": {"submission_submission_metadata": "*"}}
    told = {"kind": "patch", "set": {"data.*.submission_verdict": verdict}}
    lab.vmray.control.inject(listed, told)
    path = made(tmp_path, "invoice.exe")

    scanned = lab.run("Scan URL", **LAST_RUN)
    flags = lab.flags()
    lab.open_case()
    upload(lab, path, **LAST_RUN)
    lab.vmray.control.inject(listed, told)
    uploaded = upload(lab, path, **LAST_RUN)

    unknown = " (not known to this version of the integration)" if verdict == "high_risk" else ""
    so_far = f"; verdict so far: {verdict}{unknown}" if verdict else ""
    late = f"analysis not finished in time, submission {{}}{so_far}"
    assert f"{ENTITY}: {late.format(6001)}" in scanned.message.splitlines()
    assert flags == {ENTITY: (False, verdict == "malicious")}
    (row,) = uploaded.json_result["files"]
    assert (row["verdict"], row["result"], row["error"]) == (verdict, "pending", late.format(6002))
    assert uploaded.message.startswith(f"{SUBMITTED}{path}\n{WAITING}{path}\n")


def test_a_worse_verdict_of_the_submission_is_told(lab: Lab, tmp_path: Path) -> None:
    """Given a clean sample and a malicious submission, then a note and the flag have the worse verdict."""
    clean = {"kind": "patch", "set": {"data.sample_verdict": "clean"}}
    lab.vmray.control.inject({"path": "/rest/sample/500*"}, clean, 2)
    path = made(tmp_path, "invoice.exe")

    uploaded = upload(lab, path)
    lab.urls(URL)
    scanned = lab.run("Scan URL")

    (row,) = uploaded.json_result["files"]
    assert (row["verdict"], row["result"]) == ("clean", "ok")
    assert f"{path}: VMRay's verdict of submission 6001 is malicious" in uploaded.message.splitlines()
    (found,) = scanned.json_result
    assert found["EntityResult"]["sample_verdict"] == "clean"
    assert f"{ENTITY}: VMRay's verdict of submission 6002 is malicious" in scanned.message.splitlines()
    assert lab.flags() == {ENTITY: (True, True)}


@pytest.mark.parametrize("status", [401, 403, 404])
def test_children_that_cannot_be_listed_are_noted_in_the_same_run(lab: Lab, status: int) -> None:
    """Given a key that may not list submissions, then the URL is reported at once, without its children."""
    query = {"submission_parent_submission_id": "*"}
    match = {"method": "GET", "path": "/rest/submission", "query": query}
    lab.vmray.control.inject(match, {"kind": "status", "status": status}, EVER)
    lab.urls(URL)

    run = lab.run("Scan URL")

    assert len(run.rounds) == 2
    assert run.message.startswith(
        f"{ENRICHED}{ENTITY}\n\nDetails:\n{ENTITY}: child submissions of 6001 could not be listed: "
    )
    assert lab.flags() == {ENTITY: (True, True)}


def test_a_fatal_error_at_the_end_tells_the_verdict_that_was_known(lab: Lab) -> None:
    """Given a key that is withdrawn before the sample is read, then the kept submission has its verdict."""
    lab.vmray.control.inject({"path": "/rest/sample/5001"}, {"kind": "status", "status": 401}, EVER)
    lab.urls(URL)

    run = lab.run("Scan URL")

    why = "VMRay rejected the API key (HTTP 401); check Api Key"
    kept = details(f"{ENTITY}: kept in VMRay: submission 6001; verdict: malicious")
    assert run.message == f'Error executing action "Scan URL". Reason: {why}{kept}'


@pytest.fixture
def patient(lab: Lab, tmp_path: Path) -> Lab:
    """Return a lab whose actions wait for the requests in progress after a fatal error, on any machine."""
    patched = PatchedIntegration(lab, tmp_path / "patient")
    scale_time(patched.folder, 1.0, thread_end=60.0)
    lab.host = patched.host
    return lab


def test_a_fatal_error_of_one_url_keeps_the_reports_of_the_others(patient: Lab) -> None:
    """Given a redirect for one of three samples, then the others are enriched, and the action fails."""
    lab = patient
    lab.vmray.control.inject({"path": "/rest/sample/5002"}, {"kind": "redirect", "location": "/elsewhere"})
    lab.urls(*(f"http://evil.example/{number}" for number in range(3)))

    run = lab.run("Scan URL")

    redirected = "the server returned a redirect (HTTP 302), which is not followed; check Api Root"
    stored = {each["submission_sample_id"]: each for each in lab.vmray.control.submissions()}
    number, lost = stored[5002]["submission_id"], stored[5002]["submission_original_url"].upper()
    others = sorted(set(lab.flags()) - {lost})
    assert run.state.value == "failed"
    assert run.message.splitlines()[:4] == [
        f'Error executing action "Scan URL". Reason: {redirected}',
        "",
        "Details:",
        "Kept: 2 of 3 entities were enriched before this error",
    ]
    assert f"{lost}: kept in VMRay: submission {number}; verdict: malicious" in run.message.splitlines()
    assert lab.flags() == {lost: (False, True), **dict.fromkeys(others, (True, True))}
    assert sorted(each["Entity"] for each in run.json_result) == others
    assert sorted({title.partition(" - ")[0] for title in run.tables}) == others
    assert sorted(lab.insights()) == others


def test_a_fatal_error_of_one_member_keeps_the_samples_of_the_others(patient: Lab, tmp_path: Path) -> None:
    """Given a key that is rejected for one of two members, then the other is in the result."""
    lab = patient
    lab.vmray.control.load_scenario("archive")
    lab.vmray.control.inject({"path": "/rest/sample/5002"}, {"kind": "status", "status": 401})
    path = archive(tmp_path, "emulate-malicious-exe.exe", "emulate-clean-document.txt")

    run = upload(lab, path)

    why = "VMRay rejected the API key (HTTP 401); check Api Key"
    kept = "Kept: 1 of 2 samples were read before this error"
    stored = f"{path}: kept in VMRay: submission 6001, 6002; verdict: malicious"
    reason = f'Error executing action "Upload File And Get Report". Reason: {why}'
    assert run.message == f"{reason}{details(kept, stored)}"
    read, unread = run.json_result["files"]
    assert (read["submission_id"], read["verdict"], read["result"], read["error"]) == (
        6001,
        "malicious",
        "ok",
        None,
    )
    assert (unread["submission_id"], unread["verdict"], unread["result"]) == (6002, "clean", "error")
    assert unread["error"] == f"sample 5002 could not be read: {why}; verdict of submission 6002: clean"
