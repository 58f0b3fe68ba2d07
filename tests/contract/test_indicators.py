"""Threat indicators (VTIs) and MITRE ATT&CK techniques."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.servers import Server
    from tests.contract.subjects import Subject

VTIS = "GET /sample/{id}/vtis"
MITRE = "GET /sample/{id}/mitre_attack"
INDICATOR = {"analysis_ids", "category", "classifications", "id", "operation", "score"}


@pytest.mark.recorded("a real answer after 4.2.0", endpoint=VTIS)
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
    """`/threat_indicators` answers as `/vtis`."""
    base = f"/sample/{subject.sample_id}"
    assert server.get(f"{base}/threat_indicators").data == server.get(f"{base}/vtis").data


@pytest.mark.documented("VMRay's Splunk SOAR app", endpoint="GET /analysis/{id}/vtis")
def test_an_analysis_has_its_own_indicators(server: Server, subject: Subject) -> None:
    """The indicators of one analysis come in the same envelope and name that analysis."""
    number = subject.analysis["analysis_id"]
    data = server.get(f"/analysis/{number}/vtis").data
    assert data["status"] == "finished"
    assert all(number in indicator["analysis_ids"] for indicator in data["threat_indicators"])


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /submission/{id}/vtis")
def test_a_submission_has_indicators(server: Server, subject: Subject) -> None:
    """The indicators of a submission come in the same envelope."""
    data = server.get(f"/submission/{subject.submission_id}/vtis").data
    assert all(indicator.keys() == INDICATOR for indicator in data["threat_indicators"])


@pytest.mark.recorded("a real answer after 4.2.0", endpoint=MITRE)
def test_a_technique_has_tactics_and_no_score(server: Server, subject: Subject) -> None:
    """A technique has its MITRE id and name, tactics, versions and the indicators behind it, but no score."""
    data = server.get(f"/sample/{subject.sample_id}/mitre_attack").data
    assert data["status"] == "finished"
    for technique in data["mitre_attack_techniques"]:
        assert technique.keys() == {
            "analysis_ids", "id", "matrix_version", "tactics", "technique", "technique_id",
            "threat_indicators", "version",
        }  # fmt: skip  # a row of the table is a line
        assert technique["technique_id"].startswith("T")
        assert isinstance(technique["version"], float)


@pytest.mark.recorded("real answers after 4.2.0, of one sample", endpoint=MITRE)
def test_indicators_have_the_same_id_in_both_answers(server: Server, subject: Subject) -> None:
    """An indicator inside a technique is the one with the same id in `/vtis`."""
    base = f"/sample/{subject.sample_id}"
    by_id = {one["id"]: one for one in server.get(f"{base}/vtis").data["threat_indicators"]}
    for technique in server.get(f"{base}/mitre_attack").data["mitre_attack_techniques"]:
        for indicator in technique["threat_indicators"]:
            assert indicator["operation"] == by_id[indicator["id"]]["operation"]
