"""Attachments of a result are listed, described in the JSON document, and saved under safe names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.lab.toy_integration import NAME, Toy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli

    from secops_lab.platform import LocalPlatform

BODY = """
import base64
blob = base64.b64encode(b"bytes of a report").decode()
siemplify.result.add_attachment("One", "../re\\u202eport.pdf", blob)
siemplify.result.add_attachment("Two", "../re\\u202eport.pdf", blob)
siemplify.end("done", True)
"""


@pytest.fixture
def integration(tmp_path: Path, platform: LocalPlatform) -> Path:
    """Write an integration whose action attaches two files with the same hostile name."""
    return Toy(tmp_path, platform, None).host(BODY).integration.folder


def test_files_are_listed_and_saved(cli: Cli, tmp_path: Path, integration: Path) -> None:
    """Given hostile names, then files stay in the folder, none is overwritten, and the terminal is safe."""
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "re_port.pdf").write_bytes(b"mine")
    finished = cli("run", NAME, "--integration", str(integration), "--save-attachments", "saved")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.count("Attachment: ../re\\u202eport.pdf (17 bytes)") == 2
    assert "\u202e" not in finished.stdout + finished.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "saved").iterdir()} == {
        "re_port.pdf": b"mine",
        "re_port (2).pdf": b"bytes of a report",
        "re_port (3).pdf": b"bytes of a report",
    }
    assert finished.stderr.count("Saved: saved/re_port (") == 2


def test_the_document_describes_files(cli: Cli, tmp_path: Path, integration: Path) -> None:
    """Given --json, then the document has names and sizes, and no file is written."""
    before = sorted(tmp_path.iterdir())
    finished = cli("run", NAME, "--integration", str(integration), "--json")
    assert json.loads(finished.stdout)["attachments"] == [{"name": "../re\u202eport.pdf", "size": 17}] * 2
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_that_cannot_be_saved_is_reported(cli: Cli, tmp_path: Path, platform: LocalPlatform) -> None:
    """Given an attachment that is not base64, then there is one sentence, no file and no traceback."""
    body = (
        'siemplify.result.add_attachment("One", "a\\u202e.pdf", "not base64!")\nsiemplify.end("done", True)'
    )
    folder = Toy(tmp_path, platform, None).host(body).integration.folder
    finished = cli("run", NAME, "--integration", str(folder), "--save-attachments", "saved")
    assert finished.returncode == 3
    assert 'The attachment "a\\u202e.pdf" could not be saved: the content is not base64' in finished.stderr
    assert "Traceback" not in finished.stderr
    assert not (tmp_path / "saved").exists()
