"""VMRay's published REST client (vmray-rest-api on PyPI, class `VMRayRESTAPI`) works with the emulator."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from tests.contract.servers import PROGRAM
from vmray.rest_api import VMRayRESTAPI, VMRayRESTAPIError  # type: ignore[import-untyped]  # the package has no types

if TYPE_CHECKING:
    from pathlib import Path

    from vmray_emulator import EmbeddedEmulator

SOURCE = "vendor client vmray_rest_api 6.0.0, run unmodified"
TAG = "kit"


@pytest.fixture
def client(emulator: EmbeddedEmulator) -> Any:
    """Return the vendor's client, connected to the emulator."""
    return VMRayRESTAPI(emulator.url, emulator.api_key, connector_name="contract")


def submit(client: Any, folder: Path, name: str = "client.exe") -> dict[str, Any]:
    """Submit a file from disk with the client."""
    path = folder / name
    path.write_bytes(PROGRAM + name.encode())
    with path.open("rb") as file:
        response: dict[str, Any] = client.call(
            "POST", "/rest/sample/submit", {"sample_file": file, "tags": TAG}
        )
    return response


@pytest.mark.documented(SOURCE, endpoint="POST /sample/submit")
@pytest.mark.parametrize("name", ["client.exe", "Prüfbericht 試.exe"])
def test_the_client_submits_a_file_under_its_name(client: Any, tmp_path: Path, name: str) -> None:
    """The client submits a file with its name, in any script, and with tags."""
    response = submit(client, tmp_path, name)
    assert response["samples"][0]["sample_filename"] == name
    assert response["submissions"][0]["submission_tags"] == [TAG]


@pytest.mark.documented(SOURCE, endpoint="GET /submission/{id}")
def test_the_client_waits_for_the_end(emulator: EmbeddedEmulator, client: Any, tmp_path: Path) -> None:
    """The flag that the client polls changes from false to true."""
    emulator.control.set_lifecycle("reads:2")
    number = submit(client, tmp_path)["submissions"][0]["submission_id"]
    seen = [client.call("GET", f"/rest/submission/{number}")["submission_finished"] for _ in range(4)]
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (False, True)


@pytest.mark.documented(SOURCE, endpoint="GET /sample/{id}")
def test_the_client_reads_a_sample_and_its_results(client: Any, tmp_path: Path) -> None:
    """The client reads sample, IOCs, indicators, techniques and a look-up by hash."""
    number = submit(client, tmp_path)["samples"][0]["sample_id"]
    sample = client.call("GET", f"/rest/sample/{number}")
    assert sample["sample_verdict"] == "malicious"
    iocs = client.call("GET", f"/rest/sample/{number}/iocs", {"ioc_verdict": "malicious"})["iocs"]
    assert {ioc["verdict"] for listed in iocs.values() for ioc in listed} == {"malicious"}
    assert client.call("GET", f"/rest/sample/{number}/vtis")["threat_indicators"]
    assert client.call("GET", f"/rest/sample/{number}/mitre_attack")["mitre_attack_techniques"]
    found = client.call("GET", f"/rest/sample/sha256/{sample['sample_sha256hash']}")
    assert [one["sample_id"] for one in found] == [number]


@pytest.mark.documented(SOURCE, endpoint="GET /analysis/{id}/archive")
def test_the_client_downloads_archives(client: Any, tmp_path: Path) -> None:
    """The client downloads the whole archive and one member."""
    submission = submit(client, tmp_path)["submissions"][0]
    analyses = client.call("GET", f"/rest/analysis/submission/{submission['submission_id']}")
    number = analyses[0]["analysis_id"]
    whole = client.call("GET", f"/rest/analysis/{number}/archive", raw_data=True).read()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        inside = json.loads(archive.read("logs/summary_v2.json"))
    member = client.call("GET", f"/rest/analysis/{number}/archive/logs/summary_v2.json", raw_data=True)
    assert json.loads(member.read()) == inside
    assert inside["analysis_metadata"]["analysis_id"] == number


@pytest.mark.documented(SOURCE, endpoint="GET /analysis/{id}/archive/{member}")
def test_the_client_downloads_screenshots(client: Any, tmp_path: Path) -> None:
    """The client downloads the index of the screenshots and each listed screenshot."""
    submission = submit(client, tmp_path)["submissions"][0]
    analyses = client.call("GET", f"/rest/analysis/submission/{submission['submission_id']}")
    number = next(one["analysis_id"] for one in analyses if one["analysis_vm_name"])
    base = f"/rest/analysis/{number}/archive/screenshots"
    index = client.call("GET", f"{base}/index.log", raw_data=True).read().decode()
    names = [line.split(" | ")[3] for line in index.splitlines()]
    assert names
    for name in names:
        assert client.call("GET", f"{base}/{name}", raw_data=True).read().startswith(b"\x89PNG")


@pytest.mark.documented(SOURCE, endpoint="GET /continuation/{id}")
def test_the_client_reads_a_list_of_several_pages(emulator: EmbeddedEmulator, client: Any) -> None:
    """The client follows continuation IDs to the last page and returns each object once."""
    emulator.control.add_known_samples(7)
    emulator.control.configure(api_items_per_request=3)
    found = [one["submission_id"] for one in client.call("GET", "/rest/submission", {"_order": "asc"})]
    assert found == [one["submission_id"] for one in emulator.control.submissions()]
    continued = [one for one in emulator.control.requests() if one.path.startswith("/rest/continuation/")]
    assert len(continued) == 2


@pytest.mark.documented(SOURCE, endpoint="ANY /")
def test_the_client_reads_an_error_response(emulator: EmbeddedEmulator, client: Any) -> None:
    """The client reads status and sentence of an error response."""
    with pytest.raises(VMRayRESTAPIError, match="No such element") as refused:
        client.call("GET", "/rest/sample/1")
    assert refused.value.status_code == 404
    with pytest.raises(VMRayRESTAPIError) as rejected:
        VMRayRESTAPI(emulator.url, "wrong").call("GET", "/rest/system_info")
    assert rejected.value.status_code == 401
