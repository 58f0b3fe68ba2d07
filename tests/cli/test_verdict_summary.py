"""The command line prints one line per subject, with the verdict words of insight and widget."""

from __future__ import annotations

import io
import json
import zipfile
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from rich.console import Console

from secops_lab.cli.view import show_run
from secops_lab.host.outcome import ActionRun, RunState
from secops_lab.runs.verdict_summary import verdict_rows

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli


def test_each_member_of_an_archive_has_a_line(cli: Cli, tmp_path: Path) -> None:
    """Given an archive, then each member has a line with its own name."""
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        for name in ("emulate-malicious-exe.exe", "notes.txt"):
            bundle.writestr(name, f"MZ {name}")
    shown = cli(
        *("run", "Upload File And Get Report", "--param", f"Sample File Path={path}"),
        *("--scenario", "archive", "--lifecycle", "immediate"),
    ).stdout
    assert f"Verdict: malicious · {path}: emulate-malicious-exe.exe · submission 6001" in shown
    assert f"{path}: notes.txt · submission 6002" in shown


@pytest.mark.parametrize(
    ("word", "label"), [("malicious", "Verdict"), ("high_risk", "Verdict"), ("done", "Outcome")]
)
def test_a_word_that_is_no_verdict_is_not_called_one(word: str, label: str) -> None:
    """Given an item without a verdict, then the line has its outcome under this name."""
    assert f"{label}: {word} · x" in shown({"subject": "x", "verdict": None, "outcome": word})


@pytest.mark.parametrize(
    ("subject", "line"), [("a.exe", "a.exe · submission 7"), ("submission 7", "submission 7")]
)
def test_a_submission_is_named_once(subject: str, line: str) -> None:
    """Given an item that is a submission, then its line has the id once."""
    item = {"subject": subject, "verdict": "clean", "outcome": "clean", "submission_id": 7}
    assert f"Verdict: clean · {line}\n" in shown(item)


def shown(item: dict[str, Any]) -> str:
    """What the command prints about a result with one item."""
    entry = {"RawJson": json.dumps({"items": [item]}), "Attachments": {}, "CSVLines": [], "Links": {}}
    run = ActionRun("Toy", "outcome", RunState.COMPLETED, "", [], {"JsonResult": entry})
    out = io.StringIO()
    case = cast("Any", SimpleNamespace(entities=[], insights=[], attachments=[]))
    show_run(Console(file=out, width=80), run, case, tables=False)
    return out.getvalue()


@pytest.mark.parametrize("verdict", [None, "not_available"])
def test_no_verdict_is_unknown(verdict: str | None) -> None:
    """Given no verdict for an entity or a file, then the verdict is unknown."""
    (entity,) = verdict_rows([{"Entity": "E", "EntityResult": {"sample_verdict": verdict}}])
    (file,) = verdict_rows({"files": [{"file_path": "/a", "verdict": verdict, "result": "ok", "data": {}}]})
    assert (entity.verdict, file.verdict, file.subject) == ("unknown", "unknown", "/a")


@pytest.mark.parametrize(
    ("verdict", "shown"),
    [("high_risk", "high_risk"), ("High Risk", "High Risk"), (4, "4"), (["malicious"], "['malicious']")],
)
def test_a_verdict_that_is_not_known_is_shown_as_vmray_writes_it(verdict: object, shown: str) -> None:
    """Given a word of another version, then entities and files have this word, not `unknown`."""
    entity = {"Entity": "A", "EntityResult": {"sample_verdict": verdict}}
    file = {"file_path": "/a", "result": "ok", "verdict": verdict, "data": {}}
    rows = [*verdict_rows([entity]), *verdict_rows({"files": [file]})]
    assert [row.verdict for row in rows] == [shown, shown]


def test_an_item_with_an_outcome_word_has_a_line_if_it_has_a_verdict() -> None:
    """Given items with outcome words, then each is named by file, URL, entity or id; a deed has no line."""
    link = "https://vmray.example/samples/5"
    items = [
        {"file": "a.exe", "outcome": "pending", "verdict": None, "submission_id": 6, "sample_id": 5},
        {
            "entity": None,
            "name": "",
            "outcome": "malicious",
            "verdict": "malicious",
            "sample_id": 5,
            "web_link": link,
        },
        {"submission_id": 7, "outcome": "not_found", "verdict": None},
        {"outcome": "unknown", "verdict": None},
        {"subject": "submission 8", "outcome": "done", "verdict": "clean"},
        {"subject": "submission 7", "outcome": "done"},
        {"type": "domain", "value": "c2.invalid", "verdict": "malicious"},
        "no object",
    ]
    rows = verdict_rows({"outcome": "malicious", "items": items})
    assert [(row.subject, row.verdict, row.link, row.submission_id) for row in rows] == [
        ("a.exe", "pending", "", "6"),
        ("sample 5", "malicious", link, ""),
        ("submission 7", "not_found", "", "7"),
        ("", "unknown", "", ""),
        ("submission 8", "clean", "", ""),
    ]
