"""Look Up URL: URLs and hosts that VMRay knows, and what an analyst is told about the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.actions.lab import completed, items_of, outcome
from tests.support.example import Example
from tests.support.outcome import FINE, ended, named, optional_part

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

ACTION: Final = "Look Up URL"
URL: Final = "http://login.phish.example/a"
# In seconds: far from a whole number of days, so that the age in days does not depend on the moment.
AGE: Final = 2.5 * 86_400
NO_SEARCH: Final = "this VMRay has no search for URLs (documented for 2026.2)"


def known(count: int = 1, situation: str = "usual", **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """So many URLs that VMRay knows."""
    urls = [f"{URL}{number or ''}" for number in range(count)]

    def setup(vmray: EmbeddedEmulator) -> None:
        for url in urls:
            vmray.control.add_sample(url=url, verdict="suspicious", age=AGE)

    entities = tuple(("DestinationURL", each) for each in urls)
    # a URL of a response is shown only if it is the one that was asked for
    return Example(situation, setup=setup, entities=entities, result="suspicious", shows_texts=False, **other)


def a_host(vmray: EmbeddedEmulator) -> None:
    """Let VMRay know two URLs of a host, one of its subdomain, and one that only names the host."""
    for url in (
        "http://evil.example/x",
        "https://EVIL.example:8443/y",
        "http://cdn.evil.example/<b>,z",
        "http://other.example/?next=http://evil.example/",
    ):
        vmray.control.add_sample(url=url, verdict="malicious", age=AGE)


def without_search(count: int = 1, **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """The same at a VMRay that can search for submissions only."""
    example = known(count, "no search for samples", **other)

    def setup(vmray: EmbeddedEmulator) -> None:
        example.setup(vmray)
        vmray.control.inject({"path": "/rest/sample/search"}, {"kind": "status", "status": 404}, 1000)

    return replace(example, setup=setup)


UNREAD: Final[dict[str, Any]] = {
    "match": None,
    "verdict": None,
    "samples": [],
    "similar": 0,
    "truncated": False,
}
EXAMPLES = [
    known(
        several=known,
        failed_json=[{"subject": URL.upper(), "entity": URL.upper(), "query": URL, **UNREAD}],
    ),
    Example(
        "a domain",
        setup=a_host,
        entities=(("DOMAIN", "evil.example"),),
        parameters={"Entity Types": "Domain"},
        result="malicious",
        shows_texts=False,
        failed_json=[
            {"subject": "EVIL.EXAMPLE", "entity": "EVIL.EXAMPLE", "query": "evil.example", **UNREAD}
        ],
    ),
]
SITUATIONS = [
    without_search(several=without_search),
]
OUTCOMES = {
    "GET /sample/search?query": {
        **dict.fromkeys(("404", "404, web page"), FINE),  # the search for submissions finds the same
        "400": (FINE, named("VMRay rejected the request")),
    },
    "GET /submission/search?query": {
        "404": ended("this VMRay has no search for URLs"),
        "404, web page": ended("this VMRay has no search for URLs"),
        "400": (FINE, named("VMRay rejected the request")),
    },
    "GET /sample/{id}": {"404": named("not found in VMRay")},  # a deleted sample
    "GET /submission/sample/{id}": optional_part("the submissions could not be read"),
}


def look_up(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; in the names of parameters, `_` stands for a space."""
    return lab.run_with(ACTION, **parameters)


def test_the_whole_output(lab: Lab) -> None:
    """Given a known URL in another spelling, then its entity is suspicious and has an insight."""
    lab.vmray.control.add_sample(url="HTTP://LOGIN.phish.example/a", verdict="malicious", age=AGE)
    lab.vmray.control.add_sample(url=URL.upper(), verdict="clean")
    lab.open_case(("DestinationURL", URL), ("DOMAIN", "phish.example"))

    run = look_up(lab)

    name = URL.upper()
    link = "https://vmray.example/samples/5001"
    (row,) = items_of(run)
    (finished,) = (
        each["submission_finish_time"]
        for each in lab.vmray.control.submissions()
        if each["submission_id"] == 6001
    )
    sample = {
        "sample_id": 5001,
        "url": "HTTP://LOGIN.phish.example/a",
        "verdict": "malicious",
        "newest_finished": finished,
        "age_days": 2,
        "submission_id": 6001,
        "web_link": link,
    }
    expected = {
        "subject": name,
        "entity": name,
        "query": URL,
        "match": "exact",
        "verdict": "malicious",
        "samples": [sample],
        "similar": 1,
        "truncated": False,
        "outcome": "malicious",
        "reason": None,
    }
    head = {"outcome": "malicious", "complete": True, "items": [expected], "left_out": None, "errors": []}
    table = ["URL,Verdict,Age,Sample ID", "hxxp://LOGIN[.]phish[.]example/a,Malicious,2 days,5001"]
    assert outcome(run) == completed(
        f"Successfully found the following URLs in VMRay: {name}",
        value="malicious",
        json_result=head,
        tables={"VMRay URLs": table},
    ) | {"links": {"VMRay sample 5001": [link]}}
    assert lab.flags() == {name: (False, True), "PHISH.EXAMPLE": (False, False)}
    assert list(lab.insights()) == [name]
    assert "hxxp://LOGIN[.]phish[.]example/a: " in lab.insights()[name]
    assert lab.seen() == [
        "GET /rest/sample/search?query=url+%3D%3D+http%3A%2F%2Flogin.phish.example%2Fa",
        "GET /rest/submission/sample/5001",
    ]
    assert row == expected


