"""Members of an analysis archive: exports, payloads, odd ones; its size; what a server does wrong with it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.situations import Situation

ARCHIVE = "GET /analysis/{id}/archive"
FILE = "GET /sample/{id}/file"
FOUND = {
    "files": ["C:\\Temp\\dropped.exe"],
    "processes": ["dropped.exe --run"],
    "urls": ["http://c2.example/gate"],
}
PAYLOADS = ("extracted_files", "memory_dumps", "extracted_scripts", "web_requests")


def opened(situation: Situation, number: int, **query: str) -> zipfile.ZipFile:
    """Return the archive of an analysis."""
    response = situation.server.get(f"/analysis/{number}/archive", **query)
    assert response.status == 200
    return zipfile.ZipFile(io.BytesIO(response.content))


def analysis_of(situation: Situation, **sample: object) -> int:
    """Store a sample, and return the id of its analysis."""
    (found,) = situation.analyses_of(situation.control.add_sample(**sample))
    return int(found["analysis_id"])


@pytest.mark.documented("Assemblyline's VMRay service, OpenCTI's VMRay connector", endpoint=ARCHIVE)
def test_an_archive_has_exports_and_payloads(situation: Situation) -> None:
    """Payloads are named by their SHA-1; the export in STIX and each malware configuration are JSON."""
    archive = opened(situation, analysis_of(situation, iocs=FOUND))
    names = archive.namelist()
    assert json.loads(archive.read("report/stix-report-2-1.json"))["type"] == "bundle"
    assert {"logs/flog.txt", "logs/flog.xml", "report/overview.html"} <= set(names)
    configurations = [each for each in names if each.startswith("malware_configurations/")]
    assert [type(json.loads(archive.read(each))) for each in configurations] == [dict]
    for folder in PAYLOADS:
        (name,) = [each for each in names if each.startswith(f"{folder}/")]
        assert name == f"{folder}/{hashlib.sha1(archive.read(name), usedforsecurity=False).hexdigest()}.bin"


@pytest.mark.inferred("`encryption_password` and `filenames` belong to one endpoint", endpoint=ARCHIVE)
def test_a_part_of_an_archive_can_be_encrypted(situation: Situation) -> None:
    """With a password, each member of a part of the archive is encrypted, and opens with the password."""
    number = analysis_of(situation, iocs=FOUND)
    part = opened(situation, number, filenames="extracted_files/*", encryption_password="infected")
    (member,) = part.infolist()
    assert member.flag_bits & 1
    assert part.read(member, b"infected") == FOUND["files"][0].encode()


@pytest.mark.documented("vendor's OpenAPI document 2026.2.1, `analysis_size`", endpoint=ARCHIVE)
@pytest.mark.parametrize("size", [40_000, 123_456])
def test_the_size_of_an_archive_is_known(situation: Situation, size: int) -> None:
    """`analysis_size` is the size of the archive without a password; with one it is a little larger."""
    situation.control.configure(archive_bytes=size)
    (analysis,) = situation.analyses_of(situation.control.add_sample(content=f"size {size}"))
    path = f"/analysis/{analysis['analysis_id']}/archive"
    plain, encrypted = (
        situation.server.get(path, **query).content for query in ({}, {"encryption_password": "infected"})
    )
    assert analysis["analysis_size"] == size == len(plain)
    assert len(encrypted) == size + 12 * len(zipfile.ZipFile(io.BytesIO(plain)).namelist())


@pytest.mark.emulator_only("names that a client does not expect", endpoint=ARCHIVE)
def test_an_archive_can_have_odd_members(situation: Situation) -> None:
    """Names may leave the folder, be absolute, not ASCII, very long; members may be empty or very large."""
    words = ["traversal", "absolute", "umlaut", "long-name", "empty", "page", "zeros"]
    archive = opened(situation, analysis_of(situation, members=words))
    sizes = {each.filename: each.file_size for each in archive.infolist()}
    assert {"extracted_files/../../evil.exe", "/etc/evil.bin", "web_requests/page.html"} <= set(sizes)
    assert sizes["extracted_files/empty.bin"] == 0
    assert sizes["memory_dumps/zeros.bin"] == 32 * 2**20
    assert max(map(len, sizes)) > 1000


@pytest.mark.emulator_only("a file whose hashes are known", endpoint=FILE)
def test_a_known_sample_can_have_a_file(situation: Situation) -> None:
    """With a content, the hashes of a known sample are those of the content, which can be downloaded."""
    sample = situation.control.add_sample(content="MZ harmless")
    number = sample["sample_id"]
    response = situation.server.get(f"/sample/{number}/file", encryption_password="infected")
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    (member,) = archive.infolist()
    content = archive.read(member, b"infected")
    assert hashlib.sha256(content).hexdigest() == sample["sample_sha256hash"]
    assert len(content) == sample["sample_filesize"]


@pytest.mark.emulator_only("a fault", endpoint=ARCHIVE)
@pytest.mark.parametrize("last_only", [False, True])
def test_encryption_can_be_forgotten(situation: Situation, *, last_only: bool) -> None:
    """With a fault, all members, or the last one, are in plain although the client asked for encryption."""
    number = analysis_of(situation, iocs=FOUND, content="forgotten")
    situation.control.inject({"path": "/rest/analysis/*"}, {"kind": "unencrypted", "last_only": last_only})
    bits = [
        each.flag_bits & 1 for each in opened(situation, number, encryption_password="infected").infolist()
    ]
    assert sum(bits) == (len(bits) - 1 if last_only else 0)
    assert not bits[-1]


@pytest.mark.emulator_only("a fault", endpoint=FILE)
def test_a_body_can_be_longer_than_its_file(situation: Situation) -> None:
    """With a fault, more bytes follow the file, and no length is announced."""
    number = situation.control.add_sample(content="endless")["sample_id"]
    situation.control.inject({"path": "/rest/sample/*/file"}, {"kind": "endless", "bytes": 2**20})
    response = situation.server.get(f"/sample/{number}/file")
    assert "Content-Length" not in response.headers
    assert len(response.content) > 2**20
