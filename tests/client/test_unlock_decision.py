"""The decision whether reports are unlocked, as a table."""

from __future__ import annotations

from typing import Any, Final

import pytest
from tests.client.vmray_analyses import analysis

from vm_ray.core.api.vmray_verdicts import Verdict
from vm_ray.core.submissions.vmray_unlock_decision import Lock, UnlockRules, decide_unlock, lock_of

USUAL: Final = UnlockRules()
BAD: Final = Verdict.MALICIOUS
LOCKED: Final = Lock((9001,))
OPEN: Final = Lock(readable=(9001,))
TABLE: Final[list[tuple[str, Lock, Verdict, UnlockRules, int | None, str]]] = [
    # the lock, the verdict, the rules, how many reports are left, the decision
    ("locked", LOCKED, BAD, USUAL, None, "unlock"),
    ("a part is unlocking", Lock((9001,), (9002,)), BAD, USUAL, None, "unlocking"),
    ("unlocking", Lock((), (9002,)), BAD, USUAL, None, "unlocking"),
    ("unlocked", OPEN, BAD, USUAL, None, "unlocked"),
    ("no report", Lock(), BAD, USUAL, None, "no_report"),
    ("unlocked and clean", OPEN, Verdict.CLEAN, USUAL, None, "unlocked"),
    ("clean", LOCKED, Verdict.CLEAN, USUAL, None, "unwanted"),
    ("no verdict", LOCKED, Verdict.NONE, USUAL, None, "unwanted"),
    ("no verdict is wanted", LOCKED, Verdict.NONE, UnlockRules(frozenset({"None"})), None, "unlock"),
    ("suspicious", LOCKED, Verdict.SUSPICIOUS, USUAL, None, "unlock"),
    ("enough", LOCKED, BAD, UnlockRules(minimum_quota=5), 5, "unlock"),
    ("too low", LOCKED, BAD, UnlockRules(minimum_quota=5), 4, "blocked_quota"),
    ("unlimited", LOCKED, BAD, UnlockRules(minimum_quota=5), None, "unlock"),
    ("too low, and not wanted", LOCKED, Verdict.CLEAN, UnlockRules(minimum_quota=5), 0, "unwanted"),
    ("dry", LOCKED, BAD, UnlockRules(dry_run=True), None, "dry_run"),
    ("dry, too low", LOCKED, BAD, UnlockRules(minimum_quota=5, dry_run=True), 4, "blocked_quota"),
    ("dry, unlocked", OPEN, BAD, UnlockRules(dry_run=True), None, "unlocked"),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_the_decision(row: tuple[str, Lock, Verdict, UnlockRules, int | None, str]) -> None:
    """Given a lock, a verdict, rules and a quota, then the decision is the one of the table."""
    _, lock, verdict, rules, left, decision = row
    assert decide_unlock(lock, verdict, rules, left) == decision


@pytest.mark.parametrize(
    ("fields", "lock"),
    [
        ({"lock_status": "locked"}, Lock((9001,))),
        ({"lock_status": "unlocking"}, Lock((), (9001,))),
        ({"lock_status": "unlocked"}, OPEN),
        ({"lock_status": "a new word"}, OPEN),
        ({}, OPEN),
        ({"lock_status": "locked", "succeeded": False}, Lock()),
    ],
)
def test_the_lock_of_an_analysis(fields: dict[str, Any], lock: Lock) -> None:
    """Given an analysis, then its lock is read; a failed analysis has no report that is worth its price."""
    assert lock_of([analysis(9001, **fields)]) == lock
