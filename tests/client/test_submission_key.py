"""The idempotency key: which facts change it, and how the facts are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from vm_ray.core.api.vmray_submit_options import SubmitOptions
from vm_ray.core.submissions.vmray_submission_key import ItemFacts, key_text, submission_key

if TYPE_CHECKING:
    from collections.abc import Mapping

OPTIONS: Final = SubmitOptions(("phish", "q3"), "from the mail gateway")
SHA256: Final = "ab" * 32
FACTS: Final[Mapping[str, Any]] = {
    "case": "17",
    "alert": "alert-1",
    "action": "Submit Something",
    "facts": ItemFacts("/tmp/invoice.txt", SHA256),  # noqa: S108 - a path in a fact, nothing is written there
    "options": OPTIONS,
}


class LaterOptions(NamedTuple):
    """The options of a later version: one more field, and another order of the fields."""

    shareable: bool
    tags: tuple[str, ...]
    comment: str
    metadata: str


def test_the_text_and_the_key_are_fixed() -> None:
    """Given known facts, when the key is made, then text and key are those of version 1."""
    assert key_text(**FACTS) == (
        '{"version": 1, "case": "17", "alert": "alert-1", "action": "Submit Something", '
        f'"item": "/tmp/invoice.txt", "sha256": "{SHA256}", '
        '"tags": ["phish", "q3"], "comment": "from the mail gateway"}'
    )
    assert submission_key(**FACTS) == "057cff81d256353cc846a8ea79f89b57"


@pytest.mark.parametrize(
    "other",
    [
        {"case": "18"},
        {"alert": "alert-2"},
        {"action": "Submit Something Else"},
        {"facts": ItemFacts("/srv/invoice.txt", SHA256)},
        {"facts": ItemFacts("/tmp/invoice.txt", "cd" * 32)},  # noqa: S108 - a path in a fact, nothing is written there
        {"facts": ItemFacts("/tmp/invoice.txt")},  # noqa: S108 - a path in a fact, nothing is written there
        {"options": OPTIONS._replace(tags=("phish",))},
        {"options": OPTIONS._replace(tags=("q3", "phish"))},
        {"options": OPTIONS._replace(tags=("phish, q3",))},
        {"options": OPTIONS._replace(comment="")},
    ],
    ids=str,
)
def test_each_fact_changes_the_key(other: Mapping[str, Any]) -> None:
    """Given one other fact, when the key is made, then the key is another one."""
    assert submission_key(**{**FACTS, **other}) != submission_key(**FACTS)


@pytest.mark.parametrize(
    "same",
    [
        {"case": 17},
        {"options": OPTIONS._replace(metadata='{"google_secops_key": "0123"}')},
        {"options": LaterOptions(shareable=True, tags=OPTIONS.tags, comment=OPTIONS.comment, metadata="")},
    ],
    ids=["number of the case", "metadata", "options of a later version"],
)
def test_nothing_else_changes_the_key(same: Mapping[str, Any]) -> None:
    """Given the same facts in another form, when the key is made, then the key is the same."""
    assert submission_key(**{**FACTS, **same}) == submission_key(**FACTS)


def test_any_text_has_a_key() -> None:
    """Given half of a surrogate pair, which has no form in UTF-8, then there is a key."""
    assert len(submission_key(**{**FACTS, "facts": ItemFacts("http://evil.example/\ud800")})) == 32
