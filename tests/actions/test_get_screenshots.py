"""Get Screenshots: each different picture once; a gallery; what is no picture; what does not fit."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from tests.actions.lab import items_of, outcome
from tests.support.example import Example, known_analyses, known_hashes
from tests.support.outcome import FINE, file, named, optional_file
from tests.support.unfinished import unfinished

from vmray_emulator import KNOWN_SHA256

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun

ACTION = "Get Screenshots"
SHA256 = "c7" * 32
INDEX = "GET /rest/analysis/9001/archive/screenshots/index.log"


def several(number: int) -> Example:
    """So many hashes, each with a sample of its own, of which one picture is requested."""
    return known_hashes(number, parameters={"Max Screenshots": "1"})


def of_analyses(number: int = 1) -> Example:
    """So many analyses."""
    return known_analyses(of_analyses, number)


EXAMPLES = [
    Example(
        setup=lambda vmray: vmray.control.load_scenario("known-sample"),
        entities=(("FILEHASH", KNOWN_SHA256),),
        result="done",
        several=several,
        shows_texts=False,  # ids, hashes, and a web address that is dropped if it is none
        failed_json=[
            {
                "subject": KNOWN_SHA256.upper(),
                "sample_id": None,
                "analysis_id": None,
                "entity": KNOWN_SHA256.upper(),
                "machine": None,
                "web_link": None,
                "different": 0,
                "total": 0,
                "screenshots": [],
            }
        ],
    ),
    Example(
        "an unfinished submission",
        setup=unfinished,
        parameters={"Samples": "5001"},
        result="pending",
        shows_texts=False,
    ),
]
SITUATIONS = [of_analyses()]
OUTCOMES = {
    "GET /analysis/sample/{id}": {"404": named("does not exist in VMRay or is not visible")},
    # a part of an index is an index
    "GET /analysis/{id}/archive/screenshots/index.log": {**optional_file("LOG"), "truncated JSON": FINE},
    "GET /analysis/{id}/archive/screenshots/{picture}": file("PNG or JPEG"),
}


def screenshots(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    return lab.run_with(ACTION, **parameters)


def test_the_screenshots_of_an_entity(lab: Lab) -> None:
    """Given a known hash, then the pictures of its analysis are attached, and an insight shows them."""
    lab.vmray.control.add_sample(sha256=SHA256)
    lab.hashes(SHA256)

    run = screenshots(lab)

    shown = outcome(run)
    (item,) = items_of(run)
    pictures = item.pop("screenshots")
    assert item == {
        "subject": "sample 5001",
        "sample_id": 5001,
        "analysis_id": 9001,
        "entity": SHA256.upper(),
        "machine": None,
        "web_link": "https://vmray.example/user/analysis/view?id=9001&sub=%2Freport%2Foverview.html",
        "different": 3,
        "total": 3,
        "outcome": "done",
        "reason": None,
    }
    for number, picture in enumerate(pictures):
        content = base64.b64decode(run.attachments[picture["attachment"]])
        assert picture == {
            "attachment": f"vmray-analysis-9001-shot-{number + 1:02}.png",
            "milliseconds": 1000 * number,
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
        }
    assert len(run.attachments) == len(pictures) == 3
    assert (shown["state"], shown["value"], shown["tables"], shown["links"]) == ("completed", "done", {}, {})
    assert run.message == (
        f"Successfully attached the screenshots of the following samples from VMRay: {SHA256.upper()}"
    )
    html = lab.insights()[SHA256.upper()]
    images = re.findall(r'<img src="data:image/png;base64,([^"]*)" width="480">', html)
    assert images == list(run.attachments.values())
    assert lab.seen()[:4] == [
        f"GET /rest/sample/sha256/{SHA256}",
        "GET /rest/submission/sample/5001",
        "GET /rest/analysis/submission/6001",
        INDEX,
    ]
    assert len(lab.seen()) == 7


def test_odd_lines_equal_pictures_and_what_is_no_picture(lab: Lab) -> None:
    """Given 30 different pictures and oddities, then the rest is attached, and notes name what is missing."""
    lab.vmray.control.load_scenario("screenshots")

    run = screenshots(lab, Samples="5001", Max_Screenshots="30", Save_To_Case_Wall="true")

    (item,) = items_of(run)
    assert (run.state.value, item["outcome"], run.json_result["complete"]) == ("completed", "done", False)
    assert item["total"] > item["different"] > len(item["screenshots"]) == len(run.attachments) > 20
    requested = [each for each in lab.seen() if "/screenshots/" in each and not each.endswith("index.log")]
    assert len(requested) == len(set(requested)) == item["different"], "an equal picture is requested once"
    assert re.search(r"\d+ of \d+ screenshots are not attached: ", item["reason"])
    assert re.search(r"skipped \d+ lines of VMRay's list of screenshots", item["reason"])
    assert len(lab.case.attachments) == len(run.attachments)
    (insight,) = lab.case.insights
    assert insight["title"] == "VMRay sample 5001"
    assert insight["content"].count("<img ") == 3


def test_a_locked_report_has_screenshots(lab: Lab) -> None:
    """Given a locked report and no insight wanted, then its pictures are attached, evenly chosen."""
    lab.vmray.control.add_sample(locked=True)

    run = screenshots(lab, Analysis_IDs="9001", Max_Screenshots="2", Create_Insight="false")

    (item,) = items_of(run)
    names = [each["attachment"] for each in item["screenshots"]]
    assert names == ["vmray-analysis-9001-shot-01.png", "vmray-analysis-9001-shot-03.png"]
    assert (run.result_value, lab.case.insights) == ("done", [])


def test_an_analysis_without_screenshots_is_empty_and_a_web_page_is_not(lab: Lab) -> None:
    """Given no index, then the outcome is empty; given a web page instead of the index, it is an error."""
    lab.vmray.control.add_sample()
    lab.vmray.control.inject({"path": "/rest/analysis/9001/*"}, {"kind": "status", "status": 404})
    without = screenshots(lab, Samples="5001")
    lab.vmray.control.inject({"path": "/rest/analysis/9001/*"}, {"kind": "html"}, 4)
    page = screenshots(lab, Samples="5001")

    assert (without.state.value, without.result_value) == ("completed", "empty")
    assert without.message.startswith("No screenshots were found for the provided samples.\n\nDetails:\n")
    assert (page.state.value, page.result_value) == ("failed", "failed")
    assert "the response was not from VMRay: a web page with HTTP 200" in page.message
