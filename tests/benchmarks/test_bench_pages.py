"""The benchmarks write the page and the plot only in a full run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from bench.__main__ import main
from bench.growth import Growth, growth_rows
from bench.hashes import ReferenceRun
from bench.report import draw

if TYPE_CHECKING:
    from pathlib import Path

MEBI = 2**20
SIZES = (10, 100, 1_000, 5_000)
POINTS = [
    Growth(size, size / 200, size * MEBI // 100, ReferenceRun(size / 50, size * MEBI // 200))
    for size in SIZES
]
OTHER_PARTS = (
    "hashes.against_reference_client",
    "waiting.waiting_actions",
    "startup.start_up",
    "reading.reading_actions",
    "memory.memory",
    "upload.large_upload",
    "throttling.throttled",
    "large_response.large_response",
    "emulator_load.emulator_load",
)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Redirect the page and the plot to a folder; replace all measurements by fixed values."""
    monkeypatch.setattr("bench.report.PAGE", tmp_path / "benchmarks.md")
    monkeypatch.setattr("bench.report.PLOT", tmp_path / "growth.svg")
    monkeypatch.setattr("bench.growth.growth", lambda: POINTS)
    for part in OTHER_PARTS:
        monkeypatch.setattr(f"bench.{part}", list)
    figures = {"median_ms": 100.0, "bound_ms": 200}
    monkeypatch.setattr("bench.widget_drawing.measure", lambda: figures)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *parts: str) -> int:
    """Run the benchmarks as `python -m bench` does."""
    monkeypatch.setattr(sys, "argv", ["bench", *parts])
    return main()


def test_a_part_alone_writes_nothing(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given one part, neither the page nor the plot is written: both show a full run."""
    assert run(monkeypatch, "growth") == 0
    assert list(written.iterdir()) == []


def test_a_full_run_writes_the_page_and_its_plot(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a full run, the table has all parts and every size of the plot."""
    assert run(monkeypatch) == 0
    assert {path.name for path in written.iterdir()} == {"benchmarks.md", "growth.svg"}
    page = (written / "benchmarks.md").read_text("utf-8")
    assert (
        "| Scan Hash, 1,000 hashes, no latency; VMRay's own client | 5.00 s, 10.0 MiB; 20.00 s, 5.0 MiB |"
        in page
    )
    assert "a widget draws 1,000 IOCs" in page


def test_the_plot_shows_time_and_memory_of_both() -> None:
    """Each diagram has two lines with a point for each size, and both names in its legend."""
    ours, theirs = "Scan Hash", "VMRay's client, one after another"
    expected = (
        {ours: [0.05, 0.5, 5, 25], theirs: [0.2, 2, 20, 100]},
        {ours: [0.1, 1, 10, 50], theirs: [0.05, 0.5, 5, 25]},
    )
    for side, lines in zip(draw(POINTS).axes, expected, strict=True):
        drawn: dict[str, Any] = {str(line.get_label()): line.get_ydata() for line in side.get_lines()}
        for name, figures in lines.items():
            assert list(drawn[name]) == pytest.approx(figures, rel=1e-4), name
        legend = side.get_legend()
        assert legend is not None
        assert set(lines) <= {text.get_text() for text in legend.get_texts()}


def test_growth_that_is_not_linear_misses_its_bound() -> None:
    """Given 50 times as many hashes, more than 55 times the time or 100 MiB misses the bounds."""
    slow = [*POINTS[:3], Growth(5_000, 0.5 * 56, 101 * MEBI, POINTS[3].reference)]
    assert [row.within for row in growth_rows(POINTS)] == [None] * 4 + [True, True]
    assert [row.within for row in growth_rows(slow)] == [None] * 4 + [False, False]
