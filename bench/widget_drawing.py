"""Measure how long a widget takes to draw 1,000 IOCs in a real Chromium.

The time starts before the script runs and ends after the layout of the page. All lists are open, and all rows
are in the document. The browser delays the layout of rows far outside the window (`content-visibility`), as
it does for an analyst.
"""

from __future__ import annotations

import json
import statistics
from typing import Any

from playwright.sync_api import sync_playwright
from tools.chromium import FLAGS, MISSING, find_chromium
from tools.widgets.build import PLACEHOLDER, WIDGETS

IOCS = 1_000
BOUND_MS = 200
RUNS = 9
TYPES = ("urls", "domains", "ips", "files", "emails", "processes", "mutexes", "registry")


def measure() -> dict[str, Any]:
    """Draw one entity with 1,000 IOCs of all eight types several times, each time in a new page.

    Returns:
        `iocs` (the number), `runs`, `median_ms`, `worst_ms` (milliseconds), `bound_ms`, and `within_bound`
        for the median; or `skipped` with the reason if there is no Chromium.
    """
    program = find_chromium()
    if program is None:
        return {"skipped": MISSING}
    html = (WIDGETS / "scan_hash.html").read_text("utf-8").replace(PLACEHOLDER, json.dumps(_result()))
    # The clock starts before the listener of the widget and stops after a forced layout.
    # Every list is open, so that the measurement includes all rows.
    clock = """
        document.addEventListener("DOMContentLoaded", () => { window.started = performance.now(); });
        window.addEventListener("load", () => {
            document.querySelectorAll("details").forEach((box) => { box.open = true; });
            document.body.getBoundingClientRect();
            window.took = performance.now() - window.started;
        });"""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        took = []
        for _ in range(RUNS):
            page = browser.new_page(viewport={"width": 800, "height": 900})
            page.add_init_script(clock)
            page.route(
                "http://127.0.0.1/widget", lambda route: route.fulfill(body=html, content_type="text/html")
            )
            page.goto("http://127.0.0.1/widget", wait_until="load")
            page.wait_for_function("window.took !== undefined")
            assert page.locator(".rows li").count() >= IOCS
            took.append(float(page.evaluate("window.took")))
            page.close()
        browser.close()
    median = statistics.median(took)
    return {
        "iocs": IOCS,
        "runs": RUNS,
        "median_ms": round(median, 1),
        "worst_ms": round(max(took), 1),
        "bound_ms": BOUND_MS,
        "within_bound": median < BOUND_MS,
    }


def _result() -> list[dict[str, Any]]:
    iocs: dict[str, list[dict[str, Any]]] = {name: [] for name in TYPES}
    for number in range(IOCS):
        kind = TYPES[number % len(TYPES)]
        iocs[kind].append(_ioc(kind, number))
    sample = {
        "sample_filename": "invoice.exe",
        "sample_verdict": "malicious",
        "iocs": iocs,
        "threat_indicators": [],
    }
    return [{"Entity": "A" * 64, "EntityResult": sample}]


def _ioc(kind: str, number: int) -> dict[str, Any]:
    """Return an IOC with the fields that the widget reads."""
    verdict = ("malicious", "suspicious", "clean", None)[number % 4]
    hashes = [{"sha256_hash": f"{number:064x}", "sha1_hash": f"{number:040x}", "md5_hash": f"{number:032x}"}]
    host = f"c2-{number}.invalid"
    fields: dict[str, dict[str, Any]] = {
        "urls": {"url": f"https://{host}/a.php?id={number}", "categories": ["Contacted"]},
        "domains": {"domain": host, "countries": ["Germany"], "ip_addresses": ["198.51.100.7"]},
        "ips": {"ip_address": f"198.51.{number >> 8}.{number & 255}", "country": "Germany"},
        "files": {
            "filename": f"C:\\Users\\eve\\{number}.exe",
            "hashes": hashes,
            "operations": ["Access", "Create"],
        },
        "emails": {"sender": f"eve@{host}", "subject": "Your invoice", "recipients": ["bob@corp.invalid"]},
        "processes": {"cmd_line": f"cmd.exe /c curl http://{host}/x", "process_names": ["cmd.exe"]},
        "mutexes": {"mutex_name": f"Global\\M{number}", "operations": ["access"]},
        "registry": {"reg_key_name": f"HKEY_USERS\\S-1\\Run\\{number}", "operations": ["write"]},
    }
    return {**fields[kind], "verdict": verdict}


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
