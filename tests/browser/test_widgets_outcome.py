"""Widgets of results with an outcome: the fixed head, the rows, and the parts that only some results have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect
from tests.browser.hostile import TEXTS, everywhere
from tests.browser.results import as_platform_gets_it
from tests.browser.test_widgets_hostile import HIDDEN, assert_only_widget_elements, each_tab
from tests.browser.views import assert_accessible_in_each_theme, copied, iocs_of
from tools.widgets import build
from tools.widgets.build import Widget, keys_of

if TYPE_CHECKING:
    import pytest
    from tests.browser.conftest import Show

LINK = "https://vmray.example/samples/12"


def row(subject: str, outcome: str = "done", **changes: object) -> dict[str, Any]:
    """Return the row of one item."""
    return {"subject": subject, "entity": None, "outcome": outcome, "reason": None, **changes}


def result(*rows: dict[str, Any], **changes: object) -> dict[str, Any]:
    """Return a JSON result with these rows."""
    head = {"outcome": "done", "complete": True, "items": list(rows), "left_out": None, "errors": []}
    return head | changes


def child(sample_id: int, parent: int, verdict: str | None = None) -> dict[str, Any]:
    """Return one sample of a tree."""
    return {
        "sample_id": sample_id,
        "parent_sample_id": parent,
        "depth": 1,
        "relation": "Dropped File",
        "name": f"drop{sample_id}.exe",
        "type": "Windows Exe",
        "sha256": f"{sample_id}" * 16,
        "verdict": verdict,
        "threat_names": [],
        "web_link": f"https://vmray.example/samples/{sample_id}",
    }


PATH = [
    {"sample_id": number, "name": name, "relation": relation}
    for number, name, relation in (
        (1001, "mail.eml", None),
        (1002, "drop1002.exe", "Attachment"),
        (1003, "drop1003.exe", "Dropped File"),
    )
]
TREE: dict[str, Any] = {
    "root_sample_id": 1001,
    "own_verdict": "clean",
    "children": [
        child(1002, 1001, "suspicious"),
        child(1003, 1002, "malicious"),
        child(1004, 1001),
        *(child(1005, 1006), child(1006, 1005)),
    ],
    "cut_at_depth": 0,
    "cut_by_limit": 2,
}
WORST = {"sample_id": 1003, "verdict": "malicious", "path": PATH}
TECHNIQUES: dict[str, Any] = {
    "techniques": [
        {
            "technique_id": "T1112",
            "technique": "Modify Registry",
            "tactics": ["Defense Evasion", "Persistence"],
            "score": 3,
            "proof": [
                {"indicator_id": 2, "score": 3, "category": "Persistence", "operation": "Starts itself"}
            ],
        },
        {"technique_id": "T1071", "technique": None, "tactics": [], "score": 5, "proof": []},
    ]
}
SCREENSHOTS: dict[str, Any] = {
    "machine": "win10_64",
    "different": 2,
    "total": 31,
    "screenshots": [
        {"attachment": f"shot-0{number}.png", "milliseconds": number * 500, "sha256": "ab" * 32, "size": 2048}
        for number in (1, 2)
    ],
}
PIECE: dict[str, Any] = {
    "members": ["extracted_files/*"],
    "attachment": "vmray-analysis-901-extracted_files-infected.zip",
    "size": 2048,
    "sha256": "ab" * 32,
    "encrypted": True,
}
KNOWN_URLS: dict[str, Any] = {
    "match": "host",
    "samples": [
        {
            "sample_id": 5001,
            "url": "http://evil.invalid/a",
            "verdict": "malicious",
            "newest_finished": "2026-03-01T09:00:00",
            "age_days": 1,
            "submission_id": 6001,
        },
        {"sample_id": 5002, "url": "http://evil.invalid/b", "verdict": None, "newest_finished": None},
    ],
}
IOCS: list[dict[str, Any]] = [
    {"type": "url", "value": "http://c2.invalid/a", "verdict": "malicious", "is_ioc": True, "hashes": {}},
    {"type": "file", "value": "cd" * 32, "verdict": None, "is_ioc": True, "hashes": {"sha256": "cd" * 32}},
]

EXPORTED: dict[str, Any] = {
    "files": [
        {"format": "CSV", "attachment": "vmray-iocs.csv", "size": 2048, "sha256": "ab" * 32, "reason": None},
        {"format": "STIX", "attachment": None, "size": 4096, "sha256": "cd" * 32, "reason": "too large"},
    ],
    "dropped": [{"type": "ip", "value": "10.0.0.5", "reason": "private address"}],
}
BEHAVIOR: dict[str, Any] = {
    "processes": [
        {
            "pid": 100 + depth,
            "parent_pid": None,
            "depth": depth,
            "name": f"p{depth}.exe",
            "command_line": f"p{depth}.exe http://c2.invalid/",
            "verdict": verdict,
            "indicators": ["Persistence: Installs itself"],
        }
        for depth, verdict in ((0, None), (1, "malicious"), (40, "clean"))
    ],
    "network": {
        "connections": [
            {
                "protocol": "tcp",
                "ip": "192.0.2.1",
                "port": 80,
                "direction": "outbound",
                "verdict": "malicious",
            }
        ],
        "dns": [{"name": "c2.invalid", "answers": ["192.0.2.1"], "verdict": None}],
        "http": [
            {"method": "GET", "url": "http://c2.invalid/", "status": 200, "headers": [], "verdict": None}
        ],
    },
    "yara": [
        {"rule": "A", "ruleset": "B", "verdict": "malicious", "score": 5, "threat_names": ["C"]},
    ],
    "antivirus": [{"engine": "E", "threat": "F", "classification": "G", "verdict": "suspicious"}],
    "malware_configuration": [
        {"file": "a.json", "configuration": {"c2": [{"host": "c2.invalid"}], "id": "x 1.2"}},
        {"file": "b.json", "configuration": ["c2.invalid"]},
    ],
    "remarks": [{"level": "note", "message": "only a part"}],
    "truncated": ["processes: 3 of 9 rows"],
}


def widget_for(value: object) -> str:
    """Return the HTML of a widget for a JSON result."""
    return build.build(Widget("any", "Any", "", "item", "items", ("{",), keys_of(value)))


def test_each_outcome_has_its_word_and_each_problem_its_advice(show: Show) -> None:
    """Given a row for each kind of outcome, then tabs, head, notes and rows show what the result says."""
    page = show(
        "update_tags",
        as_platform_gets_it(
            result(
                row("a"),
                row("sample 7", "failed", reason="VMRay refused it"),
                *(row(word, word) for word in ("locked", "not_found", "dry_run", "empty", "blocked_quota")),
                row("http://c2.invalid/x", "pending", submission_id=7, web_link=LINK, tags=["x", "y"]),
                row("c", "unknown", verdict="odd_word", reason="only a part"),
                row("d", verdict="malicious", jobs=[{"id": 4, "done": False}], url="http://c2.invalid/"),
                complete=False,
                left_out="the tables",
                cost={"submitted": 1, "reused": 0, "unlocked": 0, "quota_left": None},
                verdict={"limit": 5},
                errors=[
                    {
                        "item": "7",
                        "class": "refused",
                        "reason": "VMRay refused it",
                        "advice": "set Sample Type",
                    },
                    {"item": "z", "class": "server", "reason": "HTTP 502", "advice": "try again"},
                ],
            )
        ),
    )
    main, head = page.locator("main"), page.locator(".head")
    for text in (
        "Not complete: some items have no final answer yet.",
        "Left out because of the size of the result: the tables",
        "Cost: submitted 1 · reused 0 · unlocked 0",
        "z · HTTP 502 · try again",
        "Verdictlimit 5",
    ):
        expect(main).to_contain_text(text)
    expect(page.get_by_role("tab")).to_contain_text(
        [
            *("✕Maliciousd", "⚠Failedsample 7", "⚠Lockedlocked", "⚠Blocked by the quotablocked_quota"),
            *("…Pendinghxxp://c2[.]invalid/x", "✓Donea", "?Unknownc"),
            *("Not foundnot_found", "Dry rundry_run", "Nothing foundempty"),
        ]
    )
    expect(main).to_contain_text("Jobsid 4 · done no")
    expect(main).to_contain_text("URLhxxp://c2[.]invalid/Copy")
    page.get_by_role("button", name="Copy: URL").click()
    assert copied(page) == "http://c2.invalid/"
    assert_accessible_in_each_theme(page)
    shown = {
        "Failed sample 7": "VMRay refused itWhat to do: set Sample Type",
        "Locked locked": "Only the verdict of this report was bought.",
        "Pending": "The analysis is not finished (submission 7).",
        "Unknown": "Verdict: unknown (odd word)only a part",
    }
    for name, text in shown.items():
        page.get_by_role("tab", name=name).click()
        expect(head).to_contain_text(text)
    page.get_by_role("tab", name="Pending").click()
    expect(page.get_by_role("link", name="Open report")).to_have_attribute("href", LINK)
    expect(main).to_contain_text("Tagsx, y")


def test_a_head_without_rows_is_shown(show: Show) -> None:
    """Given a result that is only a head, then its members are shown."""
    page = show("get_quota", as_platform_gets_it(result(key={"limit": 500, "left": 463}, plan="Big")))

    expect(page.locator("dl")).to_have_text("Keylimit 500 · left 463PlanBig")
    expect(page.locator("main")).not_to_contain_text("no result")


def test_the_tree_of_children_shows_levels_and_the_path_to_the_worst(show: Show) -> None:
    """Given three levels and a cycle, then each sample has one place, and the path is marked."""
    page = show(
        "get_child_samples", as_platform_gets_it(result(row("sample 1001", "malicious", **TREE), worst=WORST))
    )

    path = page.locator("section:has(> h2) li")
    expect(path).to_have_text(
        [
            "mail.emlSample 1001",
            "→drop1002.exeAttachment · Sample 1002",
            "→drop1003.exeDropped File · Sample 1003✕Malicious",
        ]
    )
    tree = page.locator("section", has_text="Child samples (5)")
    expect(tree.locator("li")).to_have_count(5)
    expect(tree.locator("ul ul .name").first).to_have_text("drop1003.exe")
    expect(tree.get_by_text("on the path to the worst verdict")).to_have_count(2)
    expect(page.get_by_role("link", name="Open report of sample 1003 in VMRay, new tab")).to_have_attribute(
        "href", "https://vmray.example/samples/1003"
    )
    tree.get_by_role("button", name="Copy SHA-256: drop1003.exe").press("Enter")
    assert copied(page) == "1003" * 16
    expect(page.locator("main")).to_contain_text("Cut by limit2")
    assert_accessible_in_each_theme(page)


def test_techniques_are_listed_by_tactic_with_their_proof(show: Show) -> None:
    """Given a technique of two tactics and one without a tactic, then each tactic lists its own."""
    page = show("get_mitre_techniques", as_platform_gets_it(result(row("sample 12", **TECHNIQUES))))

    expect(page.get_by_role("heading", name="MITRE ATT&CK techniques (2)")).to_be_visible()
    proved = "3/5T1112 Modify Registry3/5 Persistence: Starts itself"
    expect(page.locator("details")).to_have_text(
        ["No tactic 15/5T1071", f"Defense Evasion 1{proved}", f"Persistence 1{proved}"]
    )
    page.locator("summary").first.press("Enter")
    expect(page.get_by_text("T1071")).not_to_be_visible()
    assert_accessible_in_each_theme(page)


def test_screenshots_are_named_with_their_second(show: Show) -> None:
    """Given screenshots, then their names, seconds and numbers are shown, and no picture is loaded."""
    value = result(row("sample 12", web_link=LINK, **SCREENSHOTS))
    page = show("get_screenshots", as_platform_gets_it(value))

    shots = page.locator("section", has_text="Screenshots (2)").locator("li")
    expect(shots).to_have_text(
        [
            "shot-01.pngsecond 0.5 · 2.0 KiB (2,048 bytes)Copy SHA-256",
            "shot-02.pngsecond 1 · 2.0 KiB (2,048 bytes)Copy SHA-256",
        ]
    )
    expect(page.locator("dl")).to_have_text("Machinewin10_64Different2Total31")
    assert_accessible_in_each_theme(page)


def test_a_file_is_named_with_its_password(show: Show) -> None:
    """Given a row with a file, then its name, size and password are shown, and its hash can be copied."""
    page = show("get_analysis_archive", as_platform_gets_it(result(row("sample 12", **PIECE))))

    expect(page.locator("section", has_text="File").locator("li")).to_have_text(
        f"{PIECE['attachment']}2.0 KiB (2,048 bytes) · encrypted, password infectedCopy SHA-256"
    )
    expect(page.locator("dl")).to_have_text("Membersextracted_files/*")
    page.get_by_role("button", name="Copy SHA-256").press("Enter")
    assert copied(page) == "ab" * 32
    assert_accessible_in_each_theme(page)


def test_the_urls_that_vmray_knows_are_listed_with_their_age(show: Show) -> None:
    """Given two URLs on a host, then each has its sample, its age and its verdict."""
    page = show("look_up_url", as_platform_gets_it(result(row("EVIL.INVALID", "malicious", **KNOWN_URLS))))

    urls = page.locator("section", has_text="URLs in VMRay (2)").locator("li")
    expect(urls).to_have_text(
        [
            "hxxp://evil[.]invalid/aSample 5001 · 1 day old · 2026-03-01 09:00:00 UTC✕Malicious",
            "hxxp://evil[.]invalid/bSample 5002?Unknown",
        ]
    )
    expect(page.locator("dl")).to_have_text("Matchhost")
    assert_accessible_in_each_theme(page)


def test_behavior_is_a_tree_of_processes_and_a_list_for_each_section(show: Show) -> None:
    """Given each section, then processes are indented by their depth, and the others can be opened."""
    page = show("get_behavior_details", as_platform_gets_it(result(row("sample 12", **BEHAVIOR))))

    section = page.locator("section", has_text="Behavior")
    expect(section.locator("summary")).to_have_text(
        [
            *("Processes 3", "Connections 1", "DNS queries 1", "HTTP requests 1", "YARA matches 1"),
            *("Antivirus matches 1", "Malware configurations 2", "Remarks 1"),
        ]
    )
    processes = section.locator("details").first.locator("li")
    expect(processes.nth(1)).to_have_text(
        "✕Maliciousp1.exe (101)p1.exe hxxp://c2[.]invalid/Persistence: Installs itself"
    )
    indents = [one.evaluate("(each) => parseFloat(each.style.marginLeft)") for one in processes.all()]
    assert indents == [0, 1.25, 15]
    expect(section.get_by_text("outbound")).not_to_be_visible()
    for summary in section.locator("summary").all()[1:]:
        summary.press("Enter")
    expect(section.locator("details").nth(1)).to_contain_text("192[.]0[.]2[.]1:80tcp · outbound")
    expect(section).to_contain_text('c2: [{"host":"c2[.]invalid"}]id: x 1.2')
    expect(section).to_contain_text("b.json1: c2[.]invalid")
    expect(section).to_contain_text("Cut: processes: 3 of 9 rows")
    assert "c2.invalid" not in page.locator("main").inner_text()
    assert_accessible_in_each_theme(page)


def test_iocs_of_all_samples_follow_the_samples(show: Show) -> None:
    """Given rows that are IOCs, then the samples are the tabs, and the IOCs are listed once, below them."""
    samples = [row("sample 12", verdict="malicious"), row("sample 13", "not_found")]
    odd = [IOCS[0] | {"type": text, "value": text} for text in (*TEXTS.values(), "__proto__")]
    value = result(*IOCS, *odd, samples=samples, counts={"matched": 9}, pending={"job_ids": []})
    page = show("get_iocs", as_platform_gets_it(value))

    expect(page.get_by_role("tab")).to_contain_text(["✕Malicioussample 12", "Not foundsample 13"])
    expect(page.get_by_role("heading", name=f"IOCs returned ({len(odd) + 2})")).to_be_visible()
    expect(page.locator("section:has(> h2) dl")).to_have_text("Countsmatched 9")
    assert_only_widget_elements(page)
    urls = iocs_of(page, "URLs")
    urls.get_by_role("button", name="Copy all defanged: URLs").click()
    assert copied(page) == "hxxp://c2[.]invalid/a"
    expect(iocs_of(page, "Files").locator("code")).to_have_text(["cd" * 32])
    assert_accessible_in_each_theme(page)


def test_exported_files_and_dropped_iocs_are_listed_with_their_reasons(show: Show) -> None:
    """Given files and dropped IOCs, then each has a line, and the hash of a file can be copied."""
    value = result(*IOCS, samples=[row("sample 12")], udm_search=["ip = 1", "ip = 2"], **EXPORTED)
    page = show("export_iocs", as_platform_gets_it(value))

    files = page.locator("section", has_text="Files (2)").first.locator("li")
    expect(files).to_have_text(
        [
            "vmray-iocs.csv2.0 KiB (2,048 bytes)Copy",
            "STIX4.0 KiB (4,096 bytes) · too largeCopy",
        ]
    )
    files.first.get_by_role("button", name="Copy: vmray-iocs.csv").click()
    assert copied(page) == "ab" * 32
    expect(page.locator("section", has_text="Dropped (1)").first.locator("li")).to_have_text(
        ["10.0.0.5ip · private addressCopy"]
    )
    assert_accessible_in_each_theme(page)


def test_a_hostile_text_in_every_field_of_every_part_stays_text(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given one widget with all parts, then no text becomes an element, a link or a request."""
    monkeypatch.setattr(build, "MOST_BYTES", 100_000)
    parts = {**TREE, **TECHNIQUES, **SCREENSHOTS, **KNOWN_URLS, **BEHAVIOR}
    whole = row("x", verdict="y", web_link=LINK, other=[{"a": "b"}], **parts)
    head = {"worst": WORST, "technique_ids": [], "samples": [], "cost": {"a": "b"}, "errors": [{"item": "q"}]}
    head |= EXPORTED
    rows = [everywhere(whole, text) | {"outcome": text} for text in TEXTS.values()]
    odd = everywhere({**head, "left_out": "x"}, TEXTS["image"])
    value = result(*rows, **odd, samples_of=everywhere(IOCS, TEXTS["bidi"]))
    page = show("", as_platform_gets_it(value), built=widget_for(value))

    for name in each_tab(page):
        expect(page.locator(".head .big"), name).to_contain_text("No result")
        expect(page.get_by_role("heading", name="Child samples (5)")).to_be_visible()
        expect(page.locator("summary", has_text="Processes 3")).to_be_visible()
        assert_only_widget_elements(page)
        assert not set(HIDDEN) & set(page.locator("body").inner_text()), name
