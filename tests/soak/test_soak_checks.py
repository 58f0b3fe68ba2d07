"""The checks of the soak test find each kind of violation, so the soak test can fail."""

from __future__ import annotations

from itertools import islice

import pytest
from bench.soak_checks import check_memory, check_submissions
from bench.soak_faults import plan
from bench.soak_messages import is_undocumented_reason, parse_details, parse_message, undocumented_lines


def stored(*urls: str) -> list[dict[str, object]]:
    """Return submissions in the form of VMRay's list."""
    return [
        {"submission_original_url": url, "submission_filename": "", "submission_parent_submission_id": None}
        for url in urls
    ]


@pytest.mark.parametrize(
    ("urls", "results", "wrong"),
    [
        (("a", "b"), {"a": True, "b": True}, []),
        (("a",), {"a": True, "b": False}, []),
        (("a", "a"), {"a": True}, ["a was submitted 2 times"]),
        ((), {"a": True}, ["a has a result without a submission"]),
        (("a", "c"), {"a": True}, ["c was submitted by nobody"]),
    ],
    ids=["all", "one refused", "twice", "lost", "foreign"],
)
def test_submissions_are_counted(urls: tuple[str, ...], results: dict[str, bool], wrong: list[str]) -> None:
    """Duplicate, lost and foreign submissions are reported."""
    found, not_stored = check_submissions(stored(*urls), results)

    assert found == wrong
    assert not_stored == len(set(results) - set(urls))


def test_memory_may_not_grow() -> None:
    """Growth of more than ten percent is reported."""
    assert check_memory({"Ping": (100, 109)}) == []
    assert check_memory({"Ping": (100, 120)}) == ["Ping: peak memory grew from 100 to 120"]


def test_a_message_is_parsed() -> None:
    """A message is split into sentences with names, details, and unexpected text."""
    message = parse_message(
        "Successfully enriched the following entities using information from VMRay: A\nB\n"
        "Action wasn't able to enrich the following entities using information from VMRay: C\n"
        "\nDetails:\nC: not found in VMRay\nC: Traceback (most recent call last)\nD: not found in VMRay"
    )

    assert (message.enriched, message.missed, message.unexpected) == (["A", "B"], ["C"], [])
    reasons, unexpected = parse_details(message.details, ["A", "B", "C"])
    assert reasons == {"C": ["not found in VMRay"]}
    assert unexpected == ["C: Traceback (most recent call last)", "D: not found in VMRay"]


def test_undocumented_text_is_unexpected() -> None:
    """Undocumented text is found in a message, a reason, and a log line."""
    assert parse_message("Something else happened.").unexpected == ["Something else happened."]
    assert is_undocumented_reason("VMRay returned HTTP 200")
    assert not is_undocumented_reason("VMRay returned HTTP 502 (4 attempts)")
    assert undocumented_lines(
        "Traceback (most recent call last):\nServerFailed: VMRay returned HTTP 502"
    ) == ["Traceback (most recent call last):"]


def test_the_seed_determines_the_plan() -> None:
    """Equal seeds give equal faults; a different seed gives different faults."""
    first, same, other = (list(islice(plan(seed, "key"), 50)) for seed in (1, 1, 2))

    assert first == same != other
