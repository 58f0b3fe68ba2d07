"""The benchmarks measure what their rows describe; checked on small inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bench import waiting
from bench.action import measure
from bench.hashes import run_reference_client
from bench.minimal_integration import write_minimal_integration
from bench.server import running_server

if TYPE_CHECKING:
    from pathlib import Path

MEBI = 2**20


def test_the_reference_client_makes_the_requests_of_scan_hash() -> None:
    """Given two hashes, the reference client makes three requests each, and its memory is measured."""
    with running_server() as server:
        hashes = server.known(2)
        server.forget()
        measured = run_reference_client(server, hashes)
        paths = [request["path"].split("/rest/sample/")[1] for request in server.requests()]
    assert [path.split("/")[-1] for path in paths] == [hashes[0], "iocs", "vtis", hashes[1], "iocs", "vtis"]
    assert measured.seconds > 0
    assert 15 * MEBI < measured.peak < 200 * MEBI


@pytest.mark.parametrize("times", [0, 1, 2])
def test_calls_for_the_configuration_are_counted(tmp_path: Path, times: int) -> None:
    """Given an action that reads the configuration `times` times, the same number is counted."""
    integration = write_minimal_integration(tmp_path)
    script = integration / "actions" / "bare.py"
    ask = "    siemplify.get_configuration('Bare')\n" * times
    bare = script.read_text("utf-8")
    script.write_text(bare.replace("    siemplify.end", f"{ask}    siemplify.end"), "utf-8")
    assert measure("Bare", {}, integration=integration).configuration_calls == times


def test_actions_that_wait_submit_everything_in_their_first_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given two items instead of twenty, both actions keep all bounds."""
    monkeypatch.setattr(waiting, "ITEMS", 2)
    monkeypatch.setattr(waiting, "LIFECYCLE", "realtime:5")
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.2)
    rows = waiting.waiting_actions()
    assert [row.within for row in rows] == 2 * [True, True, True, None]
    assert [rows[0].figure, rows[4].figure] == ["2 of 2", "2 of 2"]


def test_a_submission_that_waits_for_a_later_run_misses_the_bound() -> None:
    """Given one submission too few or too many in the first round, the bound is missed."""
    seen: list[waiting.Request] = [{"path": "/rest/sample/submit"} for _ in range(20)]
    compared = [waiting.compared("Scan URL", seen, first, rounds=5, wall=10.0) for first in (19, 20, 21)]
    assert [rows[0].within for rows in compared] == [False, True, False]
    assert [rows[1].within for rows in compared] == [True, True, True]
