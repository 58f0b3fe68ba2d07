"""`vmray-secops serve` starts the case wall."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import requests
from tests.cli.conftest import running
from typer.testing import CliRunner

from secops_lab import web
from secops_lab.cli import serve_command
from secops_lab.cli.app import app
from secops_lab.runs.errors import CannotRunError

if TYPE_CHECKING:
    from pathlib import Path


def test_the_page_is_available_while_the_command_runs(tmp_path: Path) -> None:
    """Given a running command, then its output has the URL and the VMRay, and the page is available."""
    with running(tmp_path, "serve", "--port", "0") as first_lines:
        url = re.search(r"^Case wall: (http://127\.0\.0\.1:\d+)$", first_lines, re.MULTILINE)
        assert url
        assert "VMRay: the embedded VMRay emulator" in first_lines
        response = requests.get(url[1], timeout=30)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/html")


def test_without_the_extra_the_error_names_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a missing package, then the error names it and the installation; other commands still run."""
    monkeypatch.setattr(serve_command, "find_spec", lambda name: None if name == "jinja2" else object())
    refused = CliRunner().invoke(app, ["serve"])
    assert isinstance(refused.exception, CannotRunError)
    message = str(refused.exception)
    assert "needs jinja2" in message
    assert "pip install 'vmray-secops[web]'" in message
    assert "make serve" in message
    assert CliRunner().invoke(app, ["actions"]).exit_code == 0


def test_the_options_set_the_limits_of_the_case_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given options, then the case wall gets these limits; otherwise it gets the platform's defaults."""
    settings: list[web.WallSettings] = []

    def start(*args: object, **_: object) -> None:
        settings.extend(one for one in args if isinstance(one, web.WallSettings))
        raise OSError("enough")

    monkeypatch.setattr(web, "CaseWall", start)
    wanted = ("--timeout", "60", "--poll-interval", "0.5", "--max-upload", "2")
    for options in (wanted, ()):
        assert isinstance(
            CliRunner().invoke(app, ["serve", "--port", "0", *options]).exception, CannotRunError
        )
    chosen, default = settings
    assert (chosen.async_timeout, chosen.poll_interval, chosen.upload_limit) == (60, 0.5, 2 * 2**20)
    assert chosen.uploads_limit == 8 * chosen.upload_limit
    assert default == web.WallSettings(vmray="the embedded VMRay emulator")


@pytest.mark.parametrize(
    "option",
    [
        *("--scenario", "--lifecycle", "--api-root", "--timeout", "--poll-interval", "--max-upload"),
        *("--proxy", "--ca-bundle"),
    ],
)
def test_invalid_option_values_are_usage_errors(option: str) -> None:
    """Given a wrong value, then it is a usage error, as in `run`."""
    finished = CliRunner().invoke(app, ["serve", option, "nonsense:"])
    assert finished.exit_code == 2
    assert "Invalid value" in finished.stderr
