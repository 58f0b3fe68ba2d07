"""Submit URL: from a parameter and from entities; reuse, spellings, and what an analyst is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.actions import submitting_now
from tests.actions.lab import completed, items_of, outcome
from tests.actions.submitting import lose_submits
from tests.actions.submitting_now import HEADER, LOOK_UP, NOTHING, SUBMIT, words
from tests.support.example import Example
from tests.support.outcome import FINE, named

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

ACTION: Final = "Submit URL"
URL: Final = "http://login.phish.example/a"
# In seconds: far from a whole number of days, so that the age in days does not depend on the moment.
AGE: Final = 2.5 * 86_400
OK: Final = "Successfully submitted the following URLs to VMRay: "
REUSED: Final = "Reused earlier VMRay results for the following URLs: "
MISSED: Final = "Action wasn't able to submit the following URLs to VMRay: "
NO_SEARCH: Final = "this VMRay cannot be asked for URLs, so nothing was reused"


def given(
    situation: str,
    count: int = 1,
    *,
    known: bool = False,
    lost: bool = False,
    **other: Any,  # noqa: ANN401 - fields of an example
) -> Example:
    """An example with so many URLs, which VMRay may know, or whose submits may be lost."""
    urls = [f"{URL}{number or ''}" for number in range(count)]

    def setup(vmray: EmbeddedEmulator) -> None:
        for url in urls if known else ():
            vmray.control.add_sample(url=url, verdict="suspicious", age=AGE)
        if lost:
            lose_submits(vmray, count)

    entities = tuple(("DestinationURL", each) for each in urls)
    return Example(situation, setup=setup, entities=entities, shows_texts=False, **other)


def alike(situation: str, **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """The same situation with any number of URLs."""

    def several(number: int) -> Example:
        return given(situation, number, **other)

    return given(situation, several=several, **other)


FAILED_ROW: Final = {"subject": URL.upper(), "url": URL, "entity": URL.upper(), **NOTHING}
EXAMPLES = [
    given("usual", result="pending", failed_json=[FAILED_ROW]),
    alike("an earlier result", known=True, result="suspicious", failed_json=[FAILED_ROW]),
]
SITUATIONS = [
    alike("several URLs", result="pending"),
    given("a guarded quota", parameters={"Minimum Remaining Quota": "1"}, result="pending"),
    given("a network scheme", parameters={"Network Scheme": "Isolated"}, result="pending"),
    alike("lost submits", lost=True, result="pending"),
    alike(
        "known URLs that are not analyzed again",
        known=True,
        settings={"analysis_caching": "legacy"},
        parameters={"Reuse Younger Than Days": "0", "Analysis Caching": "legacy"},
        result="suspicious",
    ),
]
OUTCOMES = {
    **submitting_now.OUTCOMES,
    # without the search the URL is submitted, although VMRay knows it
    "GET /sample/search?query": {
        "404": named(NO_SEARCH),
        "400": (FINE, named(NO_SEARCH)),
        **dict.fromkeys(("404, web page", "400, web page"), named(NO_SEARCH)),
    },
}


def submit(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; in the names of parameters, `_` stands for a space."""
    return lab.run_with(ACTION, **parameters)


def test_the_urls_of_the_case_are_submitted_in_their_original_case(lab: Lab) -> None:
    """Given entities, then each URL is submitted once as it was written, and each entity has a row."""
    lab.urls("http://login.phish.example/Path", "HTTP://LOGIN.phish.example:80/Path")

    run = submit(lab)

    url = "http://login.phish.example/Path"
    names = [url.upper(), "HTTP://LOGIN.PHISH.EXAMPLE:80/PATH"]
    found = {"decision": "submit", "sample_id": 5001, "submission_id": 6001, "submission_ids": [6001]}
    rows = [
        {
            "subject": name,
            "url": url,
            "entity": name,
            **NOTHING,
            **found,
            "web_link": "https://vmray.example/samples/5001",
            "outcome": "pending",
            "reason": None,
        }
        for name in names
    ]
    json_result = {
        "outcome": "pending",
        "complete": False,
        "cost": {"submitted": 1, "reused": 0, "unlocked": 0, "quota_left": None},
        "items": rows,
        "left_out": None,
        "errors": [],
    }
    line = "hxxp://login[.]phish[.]example/Path,submit,6001,5001,,"
    assert outcome(run) == completed(
        f"{OK}{names[0]}, {names[1]}",
        value="pending",
        json_result=json_result,
        tables={"VMRay submissions": [f"URL,{HEADER}", line, line]},
    ) | {"links": {"VMRay sample 5001": ["https://vmray.example/samples/5001"]}}
    query = "query=url+%3D%3D+http%3A%2F%2Flogin.phish.example%2FPath"
    assert lab.seen() == [f"GET /rest/sample/search?{query}", LOOK_UP, SUBMIT]
    assert lab.submits() == [{"sample_url": url, "shareable": "false"}]


