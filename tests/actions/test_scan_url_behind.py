"""Scan URL where VMRay found more behind the URL: other samples, each with its own fate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.expected import ENRICHED, NONE_ENRICHED, details
from tests.actions.lab import completed, outcome

if TYPE_CHECKING:
    from tests.actions.lab import JsonValue, Lab

URL = "http://www.example/emulate-dropper"
ENTITY = URL.upper()
SERVER_FAILED: dict[str, JsonValue] = {"kind": "status", "status": 502}


def test_what_could_not_be_read_at_first_is_not_told_once_it_is_read(lab: Lab) -> None:
    """The second run cannot read a sample, and reports nothing yet; the third one can."""
    lab.vmray.control.configure(max_recursive_samples=10, aggregation_reads=1)
    lab.vmray.control.inject({"path": "/rest/sample/5002"}, {"kind": "status", "status": 404})
    lab.urls(URL)

    run = lab.run("Scan URL")

    assert len(run.rounds) == 3
    assert run.message == f"{ENRICHED}{ENTITY}"
    assert lab.vmray.control.pending_faults() == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/rest/sample/5001", "sample 5001 could not be read: VMRay returned HTTP 502 (4 attempts)"),
        ("/rest/sample/5001/iocs", "VMRay returned HTTP 502 (4 attempts)"),
    ],
)
def test_what_is_malicious_behind_a_url_that_cannot_be_read_counts(lab: Lab, path: str, reason: str) -> None:
    """The entity is not enriched, but suspicious, and the message says why."""
    lab.vmray.control.configure(max_recursive_samples=10)
    lab.vmray.control.inject({"path": path}, SERVER_FAILED, times=4)
    lab.urls(URL)

    run = lab.run("Scan URL")

    why = f"{reason}; content reached through this URL is malicious: sample 5002"
    assert outcome(run) == completed(
        f"{NONE_ENRICHED}{details(f'{ENTITY}: {why}')}", value=False, json_result=[]
    )
    assert lab.flags() == {ENTITY: (False, True)}
    assert lab.enrichment(URL) == {}


def test_what_is_malicious_behind_a_url_of_which_all_analyses_failed_counts(lab: Lab) -> None:
    """The page could not be analysed, what it delivered could."""
    lab.vmray.control.configure(max_recursive_samples=10)
    submission = {"data.submission_has_errors": True}
    lab.vmray.control.inject({"path": "/rest/submission/6001"}, {"kind": "patch", "set": submission})
    no_verdict = {"data.sample_verdict": None}
    lab.vmray.control.inject({"path": "/rest/sample/5001"}, {"kind": "patch", "set": no_verdict})
    analyses = {"data.*.analysis_result_code": 2, "data.*.analysis_result_str": "Timeout"}
    lab.vmray.control.inject({"path": "/rest/analysis/submission/6001"}, {"kind": "patch", "set": analyses})
    lab.urls(URL)

    run = lab.run("Scan URL")

    why = "1 of 1 analyses failed, submission 6001: Timeout (2)"
    behind = "content reached through this URL is malicious: sample 5002"
    assert run.message == f"{NONE_ENRICHED}{details(f'{ENTITY}: {why}; {behind}')}"
    assert not run.is_success
    assert lab.flags() == {ENTITY: (False, True)}


def test_what_is_clean_behind_a_url_that_cannot_be_read_is_told(lab: Lab) -> None:
    """It is no reason to suspect the URL."""
    lab.vmray.control.configure(max_recursive_samples=10)
    lab.vmray.control.inject({"path": "/rest/sample/5001"}, {"kind": "status", "status": 404})
    clean = {"data.sample_verdict": "clean"}
    lab.vmray.control.inject({"path": "/rest/sample/5002"}, {"kind": "patch", "set": clean})
    lab.urls(URL)

    run = lab.run("Scan URL")

    assert run.message.endswith("; content reached through this URL is clean: sample 5002")
    assert lab.flags() == {ENTITY: (False, False)}


def test_the_last_result_of_a_known_url_outlives_a_submission_that_was_deleted(lab: Lab) -> None:
    """VMRay knew the URL and was analysing it again; nothing of that is behind the URL."""
    lab.vmray.control.configure(analysis_caching="legacy")
    lab.vmray.control.add_sample(url=URL)
    running = {"data.0.submission_finished": False}
    lab.vmray.control.inject({"path": "/rest/submission/sample/5001"}, {"kind": "patch", "set": running})
    lab.vmray.control.inject({"path": "/rest/submission/6001"}, {"kind": "status", "status": 404})
    lab.urls(URL)

    run = lab.run("Scan URL")

    notes = (
        "already known to VMRay, not analyzed again; showing the latest result",
        "submission 6001 no longer exists in VMRay",
    )
    assert run.message == f"{ENRICHED}{ENTITY}{details(*(f'{ENTITY}: {note}' for note in notes))}"
    assert lab.flags() == {ENTITY: (True, True)}
