"""Analyses: the object, failures, and the archive with its summaries and screenshots."""

from __future__ import annotations

import io
import json
import zipfile
from functools import reduce
from operator import getitem
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.servers import Server
    from tests.contract.subjects import Subject

    from vmray_emulator import EmbeddedEmulator

ITEM = "GET /analysis/{id}"
ARCHIVE = "GET /analysis/{id}/archive"
MEMBER = "GET /analysis/{id}/archive/{member}"
SUMMARY = "logs/summary_v2.json"


@pytest.mark.recorded("a real analysis of server 4.2.0", endpoint=ITEM)
def test_an_analysis_names_all_its_submissions(subject: Subject) -> None:
    """An analysis has a list of submissions, its sample, its job and its engine."""
    analysis = subject.analysis
    assert subject.submission_id in analysis["analysis_submission_ids"]
    assert analysis["analysis_sample_id"] == subject.sample_id
    assert isinstance(analysis["analysis_job_id"], int)
    assert analysis["analysis_analyzer_name"]


@pytest.mark.recorded("a real analysis of server 4.2.0", endpoint=ITEM)
def test_success_is_result_code_1(subject: Subject) -> None:
    """A successful analysis has result code 1 with its sentence, a report and aggregates."""
    analysis = subject.analysis
    assert analysis["analysis_result_code"] == 1
    assert analysis["analysis_result_str"] == "Operation completed successfully."
    assert analysis["analysis_ioc_aggregation_state"] == "ok"
    assert analysis["analysis_size"] > 0
    assert analysis["analysis_webif_url"]


