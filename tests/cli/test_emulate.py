"""`vmray-secops emulate`: a server for other terminals, which keeps its state when it is told to."""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.cli.conftest import running

from secops_lab.runs import vmray
from secops_lab.runs.vmray import EMULATOR_API_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Cli


@contextmanager
def emulating(folder: Path, *arguments: str, **environment: str) -> Iterator[tuple[str, str]]:
    """Run the command, yield its greeting and root, then end it as Ctrl-C does."""
    with running(folder, "emulate", "--port", "0", *arguments, **environment) as greeting:
        root = re.search(r"^Root: (\S+)$", greeting, re.MULTILINE)
        assert root
        yield greeting, root[1]


def test_it_says_what_it_is_and_how_to_use_it(cli: Cli, tmp_path: Path) -> None:
    """Name, version, limits, root and key; the printed lines work in another terminal."""
    with emulating(tmp_path, "--server-version", "2023.4.0") as (greeting, root):
        assert re.search(r"^VMRay emulator \d+\.\d+: not a VMRay\.", greeting)
        assert "Emulated version: VMRay 2023.4.0." in greeting
        limits = re.search(r"Limits: (.+)$", greeting, re.MULTILINE)
        assert limits
        assert Path(limits[1]) == Path(__file__).resolve().parents[2] / "docs" / "limits.md"
        assert f"Key:  {EMULATOR_API_KEY}" in greeting
        export = re.search(r"^  export (\w+)=(\S+)$", greeting, re.MULTILINE)
        use = re.search(r"^  vmray-secops (run Ping .*)$", greeting, re.MULTILINE)
        assert export
        assert use
        finished = cli(*use[1].split(), **{export[1]: export[2]})
    assert finished.returncode == 0, finished.stdout
    assert root in use[1]


def test_an_installed_package_names_its_limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Beside it there is no such file, so it is named as it is in the repository."""
    monkeypatch.setattr(vmray, "__file__", str(tmp_path / "lib/secops_lab/runs/vmray.py"))
    assert vmray.emulator_limits() == "docs/limits.md"


def test_what_was_submitted_survives_a_restart(cli: Cli, tmp_path: Path) -> None:
    """With --db a file uploaded before the restart is found by its hash after it."""
    sample = tmp_path / "tool.exe"
    sample.write_bytes(b"MZ" + bytes(100))
    kept = ("--db", "demo.sqlite", "--lifecycle", "immediate")
    scan = ("run", "Scan Hash", "--entity", f"FILEHASH={hashlib.sha256(sample.read_bytes()).hexdigest()}")
    upload = (
        "run",
        "Upload File And Get Report",
        "--param",
        f"Sample File Path={sample}",
        "--poll-interval",
        "0",
    )
    outputs = []
    with emulating(tmp_path, *kept) as (_, root):
        assert cli(*upload, "--api-root", root, VMRAY_API_KEY=EMULATOR_API_KEY).returncode == 0
        outputs.append(cli(*scan, "--api-root", root, VMRAY_API_KEY=EMULATOR_API_KEY))
    with emulating(tmp_path, *kept) as (_, root):
        outputs.append(cli(*scan, "--api-root", root, VMRAY_API_KEY=EMULATOR_API_KEY))
    for finished in outputs:
        assert finished.returncode == 0
        assert "Verdict: malicious" in finished.stdout


def test_a_key_of_your_own_is_the_only_one_accepted(cli: Cli, tmp_path: Path) -> None:
    """--api-key-env takes the key from a variable; the documented one is then refused."""
    with emulating(tmp_path, "--api-key-env", "MINE", MINE="another-key") as (_, root):
        assert cli("run", "Ping", "--api-root", root, VMRAY_API_KEY="another-key").returncode == 0
        assert cli("run", "Ping", "--api-root", root, VMRAY_API_KEY=EMULATOR_API_KEY).returncode == 1


def test_a_file_that_is_no_database_is_said(cli: Cli, tmp_path: Path) -> None:
    """Exit code 3, the file named, nothing left beside it."""
    (tmp_path / "notes.txt").write_text("no database " * 100)
    finished = cli("emulate", "--db", "notes.txt", "--port", "0")
    assert finished.returncode == 3
    assert "notes.txt cannot be used as the emulator's database: file is not a database" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_that_is_not_there_is_said(cli: Cli) -> None:
    """The database is named, not the port."""
    finished = cli("emulate", "--db", "nowhere/demo.sqlite", "--port", "0")
    assert finished.returncode == 3
    assert "nowhere/demo.sqlite cannot be used as the emulator's database" in finished.stderr


@pytest.mark.usefixtures("tmp_path")
def test_a_taken_port_is_said(cli: Cli, tmp_path: Path) -> None:
    """A second emulator on the same port cannot run: exit code 3, and the port is named."""
    with emulating(tmp_path) as (_, root):
        port = root.rpartition(":")[2]
        finished = cli("emulate", "--port", port)
    assert finished.returncode == 3
    assert f"port {port}" in finished.stderr
    assert "Traceback" not in finished.stderr
