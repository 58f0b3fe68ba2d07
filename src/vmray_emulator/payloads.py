"""What an analysis carried out of the sample: files, memory dumps, scripts, web requests, odd members.

The names of the members are those of real archives. The content is harmless text. The content of a file is
its name, since the hashes of a file in an IOC are those of its name.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vmray_emulator.findings import Findings
    from vmray_emulator.store import Record

# Words for members that a client does not expect.
ODD: Final = {
    "traversal": ("extracted_files/../../evil.exe", b"MZ outside"),
    "absolute": ("/etc/evil.bin", b"MZ absolute"),
    "umlaut": ("extracted_files/Rechnung für Müller.exe", b"MZ umlaut"),
    "long-name": (f"extracted_files/{'n' * 1000}.bin", b"MZ long"),
    "empty": ("extracted_files/empty.bin", b""),
    "page": ("web_requests/page.html", b"<!DOCTYPE html><script>alert(1)</script>"),
    "zeros": ("memory_dumps/zeros.bin", bytes(32 * 2**20)),
}


def payload_members(analysis: Record, findings: Findings) -> dict[str, bytes]:
    """Return the payloads by path. A static analysis runs nothing, so it only has files."""
    members = _odd(findings)
    members |= _named("extracted_files", _values(findings, "files"))
    if not analysis["analysis_job_type"].startswith("only_static"):
        members |= _named("memory_dumps", [f"memory of {each}" for each in _values(findings, "processes")])
        members |= _named(
            "extracted_scripts", [f"Write-Output '{each}'" for each in findings.threat_names or []]
        )
        members |= _named("web_requests", [f"response of {each}" for each in _values(findings, "urls")])
    return members


def _values(findings: Findings, name: str) -> Iterator[str]:
    return (str(spec["value"]) for spec in findings.iocs.get(name, []))


def _named(folder: str, contents: Iterator[str] | list[str]) -> dict[str, bytes]:
    """Return files that are named by their SHA-1."""
    found = (each.encode("utf-8", "surrogatepass") for each in contents)
    return {f"{folder}/{hashlib.sha1(each, usedforsecurity=False).hexdigest()}.bin": each for each in found}


def _odd(findings: Findings) -> dict[str, bytes]:
    return dict(ODD[word] for word in findings.members)
