"""`vmray-secops demo` runs actions and prints readable results."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.registry import ACTIONS

if TYPE_CHECKING:
    from tests.cli.conftest import Cli


def test_each_action_of_the_demo_shows_its_result(cli: Cli, tmp_path: Path) -> None:
    """Given a file, then each action of the demo and of its tour prints its result and a line."""
    sample = tmp_path / "our tool"
    sample.write_bytes(b"\x7fELF" + bytes(120))
    finished = cli("demo", "--file", str(sample), "--lifecycle", "reads:2")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    limits = Path(__file__).resolve().parents[2] / "docs" / "limits.md"
    assert f"Other limits: {limits}\n" in finished.stdout
    for sentence in (
        f"Successfully submitted the following files to VMRay: {sample}",
        "Successfully added tag secops-demo to submission ",
        "Successfully tested connectivity.",
        "Successfully retrieved the results for the following submissions from VMRay: submission ",
        "  What speaks against a threat\n",
        "Attachment: vmray-sample-5001-report.pdf (",
        "-shot-01.png (",
        "  Malware configuration malware_configurations/",
        "Attachment: vmray-iocs.csv (",
        "Successfully added the following IOCs as entities: ",
        "Successfully updated the tags of the following objects in VMRay: submission ",
    ):
        assert sentence in finished.stdout
    assert (
        finished.stdout.count("Successfully enriched the following entities using information from VMRay")
        == 2
    )
    assert "│ unlimited │" in finished.stdout, "the table of the quota"
    summary = finished.stdout.partition("Summary")[2]
    rows = re.findall(r"^(\S.*?) {2,}(completed|failed)\s+([a-z]+|True)", summary, re.MULTILINE)
    shown = [row[0] for row in rows]
    assert len(shown) == len(set(shown)) >= 16
    assert set(shown) <= {action.name for action in ACTIONS}
    assert {row[1] for row in rows} == {"completed"}
    assert "Waiting for the results for: " in finished.stderr


def test_a_failed_action_fails_the_demo(cli: Cli, tmp_path: Path) -> None:
    """Given an empty file, which VMRay rejects, then the other actions still run and the exit code is 1."""
    empty = tmp_path / "empty"
    empty.touch()
    finished = cli("demo", "--file", str(empty), "--lifecycle", "immediate")
    assert finished.returncode == 1
    assert 'Error executing action "Upload File And Get Report". Reason: ' in finished.stdout
    assert "Successfully tested connectivity." in finished.stdout
