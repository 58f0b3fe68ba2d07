"""Reasons that a server, or whoever sits in front of it, gives: shown on one line, whatever they say."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tests.hostile.corpus import EVERYTHING, TEXTS
from tests.hostile.sinks import assert_lines, assert_script_json, assert_table

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab


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
