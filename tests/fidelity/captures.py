"""Captured responses of real servers, and responses of the emulator to compare with them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.contract.servers import PROGRAM, Server
from tools.record.folders import CaptureSet, capture_sets

from vmray_emulator import SERVER_VERSIONS, EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE: Final = "VMRAY_CAPTURES"
_BESIDE: Final = Path(__file__).resolve().parents[3] / "shared" / "captures"
_MISSING: Final = f"no captures of real servers: set {VARIABLE} to a folder of them"
# Kinds of captures that are objects of a list endpoint, and those that belong to a sample.
LISTED: Final = ("sample", "submission", "analysis", "reputation_lookup")
OF_A_SAMPLE: Final = ("iocs", "vtis", "mitre_attack")
# For each kind of capture: the fields that may differ, each with the reason.
KNOWN: Final[dict[str, dict[str, str]]] = {
    "iocs": {
        f"iocs.{name}[].relations[].relations.{to}": "contains only the related objects"
        for name in ("files", "processes", "mutexes", "registry", "filenames", "emails", "email_addresses")
        for to in ("extraction", "file", "process")
    }
}

# Fields that the emulator always sends, and that a real response may not contain (an early 4.2 had neither).
OMITTED: Final = ("analysis_quota_type", "analysis_reanalysis")


def located() -> list[CaptureSet]:
    """Return the capture folders of this machine."""
    root = Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else _BESIDE
    return capture_sets(root) if root.is_dir() else []


def sets() -> list[Any]:
    """Return one test parameter for each folder, or a single skipped one."""
    found = [pytest.param(one, id=one.folder.name) for one in located()]
    return found or [pytest.param(None, marks=pytest.mark.skip(reason=_MISSING))]


def nearest(version: str | None) -> str:
    """Return the emulated version for a comparison: the newest one that is not newer, else the oldest."""
    if version is None:
        return SERVER_VERSIONS[-1]
    wanted = _numbers(version)
    older = [one for one in SERVER_VERSIONS if _numbers(one) <= wanted]
    return older[-1] if older else SERVER_VERSIONS[0]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3])


def emulated(version: str | None) -> dict[str, list[dict[str, Any]]]:
    """Return responses of the emulator by kind of capture, for many kinds of samples."""
    with EmbeddedEmulator(server_version=nearest(version)) as emulator:
        server = Server(emulator.url, emulator.api_key)
        with server.session:
            return dict(_responses(emulator, server))


def _responses(emulator: EmbeddedEmulator, server: Server) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    submits = [
        server.submit(PROGRAM + name.encode(), name)
        for name in ("malicious.exe", "emulate-failed.exe", "emulate-eicar.exe", "emulate-clean-document.txt")
    ]
    submits.append(server.post("/sample/submit", {"sample_url": "http://phishing.example/"}).data)
    dump = {"value": "dump", "categories": ["Memory Dump"]}
    emulator.control.add_sample(filename="dumped.exe", iocs={"files": [dump]})
    yield "submit", submits
    yield "system_info", [server.get("/system_info").data]
    for kind in LISTED:
        yield kind, server.get(f"/{kind}").data
    numbers = [sample["sample_id"] for sample in server.get("/sample").data]
    for part in OF_A_SAMPLE:
        yield part, [server.get(f"/sample/{number}/{part}", all_artifacts="true").data for number in numbers]
