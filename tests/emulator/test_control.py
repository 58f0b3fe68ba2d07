"""The control interface, in the process and over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from vmray_emulator import KNOWN_SHA256, SCENARIOS, EmbeddedEmulator

if TYPE_CHECKING:
    from tests.emulator.api import Api

    from vmray_emulator.json_types import Json


def control(emulator: EmbeddedEmulator, method: str, verb: str, **body: Json) -> Json:
    """Send a request to the control interface, without a key."""
    response = requests.request(method, f"{emulator.url}/_emulator/{verb}", json=body, timeout=10)
    assert response.status_code == 200, response.text
    return response.json()


def test_every_control_method_works_over_http(emulator: EmbeddedEmulator, api: Api) -> None:
    """Each method of the control object is also available as JSON over HTTP."""
    assert control(emulator, "GET", "counts")["submissions"] == 0
    hashes = control(emulator, "POST", "known_samples", count=3, iocs_per_type=1)
    assert len(api.get(f"/sample/sha256/{hashes[2]}")) == 1
    sample = control(
        emulator, "POST", "samples", filename="x.exe", verdict="clean", sample_ssdeephash="3:a:b"
    )
    assert api.get(f"/sample/{sample['sample_id']}")["sample_ssdeephash"] == "3:a:b"
    control(emulator, "POST", "lifecycle", lifecycle="manual")
    number, _ = api.submit_one()
    control(emulator, "POST", "advance", seconds=10)
    assert api.get(f"/submission/{number}")["submission_status"] == "in_progress"
    control(emulator, "POST", "finish_all")
    assert control(emulator, "GET", "submissions")[-1]["submission_finished"] is True
    assert len(control(emulator, "GET", "samples")) == 5
    assert len(control(emulator, "GET", "analyses")) == 6
    control(emulator, "POST", "faults", match={"path": "/rest/system_info"}, fault={"kind": "html"}, times=3)
    assert control(emulator, "GET", "faults")[0]["times"] == 3
    control(emulator, "DELETE", "faults")
    control(emulator, "POST", "settings", api_items_per_request=7)
    assert control(emulator, "GET", "settings")["api_items_per_request"] == 7
    control(emulator, "POST", "latency", seconds=0.0)
    control(emulator, "POST", "rate_limit", per_second=None)
    control(emulator, "POST", "scenario", name="known-sample")
    assert control(emulator, "GET", "requests")[-1]["path"] == f"/rest/submission/{number}"
    control(emulator, "DELETE", "requests")
    assert control(emulator, "GET", "requests") == []
    control(emulator, "POST", "reset")
    assert control(emulator, "GET", "counts")["samples"] == 0


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("settings", {"colour": "red"}),
        ("settings", {"max_api_items": "many"}),
        ("settings", {"analysis_caching": "sometimes"}),
        ("scenario", {"name": "flood"}),
        ("scenario", {}),
        ("faults", {"match": {}, "fault": {"kind": "earthquake"}}),
        ("settings", {"refused_paths": [["/billing_info", 500]]}),
        ("settings", {"refused_paths": [["/billing_info"]]}),
        ("settings", {"report_quota": "many"}),
        ("settings", {"key_quota_limit": None}),
        ("lifecycle", {"lifecycle": "soon"}),
        ("samples", {"colour": "red"}),
        ("samples", {"iocs": {"smells": ["x"]}}),
        ("advance", {"seconds": -1}),
    ],
)
def test_an_invalid_control_request_returns_400_with_the_reason(
    emulator: EmbeddedEmulator, verb: str, body: dict[str, Any]
) -> None:
    """A wrong control request returns 400 with the reason, and the server keeps running."""
    response = requests.post(f"{emulator.url}/_emulator/{verb}", json=body, timeout=10)
    assert response.status_code == 400
    assert response.json()["error"]
    assert control(emulator, "GET", "counts")["samples"] == 0


@pytest.mark.parametrize("name", [name for name in SCENARIOS if not name.startswith("quota-exhausted")])
def test_every_scenario_with_quota_accepts_a_file_and_a_url(api: Api, name: str) -> None:
    """In each scenario with quota, a file and a URL can be submitted, and both submissions finish."""
    api.control.load_scenario(name)
    number, _ = api.submit_one()
    api.submit_url("https://www.example.net/")
    assert api.get(f"/submission/{number}")["submission_finished"] is True


def test_the_sample_of_a_scenario_exists(api: Api) -> None:
    """The sample of a scenario is finished and has IOCs and indicators. Loading it twice adds no sample."""
    for _ in range(2):
        api.control.load_scenario("known-sample")
    (sample,) = api.get(f"/sample/sha256/{KNOWN_SHA256}")
    assert sample["sample_verdict"] == "malicious"
    (submission,) = api.get(f"/submission/sample/{sample['sample_id']}")
    assert submission["submission_finished"] is True
    assert api.get(f"/sample/{sample['sample_id']}/iocs")["iocs"]["ips"]
    assert api.get(f"/sample/{sample['sample_id']}/vtis")["threat_indicators"]


def test_known_samples_can_be_described_in_full(api: Api) -> None:
    """A caller can set verdict, hashes, null lists, IOC fields and extra fields of a known sample."""
    known = api.control.add_sample(
        sha256="AB" * 32,
        verdict="suspicious",
        classifications=None,
        iocs={"domains": ["a.example", {"value": "b.example", "verdict": None, "protocols": ["TCP"]}]},
        indicators=[{"category": "Odd", "operation": "Does <b>odd</b> things", "score": 2}],
        analyses=2,
        sample_filesize=7,
    )
    (sample,) = api.get("/sample/sha256/" + "ab" * 32)
    assert sample == known
    assert (sample["sample_filesize"], sample["sample_classifications"]) == (7, None)
    first, second = api.get(f"/sample/{sample['sample_id']}/iocs")["iocs"]["domains"]
    assert (first["domain"], first["verdict"], second["verdict"]) == ("a.example", "suspicious", None)
    assert second["protocols"] == ["TCP"]
    (indicator,) = api.get(f"/sample/{sample['sample_id']}/vtis")["threat_indicators"]
    assert indicator["operation"] == "Does <b>odd</b> things"
    assert len(indicator["analysis_ids"]) == 2
    never = api.control.add_sample(filename="never.exe", analyses=0)
    assert never["sample_verdict"] is None
    assert api.get(f"/submission/sample/{never['sample_id']}") == []


def test_the_request_log_has_query_form_and_files(api: Api) -> None:
    """The request log has the query, the form and the files of each request."""
    files = {"sample_file": ("a.txt", b"a")}
    api.send("POST", "/sample/submit", params={"tags": "q"}, data={"comment": "f"}, files=files)
    (seen,) = api.control.requests()
    assert (seen.query, seen.form, seen.files) == ({"tags": "q"}, {"comment": "f"}, {"sample_file": "a.txt"})
    assert seen.user_agent.startswith("python-requests/")
