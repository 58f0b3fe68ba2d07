"""Downloads: archives, members, screenshots, reports and samples."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.emulator.api import PE64

from vmray_emulator.zipcrypto import encrypted_zip

if TYPE_CHECKING:
    from tests.emulator.api import Api


@pytest.fixture
def analysis(api: Api) -> int:
    """Return the dynamic analysis of a malicious executable."""
    number, _ = api.submit_one()
    (dynamic,) = [
        one["analysis_id"]
        for one in api.get(f"/analysis/submission/{number}")
        if one["analysis_analyzer_name"] == "vmray"
    ]
    return int(dynamic)


def opened(api: Api, path: str, **params: str) -> zipfile.ZipFile:
    """Download an archive and open it."""
    response = api.send("GET", path, params=params)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/octet-stream"
    return zipfile.ZipFile(io.BytesIO(response.content))


def test_the_archive_is_a_zip_with_the_known_members(api: Api, analysis: int) -> None:
    """The archive contains summaries, report and screenshots under the names of a real archive."""
    archive = opened(api, f"/analysis/{analysis}/archive")
    assert archive.testzip() is None
    names = set(archive.namelist())
    assert {
        "logs/summary_v2.json",
        "logs/summary.json",
        "report/report.pdf",
        "screenshots/index.log",
    } <= names
    summary = json.loads(archive.read("logs/summary_v2.json"))
    assert summary["analysis_metadata"]["analysis_id"] == analysis
    assert summary["vti"]["matches"]
    for pointers in (value for key, value in summary["artifacts"].items() if key.startswith("ref_")):
        for pointer in pointers:
            kind, entry = pointer["path"]
            assert summary[kind][entry]["is_artifact"] is True


@pytest.mark.parametrize("slash", ["/", "%2f", "%2F"])
def test_members_are_sent_as_they_are(api: Api, analysis: int, slash: str) -> None:
    """A member is returned unchanged, not zipped. The slash in its path may be encoded."""
    response = api.send("GET", f"/analysis/{analysis}/archive/logs{slash}summary_v2.json")
    assert json.loads(response.content)["_type"] == "summary"


def test_members_are_chosen_by_patterns(api: Api, analysis: int) -> None:
    """`filenames` is a list of patterns, `filename` is one name. Without a match the status is 404."""
    chosen = opened(api, f"/analysis/{analysis}/archive", filenames="logs/summary.json,screenshots/*")
    assert {name.split("/")[0] for name in chosen.namelist()} == {"logs", "screenshots"}
    assert "logs/summary_v2.json" not in chosen.namelist()
    assert opened(api, f"/analysis/{analysis}/archive", filename="report/report.pdf").namelist() == [
        "report/report.pdf"
    ]
    assert api.status(f"/analysis/{analysis}/archive", filenames="nothing/*") == 404
    assert api.status(f"/analysis/{analysis}/archive/nothing.txt") == 404


def test_screenshots_are_pictures_with_an_index(api: Api, analysis: int) -> None:
    """Each line of the index has four columns. The last column names a PNG, whose hash is in the line."""
    shots = opened(api, f"/analysis/{analysis}/archive/screenshots")
    lines = shots.read("screenshots/index.log").decode().splitlines()
    assert len(lines) == len(shots.namelist()) - 1 == 3
    for line in lines:
        _, size, hashes, name = line.split(" | ")
        data = shots.read(f"screenshots/{name}")
        assert data.startswith(b"\x89PNG\r\n\x1a\n")
        assert len(data) == int(size)
        assert f"sha256={hashlib.sha256(data).hexdigest()}" in hashes


def test_static_analyses_have_no_screenshots(api: Api, analysis: int) -> None:
    """A static analysis has an archive without screenshots."""
    (static,) = [
        one["analysis_id"]
        for one in api.get("/analysis")
        if one["analysis_job_type"] == "only_static_analysis"
    ]
    assert static != analysis
    assert api.status(f"/analysis/{static}/archive/screenshots") == 404
    assert api.status(f"/analysis/{static}/archive/logs/summary_v2.json") == 200


def test_an_archive_is_found_by_its_job(api: Api, analysis: int) -> None:
    """The archive can be downloaded by the ID of its job, also after the end of the job."""
    job = api.get(f"/analysis/{analysis}")["analysis_job_id"]
    assert "logs/summary.json" in opened(api, f"/analysis/job/{job}/archive").namelist()
    assert api.status(f"/analysis/job/{job}/archive/logs/summary.json") == 200


def test_archives_can_be_encrypted_with_a_password(api: Api, analysis: int) -> None:
    """An archive that is requested with a password cannot be opened without it."""
    archive = opened(api, f"/analysis/{analysis}/archive", encryption_password="pass word")
    assert json.loads(archive.read("logs/summary.json", pwd=b"pass word"))
    with pytest.raises(RuntimeError, match="password required"):
        archive.read("logs/summary.json")


@pytest.mark.parametrize(("cipher", "method"), [("none", 8), ("traditional", 8), ("aes", 99)])
def test_the_user_can_encrypt_archives_without_a_password(
    api: Api, analysis: int, cipher: str, method: int
) -> None:
    """The setting `archive_cipher` holds for archives that are requested without a password."""
    api.control.configure(archive_cipher=cipher)
    archive = opened(api, f"/analysis/{analysis}/archive", filenames="malware_configurations/*")
    (member,) = archive.infolist()
    assert (member.flag_bits & 1, member.compress_type) == (int(cipher != "none"), method)
    if cipher != "aes":
        assert json.loads(archive.read(member, pwd=b"infected"))["c2"]
    own = opened(api, f"/analysis/{analysis}/archive", encryption_password="own")
    assert json.loads(own.read(member.filename, pwd=b"own"))["c2"]


def test_the_processes_of_a_summary_are_a_tree(api: Api) -> None:
    """Given six processes, then the sample is their root and the tree has three more levels."""
    api.control.add_sample(iocs={"processes": [f"C:\\p{number}.exe" for number in range(1, 7)]})
    summary = json.loads(api.send("GET", "/analysis/9001/archive/logs/summary_v2.json").content)
    parents = {
        one["monitor_id"]: (one["image_name"], one["origin_monitor_id"])
        for one in summary["processes"].values()
    }
    assert parents == {
        1: ("known.exe", 0),
        2: ("p1.exe", 1),
        3: ("p2.exe", 2),
        4: ("p3.exe", 2),
        5: ("p4.exe", 3),
        6: ("p5.exe", 3),
        7: ("p6.exe", 4),
    }


@pytest.mark.parametrize("password", [None, "own"])
def test_samples_come_in_an_encrypted_zip(api: Api, password: str | None) -> None:
    """The ZIP has one member with the uploaded bytes. The password is `infected` or the requested one."""
    data = PE64 + bytes(range(256)) * 40
    _, sample = api.submit_one(data, "invoice.exe")
    params = {"encryption_password": password} if password else {}
    archive = opened(api, f"/sample/{sample}/file", **params)
    (member,) = archive.infolist()
    assert member.flag_bits & 1
    assert archive.read(member, pwd=(password or api.get("/download_password")).encode()) == data


def test_a_sample_known_by_hash_alone_cannot_be_downloaded(api: Api) -> None:
    """A sample without uploaded content cannot be downloaded."""
    known = api.control.add_sample()
    assert api.status(f"/sample/{known['sample_id']}/file") == 404


def test_the_report_is_a_pdf(api: Api, analysis: int) -> None:
    """The report of a sample and the report of an analysis are PDF files."""
    sample = api.get(f"/analysis/{analysis}")["analysis_sample_id"]
    for path in (f"/sample/{sample}/report", f"/analysis/{analysis}/archive/report/report.pdf"):
        data = api.send("GET", path).content
        assert data.startswith(b"%PDF-1.4")
        start = int(data.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
        assert data[start:].startswith(b"xref\n")


def test_locked_reports_can_be_unlocked(api: Api) -> None:
    """Under a Verdict quota, archives and reports are locked until a client unlocks them."""
    api.control.load_scenario("locked-report")
    number, sample = api.submit_one()
    submission = api.get(f"/submission/{number}")
    assert (submission["submission_verdict"], submission["submission_billing_type"]) == (
        "malicious",
        "detector",
    )
    analyses = api.get(f"/analysis/submission/{number}")
    assert {one["analysis_lock_status"] for one in analyses} == {"locked"}
    assert {one["analysis_quota_type"] for one in analyses} == {"verdict"}
    archive = f"/analysis/{analyses[0]['analysis_id']}/archive"
    assert (api.status(archive), api.status(f"/sample/{sample}/report")) == (403, 403)
    assert api.status(f"{archive}/logs/summary.json") == 403
    dynamic = next(one for one in analyses if one["analysis_analyzer_name"] == "vmray")
    assert api.status(f"/analysis/{dynamic['analysis_id']}/archive/screenshots/index.log") == 200
    response = api.send("POST", f"/sample/{sample}/unlock_reports").json()
    assert set(response["data"]["unlocked_analysis_ids"]) == {one["analysis_id"] for one in analyses}
    assert (api.status(archive), api.status(f"/sample/{sample}/report")) == (200, 200)
    assert api.send("POST", f"/sample/{sample}/unlock_reports").json()["data"]["unlocked_analysis_ids"] == []


@pytest.mark.parametrize("data", [b"", b"a", bytes(100_000), bytes(range(256)) * 300])
def test_our_cipher_is_the_one_that_zipfile_reads(data: bytes) -> None:
    """The standard library opens an encrypted archive with any content."""
    with zipfile.ZipFile(io.BytesIO(encrypted_zip({"ä/b.bin": data, "c": b"c"}, "pässword"))) as archive:
        archive.setpassword("pässword".encode())
        assert archive.testzip() is None
        assert archive.read("ä/b.bin") == data
