"""CHANGELOG.md has the form of Keep a Changelog, and the same notes as the integration's release notes."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import yaml
from tools.hub_step import INTEGRATION, REPOSITORY

NOTES: list[dict[str, Any]] = yaml.safe_load((INTEGRATION / "release_notes.yaml").read_text("utf-8"))
PROJECT = tomllib.loads((INTEGRATION / "pyproject.toml").read_text("utf-8"))["project"]
CHANGELOG = (REPOSITORY / "CHANGELOG.md").read_text("utf-8")
HEADING = re.compile(r"^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def sections() -> dict[str, tuple[str, str]]:
    """Return the date and the text of each version, in the order of the file."""
    _, *parts = HEADING.split(CHANGELOG)
    return {parts[i]: (parts[i + 1] or "", parts[i + 2]) for i in range(0, len(parts), 3)}


def one_line(text: str) -> str:
    """Join the lines of a text."""
    return " ".join(text.split())


def test_both_have_the_same_versions() -> None:
    """Given both files, then each version of one is in the other, with its date."""
    dates: dict[str, str] = {}
    for note in NOTES:
        version = str(note["version"])
        dates[version] = max(dates.get(version, ""), str(note["publish_time"]))
    dated = {version: date for version, (date, _) in sections().items() if version != "Unreleased"}
    assert dated == dates
    assert str(PROJECT["version"]) in dates


def test_the_newest_version_is_first() -> None:
    """Given the changelog, then `Unreleased` comes first, then the versions from new to old."""
    first, *versions = sections()
    assert first == "Unreleased"
    assert versions == sorted(versions, key=float, reverse=True)


def test_each_release_note_is_in_the_changelog() -> None:
    """Given a release note, then the changelog repeats it in the section of its version."""
    found = sections()
    missing = [
        note["description"]
        for note in NOTES
        if f"* {one_line(note['description'])}" not in one_line(found[str(note["version"])][1])
    ]
    assert missing == []


def test_only_the_usual_kinds_of_change_are_used() -> None:
    """Given the headings inside versions, then each is one of Keep a Changelog."""
    kinds = re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE)
    assert kinds
    assert set(kinds) <= KINDS
