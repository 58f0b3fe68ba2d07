"""Submit requests: the created samples, submissions and jobs, and the profiles of files and URLs."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.emulator.api import PE32, PE64

if TYPE_CHECKING:
    from tests.emulator.api import Api

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def packed(members: dict[str, bytes]) -> bytes:
    """Return the bytes of a ZIP file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_hashes_are_computed_from_the_uploaded_bytes(api: Api) -> None:
    """The hashes and the size of a sample are computed from the uploaded bytes."""
    data = bytes(range(256)) * 5000
    (sample,) = api.submit(data, "data.bin")["samples"]
    assert sample["sample_sha256hash"] == hashlib.sha256(data).hexdigest()
    assert sample["sample_sha1hash"] == hashlib.sha1(data, usedforsecurity=False).hexdigest()
    assert sample["sample_md5hash"] == hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert sample["sample_filesize"] == len(data)
    for kind in ("md5", "sha1", "sha256"):
        (found,) = api.get(f"/sample/{kind}/{sample[f'sample_{kind}hash'].upper()}")
        assert found["sample_id"] == sample["sample_id"]


def test_the_response_names_sample_submission_and_jobs(api: Api) -> None:
    """A file gets a reputation job, a static job and a dynamic job. Removed engines have empty lists."""
    response = api.submit(
        PE64, "invoice.exe", tags="a,b", comment="please", submission_metadata='{"case": 7}'
    )
    (sample,), (submission,), (job,) = response["samples"], response["submissions"], response["jobs"]
    assert submission["submission_sample_id"] == sample["sample_id"] == job["job_sample_id"]
    assert job["job_submission_id"] == submission["submission_id"]
    assert (job["job_status"], submission["submission_status"]) == ("queued", "queued")
    assert submission["submission_finished"] is False
    assert submission["submission_finish_time"] is None
    assert submission["submission_tags"] == ["a", "b"]
    assert submission["submission_comment"] == "please"
    assert json.loads(submission["submission_submission_metadata"]) == {"case": 7}
    assert [len(response[name]) for name in ("static_jobs", "reputation_jobs")] == [1, 1]
    assert [response[name] for name in ("vt_jobs", "md_jobs", "whois_jobs", "errors")] == [[], [], [], []]


def test_the_same_content_is_the_same_sample(api: Api) -> None:
    """The same bytes under another name give a second submission of the same sample."""
    first, sample = api.submit_one(PE64, "one.exe")
    second, again = api.submit_one(PE64, "two.exe")
    assert sample == again
    assert first != second
    found = api.get(f"/submission/sample/{sample}")
    assert [one["submission_id"] for one in found] == [second, first]


@pytest.mark.parametrize(
    ("data", "name", "kind", "verdict"),
    [
        (PE64, "a.exe", "Windows Exe (x86-64)", "malicious"),
        (PE32, "a.exe", "Windows Exe (x86-32)", "malicious"),
        (b"\x7fELF\x02\x01" + bytes(12) + b"\x3e\x00", "ls", "Linux ELF Executable (x86-64)", "malicious"),
        (b"\x7fELF\x01\x01" + bytes(14), "ls", "Executable and Linkable Format (ELF 32bit)", "malicious"),
        (b"%PDF-1.7", "a.pdf", "PDF Document", "clean"),
        (b"hello", "a.txt", "Unknown", "clean"),
        (b"Write-Host hi", "a.ps1", "PowerShell Script", "suspicious"),
        (b"#!/usr/bin/env python3\n", "a", "Python Script", "clean"),
        (EICAR, "eicar.com", "Unknown", "malicious"),
        (b"", "empty", "Unknown", "clean"),
        (b"plain", "emulate-malicious-exe.txt", "Unknown", "malicious"),
        (PE64, "emulate-clean-document.exe", "Windows Exe (x86-64)", "clean"),
        (b"plain", "emulate-no-verdict.txt", "Unknown", "not_available"),
        (packed({"word/document.xml": b"x"}), "a.docx", "Word Document", "clean"),
        (packed({"word/vbaProject.bin": b"x"}), "a.docm", "Word Document", "suspicious"),
        (packed({"a.txt": b"x"}), "a.zip", "Archive", "clean"),
    ],
)
def test_the_profile_of_a_file_follows_from_content_and_name(
    api: Api, data: bytes, name: str, kind: str, verdict: str
) -> None:
    """Type and verdict of a file follow the documented rules."""
    number, sample = api.submit_one(data, name)
    found = api.get(f"/sample/{sample}")
    assert (found["sample_type"], found["sample_verdict"]) == (kind, verdict)
    assert api.get(f"/submission/{number}")["submission_verdict"] == verdict


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("http://login.phish.example/", "malicious"),
        ("https://evil.example/x", "malicious"),
        ("https://www.example.net/suspicious", "suspicious"),
        ("https://www.example.net/", "clean"),
        ("http://[broken", "clean"),
    ],
)
def test_the_profile_of_a_url_follows_from_its_text(api: Api, url: str, verdict: str) -> None:
    """The verdict of a URL follows the documented rules. The name of its sample is sample.url."""
    response = api.submit_url(url)
    sample = api.get(f"/sample/{response['samples'][0]['sample_id']}")
    assert sample["sample_verdict"] == verdict
    assert (sample["sample_type"], sample["sample_filename"], sample["sample_url"]) == (
        "URL",
        "sample.url",
        url,
    )
    assert sample["sample_sha256hash"] == hashlib.sha256(url.encode()).hexdigest()
    (analysis,) = api.get(f"/analysis/sample/{sample['sample_id']}")
    assert analysis["analysis_analyzer_name"] == "vmray_web"


def test_profile_rules_of_the_control_interface_have_priority(api: Api) -> None:
    """A pattern in the setting `profile_rules` selects the profile of matching uploads."""
    api.control.configure(profile_rules=[("*.txt", "malicious-exe")])
    _, sample = api.submit_one(b"hello", "a.txt")
    assert api.get(f"/sample/{sample}")["sample_verdict"] == "malicious"


def test_characters_that_windows_forbids_are_replaced(api: Api) -> None:
    """The stored name has no character that Windows forbids. The original name is stored too."""
    number, _ = api.submit_one(b"x", 'a<b>|"c.txt')
    submission = api.get(f"/submission/{number}")
    assert submission["submission_original_filename"] is not None
    assert not set('<>|"') & set(submission["submission_filename"])


def test_engines_can_be_chosen(api: Api) -> None:
    """`analyzer_mode` selects the jobs. With only reputation there is no analysis."""
    response = api.submit(PE64, "a.exe", analyzer_mode="reputation")
    assert (response["jobs"], response["static_jobs"], len(response["reputation_jobs"])) == ([], [], 1)
    submission = api.get(f"/submission/{response['submissions'][0]['submission_id']}")
    assert submission["submission_finished"] is True
    assert api.get(f"/analysis/submission/{submission['submission_id']}") == []
    (lookup,) = api.get(f"/reputation_lookup/submission/{submission['submission_id']}")
    assert lookup["reputation_lookup_verdict"] == "malicious"


def test_an_upload_above_the_limit_is_rejected(api: Api) -> None:
    """A sample above the size limit of the server returns 400 and is not stored."""
    api.control.configure(webif_max_sample_size=1000)
    files = {"sample_file": ("big", bytes(1001))}
    assert api.send("POST", "/sample/submit", files=files).status_code == 400
    api.control.configure(webif_max_upload_size=1000)
    files = {"sample_file": ("big", bytes(3_000_000))}
    assert api.send("POST", "/sample/submit", files=files).status_code == 400
    assert api.control.counts()["samples"] == 0
