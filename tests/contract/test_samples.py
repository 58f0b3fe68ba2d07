"""Samples: the object, look-ups by hash, names, downloads."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.contract.test_transport import UNKNOWN

if TYPE_CHECKING:
    from tests.contract.servers import Server
    from tests.contract.subjects import Subject

    from vmray_emulator import EmbeddedEmulator

ITEM = "GET /sample/{id}"
BY_HASH = "GET /sample/{kind}/{hash}"


@pytest.mark.recorded("a real sample of server 4.2.0", endpoint=ITEM)
def test_a_sample_has_type_size_name_hashes_and_verdict(subject: Subject) -> None:
    """A sample has type, size, name, the three hashes in lower case, and its verdict."""
    sample = subject.sample
    assert sample["sample_type"]
    assert sample["sample_filesize"] > 0
    for name, length in (("md5", 32), ("sha1", 40), ("sha256", 64)):
        digest = sample[f"sample_{name}hash"]
        assert len(digest) == length
        assert digest == digest.lower()
    assert sample["sample_verdict"] == "malicious"


@pytest.mark.recorded("a real sample of server 4.2.0", endpoint=ITEM)
def test_a_sample_has_a_score_beside_the_verdict(subject: Subject) -> None:
    """A sample has a verdict and a score of its threat indicators, from 0 to 100."""
    assert 0 <= subject.sample["sample_vti_score"] <= 100
    assert subject.sample["sample_highest_vti_score"] >= 75
    assert subject.sample["sample_highest_vti_severity"] == "malicious"


@pytest.mark.recorded(
    "a real response of server 4.2.0, a response of about 2022 in Google's integration", endpoint=ITEM
)
def test_the_address_of_the_report_depends_on_the_version(server: Server, subject: Subject) -> None:
    """`sample_webif_url` is `/user/sample/view?id=ID` up to 4.x and `/samples/ID` since 2022."""
    old, new = f"/user/sample/view?id={subject.sample_id}", f"/samples/{subject.sample_id}"
    assert subject.sample["sample_webif_url"].endswith(old if server.version < (5, 0, 0) else new)


@pytest.mark.documented("OpenAPI document 2026.2.1; all known connectors", endpoint=BY_HASH)
@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
def test_a_hash_finds_whole_samples(server: Server, subject: Subject, kind: str) -> None:
    """A look-up by MD5, SHA-1 or SHA-256 returns a list of whole samples, as the look-up by ID does."""
    found = server.get(f"/sample/{kind}/{subject.sample[f'sample_{kind}hash']}").data
    assert subject.sample_id in [sample["sample_id"] for sample in found]
    assert all(sample.keys() == subject.sample.keys() for sample in found)


@pytest.mark.documented("OpenAPI document 2026.2.1; all known connectors", endpoint=BY_HASH)
@pytest.mark.parametrize(("kind", "length"), [("md5", 32), ("sha1", 40), ("sha256", 64)])
def test_an_unknown_hash_is_an_empty_list(server: Server, kind: str, length: int) -> None:
    """An unknown hash returns 200 and an empty list, not 404."""
    unknown = ("0123456789abcdef" * 4)[:length]
    assert server.get(f"/sample/{kind}/{unknown}").data == []


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /sample/{id}/threat_names")
def test_threat_names_have_sources(server: Server, subject: Subject) -> None:
    """Threat names have the engines that reported them; those of child samples are separate."""
    response = server.get(f"/sample/{subject.sample_id}/threat_names")
    if response.status == 404:
        assert server.version < (2026, 0, 0), "the document of 2026.2.1 has the endpoint"
        return
    assert response.data.keys() == {"sample_threat_names", "children_threat_names"}
    for name in response.data["sample_threat_names"]:
        assert name.keys() == {"threat_name", "sources"}


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /sample/{id}/classifications")
def test_classifications_are_objects_with_a_name(server: Server, subject: Subject) -> None:
    """Classifications are objects with `classification_name`; those of child samples are separate."""
    response = server.get(f"/sample/{subject.sample_id}/classifications")
    if response.status == 404:
        assert server.version < (2026, 0, 0), "the document of 2026.2.1 has the endpoint"
        return
    assert response.data.keys() == {"sample_classifications", "children_classifications"}
    for name in response.data["sample_classifications"]:
        assert name.keys() == {"classification_name"}


@pytest.mark.documented(
    "VMRay's Splunk SOAR app; OpenAPI document 2026.2.1", endpoint="GET /sample/{id}/file"
)
def test_a_sample_is_downloaded_as_an_encrypted_zip(server: Server, subject: Subject) -> None:
    """The file is a ZIP with one encrypted member. `/download_password` returns the password."""
    response = server.get(f"/sample/{subject.sample_id}/file")
    password: str = server.get("/download_password").data
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        (member,) = archive.infolist()
        assert member.flag_bits & 1
        assert len(archive.read(member, password.encode())) == subject.sample["sample_filesize"]


@pytest.mark.documented("VMRay's Splunk SOAR app", endpoint="GET /download_password")
def test_the_default_password_is_infected(emulator_server: Server) -> None:
    """The default password of downloads is `infected`."""
    assert emulator_server.get("/download_password").data == "infected"


@pytest.mark.documented(
    "OpenAPI document 2026.2.1; Cortex XSOAR pack VMRay", endpoint="GET /sample/{id}/report"
)
def test_a_sample_has_a_pdf(server: Server, subject: Subject) -> None:
    """The combined report is a PDF with the content type `application/octet-stream`."""
    response = server.get(f"/sample/{subject.sample_id}/report")
    assert response.status == 200
    assert response.content.startswith(b"%PDF-")


@pytest.mark.documented("VMRay's Chronicle connector", endpoint="POST /sample/{id}/unlock_reports")
def test_unlocking_names_the_analyses(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """Unlocking the reports of a sample returns the IDs of the unlocked analyses."""
    sample = emulator.control.add_sample(locked=True)
    number = sample["sample_id"]
    locked = emulator_server.get(f"/analysis/sample/{number}").data
    assert {analysis["analysis_lock_status"] for analysis in locked} == {"locked"}
    unlocked = emulator_server.post(f"/sample/{number}/unlock_reports").data["unlocked_analysis_ids"]
    assert unlocked == [analysis["analysis_id"] for analysis in locked]
    after = emulator_server.get(f"/analysis/sample/{number}").data
    assert {analysis["analysis_lock_status"] for analysis in after} == {"unlocked"}


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ITEM)
@pytest.mark.parametrize("part", ["", "/iocs", "/vtis", "/mitre_attack", "/file", "/report"])
def test_each_path_below_an_unknown_sample_is_404(server: Server, part: str) -> None:
    """Each path below an unknown sample returns 404, as the sample itself does."""
    assert server.get(f"/sample/{UNKNOWN}{part}").status == 404
