"""A usage error is reported before anything starts, with a suggestion."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from secops_lab.cli.app import app
from secops_lab.runs.arguments import BadArgumentError, api_root, entities, without_login
from secops_lab.runs.suggest import UnknownNameError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli

TAG = ("run", "Add Tag to Submission", "--api-root", "http://localhost:1")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("run", "Scan Hsh"), 'Unknown action "Scan Hsh". Did you mean "Scan Hash"'),
        (
            ("run", "xyzzy"),
            'Unknown action "xyzzy". There are: Add ',
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
        ((*TAG[:2], "--param", "Tag Name="), 'needs --param "Tag Name=…"'),
        ((*TAG, "--param", "Tag Name=a", "--param", "tag name=b"), '"Tag Name" was given twice'),
        (("run", "Ping", "--api-root", "ftp://vmray"), '"ftp://vmray" is not the root of a VMRay'),
        (("run", "Ping", "--proxy", "http://h:1"), "--proxy needs --api-root"),
        (("run", "Ping", "--ca-bundle", "/dev/null"), "--ca-bundle needs --api-root"),
        (("run", "Ping", "--api-root", "vmray", "--ca-bundle", ""), "the name of the file is empty"),
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
        (("emulate", "--behind", "login"), 'Unknown gateway "login". Did you mean "login-page"'),
        (("emulate", "--behind", ""), 'Unknown gateway "". There are: '),
        (("emulate", "--scenario", "xyzzy"), 'Unknown scenario "xyzzy". There are: '),
        (
            ("emulate", "--server-version", "latest", "--api-key-env", "NOT_SET"),
            "server version 'latest' is unknown",
        ),
        (("emulate", "--port", "0", "--api-key-env", "NOT_SET"), "NOT_SET holds no API key"),
    ],
)
def test_bad_usage_is_exit_code_2_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], reason: str
) -> None:
    """Given a wrong argument, then stderr has the reason and a suggestion; stdout is empty."""
    monkeypatch.delenv("VMRAY_API_KEY", raising=False)
    finished = CliRunner().invoke(app, list(arguments))
    assert finished.exit_code == 2
    assert finished.stdout == ""
    assert reason in " ".join(finished.stderr.split())


def test_bad_usage_sets_the_exit_code_of_the_process(cli: Cli) -> None:
    """Given a wrong argument, also with --json, then exit code 2, a sentence on stderr, an empty stdout."""
    finished = cli("run", "Scan Hsh", "--json")
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert 'Unknown action "Scan Hsh". Did you mean "Scan Hash"' in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_missing_integration_is_exit_code_3(cli: Cli, tmp_path: Path) -> None:
    """Given a folder without an integration, then exit code 3: no argument is misspelled."""
    finished = cli("actions", "--integration", str(tmp_path))
    assert finished.returncode == 3
    assert "is not an integration" in finished.stderr
    assert "--integration DIR" in finished.stderr


@pytest.mark.parametrize(
    ("option", "reason"), [("--sdk", "no SDK in"), ("--integration", "is not an integration")]
)
def test_with_json_a_missing_sdk_or_integration_is_a_document(
    cli: Cli, tmp_path: Path, option: str, reason: str
) -> None:
    """Given a folder without SDK or integration, then the JSON document has the reason; exit code 3."""
    finished = cli("run", "Ping", "--json", option, str(tmp_path))
    assert finished.returncode == 3
    document = json.loads(finished.stdout)
    assert document["action"] == "Ping"
    assert document["state"] == "NOT_RUN"
    assert reason in document["message"]


def test_hostile_arguments_are_escaped(cli: Cli) -> None:
    """Given a name with escape characters, then the error prints them as escapes."""
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
def test_entity_types_have_the_spelling_of_the_platform(argument: str, entity: tuple[str, str]) -> None:
    """Given a type of the platform in any case, then it is accepted, and the value is unchanged."""
    assert entities([argument]) == [entity]


def test_an_unknown_type_lists_the_known_types() -> None:
    """Given an unknown type, then the error has its name and the known names."""
    with pytest.raises(UnknownNameError) as caught:
        entities(["HASHFILE=00"])
    assert caught.value.name == "HASHFILE"
    assert "FILEHASH" in caught.value.known


@pytest.mark.parametrize(
    "root", ["", " ", "ftp://vmray", "https://", "http://host:port", "http://[::1", "host:0"]
)
def test_an_invalid_root_is_rejected(root: str) -> None:
    """Given a root that is no HTTP address, then the error is one sentence."""
    with pytest.raises(BadArgumentError, match="is not the root of a VMRay"):
        api_root(root)


@pytest.mark.parametrize(
    ("root", "address"),
    [
        ("https://cloud.vmray.com", ("https", "cloud.vmray.com", None)),
        (" cloud.vmray.com\n", ("https", "cloud.vmray.com", None)),
        ("vmray", ("https", "vmray", None)),
        ("vmray:8443/prefix/rest/", ("https", "vmray", 8443)),
        ("http://[::1]:80/", ("http", "::1", 80)),
    ],
)
def test_a_root_is_read_as_the_actions_read_it(root: str, address: tuple[str, str, int | None]) -> None:
    """Given a root that the actions accept, then it is accepted: a missing scheme means https."""
    parts = api_root(root)
    assert (parts.scheme, parts.hostname, parts.port) == address


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://vmray.example/prefix", "https://vmray.example/prefix"),
        ("https://me:word@vmray.example", "https://…@vmray.example"),
        ("me:word@vmray.example:1", "…@vmray.example:1"),
        ("http://me:wo/r@d@vmray.example", "http://…@vmray.example"),
    ],
)
def test_a_password_in_an_address_is_not_shown(address: str, shown: str) -> None:
    """Given an address with a password, then the page and the messages show it without."""
    assert without_login(address) == shown
