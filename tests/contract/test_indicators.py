"""Threat indicators (VTIs) and MITRE ATT&CK techniques."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.servers import Server
    from tests.contract.subjects import Subject

    from vmray_emulator import EmbeddedEmulator

VTIS = "GET /sample/{id}/vtis"
OF_ANALYSIS = "GET /analysis/{id}/vtis"
OF_SUBMISSION = "GET /submission/{id}/vtis"
MITRE = "GET /sample/{id}/mitre_attack"
INDICATOR = {"analysis_ids", "category", "classifications", "id", "operation", "score"}


@pytest.mark.recorded("a real response after 4.2.0", endpoint=VTIS)
def test_an_indicator_has_a_category_an_operation_and_a_score(server: Server, subject: Subject) -> None:
    """`data` has `status` and `threat_indicators`; each of them has exactly six fields."""
    data = server.get(f"/sample/{subject.sample_id}/vtis").data
    assert data["status"] == "finished"
    assert data["threat_indicators"]
    assert all(indicator.keys() == INDICATOR for indicator in data["threat_indicators"])


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=VTIS)
def test_scores_are_one_to_five_or_minus_one(server: Server, subject: Subject) -> None:
    """The score is a whole number from 1 to 5, or -1 for a benign indicator."""
    for indicator in server.get(f"/sample/{subject.sample_id}/vtis").data["threat_indicators"]:
        assert indicator["score"] in (-1, 1, 2, 3, 4, 5)


@pytest.mark.documented(
    "Cortex XSOAR pack VMRay; VMRay's Splunk SOAR app", endpoint="GET /sample/{id}/threat_indicators"
)
def test_there_is_an_alias(server: Server, subject: Subject) -> None:
    """`/threat_indicators` returns the same as `/vtis`."""
    base = f"/sample/{subject.sample_id}"
    assert server.get(f"{base}/threat_indicators").data == server.get(f"{base}/vtis").data


@pytest.mark.inferred("the older name is in older clients only", endpoint=VTIS)
def test_a_server_may_have_only_the_alias(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """A server may return 404 for `/vtis` and 200 for `/threat_indicators`."""
    emulator.control.load_scenario("known-sample")
    number = emulator.control.samples()[0]["sample_id"]
    emulator.control.configure(refused_paths=[["/sample/*/vtis", 404]])
    assert emulator_server.get(f"/sample/{number}/vtis").error == (404, "No such element")
    assert emulator_server.get(f"/sample/{number}/threat_indicators").data["threat_indicators"]


@pytest.mark.documented("VMRay's Splunk SOAR app", endpoint=OF_ANALYSIS)
def test_an_analysis_has_its_own_indicators(server: Server, subject: Subject) -> None:
    """The indicators of one analysis have the same envelope and name the analysis."""
    number = subject.analysis["analysis_id"]
    data = server.get(f"/analysis/{number}/vtis").data
    assert data["status"] == "finished"
    assert all(number in indicator["analysis_ids"] for indicator in data["threat_indicators"])


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=OF_SUBMISSION)
def test_a_submission_has_indicators(server: Server, subject: Subject) -> None:
    """The indicators of a submission have the same envelope."""
    data = server.get(f"/submission/{subject.submission_id}/vtis").data
    assert data["status"] == "finished"
    assert all(indicator.keys() == INDICATOR for indicator in data["threat_indicators"])


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=OF_ANALYSIS)
@pytest.mark.parametrize("path", ["/sample", "/submission", "/analysis"])
def test_indicators_of_an_unknown_object_are_not_found(server: Server, path: str) -> None:
    """An ID that is unknown or not visible to the key returns 404."""
    assert server.get(f"{path}/999999999/vtis").error == (404, "No such element")


@pytest.mark.emulator_only("an analysis that failed has seen nothing", endpoint=OF_ANALYSIS)
def test_a_failed_analysis_has_no_indicators(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """The list of a failed analysis is empty and complete."""
    emulator.control.configure(profile="failed")
    emulator_server.submit(b"MZ failed", "failed.exe")
    for analysis in emulator_server.get("/analysis").data:
        data = emulator_server.get(f"/analysis/{analysis['analysis_id']}/vtis").data
        assert (analysis["analysis_result_code"] != 1, data["threat_indicators"]) == (True, [])


@pytest.mark.inferred("lists are put together after the analyses", endpoint=OF_SUBMISSION)
def test_a_running_submission_has_no_complete_list(
    emulator: EmbeddedEmulator, emulator_server: Server
) -> None:
    """While the submission is running, the `status` of the list is not `finished`."""
    emulator.control.set_lifecycle("manual")
    (submission,) = emulator_server.submit(b"MZ running", "running.exe")["submissions"]
    path = f"/submission/{submission['submission_id']}/vtis"
    assert emulator_server.get(path).data["status"] != "finished"
    emulator.control.finish_all()
    assert emulator_server.get(path).data["status"] == "finished"


@pytest.mark.recorded("a real response after 4.2.0", endpoint=MITRE)
def test_a_technique_has_tactics_and_no_score(server: Server, subject: Subject) -> None:
    """A technique has its MITRE ID and name, tactics, versions and indicators, but no score."""
    data = server.get(f"/sample/{subject.sample_id}/mitre_attack").data
    assert data["status"] == "finished"
    for technique in data["mitre_attack_techniques"]:
        assert technique.keys() == {
            "analysis_ids", "id", "matrix_version", "tactics", "technique", "technique_id",
            "threat_indicators", "version",
        }  # fmt: skip  # a row of the table is a line
        assert technique["technique_id"].startswith("T")
        assert isinstance(technique["version"], float)


@pytest.mark.recorded("real responses after 4.2.0, of one sample", endpoint=MITRE)
def test_indicators_have_the_same_id_in_both_responses(server: Server, subject: Subject) -> None:
    """An indicator of a technique has the same ID and content as in `/vtis`."""
    base = f"/sample/{subject.sample_id}"
    by_id = {one["id"]: one for one in server.get(f"{base}/vtis").data["threat_indicators"]}
    for technique in server.get(f"{base}/mitre_attack").data["mitre_attack_techniques"]:
        for indicator in technique["threat_indicators"]:
            assert indicator["operation"] == by_id[indicator["id"]]["operation"]
