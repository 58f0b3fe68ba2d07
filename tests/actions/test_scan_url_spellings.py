"""Scan URL with the spellings that people use: defanged, quoted, equal, not a URL at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.actions.expected import ENRICHED, NONE_ENRICHED, NOT_ENRICHED, WAITING, details
from tests.actions.lab import completed, outcome

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import Round

URL = "http://evil.example/login"
LOOK_UP = "GET /rest/submission?submission_submission_metadata=KEY"
SUBMIT = "POST /rest/sample/submit"
NOTE = "submitted as the real URL (defanged here): "
SCHEME = "not a URL: it has to begin with http://, https:// or ftp://"
UPPER_CASE = (
    "submitted in upper case, because the entity has no OriginalIdentifier; "
    "upper case can lead to another page"
)


def test_spellings_of_one_url_are_one_submission(lab: Lab) -> None:
    """Five spellings are submitted once, and each entity has its row, its enrichment and its flags."""
    spellings = [
        "hxxp://evil[.]example/login",
        f"{URL} ",
        f"<{URL}>",
        "HTTP://EVIL.EXAMPLE:80/login",
        "http://evil.example/lo\u200bgin",
    ]
    lab.urls(*spellings)

    run = lab.run("Scan URL")

    entities = [each.upper() for each in spellings]
    first, *_, last = entities
    shown = [first, entities[1].strip(), *entities[2:4], last.replace("\u200b", " ")]
    assert run.message == ENRICHED + "\n".join(shown) + details(
        f"{first}: {NOTE}hxxp://evil[.]example/login",
        f"{shown[-1]}: submitted without the line ends or invisible characters inside the URL",
    )
    assert lab.submits() == [{"sample_url": URL}]
    (sample,) = lab.samples()
    assert [(each["Entity"], each["EntityResult"]["sample_id"]) for each in run.json_result] == [
        (each, sample["sample_id"]) for each in entities
    ]
    assert lab.flags() == dict.fromkeys(entities, (True, True))
    assert set(lab.insights()) == set(entities)
    assert {lab.enrichment(each)["VMRay_sample_url"] for each in entities} == {URL}


def test_what_is_not_a_url_is_refused_and_the_others_go_on(lab: Lab) -> None:
    """Texts without a scheme and a host are named with the reason, and only the URL is submitted."""
    refused = {
        "www.evil.example/a": SCHEME,
        "javascript:alert(1)": SCHEME,
        "http:///a": "not a URL: no host follows the scheme",
        "http://evil .example/": "not a URL: U+0020 SPACE cannot be a part of a host",
        "http://evil.example:99999/": "not a URL: the port is not a number up to 65535",
    }
    lab.urls(*refused, URL)

    run = lab.run("Scan URL")

    names = {each.upper(): why for each, why in refused.items()}
    assert run.message == (
        f"{ENRICHED}{URL.upper()}\n{NOT_ENRICHED}"
        + "\n".join(names)
        + details(*(f"{name}: {why}" for name, why in names.items()))
    )
    assert lab.submits() == [{"sample_url": URL}]
    assert sum(each == LOOK_UP for each in lab.seen()) == 1
    assert [each["Entity"] for each in run.json_result] == [URL.upper()]


def test_nothing_is_sent_without_a_url(lab: Lab) -> None:
    """When no entity is a URL, no request is made, and the action completes."""
    lab.urls("evil.example", "hxxp[:]//")

    run = lab.run("Scan URL")

    why = [f"EVIL.EXAMPLE: {SCHEME}", "HXXP[:]//: not a URL: no host follows the scheme"]
    assert outcome(run) == completed(NONE_ENRICHED + details(*why), value=False, json_result=[])
    assert lab.seen() == []


def test_entities_that_share_a_submission_wait_and_fail_together(lab: Lab) -> None:
    """Entities of one URL are all named while it is pending, and all have its reason at the end."""
    lab.vmray.control.set_lifecycle("manual")
    lab.urls(URL, "http://other.example/", "hxxp://evil[.]example/login")
    first, other, second = URL.upper(), "HTTP://OTHER.EXAMPLE/", "HXXP://EVIL[.]EXAMPLE/LOGIN"
    messages: list[str] = []

    waiting = lab.run("Scan URL", on_round=lambda one: _finish_once(lab, messages, one.message))
    assert messages[0] == f"{WAITING}{first}, {second}, {other}"
    assert waiting.is_success
    lab.vmray.control.reset()
    lab.vmray.control.set_lifecycle("manual")
    late = lab.run("Scan URL", async_timeout=60.0, poll_interval=600.0)

    numbers = {
        each["submission_original_url"]: each["submission_id"] for each in lab.vmray.control.submissions()
    }
    assert len(numbers) == 2
    why = "analysis not finished in time, submission "
    assert late.message == NONE_ENRICHED + details(
        f"{first}: {why}{numbers[URL]}",
        f"{other}: {why}{numbers['http://other.example/']}",
        f"{second}: {why}{numbers[URL]}",
        f"{second}: {NOTE}hxxp://evil[.]example/login",
    )


def _finish_once(lab: Lab, messages: list[str], message: str) -> None:
    messages.append(message)
    lab.vmray.control.finish_all()


def test_an_action_that_waits_during_the_update_keeps_what_it_submitted(lab: Lab) -> None:
    """A state of the version before has the defanged URL as it was submitted: no note says anything else."""
    lab.vmray.control.set_lifecycle("manual")
    spelling = "hxxp://evil[.]example/login"
    lab.urls(spelling)

    def older(one: Round) -> None:
        if one.output and one.state.value == "in progress":
            state = json.loads(one.output["ResultValue"])
            for each in state["items"]:
                each["item"] = spelling
                del each["shared_by"]
            one.output["ResultValue"] = json.dumps(state)
        lab.vmray.control.finish_all()

    run = lab.run("Scan URL", on_round=older)

    assert run.message == f"{ENRICHED}{spelling.upper()}"


@pytest.mark.parametrize("spelling", [f"{URL}\r\n", f"“{URL}”", "hxxp://evil[.]example/login"])
def test_a_submission_of_a_clean_spelling_is_found_again(lab: Lab, spelling: str) -> None:
    """The idempotency key is that of the submitted URL, so another spelling reuses the submission."""
    lab.urls(URL)
    lab.run("Scan URL")
    lab.case.add_entity("DestinationURL", spelling)

    run = lab.run("Scan URL")

    assert "reused submission 6001 from a previous run" in run.message
    assert lab.vmray.control.counts()["submissions"] == 1


@pytest.mark.parametrize(
    ("identifier", "noted"),
    [
        ("HTTP://EVIL.EXAMPLE/LOGIN", True),
        ("HTTP://EVIL.EXAMPLE/?ID=A", True),
        ("HTTP://EVIL.EXAMPLE", False),
        ("HTTP://EVIL.EXAMPLE:8080/1?2", False),
    ],
)
def test_a_url_in_upper_case_has_a_note(lab: Lab, identifier: str, *, noted: bool) -> None:
    """Without its original text an entity is submitted in upper case; a note says so if case can matter."""
    lab.open_case()
    lab.case.add_entity("DestinationURL", identifier, additional_properties={"OriginalIdentifier": " "})

    run = lab.run("Scan URL")

    assert run.message == ENRICHED + identifier + (details(f"{identifier}: {UPPER_CASE}") if noted else "")
    assert lab.submits() == [{"sample_url": identifier}]
