"""A bug of our own: one sentence without a traceback, and nothing that was found or submitted is lost."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from tests.actions.expected import details
from tests.actions.lab import INTEGRATION

from secops_lab.host import ActionHost

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab

GOOD, BAD = "aa" * 32, "bb" * 32
UNEXPECTED = "unexpected error (KeyError) outside of VMRay; the debug output says where"


@pytest.fixture
def broken(tmp_path: Path, lab: Lab) -> tuple[ActionHost, Path]:
    """A copy of the integration to be broken, and the host that runs it."""
    folder = tmp_path / "vm_ray"
    shutil.copytree(INTEGRATION, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return ActionHost(lab.secops, folder), folder


def put_in(path: Path, before: str, bug: str) -> None:
    """Put a statement before the only line that begins like this."""
    lines = path.read_text(encoding="utf-8").splitlines()
    (at,) = [number for number, line in enumerate(lines) if line.strip().startswith(before)]
    indent = lines[at][: -len(lines[at].lstrip())]
    path.write_text("\n".join([*lines[:at], f"{indent}{bug}", *lines[at:], ""]), encoding="utf-8")


def test_what_was_enriched_before_is_kept(lab: Lab, broken: tuple[ActionHost, Path]) -> None:
    """The entity is on the case wall and in the result."""
    host, folder = broken
    for sha256 in (GOOD, BAD):
        lab.vmray.control.add_sample(sha256=sha256)
    lab.vmray.control.inject({"path": f"/rest/sample/sha256/{BAD}"}, {"kind": "stall", "seconds": 3.0})
    lab.hashes(GOOD, BAD)
    put_in(folder / "actions" / "scan_hash.py", "if sample is None:", f'{{"{GOOD.upper()}": 1}}[identifier]')

    run = host.run("Scan Hash", lab.case)

    kept = "Kept: 1 of 2 entities were enriched before that"
    assert run.message == f'Error executing action "Scan Hash". Reason: {UNEXPECTED}{details(kept)}'
    assert run.state.value == "failed"
    assert "Traceback" not in run.debug_output
    assert [each["Entity"] for each in run.json_result] == [GOOD.upper()]
    assert lab.flags()[GOOD.upper()][0]


def test_what_was_submitted_is_named(lab: Lab, broken: tuple[ActionHost, Path]) -> None:
    """It can be looked up at VMRay, and a later run goes on with it."""
    host, folder = broken
    lab.urls("http://evil.example/")
    put_in(folder / "core" / "vmray_url_report.py", "ready = [", 'raise KeyError("sample_id")')

    run = host.run("Scan URL", lab.case)

    (entity,) = (each["identifier"] for each in lab.case.entities)
    kept = f"{entity}: submission 6001 is kept at VMRay"
    assert run.message == f'Error executing action "Scan URL". Reason: {UNEXPECTED}{details(kept)}'
    again = lab.run("Scan URL")
    assert (again.is_success, lab.vmray.control.counts()["submissions"]) == (True, 1)
