"""Measure the parts and print the table. A full run also writes the page.

Exit with 1 if a bound is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial

from bench import (
    action,
    emulator_load,
    growth,
    hashes,
    large_response,
    memory,
    reading,
    startup,
    throttling,
    upload,
    waiting,
    widget_drawing,
)
from bench.growth import Growth
from bench.report import plot, show, write_page
from bench.row import Row, at_most


def _widget() -> list[Row]:
    figures = widget_drawing.measure()
    what = "a widget draws 1,000 IOCs in Chromium, median"
    if "skipped" in figures:
        return [Row(what, figures["skipped"], "at most 200 ms")]
    return [at_most(what, figures["median_ms"], figures["bound_ms"], "ms")]


def _growth(points: list[Growth]) -> list[Row]:
    points += growth.growth()
    return growth.growth_rows(points)


def _parts(points: list[Growth]) -> dict[str, Callable[[], list[Row]]]:
    """Return all parts by name. The part `growth` also adds its points to the list, for the plot."""
    return {
        "reference-client": hashes.against_reference_client,
        "growth": partial(_growth, points),
        "waiting": waiting.waiting_actions,
        "reading": reading.reading_actions,
        "start-up": startup.start_up,
        "memory": memory.memory,
        "upload": upload.large_upload,
        "throttling": throttling.throttled,
        "large-response": large_response.large_response,
        "emulator": emulator_load.emulator_load,
        "widget": _widget,
    }


def main() -> int:
    """Measure the named parts (default: all). Only a full run writes the page and its plot."""
    points: list[Growth] = []
    parts = _parts(points)
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    available = ", ".join(parts)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {available}; default: all parts")
    chosen = parser.parse_args().parts or list(parts)
    if unknown := set(chosen) - parts.keys():
        parser.error(f"unknown part: {', '.join(sorted(unknown))}; available: {available}")
    rows: list[Row] = []
    for number, part in enumerate(chosen, start=1):
        print(f"[{number}/{len(chosen)}] {part} …", file=sys.stderr, flush=True)
        rows += parts[part]()
    show(rows)
    if chosen == list(parts):
        plot(points)
        write_page(rows, "the real SDK" if action.REAL_SDK else "the stand-in for the SDK")
    return int(any(row.within is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
