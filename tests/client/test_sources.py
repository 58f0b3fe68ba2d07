"""The sources of submissions, against the emulator."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import pytest

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import DeadlineError, FileError
from vm_ray.core.api.vmray_submit_options import SubmitOptions
from vm_ray.core.submissions.vmray_sources import FileSource, Source, UrlSource
from vm_ray.core.submissions.vmray_submission_key import ItemFacts

if TYPE_CHECKING:
    from pathlib import Path

    from vmray_emulator import EmbeddedEmulator

URL: Final = "http://evil.example/landing"
CONTENT: Final = b"pay at once"
SHA256: Final = hashlib.sha256(CONTENT).hexdigest()
OPTIONS: Final = SubmitOptions(("phish",), "a comment")


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Write a file, and return its path."""
    file = tmp_path / "invoice.txt"
    file.write_bytes(CONTENT)
    return str(file)


def submitted(emulator: EmbeddedEmulator, source: Source) -> dict[str, object]:
    """Submit a source, and return the one submission that VMRay then has."""
    client = connect(emulator.url, emulator.api_key)
    (made,) = source.submit(client, OPTIONS).submissions
    (listed,) = client.list_newest_submissions(10, lambda _: True)
    assert listed.submission_id == made.submission_id
    sample = client.get_sample(made.sample_id)
    return {name: sample.raw.get(f"sample_{name}") for name in ("url", "sha256hash", "filename")}


def test_a_url(emulator: EmbeddedEmulator) -> None:
    """Given a URL, then the URL is submitted, is the only fact, and has no content."""
    source = UrlSource(URL, "HTTP://EVIL.EXAMPLE/LANDING")
    assert (source.name, source.facts(), source.sha256()) == (
        "HTTP://EVIL.EXAMPLE/LANDING",
        ItemFacts(URL),
        None,
    )
    assert submitted(emulator, source)["url"] == URL


def test_a_file(emulator: EmbeddedEmulator, path: str) -> None:
    """Given a file, then its content is submitted under its name, and path and hash are the facts."""
    source = FileSource(path, Deadline(None))
    assert (source.name, source.facts(), source.sha256()) == (path, ItemFacts(path, SHA256), SHA256)
    found = submitted(emulator, source)
    assert (found["sha256hash"], found["filename"]) == (SHA256, "invoice.txt")


def test_a_missing_file(emulator: EmbeddedEmulator, tmp_path: Path) -> None:
    """Given a missing file, then a look-up has no hash, and facts and submit name the problem."""
    source = FileSource(str(tmp_path / "gone"), Deadline(None))
    assert source.sha256() is None
    with pytest.raises(FileError, match="does not exist"):
        source.facts()
    with pytest.raises(FileError, match="does not exist"):
        source.submit(connect(emulator.url, emulator.api_key), OPTIONS)


def test_a_file_is_not_read_after_the_deadline(path: str) -> None:
    """Given a deadline that has passed, when the file is hashed, then it is an error."""
    with pytest.raises(DeadlineError):
        FileSource(path, Deadline(0.0)).facts()
