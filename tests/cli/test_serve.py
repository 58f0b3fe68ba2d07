"""`vmray-secops serve`: the way to the case wall."""

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


def test_the_page_answers_until_the_command_ends(tmp_path: Path) -> None:
    """It says where it is and which VMRay answers; the page is there."""
    with running(tmp_path, "serve", "--port", "0") as greeting:
        url = re.search(r"^Case wall: (http://127\.0\.0\.1:\d+)$", greeting, re.MULTILINE)
        assert url
        assert "VMRay: the embedded VMRay emulator" in greeting
        answer = requests.get(url[1], timeout=30)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")


def test_without_the_extra_it_says_how_to_add_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names what is missing and the commands that install it; other commands run."""
    monkeypatch.setattr(serve_command, "find_spec", lambda name: None if name == "jinja2" else object())
    refused = CliRunner().invoke(app, ["serve"])
    assert isinstance(refused.exception, CannotRunError)
    said = str(refused.exception)
    assert "needs jinja2" in said
    assert "pip install 'vmray-secops[web]'" in said
    assert "make serve" in said
    assert CliRunner().invoke(app, ["actions"]).exit_code == 0


def test_the_wall_is_told_how_long_and_how_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timeout, poll interval and upload size reach the wall; without them it has the platform's own."""
    told: list[web.WallSettings] = []

    def start(*args: object, **_: object) -> None:
        told.extend(one for one in args if isinstance(one, web.WallSettings))
        raise OSError("enough")

    monkeypatch.setattr(web, "CaseWall", start)
    wanted = ("--timeout", "60", "--poll-interval", "0.5", "--max-upload", "2")
    for options in (wanted, ()):
        assert isinstance(
            CliRunner().invoke(app, ["serve", "--port", "0", *options]).exception, CannotRunError
        )
    asked, plain = told
    assert (asked.async_timeout, asked.poll_interval, asked.upload_limit) == (60, 0.5, 2 * 2**20)
    assert asked.uploads_limit == 8 * asked.upload_limit
    assert plain == web.WallSettings(vmray="the embedded VMRay emulator")


@pytest.mark.parametrize(
    "option", ["--scenario", "--lifecycle", "--api-root", "--timeout", "--poll-interval", "--max-upload"]
)
def test_its_options_are_those_of_run(option: str) -> None:
    """A wrong value is bad usage here as there."""
    finished = CliRunner().invoke(app, ["serve", option, "nonsense"])
    assert finished.exit_code == 2
    assert "Invalid value" in finished.stderr
