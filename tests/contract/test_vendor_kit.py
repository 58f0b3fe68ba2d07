"""VMRay's published integration kit (PyPI vmray-rest-api, `VMRaySubmissionKit`) works with the emulator."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from tests.contract.servers import PROGRAM
from vmray.integration_kit import VMRaySubmissionKit, integration_kit  # type: ignore[import-untyped]  # the package has no types
from vmray.integration_kit.integration_kit import VMRayAPIWrapper  # type: ignore[import-untyped]  # the package has no types
from vmray.rest_api import VMRayRESTAPIError  # type: ignore[import-untyped]  # the package has no types

if TYPE_CHECKING:
    from pathlib import Path

    from vmray_emulator import EmbeddedEmulator

SOURCE = "vendor's integration kit in vmray_rest_api 6.0.0, run unmodified"


@pytest.fixture
def kit(emulator: EmbeddedEmulator) -> Any:
    """Return the vendor's kit, connected to the emulator."""
    return VMRaySubmissionKit(emulator.url, emulator.api_key, connector_name="contract")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Write a program to submit."""
    path = tmp_path / "kit.exe"
    path.write_bytes(PROGRAM)
    return path


@pytest.mark.documented(SOURCE, endpoint="POST /sample/submit")
def test_the_kit_submits_and_waits(
    emulator: EmbeddedEmulator, kit: Any, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A blocking submit polls until the submission is finished, and returns the verdict and its reasons."""
    pauses: list[float] = []
    monkeypatch.setattr(integration_kit.time, "sleep", pauses.append)
    emulator.control.set_lifecycle("reads:3")
    (result,) = kit.submit_file(program)
    assert pauses
    assert result.verdict == "malicious"
    assert result.classifications
    assert result.threat_names


@pytest.mark.documented(SOURCE, endpoint="POST /sample/submit")
def test_the_kit_submits_without_waiting(emulator: EmbeddedEmulator, kit: Any) -> None:
    """A submit that does not block returns a handle, which has the verdict after the end."""
    emulator.control.set_lifecycle("manual")
    (result,) = kit.submit_url("http://phishing.example/login", blocking=False)
    assert not result.is_finished()
    assert result.verdict is None
    emulator.control.finish_all()
    again = kit.deserialize(result.serialize())
    assert again.verdict == "malicious"
    assert result.is_finished()


@pytest.mark.documented(SOURCE, endpoint="GET /sample/{id}/iocs")
def test_the_kit_reads_iocs_and_artifacts(kit: Any, program: Path) -> None:
    """Artifacts are a superset of IOCs."""
    (result,) = kit.submit_file(program)
    iocs, artifacts = result.get_artifacts(), result.get_artifacts(ioc_only=False)
    assert iocs.keys() == artifacts.keys()
    assert sum(map(len, iocs.values())) < sum(map(len, artifacts.values()))


@pytest.mark.documented(SOURCE, endpoint="GET /sample/{id}/vtis")
def test_the_kit_reads_threat_indicators(kit: Any, program: Path) -> None:
    """The kit returns indicators as a list of objects with a score."""
    (result,) = kit.submit_file(program)
    assert max(indicator["score"] for indicator in result.get_vtis()) == 5


@pytest.mark.documented(SOURCE, endpoint="GET /analysis/{id}/archive/{member}")
def test_the_kit_reads_the_report_of_each_analysis(
    emulator: EmbeddedEmulator, kit: Any, program: Path
) -> None:
    """The kit reads the summary of each analysis of a submission."""
    (result,) = kit.submit_file(program)
    reports = result.get_reports()
    assert sorted(report["analysis_metadata"]["analysis_id"] for report in reports) == [
        analysis["analysis_id"] for analysis in emulator.control.analyses()
    ]


@pytest.mark.documented(SOURCE, endpoint="GET /analysis/{id}/archive/screenshots")
def test_the_kit_downloads_screenshots(emulator: EmbeddedEmulator, kit: Any) -> None:
    """Since 2023.4.0 the kit downloads the screenshots of an analysis as an archive."""
    (result,) = kit.submit_url("http://phishing.example/login")
    if kit._api.system_info()["version"] == "4.2.0":
        with pytest.raises(VMRayRESTAPIError, match="No such element"):
            result.get_analysis_screenshots()
        return
    archives = result.get_analysis_screenshots()
    assert archives
    for data in archives:
        with zipfile.ZipFile(io.BytesIO(data.read())) as archive:
            assert archive.namelist()
    assert emulator.control.counts()["analyses"] >= len(archives)


@pytest.mark.documented(SOURCE, endpoint="GET /submission")
def test_the_kit_follows_the_feed(emulator: EmbeddedEmulator, kit: Any) -> None:
    """The feed returns each finished submission once, after the last one that was read."""
    emulator.control.add_known_samples(5)
    known = [one["submission_id"] for one in emulator.control.submissions()]
    first = [one.submission_id for one in kit.iter_submissions(None, limit=2)]
    rest = [one.submission_id for one in kit.iter_submissions(first[-1], limit=10)]
    assert first + rest == known


@pytest.mark.documented(SOURCE, endpoint="GET /continuation/{id}")
def test_the_kit_reads_a_feed_of_several_pages(emulator: EmbeddedEmulator, kit: Any) -> None:
    """The kit reads a feed of several pages to its end."""
    emulator.control.add_known_samples(5)
    emulator.control.configure(api_items_per_request=2)
    found = [one.submission_id for one in kit.iter_submissions(None, limit=5)]
    assert found == [one["submission_id"] for one in emulator.control.submissions()]
    assert [one for one in emulator.control.requests() if one.path.startswith("/rest/continuation/")]


@pytest.mark.documented(SOURCE, endpoint="GET /sample/{id}/mitre_attack")
def test_the_wrapper_of_the_kit_reads_techniques_and_the_version(
    emulator: EmbeddedEmulator, program: Path
) -> None:
    """The wrapper of the kit reads the version. `call` reads techniques, which have no method."""
    wrapper = VMRayAPIWrapper(emulator.url, emulator.api_key)
    assert str(wrapper.get_platform_version()) == wrapper.system_info()["version"]
    with program.open("rb") as file:
        number = wrapper.submit({"sample_file": file})["samples"][0]["sample_id"]
    techniques = wrapper.call("GET", f"/rest/sample/{number}/mitre_attack")["mitre_attack_techniques"]
    assert {one["technique_id"] for one in techniques} >= {"T1547.001"}
    assert wrapper.get_artifacts(number, all_artifacts=True)["status"] == "finished"


@pytest.mark.documented(SOURCE, endpoint="GET /submission")
def test_the_kit_finds_the_submissions_of_a_sample(
    emulator: EmbeddedEmulator, kit: Any, program: Path
) -> None:
    """The kit finds all submissions of a sample."""
    kit.submit_file(program)
    kit.submit_file(program)
    (sample,) = [one for one in emulator.control.samples() if one["sample_filename"] == "kit.exe"]
    found = [one.submission_id for one in kit.get_submissions_from_sample_id(sample["sample_id"])]
    own = [
        one["submission_id"]
        for one in emulator.control.submissions()
        if one["submission_sample_id"] == sample["sample_id"]
    ]
    assert sorted(found) == own
    assert len(own) == 2