def test_the_urls_on_hosts(lab: Lab) -> None:
    """Given hosts, then URLs on them and below them are found, and no entity becomes suspicious."""
    a_host(lab.vmray)
    lab.vmray.control.add_sample(url="http://192.0.2.1/", verdict="suspicious")
    lab.open_case(
        ("DOMAIN", "evil.example"),
        ("HOSTNAME", "evil[.]example."),
        ("ADDRESS", "192.0.2.1"),
        ("ADDRESS", "::1"),
    )

    run = look_up(lab, Entity_Types="Domain, Hostname, Address", Max_Samples="2")

    rows = items_of(run)
    assert [(each["query"], each["match"], each["outcome"], each["truncated"]) for each in rows] == [
        ("evil.example", "host", "malicious", True),
        ("evil.example", "host", "malicious", True),
        ("192.0.2.1", "host", "suspicious", False),
        (None, None, "failed", False),
    ]
    assert [each["url"] for each in rows[0]["samples"]] == [
        "http://cdn.evil.example/<b>,z",
        "https://EVIL.example:8443/y",
    ]
    assert (rows[0]["similar"], rows[0]["reason"]) == (
        1,
        "2 of 3 samples are returned; the limit is Max Samples",
    )
    assert not any(suspicious for _, suspicious in lab.flags().values())
    assert run.tables["VMRay URLs"][1] == "hxxp://cdn[.]evil[.]example/<b> z,Malicious,2 days,5003"
    assert list(lab.insights()) == ["EVIL.EXAMPLE", "EVIL[.]EXAMPLE.", "192.0.2.1"]
    assert "<li>hxxp://cdn[.]evil[.]example/&lt;b&gt;,z: " in lab.insights()["EVIL.EXAMPLE"]
    assert len([each for each in lab.seen() if "search" in each]) == 2
    assert "Action wasn't able to look up the following URLs in VMRay: ::1" in run.message
    assert "::1: not a host that VMRay can be asked for: it has other signs than letters, " in run.message


def test_urls_that_are_young_old_unknown_or_none(lab: Lab) -> None:
    """Given a young result, an old one, an unknown URL and no URL, then each has its outcome."""
    young, old, unknown = (f"http://{word}.example/a" for word in ("young", "old", "unknown"))
    lab.vmray.control.add_sample(url=old, verdict="malicious", age=AGE)
    lab.vmray.control.add_sample(url=young, verdict=None, age=AGE / 2)

    run = look_up(lab, URLs=f"{young} {old} {unknown} nonsense", Younger_Than_Days="2")

    assert [each["outcome"] for each in items_of(run)] == ["unknown", "not_found", "not_found", "failed"]
    assert (run.result_value, run.json_result["complete"]) == ("failed", False)
    sentences, details = run.message.split("\n\nDetails:\n")
    assert sentences.splitlines() == [
        f"Successfully found the following URLs in VMRay: {young}",
        f"The following URLs were not found in VMRay: {old}, {unknown}",
        "Action wasn't able to look up the following URLs in VMRay: nonsense",
    ]
    assert details.splitlines() == [
        f"{old}: not found in VMRay with a result that is younger than 2 days",
        f"{unknown}: not found in VMRay",
        "nonsense: not a URL that VMRay analyses: it has to begin with http:// or https://",
    ]
    assert [each["title"] for each in lab.case.insights] == ["VMRay sample 5002"]


@pytest.mark.parametrize("missing", [["sample"], ["sample", "submission"]])
def test_a_server_without_the_search_for_samples(lab: Lab, missing: list[str]) -> None:
    """Given 404, then submissions are searched; without that search too, the action fails."""
    lab.vmray.control.add_sample(url=URL, verdict="malicious", age=AGE)
    for kind in missing:
        lab.vmray.control.inject({"path": f"/rest/{kind}/search"}, {"kind": "status", "status": 404})

    run = look_up(lab, URLs=URL)

    (row,) = items_of(run)
    if missing == ["sample"]:
        assert (run.result_value, row["samples"][0]["sample_id"]) == ("malicious", 5001)
    else:
        assert (run.state.value, run.result_value, row["outcome"]) == ("failed", "failed", "failed")
        assert run.message == f'Error executing action "{ACTION}". Reason: {NO_SEARCH}'
    assert len([each for each in lab.seen() if "search" in each]) == 2


def test_nothing_to_look_up(lab: Lab) -> None:
    """Given neither URLs nor entities, then the outcome is empty, and the action completes."""
    run = look_up(lab, Entity_Types="Domain, Address")

    assert (run.state.value, run.result_value, items_of(run)) == ("completed", "empty", [])
    assert run.message == (
        "None of the provided URLs were found in VMRay.\n\nDetails:\n"
        "Entities: none of type DOMAIN, ADDRESS in the scope of this action"
    )
