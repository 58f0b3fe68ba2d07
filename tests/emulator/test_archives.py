"""Uploaded archives, as one sample or unpacked."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from tests.emulator.api import PE64

from vmray_emulator.zipcrypto import encrypted_zip

if TYPE_CHECKING:
    from tests.emulator.api import Api


def packed(members: dict[str, bytes]) -> bytes:
    """Return the bytes of a ZIP file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


THREE = packed({"docs/": b"", "docs/letter.txt": b"dear", "docs/invoice.exe": PE64, "notes.pdf": b"%PDF-1.4"})


def test_by_default_an_archive_is_one_sample(api: Api) -> None:
    """Without a parameter, an archive becomes one sample."""
    assert len(api.submit(THREE, "three.zip")["submissions"]) == 1


def test_a_compound_sample_is_multipart(api: Api) -> None:
    """With `compound_sample`, the archive becomes one sample with several parts."""
    _, sample = api.submit_one(THREE, "three.zip", compound_sample="True")
    assert api.get(f"/sample/{sample}")["sample_is_multipart"] is True


def test_separate_samples_have_their_own_submissions_and_verdicts(api: Api) -> None:
    """Each member becomes a sample with its own submission, tags included."""
    response = api.submit(THREE, "three.zip", archive_action="separate_samples", tags="batch")
    assert len(response["submissions"]) == 3
    verdicts = {}
    for submission in response["submissions"]:
        sample = api.get(f"/sample/{submission['submission_sample_id']}")
        verdicts[sample["sample_filename"]] = sample["sample_verdict"]
        assert submission["submission_tags"] == ["batch"]
    assert verdicts == {"letter.txt": "clean", "invoice.exe": "malicious", "notes.pdf": "clean"}
    assert {one["submission_filename"] for one in response["samples"]} == set(verdicts)


def test_the_archive_scenario_unpacks_by_default(api: Api) -> None:
    """The scenario `archive` unpacks archives by default. A bad member is rejected, the others are stored."""
    api.control.load_scenario("archive")
    mixed = packed({"good.exe": PE64, "emulate-unsupported.bin": b"x"})
    response = api.submit(mixed, "mixed.zip")
    assert [one["submission_filename"] for one in response["submissions"]] == ["good.exe"]
    assert [one["submission_filename"] for one in response["errors"]] == ["emulate-unsupported.bin"]


def test_an_encrypted_archive_needs_its_password(api: Api) -> None:
    """With the password the archive is unpacked. Without it each member is rejected in a 200 response."""
    locked = encrypted_zip({"a.exe": PE64}, "uncommon")
    refused = api.submit(locked, "l.zip", archive_action="separate_samples")
    assert refused["submissions"] == []
    assert [one["submission_filename"] for one in refused["errors"]] == ["a.exe"]
    opened = api.submit(locked, "l.zip", archive_action="separate_samples", archive_password="uncommon")
    assert len(opened["submissions"]) == 1


def test_a_member_above_the_size_limit_is_rejected(api: Api) -> None:
    """A member is rejected when its unpacked size is above the limit for samples."""
    api.control.configure(webif_max_sample_size=100_000)
    response = api.submit(packed({"bomb": bytes(200_000)}), "bomb.zip", archive_action="separate_samples")
    assert response["submissions"] == []
    assert "too large" in response["errors"][0]["error_msg"]
