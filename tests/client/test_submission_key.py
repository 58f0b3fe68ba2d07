"""The idempotency key: which facts change it, and how the facts are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from vm_ray.core.api.vmray_secret import Secret
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


def test_the_text_and_the_key_are_fixed() -> None:
    """Given known facts, when the key is made, then text and key are those of version 1."""
    assert key_text(**FACTS) == (
        '{"version": 1, "case": "17", "alert": "alert-1", "action": "Submit Something", '
        f'"item": "/tmp/invoice.txt", "sha256": "{SHA256}", '
        '"tags": ["phish", "q3"], "comment": "from the mail gateway"}'
    )
    assert submission_key(**FACTS) == "057cff81d256353cc846a8ea79f89b57"


CONTROLLED: Final = OPTIONS._replace(shareable=False, max_jobs=1, archive_password=Secret("hunter2"))


def test_the_text_with_controls_is_that_of_version_2() -> None:
    """Given options for VMRay, then they are part of the text; of a password, only that there is one."""
    text = key_text(**{**FACTS, "options": CONTROLLED})

    assert text.startswith('{"version": 2, ')
    assert text.endswith(
        '"comment": "from the mail gateway", '
        '"controls": {"shareable": "false", "max_jobs": "1", "archive_password": true}}'
    )


@pytest.mark.parametrize(
    ("options", "is_same"),
    [
        (CONTROLLED._replace(archive_password=Secret("another")), True),
        (CONTROLLED._replace(archive_password=Secret()), False),
        (CONTROLLED._replace(document_password=Secret("hunter2")), False),
        (CONTROLLED._replace(shareable=True), False),
        (CONTROLLED._replace(max_recursive_samples=0), False),
    ],
)
def test_controls_change_the_key(options: SubmitOptions, *, is_same: bool) -> None:
    """Given other options for VMRay, then the key is another one; the text of a password has no effect."""
    keys = {submission_key(**{**FACTS, "options": each}) for each in (CONTROLLED, options)}

    assert (len(keys) == 1) is is_same


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
        {"options": OPTIONS._replace(reanalyze=True)},
    ],
    ids=["number of the case", "metadata", "a new analysis"],
)
def test_nothing_else_changes_the_key(same: Mapping[str, Any]) -> None:
    """Given the same facts in another form, when the key is made, then the key is the same."""
    assert submission_key(**{**FACTS, **same}) == submission_key(**FACTS)


def test_any_text_has_a_key() -> None:
    """Given half of a surrogate pair, which has no form in UTF-8, then there is a key."""
    assert len(submission_key(**{**FACTS, "facts": ItemFacts("http://evil.example/\ud800")})) == 32
