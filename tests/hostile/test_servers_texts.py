"""Given hostile texts as reasons of a server, then they are on one line and safe."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tests.hostile.corpus import EVERYTHING, TEXTS
from tests.hostile.sinks import assert_lines, assert_script_json, assert_table

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab


def test_each_text_as_the_reason_of_one_entity(lab: Lab) -> None:
    """Given each text as an error, then the message has the documented sentence and one line per entity."""
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


def test_hostile_results_of_failed_analyses(lab: Lab, tmp_path: Path) -> None:
    """Given the result text of a failed analysis, then it is a note on the line of the file."""
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


def test_hostile_unknown_fields(lab: Lab) -> None:
    """Given unknown fields with hostile names and nested values, then result and tables are safe."""
    sample = lab.vmray.control.add_sample()
    unknown = {text: [text, {text: [text]}] for text in TEXTS.values() if len(text) < 5_000}
    patch = {"kind": "patch", "set": {"data.0.sample_new": unknown}}
    lab.vmray.control.inject({"path": "/rest/sample/sha256/*"}, patch)
    lab.hashes(sample["sample_sha256hash"])

    run = lab.run("Scan Hash")

    assert run.is_success, run.message
    (result,) = run.json_result
    assert result["EntityResult"]["sample_new"] == unknown
    assert_script_json(run.results["JsonResult"]["RawJson"])
    for title, lines in run.tables.items():
        assert_table(title, lines)
