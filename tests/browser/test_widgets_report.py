"""The widget of a sample report: why the sample has its verdict, and its child samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect
from tests.browser.results import as_platform_gets_it, indicators, iocs, sample
from tests.browser.views import assert_accessible_in_each_theme

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.browser.conftest import Show

WHY = [
    *("Verdict:", "- Malicious"),
    *("Strongest threat indicators:", "- 5/5 Antivirus: Known malware → T1204 User Execution", "- 3/5 A: b"),
    *("What speaks against a threat:", "- no mitigating indicators"),
    *("What is missing:", "- nothing"),
]
CHILDREN = [
    {"sample_id": 5133, "relation": "Dropped File", "verdict": "malicious"},
    {"sample_id": 5127, "relation": None, "verdict": None},
]


def row(**changes: object) -> dict[str, Any]:
    """Return the row of one sample in the JSON result of Get Sample Report."""
    return {
        "subject": "sample 12",
        "entity": None,
        "sample_id": 12,
        "outcome": "malicious",
        "sample": sample(),
        "iocs": iocs(),
        "threat_indicators": indicators(),
        "why_text": "\n".join(WHY),
        "children": CHILDREN,
        "notes": [],
        "reason": None,
        "web_link": "https://vmray.example/samples/12",
        **changes,
    }


def shown(show: Show, *rows: dict[str, Any]) -> Page:
    """Show the widget for these rows."""
    result = {"outcome": "malicious", "complete": True, "items": list(rows), "left_out": None, "errors": []}
    return show("get_sample_report", as_platform_gets_it(result))


def test_the_words_of_the_result_are_shown_in_their_order(show: Show) -> None:
    """Given a report, then the sections with their lines, the sample and its children are shown."""
    page = shown(show, row(children_truncated=True))

    why = page.locator(".why")
    expect(why.locator("dt")).to_have_text([line[:-1] for line in WHY if not line.startswith("- ")])
    expect(why.locator("dd > div")).to_have_text([line[2:] for line in WHY if line.startswith("- ")])
    expect(page.locator(".head h2")).to_have_text("invoice.exe")
    expect(page.get_by_role("link", name="Open report")).to_have_attribute(
        "href", "https://vmray.example/samples/12"
    )
    children = page.locator("section", has_text="Child samples (2)").locator("li")
    expect(page.get_by_text("VMRay has more.")).to_be_visible()
    expect(children).to_have_text(["✕MaliciousSample 5133Dropped File", "?UnknownSample 5127"])


def test_the_report_is_accessible_in_each_theme(show: Show) -> None:
    """Given a report, then axe-core finds no violation, in light and dark."""
    assert_accessible_in_each_theme(shown(show, row()))


def test_odd_and_hostile_texts_stay_text(show: Show) -> None:
    """Given markup, other types and a text without a title, then nothing of it becomes an element."""
    hostile = "<img src=x onerror=alert(1)>"
    odd = row(why_text=f"- {hostile}\n{hostile}:\n- {hostile}", children=["x", {"relation": hostile}])

    page = shown(show, odd)

    expect(page.locator(".why dt")).to_have_text([hostile])
    expect(page.locator(".why dd")).to_have_text([hostile])
    expect(page.locator("section", has_text="Child samples (1)").locator("li")).to_contain_text(hostile)
    assert page.locator("img").count() == 0


def test_a_sample_that_was_not_found_has_no_explanation(show: Show) -> None:
    """Given a row without a report, then the reason is shown, and no empty part."""
    page = shown(show, {"subject": "sample 9", "outcome": "not_found", "reason": "VMRay has no such sample"})

    expect(page.locator(".head")).to_contain_text("VMRay has no such sample")
    assert page.locator(".why").count() == 0
    assert page.get_by_text("Child samples").count() == 0