@pytest.mark.recorded("a real analysis of server 4.2.0 that failed", endpoint=ITEM)
def test_a_failure_is_an_analysis_too(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """A failed analysis has another result code, severity "error", no verdict and no report."""
    emulator.control.load_scenario("failed-analysis")
    number = emulator_server.submit(b"MZ failing", "failing.exe")["submissions"][0]["submission_id"]
    failed = emulator_server.get(f"/analysis/submission/{number}").data[0]
    assert failed["analysis_result_code"] == 7340034
    assert failed["analysis_result_str"] == ("Worker crashed or Worker daemon was restarted during analysis.")
    assert failed["analysis_severity"] == "error"
    assert failed["analysis_mitre_attack_aggregation_state"] == "failed_summary_json"
    for field in ("verdict", "webif_url", "pdf_created", "size"):
        assert failed[f"analysis_{field}"] is None


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /submission/{id}")
def test_a_submission_with_failed_analyses_has_errors(
    emulator: EmbeddedEmulator, emulator_server: Server
) -> None:
    """A submission whose analyses failed is finished and has `submission_has_errors`."""
    emulator.control.load_scenario("failed-analysis")
    number = emulator_server.submit(b"MZ failing", "failing.exe")["submissions"][0]["submission_id"]
    submission = emulator_server.get(f"/submission/{number}").data
    assert submission["submission_finished"] is True
    assert submission["submission_has_errors"] is True


@pytest.mark.documented("Cortex XSOAR pack VMRay, MISP module", endpoint="GET /analysis/sample/{id}")
def test_the_analyses_of_a_sample_are_listed(server: Server, subject: Subject) -> None:
    """The analyses of all submissions of a sample are one list."""
    found = [one["analysis_id"] for one in server.get(f"/analysis/sample/{subject.sample_id}").data]
    assert {one["analysis_id"] for one in subject.analyses} <= set(found)


@pytest.mark.documented("vendor client vmray_rest_api 6.0.0", endpoint="GET /analysis/submission/{id}")
def test_the_analyses_of_a_submission_are_listed_in_both_forms(server: Server, subject: Subject) -> None:
    """The analyses of a submission are found by path and by the filter `analysis_submission_id`."""
    by_path = server.get(f"/analysis/submission/{subject.submission_id}").data
    by_query = server.get("/analysis", analysis_submission_id=subject.submission_id).data
    assert sorted(one["analysis_id"] for one in by_path) == sorted(one["analysis_id"] for one in by_query)


@pytest.mark.recorded("a real archive of server 4.2.0", endpoint=MEMBER)
def test_a_member_of_the_archive_is_returned_unchanged(server: Server, subject: Subject) -> None:
    """A member is returned unchanged, not zipped. The summary is JSON and names the analysis."""
    number = subject.analysis["analysis_id"]
    response = server.get(f"/analysis/{number}/archive/{SUMMARY}")
    assert response.status == 200
    summary = json.loads(response.content)
    assert summary["_type"] == "summary"
    assert summary["analysis_metadata"]["analysis_id"] == number
    assert summary.keys() >= {"artifacts", "vti", "mitre_attack", "version"}


@pytest.mark.recorded("a real archive of server 4.2.0", endpoint=MEMBER)
def test_the_references_of_a_summary_can_be_followed(server: Server, subject: Subject) -> None:
    """Each reference in the `artifacts` of a summary has a target in the same document."""
    number = subject.analysis["analysis_id"]
    summary = json.loads(server.get(f"/analysis/{number}/archive/{SUMMARY}").content)
    references = [
        one for listed in summary["artifacts"].values() if isinstance(listed, list) for one in listed
    ]
    assert references
    for reference in references:
        assert reference["_type"] == "reference"
        found = summary
        for step in reference["path"]:
            found = found[step]
        assert found["_type"]


@pytest.mark.documented("TKCERT's Assemblyline service for VMRay", endpoint=MEMBER)
def test_the_behavior_in_a_summary(server: Server, subject: Subject) -> None:
    """Processes have parents, streams have addresses and what was said in them, engines have matches."""
    number = subject.analysis["analysis_id"]
    summary = json.loads(server.get(f"/analysis/{number}/archive/{SUMMARY}").content)

    def target(reference: dict[str, Any]) -> Any:
        return reduce(getitem, reference["path"], summary)

    assert summary["processes"]
    for process in summary["processes"].values():
        assert isinstance(process["os_pid"], int)
        assert {"image_name", "filename", "cmd_line", "monitor_id", "origin_monitor_id"} <= process.keys()
        if "ref_parent_process" in process:
            assert target(process["ref_parent_process"])["monitor_id"] == process["origin_monitor_id"]
        assert all("operation_desc" in target(one) for one in process.get("ref_vti_matches", []))
    network = summary.get("network", {})
    for stream in [*network.get("tcp", {}).values(), *network.get("udp", {}).values()]:
        assert target(stream["connection"]["ref_remote_ip_address"])["ip_address"]
        assert isinstance(stream["connection"]["remote_port"], int)
        said = [target(one) for one in stream.get("ref_upper_protocol_entries", [])]
        names = {"network.dns.query": "name", "network.http.request": "url"}
        assert all(one[names[one["_type"]]] for one in said if one["_type"] in names)
    assert all(one["rule_name"] for one in summary.get("yara", {}).get("matches", {}).values())
    for engine in summary.get("anti_virus", {}).values():
        assert all(one["threat"]["name"] for one in engine["matches"].values())


@pytest.mark.documented("OpenCTI connector for VMRay (names of members only)", endpoint=ARCHIVE)
def test_malware_configurations_are_json(server: Server, subject: Subject) -> None:
    """The members `malware_configurations/*` are JSON. Without any of them the status is 404."""
    number = subject.analysis["analysis_id"]
    response = server.get(f"/analysis/{number}/archive", filenames="malware_configurations/*")
    assert response.status in (200, 404)
    if response.status == 200:
        with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
            assert archive.namelist()
            for member in archive.infolist():
                if not member.flag_bits & 1:  # the settings of the user may encrypt it
                    assert json.loads(archive.read(member))


@pytest.mark.inferred("VMRay's client writes a slash, Google's integration %2f", endpoint=MEMBER)
def test_the_slash_of_a_member_may_be_encoded(server: Server, subject: Subject) -> None:
    """`logs%2fsummary_v2.json` is the same path as `logs/summary_v2.json`."""
    base = f"/analysis/{subject.analysis['analysis_id']}/archive"
    assert server.get(f"{base}/logs%2fsummary_v2.json").content == server.get(f"{base}/{SUMMARY}").content


@pytest.mark.documented("MISP module vmray_import, TKCERT's Assemblyline service", endpoint=MEMBER)
def test_a_missing_member_is_404(server: Server, subject: Subject) -> None:
    """A member that is not in the archive returns 404."""
    number = subject.analysis["analysis_id"]
    assert server.get(f"/analysis/{number}/archive/logs/no_such_file.json").status == 404


@pytest.mark.documented("OpenAPI document 2026.2.1; VMRay's Splunk SOAR app", endpoint=ARCHIVE)
def test_members_can_be_selected_by_pattern(server: Server, subject: Subject) -> None:
    """`filenames` with names and patterns returns a ZIP of these members, under their full names."""
    number = subject.analysis["analysis_id"]
    response = server.get(f"/analysis/{number}/archive", filenames=f"{SUMMARY},screenshots/*")
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        names = archive.namelist()
    assert SUMMARY in names
    assert all(name == SUMMARY or name.startswith("screenshots/") for name in names)


@pytest.mark.documented("Cortex XSOAR pack VMRay, VMRay's Splunk SOAR app", endpoint=MEMBER)
def test_the_index_of_screenshots_names_the_pictures(server: Server, subject: Subject) -> None:
    """`screenshots/index.log` has a line with four columns for each screenshot. The last is the file name."""
    number = subject.analysis["analysis_id"]
    index = server.get(f"/analysis/{number}/archive/screenshots/index.log")
    assert index.status == 200
    for line in index.content.decode().splitlines():
        delta, size, hashes, name = line.split(" | ")
        assert int(delta) >= 0
        assert hashes.startswith("md5=")
        picture = server.get(f"/analysis/{number}/archive/screenshots/{name}").content
        assert picture.startswith(b"\x89PNG")
        assert len(picture) == int(size)


@pytest.mark.documented(
    "vendor client vmray_rest_api 6.0.0", endpoint="GET /analysis/{id}/archive/screenshots"
)
def test_screenshots_come_as_an_archive_since_2023_4_0(server: Server, subject: Subject) -> None:
    """Since server 2023.4.0 all screenshots are one ZIP. Older servers do not have this path."""
    response = server.get(f"/analysis/{subject.analysis['analysis_id']}/archive/screenshots")
    if server.version < (2023, 4, 0):
        assert response.status == 404
        return
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert any(name.endswith(".png") for name in archive.namelist())


@pytest.mark.inferred("the vendor's clients ask for no archive of such analyses", endpoint=ARCHIVE)
def test_a_failed_analysis_has_no_archive(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """The archive of a failed analysis returns 404."""
    emulator.control.load_scenario("failed-analysis")
    number = emulator_server.submit(b"MZ failing", "failing.exe")["submissions"][0]["submission_id"]
    failed = emulator_server.get(f"/analysis/submission/{number}").data[0]["analysis_id"]
    assert emulator_server.get(f"/analysis/{failed}/archive").status == 404


@pytest.mark.documented("OpenAPI document 2026.2.1; Cortex XSOAR pack VMRay", endpoint=ITEM)
def test_a_verdict_only_report_is_locked(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """The report and the archive of a Verdict quota submission are locked. The verdict can be read."""
    sample = emulator.control.add_sample(locked=True)
    analysis = emulator_server.get(f"/analysis/sample/{sample['sample_id']}").data[0]
    assert analysis["analysis_lock_status"] == "locked"
    assert (analysis["analysis_billing_type"], analysis["analysis_quota_type"]) == ("detector", "verdict")
    assert emulator_server.get(f"/analysis/{analysis['analysis_id']}/archive").status in (403, 404)
    assert emulator_server.get(f"/sample/{sample['sample_id']}").data["sample_verdict"] == "malicious"
