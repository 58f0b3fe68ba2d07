"""Reasons that a server, or whoever sits in front of it, gives: shown on one line, whatever they say."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from tests.hostile.corpus import EVERYTHING, TEXTS
from tests.hostile.sinks import assert_lines, assert_script_json, assert_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.actions.lab import Lab

FAULTS: Mapping[str, Any] = {
    "error-on-200": {"kind": "result_error", "error_msg": EVERYTHING},
    "error-on-400": {"kind": "status", "status": 400, "body": {"result": "error", "error_msg": EVERYTHING}},
    "errors-on-400": {
        "kind": "status",
        "status": 400,
        "body": {"data": {"errors": [{"error_msg": EVERYTHING}]}},
    },
    "forbidden": {"kind": "status", "status": 403, "body": {"result": "error", "error_msg": EVERYTHING}},
    "page": {"kind": "html", "body": f"<html>{TEXTS['close-script']}</html>"},
    "redirect": {"kind": "redirect", "location": "javascript:alert(1)"},
}
ACTIONS = ("Ping", "Add Tag to Submission", "Scan Hash", "Scan URL", "Upload File And Get Report")


def prepared(lab: Lab, folder: Path, action: str) -> dict[str, str]:
    """A case for the action, and its parameters."""
    file = folder / "a.txt"
    file.write_text("a")
    entities = {"Scan Hash": ("FILEHASH", "ab" * 32), "Scan URL": ("DestinationURL", "http://x.example/")}
    lab.open_case(*([entities[action]] if action in entities else []))
    given = {
        "Add Tag to Submission": {"Submission ID": "6001", "Tag Name": "a"},
        "Upload File And Get Report": {"Sample File Path": str(file)},
    }
    return given.get(action, {})


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_shows_a_servers_words_on_one_line(
    lab: Lab, tmp_path: Path, action: str, fault: str
) -> None:
    """At the first read and at the submit: no line, no colour, no direction of text is the server's."""
    parameters = prepared(lab, tmp_path, action)
    submits = action in ("Scan URL", "Upload File And Get Report")
    path = "/rest/sample/submit" if submits else "*"
    times = 4 if fault == "page" and not submits else 1  # so often is a read tried
    lab.vmray.control.inject({"path": path}, FAULTS[fault], times)

    run = lab.run(action, parameters, script_timeout=30.0)
    lab.vmray.control.clear_faults()

    assert_lines(run.message, "message")
    assert not set(run.message.split("\n")) & {"first", "other: found"}
    for one in run.rounds:
        assert_lines(one.output["DebugOutput"] if one.output else "no output\x00", "log")
        assert_lines(one.stderr, "stderr")
    if "JsonResult" in run.results:
        assert_script_json(run.results["JsonResult"]["RawJson"])


def test_each_text_as_the_reason_of_one_entity(lab: Lab) -> None:
    """The documented sentence and one line of details an entity, and nothing more."""
    hashes = [hashlib.sha256(name.encode()).hexdigest() for name in TEXTS]
    for value, text in zip(hashes, TEXTS.values(), strict=True):
        fault = {"kind": "result_error", "error_msg": text}
        lab.vmray.control.inject({"path": f"/rest/sample/sha256/{value}"}, fault)
    lab.hashes(*hashes)

    run = lab.run("Scan Hash")

    assert_lines(run.message, "message")
    head, _, details = run.message.partition("\n\nDetails:\n")
    assert head == "None of the provided entities were enriched."
    assert [line.partition(": ")[0] for line in details.splitlines()] == [value.upper() for value in hashes]
    assert all("VMRay rejected the request: " in line for line in details.splitlines())


def test_the_words_of_failed_analyses(lab: Lab, tmp_path: Path) -> None:
    """They are a note about the file, on its line."""
    file = tmp_path / "emulate-failed.txt"
    file.write_text("a")
    texts = {"data.0.analysis_result_str": EVERYTHING}
    lab.vmray.control.inject({"path": "/rest/analysis/submission/*"}, {"kind": "patch", "set": texts})

    run = lab.run("Upload File And Get Report", {"Sample File Path": str(file)})

    assert_lines(run.message, "message")
    head, _, details = run.message.partition("\n\nDetails:\n")
    assert head == f"Successfully submitted the following files to VMRay: {file}"
    (line,) = details.splitlines()
    assert line.startswith(f"{file}: ")
    assert_script_json(run.results["JsonResult"]["RawJson"])


def test_fields_that_nobody_knows(lab: Lab) -> None:
    """Their names are as hostile as their values, and nested."""
    sample = lab.vmray.control.add_sample()
    strange = {text: [text, {text: [text]}] for text in TEXTS.values() if len(text) < 5_000}
    patch = {"kind": "patch", "set": {"data.0.sample_new": strange}}
    lab.vmray.control.inject({"path": "/rest/sample/sha256/*"}, patch)
    lab.hashes(sample["sample_sha256hash"])

    run = lab.run("Scan Hash")

    assert run.is_success, run.message
    (result,) = run.json_result
    assert result["EntityResult"]["sample_new"] == strange
    assert_script_json(run.results["JsonResult"]["RawJson"])
    for title, lines in run.tables.items():
        assert_table(title, lines)
