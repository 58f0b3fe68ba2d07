"""Scan URL where VMRay found more behind the URL: other samples, each with its own fate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.actions.expected import ENRICHED

if TYPE_CHECKING:
    from tests.actions.lab import Lab

URL = "http://www.example/emulate-dropper"
ENTITY = URL.upper()


def test_what_could_not_be_read_at_first_is_not_told_once_it_is_read(lab: Lab) -> None:
    """The second run cannot read a sample, and reports nothing yet; the third one can."""
    lab.vmray.control.configure(max_recursive_samples=10, aggregation_reads=1)
    lab.vmray.control.inject({"path": "/rest/sample/5002"}, {"kind": "status", "status": 404})
    lab.urls(URL)

    run = lab.run("Scan URL")

    assert len(run.rounds) == 3
    assert run.message == f"{ENRICHED}{ENTITY}"
    assert lab.vmray.control.pending_faults() == []
