"""New commits have a subject of the form `area: imperative`."""

from __future__ import annotations

import re
import subprocess
from typing import Final

import pytest
from tools.hub_step import REPOSITORY

#: The last commit that was written before this rule.
BEFORE_THE_RULE: Final = "96909f1"
MAX_SUBJECT: Final = 72
SUBJECT: Final = re.compile(r"[a-z][a-z0-9_./-]*: [a-z]\S*( \S+)*[^\s.]")
#: First words of past tenses, third persons and participles, which are the usual slips.
NOT_IMPERATIVE: Final = re.compile(
    r": (?:[a-z]+(?:ing)|added|fixed|changed|removed|adds|fixes|changes|removes|new)\b"
)
#: Verbs that end in "ing" in the imperative.
IMPERATIVE: Final = re.compile(r": (?:bring|ping|string|ring|sing|swing|spring)\b")


def violations(subject: str) -> list[str]:
    """Return the faults of a subject."""
    found = []
    if len(subject) > MAX_SUBJECT:
        found.append(f"longer than {MAX_SUBJECT} characters")
    if not SUBJECT.fullmatch(subject):
        found.append("not of the form `area: imperative`, in lower case, without a full stop")
    elif NOT_IMPERATIVE.search(subject) and not IMPERATIVE.search(subject):
        found.append("the first word is not an imperative")
    return found


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git in the repository."""
    return subprocess.run(
        ["git", *arguments],  # noqa: S607 - the reader's own git
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_new_commit_has_a_short_imperative_subject() -> None:
    """Given the commits since the rule, then each subject follows the rule."""
    if git("merge-base", "--is-ancestor", BEFORE_THE_RULE, "HEAD").returncode != 0:
        pytest.skip("the history is missing (a shallow clone or an archive)")
    subjects = git("log", "--no-merges", "--format=%s", f"{BEFORE_THE_RULE}..HEAD").stdout.splitlines()
    assert {subject: found for subject in subjects if (found := violations(subject))} == {}


@pytest.mark.parametrize(
    "subject",
    [
        "core: split into api, submissions, results and soar; standard names",
        "docs/adr: record why requests and threads are used",
        "client: ping the server",
    ],
)
def test_a_good_subject_passes(subject: str) -> None:
    """Given a subject in the form, then there is no fault."""
    assert violations(subject) == []


@pytest.mark.parametrize(
    "subject",
    [
        "Let a test meet the break of a connection in whichever call it comes",
        "core: Split into four packages",
        "core: split into four packages.",
        "core: added four packages",
        "core: adding four packages",
        "core:split",
        "core: " + "a" * 67,
    ],
)
def test_a_bad_subject_is_found(subject: str) -> None:
    """Given a subject that breaks one rule, then it is found."""
    assert len(violations(subject)) == 1
