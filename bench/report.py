"""Write the results: a table on the terminal, `docs/benchmarks.md`, and the plot of time and memory."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bench.action import MEBI
from bench.growth import CAPTION, Growth
from bench.row import Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
PLOT = ROOT / "docs" / "pictures" / "growth.svg"
TRIED = ROOT / "bench" / "tried.md"

COMMANDS = (
    "`make bench ARGS=reference-client` measures one part (`.venv/bin/python -m bench --help` lists them),",
    "`SOAR_SDK_DIR=<checkout> make bench` measures on the real SDK. The reference client is",
    "`python -m bench.reference_client ROOT KEY`, hashes on stdin; curl is",
    "`curl -sS -f -o /dev/null -H HEADER -F sample_file=@FILE URL`; the emulator's load comes from",
    "`wrk -t1 -c16 -d5s -H HEADER URL`.",
)


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    table = Table("what", "this run", "bound", "", title="Benchmarks")
    for row in rows:
        table.add_row(row.what, row.figure, row.bound, row.mark, style="red" if row.within is False else "")
    Console().print(table)


def write_page(rows: Sequence[Row], sdk: str) -> None:
    """Write the page: machine, commands, table, plot, and what was tried without success."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Bounds are ratios within one run, or counts, since machines are noisy.",
        *COMMANDS,
        "",
        f"Machine: {machine()}.",
        f"Actions ran as processes on {sdk}, against the emulator in a process of its own.",
        "",
        "| what | this run | bound | |",
        "|---|---|---|---|",
        *(f"| {row.what} | {row.figure} | {row.bound} | {row.mark} |" for row in rows),
        "",
        "![Time and memory by number of hashes, Scan Hash and the reference client](pictures/growth.svg)",
        "",
        *CAPTION,
        "",
        TRIED.read_text("utf-8"),
    ]
    PAGE.write_text("\n".join(lines), "utf-8")


def plot(points: Sequence[Growth]) -> None:
    """Write the plot of time and memory."""
    import matplotlib as mpl  # noqa: PLC0415 - slow import, needed for the plot only

    PLOT.parent.mkdir(exist_ok=True)
    with mpl.rc_context({"svg.hashsalt": "growth"}):
        draw(points).savefig(PLOT, metadata={"Date": None})


def draw(points: Sequence[Growth]) -> Figure:
    """Draw time and peak memory over the number of hashes, of Scan Hash and of the reference client."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow import, needed for the plot only

    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    hashes = [point.hashes for point in points]
    ours, theirs = "Scan Hash", "VMRay's client, one after another"
    left.loglog(hashes, [point.seconds for point in points], "o-", label=ours)
    left.loglog(hashes, [point.reference.seconds for point in points], "s--", label=theirs)
    left.set(xlabel="hashes", ylabel="seconds", title="Wall time (no latency)")
    right.semilogx(hashes, [point.peak / MEBI for point in points], "o-", label=ours)
    right.semilogx(hashes, [point.reference.peak / MEBI for point in points], "s--", label=theirs)
    right.axhline(100, linestyle=":", color="grey", label="bound of Scan Hash at 5,000")
    right.set(xlabel="hashes", ylabel="MiB", title="Peak memory", ylim=(0, None))
    for side in (left, right):
        side.legend()
    return figure


def machine() -> str:
    """Describe the machine: processor, cores, memory, system and Python version."""
    names = [
        line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")
    ]
    memory = next(
        (int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0
    )
    processor = names[0] if names else platform.processor()
    python = platform.python_version()
    return f"{processor}, {len(names)} cores, {memory / 2**20:.0f} GiB, Linux, Python {python}"


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.exists() else []