def test_a_known_url_is_reused_only_if_it_is_the_same(lab: Lab) -> None:
    """Given other cases of the path and of the host, then only the second sample is the same URL."""
    lab.vmray.control.add_sample(url="http://a.example/PATH", verdict="malicious")
    lab.vmray.control.add_sample(url="HTTP://B.example/", verdict="malicious")

    run = submit(lab, URLs="http://a.example/path, http://b.example")

    assert words(run) == [("submit", "pending"), ("reuse", "malicious")]
    assert run.message == f"{OK}http://a.example/path\n{REUSED}http://b.example"
    assert run.result_value == "malicious"


def test_odd_urls_have_details(lab: Lab) -> None:
    """Given credentials, a defanged URL and texts that are no URLs, then each has its detail."""
    texts = "http://user:pass@a.example/ hxxp://b[.]example/ nonsense ftp://c.example/ http://d.example/x,y"

    run = submit(lab, URLs=texts, Reuse_Younger_Than_Days="0")

    assert [each["outcome"] for each in items_of(run)] == [
        "pending",
        "pending",
        "failed",
        "failed",
        "pending",
    ]
    assert run.message.split("\n\nDetails:\n")[1].splitlines() == [
        "http://user:pass@a.example/: the URL holds credentials, VMRay keeps them",
        "hxxp://b[.]example/: submitted as the real URL (defanged here): hxxp://b[.]example/",
        "nonsense: not a URL that VMRay analyses: it has to begin with http:// or https://",
        "ftp://c.example/: not a URL that VMRay analyses: its scheme is ftp",
    ]
    assert {form["sample_url"] for form in lab.submits()} == {
        "http://user:pass@a.example/",
        "http://b.example/",
        "http://d.example/x,y",
    }
    assert {form["reanalyze"] for form in lab.submits()} == {"true"}
    assert not any("search" in each for each in lab.seen())


@pytest.mark.parametrize("status", [404, 400])
def test_a_server_without_a_search_reuses_nothing(lab: Lab, status: int) -> None:
    """Given 404 or 400 for the search, then the URL is submitted, and a detail says why."""
    lab.vmray.control.inject({"path": "/rest/sample/search"}, {"kind": "status", "status": status}, 10)

    run = submit(lab, URLs=URL)

    lab.vmray.control.clear_faults()
    assert (words(run), run.message) == (
        [("submit", "pending")],
        f"{OK}{URL}\n\nDetails:\n{URL}: {NO_SEARCH}",
    )
    searches = [each for each in lab.seen() if "search" in each]
    assert len(searches) == (2 if status == 400 else 1)


def test_nothing_to_submit_is_an_answer(lab: Lab) -> None:
    """Given neither URLs nor entities, then the outcome is empty, and the action completes."""
    run = submit(lab)

    assert (run.state.value, run.result_value, items_of(run)) == ("completed", "empty", [])
    assert run.message == (
        "None of the provided URLs were submitted to VMRay.\n\nDetails:\n"
        "Entities: none of type DestinationURL in the scope of this action"
    )
    assert lab.seen() == []


def test_too_many_urls_are_named_before_any_request(lab: Lab) -> None:
    """Given 101 URLs, then the action fails, and VMRay sees no request."""
    run = submit(lab, URLs=" ".join(f"{URL}{number}" for number in range(101)))

    assert (run.state.value, run.result_value) == ("failed", "failed")
    assert 'parameter "URLs" has 101 entries; allowed: at most 100' in run.message
    assert lab.seen() == []
