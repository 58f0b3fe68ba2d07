"""What a person gets wrong is said at once, with a suggestion, before anything is started."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from secops_lab.cli.app import app
from secops_lab.runs.arguments import BadArgumentError, api_root, entities
from secops_lab.runs.suggest import UnknownNameError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli

TAG = ("run", "Add Tag to Submission")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "Scan Hsh"), 'Unknown action "Scan Hsh". Did you mean "Scan Hash"'),
        (
            ("run", "xyzzy"),
            'Unknown action "xyzzy". There are: Add Tag to Submission, ',
        ),
        (
            ("run", "Scan Hash", "--entity", "FILEHSH=00"),
            'Unknown entity type "FILEHSH". Did you mean "FILEHASH"',
        ),
        (("run", "Scan Hash", "--entity", "00"), '"00" is invalid: expected --entity TYPE=VALUE'),
        (("run", "Scan Hash", "--entity", "FILEHASH="), '"FILEHASH=" is invalid'),
        (
            ("run", "Scan Hash", "--param", "Max IOC To Return=3"),
            'Unknown parameter "Max IOC To Return" of "Scan Hash". Did you mean "Max IOCs To Return"',
        ),
        (("run", "Ping", "--param", "X=1"), 'Unknown parameter "X" of "Ping". There are none.'),
        (TAG, 'needs --param "Submission ID=…" --param "Tag Name=…"'),
        ((*TAG, "--param", "Tag Name=a", "--param", "tag name=b"), '"Tag Name" was given twice'),
        (("run", "Ping", "--api-root", "cloud.vmray.com"), '"cloud.vmray.com" is not the root of a VMRay'),
        (
            ("run", "Ping", "--api-root", "http://localhost:1"),
            "VMRAY_API_KEY holds no API key: export VMRAY_API_KEY=…",
        ),
        (
            ("run", "Ping", "--api-root", "http://localhost:1", "--api-key-env", "MY_KEY"),
            "MY_KEY holds no API key",
        ),
        (
            ("run", "Ping", "--scenario", "malicous-exe"),
            'Unknown scenario "malicous-exe". Did you mean "malicious-exe"',
        ),
        (
            ("run", "Ping", "--lifecycle", "soon"),
            "lifecycle is immediate, reads:N, realtime:SPEED or manual, not 'soon'",
        ),
        (("run", "Ping", "--sdk", "nowhere"), "nowhere"),
        (("actions", "Pong"), 'Unknown action "Pong". Did you mean "Ping"'),
        (("demo", "--file", "nowhere"), "nowhere"),
        (("emulate", "--lifecycle", "soon"), "lifecycle is immediate"),
        (("emulate", "--scenario", "xyzzy"), 'Unknown scenario "xyzzy". There are: '),
        (
            ("emulate", "--server-version", "latest", "--api-key-env", "NOT_SET"),
            "server version 'latest' is unknown",
        ),
        (("emulate", "--port", "0", "--api-key-env", "NOT_SET"), "NOT_SET holds no API key"),
    ],
)
def test_bad_usage_is_exit_code_2_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    """Unknown names suggest the nearest; stdout stays empty."""
    monkeypatch.delenv("VMRAY_API_KEY", raising=False)
    finished = CliRunner().invoke(app, list(arguments))
    assert finished.exit_code == 2
    assert finished.stdout == ""
    assert said in " ".join(finished.stderr.split())


def test_bad_usage_leaves_the_process_with_its_code(cli: Cli) -> None:
    """The shell sees 2, a sentence on stderr and nothing on stdout, also with --json."""
    finished = cli("run", "Scan Hsh", "--json")
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert 'Unknown action "Scan Hsh". Did you mean "Scan Hash"' in finished.stderr
    assert "Traceback" not in finished.stderr


def test_what_cannot_be_run_is_exit_code_3(cli: Cli, tmp_path: Path) -> None:
    """A folder that holds no integration is not the user's wording but the machine's state."""
    finished = cli("actions", "--integration", str(tmp_path))
    assert finished.returncode == 3
    assert "is not an integration" in finished.stderr
    assert "--integration DIR" in finished.stderr


@pytest.mark.parametrize(
    ("option", "said"), [("--sdk", "no SDK in"), ("--integration", "is not an integration")]
)
def test_with_json_what_cannot_be_run_is_a_document(cli: Cli, tmp_path: Path, option: str, said: str) -> None:
    """A folder without SDK or integration: the document says so, and so does the exit code."""
    finished = cli("run", "Ping", "--json", option, str(tmp_path))
    assert finished.returncode == 3
    document = json.loads(finished.stdout)
    assert document["action"] == "Ping"
    assert document["state"] == "NOT_RUN"
    assert said in document["message"]


def test_hostile_arguments_are_shown_harmlessly(cli: Cli) -> None:
    """A name with escape characters is repeated with the escapes written out."""
    finished = cli("run", "Scan\x1b[2J")
    assert finished.returncode == 2
    assert "\x1b" not in finished.stderr


@pytest.mark.parametrize(
    ("argument", "entity"),
    [
        ("FILEHASH=00ff", ("FILEHASH", "00ff")),
        ("filehash=00ff", ("FILEHASH", "00ff")),
        ("URL=http://h/?a=b", ("DestinationURL", "http://h/?a=b")),
        ("destinationurl=http://h/", ("DestinationURL", "http://h/")),
        ("ADDRESS=192.0.2.1", ("ADDRESS", "192.0.2.1")),
        ("User=eve", ("USERUNIQNAME", "eve")),
    ],
)
def test_entities_take_the_platforms_spelling(argument: str, entity: tuple[str, str]) -> None:
    """Any type of the platform is accepted in any case; the value is kept as it is."""
    assert entities([argument]) == [entity]


def test_an_unknown_type_lists_its_neighbours() -> None:
    """The error carries what was asked and what exists."""
    with pytest.raises(UnknownNameError) as caught:
        entities(["HASHFILE=00"])
    assert caught.value.name == "HASHFILE"
    assert "FILEHASH" in caught.value.known


@pytest.mark.parametrize("root", ["", "vmray", "ftp://vmray", "https://", "http://host:port", "http://[::1"])
def test_a_root_is_a_web_address(root: str) -> None:
    """Whatever is no http address is refused in a sentence."""
    with pytest.raises(BadArgumentError, match="is not the root of a VMRay"):
        api_root(root)
