"""Scan URL: the submit requests, waiting over several runs, verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.actions import submitting
from tests.actions.expected import (
    ENRICHED,
    NONE_ENRICHED,
    WAITING,
    details,
)
from tests.actions.lab import completed, outcome
from tests.actions.submitting import lock_reports, lose_submits, refuse_windows
from tests.support.example import Example
from tests.support.outcome import FINE, LATE, noted

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from vmray_emulator import EmbeddedEmulator

URL = "https://Login.Phish.Example/Office365?User=A,b&x=1"
ENTITY = URL.upper()
LOOK_UP = "GET /rest/submission?submission_submission_metadata=KEY"
SUBMIT = "POST /rest/sample/submit"

EXAMPLES = [
    Example(entities=(("DestinationURL", "https://login.phish.example/office365"),)),
    Example(
        "tags and a comment",
        entities=(("DestinationURL", URL),),
        parameters={"Tag Names": "phish", "Comment": "seen in mail"},
    ),
    Example(
        "spellings of one URL",
        entities=(
            ("DestinationURL", "hxxps://login[.]phish[.]example/office365"),
            ("DestinationURL", "<https://login.phish.example/office365>"),
            ("DestinationURL", "login.phish.example"),
        ),
    ),
]


def urls(situation: str, *, count: int = 1, **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """Return an example with `count` URLs."""
    texts = [URL, *(f"http://evil{number}.example/path" for number in range(1, count))]
    entities = tuple(("DestinationURL", text) for text in texts)
    parameters = {"Tag Names": "phish", "Comment": "seen in mail"}
    return Example(situation, entities=entities, parameters=parameters, **other)


def alike(situation: str, **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """Return a function that gives this situation for any number of URLs."""
    return urls(situation, several=lambda count: urls(situation, count=count, **other), **other)


def known(count: int = 1) -> Example:
    """Return an example with URLs that VMRay knows and does not analyze again."""

    def setup(vmray: EmbeddedEmulator) -> None:
        for _, text in example.entities:
            vmray.control.add_sample(url=text)

    settings = {"analysis_caching": "legacy"}
    example = urls("known URLs", count=count, setup=setup, settings=settings, several=known)
    return example


SITUATIONS = [
    alike("so many URLs"),
    alike("no lists of several", setup=refuse_windows),
    known(),
    alike("no verdict", settings={"profile": "no-verdict"}),
    alike("locked reports", setup=lock_reports, settings={"locked": True}),
    urls("lists in pages", count=2, settings={"api_items_per_request": 1}),
    urls("a lost submit", setup=lambda vmray: lose_submits(vmray, 1)),
]
OUTCOMES = {
    **submitting.OUTCOMES,
    **submitting.LISTS,
    # a stall in every run leaves no time for the lists after it
    "GET /analysis/submission/{id}": {
        **submitting.OUTCOMES["GET /analysis/submission/{id}"],
        LATE: (FINE, noted(f"{submitting.NOT_READ}|time of this run ended")),
    },
}


def test_the_submit_request_has_url_tags_comment_and_idempotency_key(lab: Lab) -> None:
    """The submit request has the URL, the tags without repetitions, the comment and an idempotency key."""
    lab.urls(URL)

    run = lab.run("Scan URL", {"Tag Names": " phish, soc ,phish,", "Comment": " seen in mail, twice "})

    assert run.is_success
    (form,) = [each.form for each in lab.vmray.control.requests() if each.method == "POST"]
    metadata = form["submission_metadata"]
    assert dict(form) == {
        "sample_url": URL,
        "tags": "phish,soc",
        "comment": "seen in mail, twice",
        "submission_metadata": metadata,
    }
    (submission,) = lab.vmray.control.submissions()
    assert submission["submission_tags"] == ["phish", "soc"]
    assert submission["submission_comment"] == "seen in mail, twice"
    (key,) = lab.keys()
    assert len(key) == 32


def test_all_urls_are_submitted_in_the_first_run_and_polled_together(lab: Lab) -> None:
    """All URLs are submitted before the first status request. One list request covers all of them."""
    lab.vmray.control.set_lifecycle("manual")
    urls = [f"http://evil{number}.example/" for number in range(4)]
    lab.urls(*urls)
    asked_in: list[list[str]] = []

    def look(_round: object) -> None:
        asked_in.append(lab.seen())
        lab.vmray.control.forget_requests()
        if len(asked_in) == 2:
            lab.vmray.control.finish_all()

    run = lab.run("Scan URL", on_round=look)

    entities = [url.upper() for url in urls]
    waiting = WAITING + ", ".join(entities)
    assert [each.message for each in run.rounds] == [waiting, waiting, ENRICHED + "\n".join(entities)]
    assert [each.state.value for each in run.rounds] == ["in progress", "in progress", "completed"]
    assert [each["Entity"] for each in run.json_result] == entities
    assert [each["entity_identifier"] for each in lab.case.insights] == entities
    assert sorted(asked_in[0]) == [LOOK_UP] * 4 + [SUBMIT] * 4
    assert asked_in[1] == ["GET /rest/submission?_min_id=6001&_max_id=6004"]
    assert asked_in[2][0] == "GET /rest/submission?_min_id=6001&_max_id=6004"
    assert lab.vmray.control.counts()["submissions"] == 4


def test_each_url_waits_only_for_itself(lab: Lab) -> None:
    """The progress message names only the URLs that are not finished."""
    lab.vmray.control.set_lifecycle("manual")
    lab.vmray.control.configure(analysis_caching="enabled")
    lab.vmray.control.add_sample(url="http://known.example/", verdict="clean")
    lab.urls("http://known.example/", "http://evil.example/")

    run = lab.run("Scan URL", on_round=lambda _round: lab.vmray.control.finish_all())

    assert [each.message for each in run.rounds] == [
        f"{WAITING}HTTP://EVIL.EXAMPLE/",
        f"{ENRICHED}HTTP://KNOWN.EXAMPLE/\nHTTP://EVIL.EXAMPLE/",
    ]
    assert lab.flags() == {"HTTP://KNOWN.EXAMPLE/": (True, False), "HTTP://EVIL.EXAMPLE/": (True, True)}


@pytest.mark.parametrize(
    ("url", "suspicious", "word"),
    [
        ("http://evil.example/", True, "Malicious"),
        ("http://suspicious.example/", True, "Suspicious"),
        ("http://www.example/", False, "Clean"),
        ("http://www.example/emulate-no-verdict", False, "Unknown"),
    ],
)
def test_the_verdict_decides(lab: Lab, url: str, word: str, *, suspicious: bool) -> None:
    """Each verdict has its word in the message and sets the suspicious flag of the entity."""
    lab.urls(url)

    run = lab.run("Scan URL", {"Only Suspicious Insight": "true"})

    entity = url.upper()
    assert run.message == f"{ENRICHED}{entity}"
    assert lab.flags() == {entity: (True, suspicious)}
    assert list(lab.insights()) == ([entity] if suspicious else [])
    verdict = {"Unknown": "not_available"}.get(word, word.lower())
    assert run.json_result[0]["EntityResult"]["sample_verdict"] == verdict


def test_an_entity_without_original_identifier_is_submitted_by_its_identifier(lab: Lab) -> None:
    """An entity that was added by hand may have no original identifier: its identifier is submitted."""
    lab.open_case()
    lab.case.add_entity("DestinationURL", URL, additional_properties={"OriginalIdentifier": ""})

    run = lab.run("Scan URL")

    assert run.is_success
    assert lab.submits() == [{"sample_url": ENTITY}]


def test_entities_of_other_types_are_left_alone(lab: Lab) -> None:
    """Scan URL uses only URL entities. Without one, the message says so."""
    lab.hashes("c7" * 32)

    run = lab.run("Scan URL")

    assert outcome(run) == completed(
        NONE_ENRICHED + details("Entities: none of type DestinationURL in the scope of this action"),
        value=False,
        json_result=[],
    )
    assert lab.seen() == []
