"""Actions that wait: how many rounds and requests twenty analyses of five seconds take."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.action import Measured, measure
from bench.row import Row, at_most
from bench.server import Server, running_server

ITEMS = 20
ANALYSIS_SECONDS = 5
POLL_SECONDS = 1.0


def waiting_actions() -> list[Row]:
    """Scan URL and Upload with twenty items each."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"sample-{number}.txt" for number in range(ITEMS)]
        for number, file in enumerate(files):
            file.write_text(f"sample {number}\n")
        urls = [("DestinationURL", f"http://site-{number}.example/") for number in range(ITEMS)]
        paths = ",".join(str(file) for file in files)
        rows += _rows("Scan URL", entities=urls)
        rows += _rows("Upload File And Get Report", parameters={"Sample File Path": paths})
    return rows


def _rows(action: str, **how: object) -> list[Row]:
    with running_server(lifecycle="realtime:1") as server:
        server.control("POST", "settings", {"detonation_seconds": float(ANALYSIS_SECONDS)})
        started = time.monotonic()
        measured = measure(action, server.configuration, poll_interval=POLL_SECONDS, **how)  # type: ignore[arg-type]
        wall = time.monotonic() - started
        return _judged(action, server, measured, wall)


def _judged(action: str, server: Server, measured: Measured, wall: float) -> list[Row]:
    seen = server.requests()
    kinds = Counter(request["path"].split("?")[0] for request in seen)
    submits = kinds["/rest/sample/submit"]
    polls = sum(1 for request in seen if _is_poll(request))
    rounds = len(measured.run.rounds) - 1
    what = f"{action}, {ITEMS} items, analyses of {ANALYSIS_SECONDS} s"
    return [
        at_most(f"{what}: submits an item", submits / ITEMS, 1, "submits"),
        at_most(
            f"{what}: poll requests an item a round",
            polls / ITEMS / rounds,
            1,
            "requests",
            f" ({polls} in {rounds} rounds)",
        ),
        Row(f"{what}: whole action, polled every {POLL_SECONDS:g} s", f"{wall:.1f} s, {len(seen)} requests"),
    ]


def _is_poll(request: dict[str, object]) -> bool:
    """Tell whether a request asks how far a submission is (look-ups by metadata are not polls)."""
    path, query = str(request["path"]), request.get("query") or {}
    assert isinstance(query, dict)
    return (path == "/rest/submission" and "_min_id" in query) or path.removeprefix(
        "/rest/submission/"
    ).isdecimal()
