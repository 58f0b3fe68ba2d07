"""`vmray-secops run` runs actions, for people and for scripts."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from tools.hub_package import build
from tools.hub_step import INTEGRATION

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli

    from vmray_emulator import EmbeddedEmulator

PHISHING = "http://phishing.example/Login"
QUICK = ("--lifecycle", "immediate", "--poll-interval", "0")
UPLOAD = "Upload File And Get Report"


def options_for(emulator: EmbeddedEmulator) -> tuple[str, ...]:
    """Return the options that use this emulator as an external VMRay."""
    return ("--api-root", emulator.url, "--api-key-env", "THE_KEY", "--poll-interval", "0")


def test_ping_prints_the_documented_sentence(cli: Cli) -> None:
    """Given no options, then the embedded emulator is used."""
    finished = cli("run", "Ping")
    assert finished.returncode == 0, finished.stderr
    assert "Ping  completed" in finished.stdout
    assert "Successfully tested connectivity." in finished.stdout


def test_a_scanned_url_is_printed_in_full(cli: Cli) -> None:
    """State, message, verdict, link, enrichment, insight and tables are on stdout; progress is on stderr."""
    finished = cli("run", "scan url", "--entity", f"URL={PHISHING}", *QUICK)
    assert finished.returncode == 0, finished.stderr
    shown = " ".join(finished.stdout.split())
    assert "Scan URL completed" in shown
    assert f"using information from VMRay: {PHISHING.upper()}" in shown
    assert f"Verdict: malicious · {PHISHING.upper()}" in shown
    assert re.search(r"Report: https?://\S+", shown)
    assert f"Entity: {PHISHING.upper()} (DestinationURL) · enriched with 36 fields · suspicious" in shown
    assert "Insight: " in shown
    assert "hxxp" in shown
    assert re.search(r"Key\W+Value", shown)
    assert re.search(
        r"^Scan URL: round 1, \d+\.\d s: Waiting for the results for: ", finished.stderr, re.MULTILINE
    )


def test_json_output_is_one_document(cli: Cli) -> None:
    """Given --json, then stdout is one JSON document with everything that the text has."""
    finished = cli("run", "Scan URL", "--entity", f"DestinationURL={PHISHING}", "--json", *QUICK)
    assert finished.returncode == 0, finished.stderr
    document = json.loads(finished.stdout)
    assert document.keys() == {
        "action",
        "attachments",
        "case_attachments",
        "comments",
        "debug_output",
        "entities",
        "findings",
        "insights",
        "json_result",
        "message",
        "result_name",
        "result_value",
        "rounds",
        "state",
        "tables",
        "tags",
    }
    assert document["state"] == "COMPLETED"
    assert (document["result_name"], document["result_value"]) == ("is_success", True)
    assert [(each["subject"], each["verdict"]) for each in document["findings"]] == [
        (PHISHING.upper(), "malicious")
    ]
    assert [entity["is_suspicious"] for entity in document["entities"]] == [True]
    assert document["json_result"][0]["EntityResult"]["sample_url"] == PHISHING
    assert finished.stdout.isascii()


def test_a_file_uploaded_by_another_command_is_found_by_its_hash(
    cli: Cli, emulator: EmbeddedEmulator, tmp_path: Path
) -> None:
    """Given two commands with --api-root and --api-key-env, then they share the data of this VMRay."""
    sample = tmp_path / "invoice, final.exe"
    sample.write_bytes(b"MZ" + bytes(200))
    emulator.control.forget_requests()
    uploaded = cli(
        "run",
        UPLOAD,
        "--param",
        f"Sample File Path={sample}",
        *options_for(emulator),
        THE_KEY=emulator.api_key,
    )
    assert uploaded.returncode == 0, uploaded.stderr
    assert f"Successfully submitted the following files to VMRay: {sample}" in uploaded.stdout
    sha256 = hashlib.sha256(sample.read_bytes()).hexdigest()
    scanned = cli(
        "run", "Scan Hash", "--entity", f"FILEHASH={sha256}", *options_for(emulator), THE_KEY=emulator.api_key
    )
    assert scanned.returncode == 0, scanned.stderr
    assert f"Verdict: malicious · {sha256.upper()}" in scanned.stdout
    assert emulator.control.counts()["submissions"] == 1
    assert {request.status for request in emulator.control.requests()} == {200}


def test_an_unknown_hash_is_a_completed_action(cli: Cli, emulator: EmbeddedEmulator) -> None:
    """Given an unknown hash, then the action completed: exit code 0, is_success False."""
    finished = cli(
        "run",
        "Scan Hash",
        "--entity",
        f"FILEHASH={'0' * 64}",
        *options_for(emulator),
        THE_KEY=emulator.api_key,
    )
    assert finished.returncode == 0, finished.stderr
    assert "None of the provided entities were enriched." in finished.stdout
    assert "not found in VMRay" in finished.stdout
    assert "is_success: False" in finished.stdout


def test_a_rejected_key_is_a_failed_action(cli: Cli, emulator: EmbeddedEmulator) -> None:
    """Given a rejected key, then the action failed: exit code 1, the cause in the message, no key in it."""
    finished = cli("run", "Ping", "--json", *options_for(emulator), THE_KEY="a-key-nobody-knows")
    assert finished.returncode == 1
    document = json.loads(finished.stdout)
    assert document["state"] == "FAILED"
    assert document["message"].startswith("Failed to test connectivity. Error is ")
    assert "a-key-nobody-knows" not in finished.stdout + finished.stderr


def test_an_unreachable_host_is_a_failed_action(cli: Cli) -> None:
    """Given a port without a server, then the action failed: exit code 1."""
    finished = cli("run", "Ping", "--api-root", "http://127.0.0.1:1", VMRAY_API_KEY="any")
    assert finished.returncode == 1
    assert "Failed to test connectivity. Error is " in finished.stdout


def test_a_hostile_file_name_does_not_control_the_terminal(cli: Cli, tmp_path: Path) -> None:
    """Given escape, bidirectional and markup characters in a file name, then they are printed as text."""
    sample = tmp_path / "\x1b]0;owned\x07[red]\u202efdp.exe"
    sample.write_bytes(b"MZ" + bytes(64))
    finished = cli("run", UPLOAD, "--param", f"Sample File Path={sample}", *QUICK)
    assert finished.returncode == 0, finished.stderr
    shown = finished.stdout + finished.stderr
    assert not set(shown) & {"\x1b", "\x07", "\u202e"}
    assert "[red]" in finished.stdout


def test_a_crashed_script_is_exit_code_3(cli: Cli, tmp_path: Path) -> None:
    """Given a process that ends without a result, then exit code 3, and its stderr is printed."""
    actions = tmp_path / "broken" / "actions"
    actions.mkdir(parents=True)
    (actions.parent / "definition.yaml").write_text(
        "identifier: Broken\nname: Broken\nparameters: []\n", "utf-8"
    )
    (actions / "burst.yaml").write_text("name: Burst\nparameters: []\n", "utf-8")
    (actions / "burst.py").write_text("raise SystemExit('out of \\x1b[2J steam')\n", "utf-8")
    finished = cli("run", "Burst", "--integration", str(actions.parent))
    assert finished.returncode == 3
    assert "Burst  crashed" in finished.stdout
    assert r"out of \x1b[2J steam" in finished.stderr
    assert "\x1b" not in finished.stdout + finished.stderr


def test_the_built_form_has_the_same_result_as_the_source(cli: Cli, tmp_path: Path) -> None:
    """Given --integration with the built form, then the result is the same as from the source."""
    built = tmp_path / "VMRay"
    build(INTEGRATION, built)
    scan = ("run", "Scan URL", "--entity", f"URL={PHISHING}", "--json", *QUICK)
    outputs = [json.loads(cli(*scan, *form).stdout) for form in ((), ("--integration", str(built)))]
    for output in outputs:
        assert output["state"] == "COMPLETED"
    assert outputs[0]["message"] == outputs[1]["message"]
    assert outputs[0]["findings"] == outputs[1]["findings"]


def test_an_action_can_be_named_by_its_script(cli: Cli) -> None:
    """Given `ping`, the name of the script, then the action is Ping."""
    finished = cli("run", "ping", "--json")
    assert json.loads(finished.stdout)["action"] == "Ping"


def test_a_word_as_script_result_is_printed_under_its_name(cli: Cli) -> None:
    """Given an action whose script result is a word, then it has its declared name, and exit code 0."""
    finished = cli("run", "Get Threat Indicators")
    assert finished.returncode == 0, finished.stderr
    assert "\noutcome: done\n" in finished.stdout
    assert "is_success" not in finished.stdout
