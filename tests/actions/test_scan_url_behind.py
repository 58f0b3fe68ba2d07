"""Scan URL with child submissions: other samples, each with its own outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.actions.expected import ENRICHED, NONE_ENRICHED, details
from tests.actions.lab import completed, outcome

if TYPE_CHECKING:
    from tests.actions.lab import JsonValue, Lab

URL = "http://www.example/emulate-dropper"
ENTITY = URL.upper()
OWN_VERDICT = "; verdict of submission 6001: malicious"
SERVER_FAILED: dict[str, JsonValue] = {"kind": "status", "status": 502}


def test_a_read_error_is_not_reported_after_a_successful_retry(lab: Lab) -> None:
    """The second run cannot read a sample and reports nothing yet. The third run reads and reports it."""
    lab.vmray.control.configure(max_recursive_samples=10, aggregation_reads=1)
    lab.vmray.control.inject({"path": "/rest/sample/5002"}, {"kind": "status", "status": 404})
    lab.urls(URL)

    run = lab.run("Scan URL")

    assert len(run.rounds) == 3
    assert run.message == f"{ENRICHED}{ENTITY}"
    assert lab.vmray.control.pending_faults() == []


def test_a_malicious_child_of_an_unreadable_url_makes_it_suspicious(lab: Lab) -> None:
    """The entity is not enriched, but becomes suspicious; the message has the reason and all verdicts."""
    lab.vmray.control.configure(max_recursive_samples=10)
    lab.vmray.control.inject({"path": "/rest/sample/5001"}, SERVER_FAILED, times=4)
    lab.urls(URL)

    run = lab.run("Scan URL")

    reason = "sample 5001 could not be read: VMRay returned HTTP 502 (4 attempts)"
    why = f"{reason}{OWN_VERDICT}; content reached through this URL is malicious: sample 5002"
    assert outcome(run) == completed(
        f"{NONE_ENRICHED}{details(f'{ENTITY}: {why}')}", value=False, json_result=[]
    )
    assert lab.flags() == {ENTITY: (False, True)}
    assert lab.enrichment(URL) == {}


def test_a_malicious_child_of_a_failed_url_makes_it_suspicious(lab: Lab) -> None:
    """All analyses of the page failed, but a downloaded file is malicious: the entity becomes suspicious."""
    lab.vmray.control.configure(max_recursive_samples=10)
    submission = {"data.submission_has_errors": True}
    lab.vmray.control.inject({"path": "/rest/submission/6001"}, {"kind": "patch", "set": submission})
    no_verdict = {"data.sample_verdict": None}
    lab.vmray.control.inject({"path": "/rest/sample/5001"}, {"kind": "patch", "set": no_verdict})
    analyses = {"data.*.analysis_result_code": 2, "data.*.analysis_result_str": "Timeout"}
    lab.vmray.control.inject({"path": "/rest/analysis/submission/6001"}, {"kind": "patch", "set": analyses})
    lab.urls(URL)

    run = lab.run("Scan URL")

    why = f"1 of 1 analyses failed, submission 6001: Timeout (2){OWN_VERDICT}"
    behind = "content reached through this URL is malicious: sample 5002"
    assert run.message == f"{NONE_ENRICHED}{details(f'{ENTITY}: {why}; {behind}')}"
    assert not run.is_success
    assert lab.flags() == {ENTITY: (False, True)}


def test_a_clean_child_of_an_unreadable_url_is_named(lab: Lab) -> None:
    """The message names the clean sample. The URL is as suspicious as its submission."""
    lab.vmray.control.configure(max_recursive_samples=10)
    lab.vmray.control.inject({"path": "/rest/sample/5001"}, {"kind": "status", "status": 404})
    clean = {"data.sample_verdict": "clean"}
    lab.vmray.control.inject({"path": "/rest/sample/5002"}, {"kind": "patch", "set": clean})
    lab.urls(URL)

    run = lab.run("Scan URL")

    assert run.message.endswith(f"{OWN_VERDICT}; content reached through this URL is clean: sample 5002")
    assert lab.flags() == {ENTITY: (False, True)}


def test_the_last_result_of_a_known_url_is_used_after_a_deleted_submission(lab: Lab) -> None:
    """A deleted new submission of a known URL is not reported as a child; the last result is used."""
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
