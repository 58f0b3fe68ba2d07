"""An action that shows hostile text everywhere, and a widget that trusts it: the page stays safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from tests.browser.hostile import TEXTS
from tests.browser.views import open_lists
from tests.browser.wall import attacking_host, left_after, wall_on_emulator

from secops_lab.web import CaseWall, WallSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import FilePayload, Page
    from tests.browser.conftest import Watch

    from secops_lab.platform import LocalPlatform

WALL_ELEMENTS = {
    *("html", "head", "meta", "title", "link", "script", "body", "header", "main", "div", "section", "nav"),
    *("a", "span", "button", "h1", "h2", "h3", "p", "ul", "ol", "li", "strong", "pre", "iframe", "article"),
    *("form", "input", "label", "fieldset", "legend", "select", "option", "details", "summary"),
    *("dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th", "td"),
}
HIDDEN = (
    "\u202e\u2066\u2069\u200f\u200b\u200d\ufeff\u00ad\x00\x07\x1b\x7f\x9b\u2028\u2029"
    "\u034f\u115f\u1160\u17b4\u180b\u2065\u3164\ufe0f\uffa0\ufff0\U000e0100\U000e0fff"
)


@pytest.fixture
def wall(platform: LocalPlatform, tmp_path: Path) -> Iterator[CaseWall]:
    """Open a wall with the attacking integration."""
    with CaseWall(platform, attacking_host(tmp_path, platform), WallSettings("nobody")) as opened:
        yield opened


def assert_only_wall_elements(page: Page) -> None:
    """Assert that the page contains only elements, handlers and addresses of the case wall."""
    found = page.evaluate(
        """() => {
            const all = [...document.querySelectorAll("*")];
            const addresses = all.flatMap((node) => [node.getAttribute("href"), node.getAttribute("src")]);
            return {
                tags: [...new Set(all.map((node) => node.localName))],
                handlers: all.flatMap((node) => node.getAttributeNames()).filter((name) => /^on/.test(name)),
                addresses: addresses.filter((address) => address && !/^([/]|[/#][a-z0-9].*)$/i.test(address)),
                inline: [...document.scripts].filter((script) => !script.src).length,
            };
        }"""
    )
    assert set(found["tags"]) <= WALL_ELEMENTS
    assert (found["handlers"], found["addresses"], found["inline"]) == ([], [], 0)


# The errors of the browser about blocked requests and scripts; the wall's own page causes none.
BLOCKED = (
    "Content Security Policy",
    "Blocked script execution",
    "document is sandboxed",
    "frame attempting navigation",
    "Blocked autofocusing",
    "ERR_BLOCKED_BY_RESPONSE",
)
# The errors of a widget that inserts JSON into its script, if a text ends the script.
BROKEN_WIDGET = ("Unexpected", "Invalid or unexpected token", "missing )", "Unterminated")


def test_hostile_text_stays_text_in_every_view(
    wall: CaseWall, platform: LocalPlatform, page: Page, watch: Watch
) -> None:
    """Given hostile texts in everything that an action can show, the page shows them as text.

    The insight and the widget are HTML of the action, so a text may become an element there. Their frames run
    nothing, or cannot reach anything.
    """
    watch.allowed = (*BLOCKED, *BROKEN_WIDGET)
    texts = list(TEXTS.values())
    case = platform.new_case(" ".join(texts)[:200], [("FILEHASH", text) for text in texts])
    wall.wall.runs.start(wall.wall.host.actions()[0], case, case.entities, {})
    wall.wall.runs.wait()
    page.goto(f"{wall.url}/cases/1")
    expect(page.locator("article.run header .state")).to_have_text("Completed")
    open_lists(page)
    expect(page.locator(".json summary").first).to_be_visible()
    page.locator(".json summary").last.click()
    expect(page.locator("article.entity")).to_have_count(len(texts))
    expect(page.locator("article.run table")).to_have_count(len(texts))
    assert_only_wall_elements(page)
    assert not set(HIDDEN) & set(page.locator("body").inner_text())
    page.goto(wall.url)
    assert_only_wall_elements(page)


def test_a_hostile_sample_stays_text_in_the_real_integration(platform: LocalPlatform, page: Page) -> None:
    """Given a sample with hostile names, every view from VMRay's response to the page shows text."""
    texts = [text for name, text in TEXTS.items() if name not in ("surrogate", "controls")]
    with wall_on_emulator(platform) as wall, left_after(page):
        iocs = dict.fromkeys(("urls", "mutexes", "processes", "registry"), texts)
        shown = [{"category": text, "operation": text, "score": 5} for text in texts]
        named: dict[str, Any] = {"threat_names": texts, "classifications": texts, "indicators": shown}
        sample = wall.vmray.control.add_sample(filename=TEXTS["image"], iocs=iocs, **named)
        platform.new_case("Hostile", [("FILEHASH", sample["sample_sha256hash"])])
        page.goto(f"{wall.url}/cases/1?action=scan_hash")
        page.get_by_label("IOC Type Filter").fill("urls, mutexes, processes, registry")
        page.get_by_label("Max IOCs To Return").fill("100")
        page.get_by_label("Max Threat Indicators To Return").fill("100")
        page.get_by_role("button", name="Run Scan Hash").click()
        expect(page.locator("article.run header .state")).to_have_text("Completed")
        widget = page.frame_locator("iframe.widget")
        expect(widget.locator("h2")).to_have_text(TEXTS["image"])
        expect(widget.get_by_role("heading", name=f"IOCs returned ({4 * len(texts)})")).to_be_visible()
        expect(widget.locator("img, svg, b, link, script:not(head script)")).to_have_count(0)
        insight = page.frame_locator(".insight iframe")
        expect(insight.locator("body")).to_contain_text(TEXTS["image"])
        expect(insight.locator("img, svg, script, a, link[href]")).to_have_count(0)
        open_lists(page)
        assert_only_wall_elements(page)


def test_a_hostile_file_name_stays_text(platform: LocalPlatform, page: Page) -> None:
    """Given a hostile name of a selected file, the page shows it as text."""
    name = "<img src=x onerror=alert(1)>\u202e.exe"
    with wall_on_emulator(platform) as wall, left_after(page):
        platform.new_case()
        page.goto(f"{wall.url}/cases/1?action=upload_file_and_get_report")
        sample: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": b"MZ"}
        page.get_by_label("Sample File Path").set_input_files(sample)
        expect(page.locator("#run-form .files")).to_contain_text(
            "_img src=x onerror=alert(1)__.exe (2 bytes)"
        )
        assert_only_wall_elements(page)


def test_an_insight_cannot_run_or_load_anything(
    wall: CaseWall, platform: LocalPlatform, page: Page, watch: Watch
) -> None:
    """The markup is displayed; scripts, images, forms and links out of the frame are blocked."""
    watch.allowed = BLOCKED
    case = platform.new_case()
    attack = (
        "<b id=shown>bold</b><script>alert(1)</script><img src=x onerror=alert(2)>"
        "<img src=http://remote.invalid/a.png><iframe src=http://remote.invalid/b></iframe>"
        "<meta http-equiv=refresh content='0;url=http://remote.invalid/c'>"
        "<form action=http://remote.invalid/d><input autofocus onfocus=alert(3)></form>"
        "<a href='http://remote.invalid/e' target=_top id=out>out</a>"
    )
    case.post("insight", {"title": "Attack", "content": attack, "entity_identifier": None})
    page.goto(f"{wall.url}/cases/1")
    page.get_by_text("Attack").click()
    frame = page.frame_locator(".insight iframe")
    expect(frame.locator("#shown")).to_have_css("font-weight", "700")
    frame.locator("#out").click()
    expect(frame.locator("#shown")).to_be_visible()
    assert page.url == f"{wall.url}/cases/1"


def test_a_widget_cannot_reach_the_page_or_the_network(
    platform: LocalPlatform, tmp_path: Path, page: Page, watch: Watch
) -> None:
    """The widget has its own origin: no access to parent, cookies or network, no dialog, no navigation."""
    watch.allowed = BLOCKED
    widget = """<!doctype html><meta charset="utf-8"><title>Widget</title><p id="shown">started</p><script>
    const data = [{stepInstanceName}.JsonResult];
    const tried = [];
    const attempt = (name, act) => {
      try { act(); tried.push(name + " worked"); } catch (error) { tried.push(name); }
    };
    attempt("parent", () => parent.document.body);
    attempt("cookie", () => document.cookie);
    attempt("storage", () => localStorage.length);
    attempt("top", () => { top.location = "http://remote.invalid/top"; });
    alert("dialog");
    new Image().src = "http://remote.invalid/image";
    fetch("http://remote.invalid/fetch").catch(() => {
      fetch("/cases", { method: "POST", body: "title=x" }).catch(() => {
        document.getElementById("shown").textContent = tried.join(", ") + ", fetch";
      });
    });
    </script>"""
    body = 'siemplify.result.add_result_json([{"Entity": "A"}])\nsiemplify.end("done", True)'
    host = attacking_host(tmp_path, platform, widget, body)
    with CaseWall(platform, host, WallSettings("nobody")) as wall, left_after(page):
        case = platform.new_case()
        wall.wall.runs.start(host.actions()[0], case, [], {})
        wall.wall.runs.wait()
        page.goto(f"{wall.url}/cases/1")
        shown = page.frame_locator("iframe.widget").locator("#shown")
        expect(shown).to_have_text("parent, cookie, storage, top, fetch")
        assert page.url == f"{wall.url}/cases/1"
        assert len(platform.cases()) == 1


def test_a_page_of_another_origin_cannot_use_the_wall(
    wall: CaseWall, platform: LocalPlatform, page: Page, watch: Watch
) -> None:
    """Given a form of another origin, the form is rejected, and the wall cannot be embedded in a frame."""
    watch.allowed = (*BLOCKED, "403")
    evil = f"""<!doctype html><form method=post action="{wall.url}/cases"><input name=title value=evil>
        <button>go</button></form><iframe src="{wall.url}/"></iframe>"""
    page.route("http://localhost:1/", lambda route: route.fulfill(body=evil, content_type="text/html"))
    page.goto("http://localhost:1/")
    expect(page.frame_locator("iframe").get_by_text("Open a case")).to_have_count(0)
    page.get_by_role("button").click()
    expect(page.locator("body")).to_have_text("Only the case wall's own page may do that.")
    assert platform.cases() == []
