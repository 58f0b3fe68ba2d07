"""`vmray-secops emulate` serves other terminals, and keeps its state if a database is given."""

from __future__ import annotations

import hashlib
import re
import shlex
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.cli.conftest import running

from secops_lab.runs import vmray
from secops_lab.runs.vmray import EMULATOR_API_KEY
from vmray_emulator import GATEWAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Cli


@contextmanager
def emulating(folder: Path, *arguments: str, **environment: str) -> Iterator[tuple[str, str]]:
    """Run the command, yield its first lines and its root, then interrupt it."""
    with running(folder, "emulate", "--port", "0", *arguments, **environment) as first_lines:
        root = re.search(r"^Root: (\S+)$", first_lines, re.MULTILINE)
        assert root
        yield first_lines, root[1]


def test_the_first_lines_describe_the_server_and_its_use(cli: Cli, tmp_path: Path) -> None:
    """Given the output, then it has name, version, limits, root and key, and its commands work as printed."""
    with emulating(tmp_path, "--server-version", "2023.4.0") as (first_lines, root):
        assert re.search(r"^VMRay emulator \d+\.\d+: not a VMRay\.", first_lines)
        assert "Emulated version: VMRay 2023.4.0." in first_lines
        limits = re.search(r"Limits: (.+)$", first_lines, re.MULTILINE)
        assert limits
        assert Path(limits[1]) == Path(__file__).resolve().parents[2] / "docs" / "limits.md"
        assert f"Key:  {EMULATOR_API_KEY}" in first_lines
        export = re.search(r"^  export (\w+)=(\S+)$", first_lines, re.MULTILINE)
        use = re.search(r"^  vmray-secops (run Ping .*)$", first_lines, re.MULTILINE)
        assert export
        assert use
        finished = cli(*use[1].split(), **{export[1]: export[2]})
    assert finished.returncode == 0, finished.stdout
    assert root in use[1]


def test_the_first_lines_describe_a_gateway(cli: Cli, tmp_path: Path) -> None:
    """Given --behind, then the printed command shows the printed message, and the remedy succeeds."""
    with emulating(tmp_path, "--behind", "tls-inspection") as (first_lines, root):
        assert f"Behind: tls-inspection. {GATEWAYS['tls-inspection'].about}\n" in first_lines
        message = re.search(r"^The message to expect: … (.+) …$", first_lines, re.MULTILINE)
        commands = re.findall(r"^  vmray-secops (run .*)$", first_lines, re.MULTILINE)
        assert message
        failed, done = (cli(*shlex.split(each), VMRAY_API_KEY=EMULATOR_API_KEY) for each in commands)
    assert all(root in each for each in commands)
    assert (failed.returncode, message[1] in failed.stdout) == (1, True)
    assert (done.returncode, "Successfully tested connectivity." in done.stdout) == (0, True)


def test_an_installed_package_names_its_limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Given an installed package without docs, then the path is the one in the repository."""
    monkeypatch.setattr(vmray, "__file__", str(tmp_path / "lib/secops_lab/runs/vmray.py"))
    assert vmray.emulator_limits() == "docs/limits.md"


def test_submissions_are_kept_across_a_restart(cli: Cli, tmp_path: Path) -> None:
    """Given --db and a file uploaded before a restart, then the file is found by its hash afterwards."""
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


def test_a_chosen_key_is_the_only_accepted_key(cli: Cli, tmp_path: Path) -> None:
    """Given --api-key-env, then only the key in this variable is accepted."""
    with emulating(tmp_path, "--api-key-env", "MINE", MINE="another-key") as (_, root):
        assert cli("run", "Ping", "--api-root", root, VMRAY_API_KEY="another-key").returncode == 0
        assert cli("run", "Ping", "--api-root", root, VMRAY_API_KEY=EMULATOR_API_KEY).returncode == 1


def test_a_file_that_is_no_database_is_reported(cli: Cli, tmp_path: Path) -> None:
    """Given a file that is no database, then exit code 3, a sentence with its name, and no other file."""
    (tmp_path / "notes.txt").write_text("no database " * 100)
    finished = cli("emulate", "--db", "notes.txt", "--port", "0")
    assert finished.returncode == 3
    assert "notes.txt cannot be used as the emulator's database: file is not a database" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]


def test_a_missing_folder_is_reported(cli: Cli) -> None:
    """Given a database in a missing folder, then the error names the database, not the port."""
    finished = cli("emulate", "--db", "nowhere/demo.sqlite", "--port", "0")
    assert finished.returncode == 3
    assert "nowhere/demo.sqlite cannot be used as the emulator's database" in finished.stderr


@pytest.mark.usefixtures("tmp_path")
def test_a_port_in_use_is_reported(cli: Cli, tmp_path: Path) -> None:
    """Given a port that is in use, then exit code 3 and a sentence with the port."""
    with emulating(tmp_path) as (_, root):
        port = root.rpartition(":")[2]
        finished = cli("emulate", "--port", port)
    assert finished.returncode == 3
    assert f"port {port}" in finished.stderr
    assert "Traceback" not in finished.stderr
