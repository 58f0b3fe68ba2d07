"""Measure actions that wait: the rounds and requests for twenty analyses of five seconds."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.action import measure
from bench.row import Row, at_most, exactly
from bench.server import running_server

Request = dict[str, object]

ITEMS = 20
ANALYSIS_SECONDS = 5
POLL_SECONDS = 1.0
LIFECYCLE = "realtime:1"


def waiting_actions() -> list[Row]:
    """Measure Scan URL and Upload with twenty items each."""
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
    with running_server(lifecycle=LIFECYCLE) as server:
        server.control("POST", "settings", {"detonation_seconds": float(ANALYSIS_SECONDS)})
        submitted: list[int] = []
        how |= {
            "poll_interval": POLL_SECONDS,
            "on_round": lambda _: submitted.append(submits(server.requests())),
        }
        started = time.monotonic()
        measured = measure(action, server.configuration, **how)  # type: ignore[arg-type]  # the keywords have several types
        wall = time.monotonic() - started
        rounds = len(measured.run.rounds) - 1
        return compared(action, server.requests(), submitted[0], rounds, wall)


def compared(
    action: str, seen: Sequence[Request], in_first_round: int, rounds: int, wall: float
) -> list[Row]:
    """Compare the requests of one action with the bounds.

    Args:
        action: The name of the action.
        seen: All requests of the action.
        in_first_round: Number of submit requests in the first round.
        rounds: Number of rounds after the first.
        wall: Seconds from the start to the end of the action.
    """
    polls = sum(1 for request in seen if _is_poll(request))
    what = f"{action}, {ITEMS} items, analyses of {ANALYSIS_SECONDS} s"
    return [
        exactly(f"{what}: submitted in the first run", in_first_round, ITEMS, f"of {ITEMS}"),
        at_most(f"{what}: submits an item", submits(seen) / ITEMS, 1, "submits"),
        at_most(
            f"{what}: poll requests an item a round",
            polls / ITEMS / max(rounds, 1),
            1,
            "requests",
            f" ({polls} in {rounds} rounds)",
        ),
        Row(f"{what}: whole action, polled every {POLL_SECONDS:g} s", f"{wall:.1f} s, {len(seen)} requests"),
    ]


def submits(seen: Sequence[Request]) -> int:
    """Count the submit requests."""
    return sum(request["path"] == "/rest/sample/submit" for request in seen)


def _is_poll(request: Request) -> bool:
    """Return whether a request reads the state of submissions (look-ups by metadata are not polls)."""
    path, query = str(request["path"]), request.get("query") or {}
    assert isinstance(query, dict)
    return (path == "/rest/submission" and "_min_id" in query) or path.removeprefix(
        "/rest/submission/"
    ).isdecimal()
