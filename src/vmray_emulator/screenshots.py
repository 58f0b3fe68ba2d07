"""Screenshots of an analysis: the pictures and their index.

An analysis has one picture for each word of `Findings.screenshots`. Equal words are equal pictures. Some
words stand for what is odd (see `ODD` and `ODD_LINES`).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from vmray_emulator.sample_documents import png

if TYPE_CHECKING:
    from vmray_emulator.findings import Findings
    from vmray_emulator.store import Record

INDEX: Final = "screenshots/index.log"
_USUAL: Final = ("first", "second", "third")
_WIDTH, _HEIGHT, _BAR = 320, 200, 40
# Words for files that are no pictures, and for lines of the index that are no screenshots.
ODD: Final = {
    "no-picture": b"This file is no picture.\n",
    "html": b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>",
    "empty": b"",
}
ODD_LINES: Final = {
    "odd-line": "this line has no columns",
    "bad-name": f"0 | 9 | md5={'0' * 32},sha1={'0' * 40},sha256={'0' * 64} | ../../etc/passwd",
    "lost-file": f"0 | 9 | md5={'1' * 32},sha1={'1' * 40},sha256={'1' * 64} | {'1' * 40}.png",
}


def screenshots_of(analysis: Record, findings: Findings, size: int = 0) -> dict[str, bytes]:
    """Return the files of the screenshots by name. Static analyses have none (vendor's client).

    Args:
        analysis: The analysis.
        findings: What it found.
        size: Smallest size of a picture in bytes.
    """
    return {name: data for name, data in _files(analysis, findings, size) if data is not None}


def screenshot_members(analysis: Record, findings: Findings, size: int = 0) -> dict[str, bytes]:
    """Return the screenshots and their index as members of the archive.

    A line of the index is `milliseconds | size | hashes | name`. This format is known from clients of the
    vendor.
    """
    files = _files(analysis, findings, size)
    if not files:
        return {}
    lines = [
        text if data is None else _line(1000 * number, text, data)
        for number, (text, data) in enumerate(files)
    ]
    pictures = {f"screenshots/{name}": data for name, data in files if data is not None}
    return {INDEX: "".join(f"{line}\n" for line in lines).encode(), **pictures}


def _files(analysis: Record, findings: Findings, size: int) -> list[tuple[str, bytes | None]]:
    """Return name and content of each screenshot; for an odd line of the index its text and None."""
    if analysis["analysis_job_type"].startswith("only_static"):
        return []
    words = _USUAL if findings.screenshots is None else findings.screenshots
    return [_file(word, analysis["analysis_id"], size) for word in words]


def _file(word: str, seed: int, size: int) -> tuple[str, bytes | None]:
    if word in ODD_LINES:
        return ODD_LINES[word], None
    data = ODD[word] if word in ODD else picture(f"{word} {seed}", size)
    return f"{hashlib.sha1(data, usedforsecurity=False).hexdigest()}.png", data


def _line(milliseconds: int, name: str, data: bytes) -> str:
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    sha256 = hashlib.sha256(data).hexdigest()
    hashes = f"md5={md5},sha1={name.removesuffix('.png')},sha256={sha256}"
    return f"{milliseconds} | {len(data)} | {hashes} | {name}"


@lru_cache(maxsize=64)
def picture(text: str, size: int = 0) -> bytes:
    """Draw a picture that follows from a text: a bar in front of a background."""
    digest = hashlib.sha256(text.encode()).digest()
    place = digest[6] * (_HEIGHT - _BAR) // 255
    background, bar = bytes(digest[:3]) * _WIDTH, bytes(digest[3:6]) * _WIDTH
    rows = [background] * place + [bar] * _BAR + [background] * (_HEIGHT - _BAR - place)
    return png(_WIDTH, rows, size)
