"""`python -m tools.generate` in a small folder: the exit code, the message and the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tools import generate
from tools.widgets import build

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[Path, str]:
    """Return two generated files; the folder has both with the same texts."""
    texts = {tmp_path / "docs" / "page.md": "page\n", tmp_path / "widgets" / "one.html": "one\n"}
    for path, text in texts.items():
        path.parent.mkdir()
        path.write_text(text, "utf-8")
    monkeypatch.setattr(generate, "REPOSITORY", tmp_path)
    monkeypatch.setattr(generate, "INTEGRATION", tmp_path)
    monkeypatch.setattr(build, "WIDGETS", tmp_path / "widgets")
    monkeypatch.setattr(generate, "generated", lambda: dict(texts))
    return texts


def contents(folder: Path) -> dict[str, str]:
    """Return the text of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("arguments", [["--check"], []])
def test_files_that_are_up_to_date_exit_with_0(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Given files that are up to date, then the message is one sentence and the exit code is 0."""
    assert generate.main(arguments) == 0
    verb = "are" if arguments else "were"
    assert capsys.readouterr().out == f"all generated files {verb} up to date\n"


@pytest.mark.usefixtures("files")
def test_outdated_missing_and_superfluous_files_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given files that differ, then `--check` names them, exits with 1 and changes nothing."""
    (tmp_path / "docs" / "page.md").write_text("old\n", "utf-8")
    (tmp_path / "widgets" / "one.html").rename(tmp_path / "widgets" / "gone.html")
    before = contents(tmp_path)

    assert generate.main(["--check"]) == 1

    expected = "out of date, run make generate:\n  docs/page.md\n  widgets/gone.html\n  widgets/one.html\n\n"
    assert capsys.readouterr().out == expected
    assert contents(tmp_path) == before


def test_without_check_the_files_are_written(
    files: dict[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given the same differences, then the command writes the generated files and removes the other one."""
    (tmp_path / "docs" / "page.md").unlink()
    (tmp_path / "docs").rmdir()
    (tmp_path / "widgets" / "gone.html").write_text("gone\n", "utf-8")

    assert generate.main([]) == 0

    assert capsys.readouterr().out == "changed:\n  docs/page.md\n  widgets/gone.html\n\n"
    assert contents(tmp_path) == {path.relative_to(tmp_path).as_posix(): text for path, text in files.items()}
