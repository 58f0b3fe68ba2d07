"""The decision before a submit, as a table, and what matters of the submissions of a sample."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.client.vmray_objects import submission

from vm_ray.core.submissions.vmray_submit_decision import (
    UNKNOWN,
    Decision,
    Earlier,
    Rules,
    decide,
    earlier_of,
)

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_models import Submission

NOW: Final = datetime(2026, 3, 9, 12, 0, 0)  # noqa: DTZ001 - VMRay writes times without a zone
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


def finished(verdict: str | None = "malicious", ago: timedelta = HOUR, number: int = 6001) -> Submission:
    """Return a submission that finished so long ago."""
    return submission(
        number,
        finished=True,
        finish_time=(NOW - ago).isoformat(),
        verdict=verdict,
    )


def running(ago: timedelta = HOUR, number: int = 6009) -> Submission:
    """Return a submission that was made so long ago and still runs."""
    return submission(number, finished=False, created=(NOW - ago).isoformat())


OLD: Final = finished(ago=7 * DAY)
WITHOUT: Final = finished(None)
MINIMUM: Final = Rules(minimum_quota=5)
TABLE: Final[list[tuple[str, list[Submission], Rules, int | None, Decision]]] = [
    # what VMRay knows, the rules, how much quota is left, the decision
    ("not known", [], Rules(), None, Decision("submit")),
    ("young", [finished()], Rules(), None, Decision("reuse")),
    ("just young enough", [finished(ago=7 * DAY - HOUR)], Rules(), None, Decision("reuse")),
    ("too old", [OLD], Rules(), None, Decision("submit", reanalyze=True)),
    ("old, more days", [OLD], Rules(reuse_days=30), None, Decision("reuse")),
    ("old, caching given", [OLD], Rules(caching_is_default=False), None, Decision("submit")),
    ("no verdict", [WITHOUT], Rules(), None, Decision("submit", reanalyze=True)),
    ("no verdict, allowed", [WITHOUT], Rules(resubmit=frozenset({"Clean"})), None, Decision("reuse")),
    (
        "a verdict that is not allowed",
        [finished("clean")],
        Rules(resubmit=frozenset({"Clean", "None"})),
        None,
        Decision("submit", reanalyze=True),
    ),
    ("an unknown word", [finished("dubious")], Rules(), None, Decision("submit", reanalyze=True)),
    ("running", [running()], Rules(), None, Decision("join")),
    ("running for a day", [running(24 * HOUR)], Rules(), None, Decision("join")),
    ("running for longer", [running(25 * HOUR)], Rules(), None, Decision("submit")),
    ("young and running", [finished(), running()], Rules(), None, Decision("reuse")),
    ("too old and running", [OLD, running()], Rules(), None, Decision("join")),
    ("no verdict and running", [WITHOUT, running()], Rules(), None, Decision("join")),
    ("always", [finished(), running()], Rules(reuse_days=0), None, Decision("submit", reanalyze=True)),
    (
        "always, caching given",
        [finished()],
        Rules(reuse_days=0, caching_is_default=False),
        None,
        Decision("submit"),
    ),
    ("enough quota", [], MINIMUM, 5, Decision("submit")),
    ("too little quota", [], MINIMUM, 4, Decision("blocked_quota")),
    ("no limit", [], MINIMUM, None, Decision("submit")),
    ("no minimum", [], Rules(), 0, Decision("submit")),
    ("reuse needs no quota", [finished()], MINIMUM, 0, Decision("reuse")),
    ("join needs no quota", [running()], MINIMUM, 0, Decision("join")),
    ("dry run", [], Rules(dry_run=True), None, Decision("dry_run")),
    ("dry run, known", [finished()], Rules(dry_run=True), None, Decision("reuse")),
    ("dry run, running", [running()], Rules(dry_run=True), None, Decision("join")),
    ("dry run, too little", [], MINIMUM._replace(dry_run=True), 4, Decision("blocked_quota")),
]


@pytest.mark.parametrize(
    ("known", "rules", "left", "expected"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_the_decision(known: list[Submission], rules: Rules, left: int | None, expected: Decision) -> None:
    """Given what VMRay knows, the rules and the quota, then there is one decision."""
    assert decide(earlier_of(known, NOW), rules, left) == expected


def test_the_submission_that_finished_last_counts() -> None:
    """Given several submissions, then the order of the list and of the ids does not matter."""
    first, last = finished("clean", 2 * DAY, 6005), finished("malicious", DAY, 6004)

    for known in ([first, last], [last, first]):
        found = earlier_of(known, NOW)
        assert (found.finished, found.age_days) == (last, 1)


def test_the_newest_running_submission_is_joined() -> None:
    """Given two submissions that still run, then the newest one is joined."""
    newest = running(HOUR, 6003)

    assert earlier_of([running(2 * HOUR, 6008), newest], NOW).running == newest


@pytest.mark.parametrize(
    ("fields", "age_days"),
    [
        ({"finish_time": None, "created": (NOW - 3 * DAY).isoformat()}, 3),
        ({"finish_time": "yesterday", "created": ""}, None),
        ({"finish_time": (NOW + HOUR).isoformat()}, 0),
        ({"finish_time": (NOW - 2 * DAY).isoformat() + "+00:00"}, 2),
    ],
)
def test_times_that_are_missing_or_odd(fields: dict[str, Any], age_days: int | None) -> None:
    """Given no time of the end, then that of the start counts; a result without any time is not reused."""
    found = earlier_of([submission(6001, finished=True, verdict="clean", **fields)], NOW)

    assert found.age_days == age_days
    assert decide(found, Rules()).word == ("submit" if age_days is None else "reuse")


def test_a_sample_that_is_not_known() -> None:
    """Given no submissions, then nothing is known."""
    assert earlier_of([], NOW) == UNKNOWN == Earlier()
