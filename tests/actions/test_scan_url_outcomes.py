"""Scan URL with other outcomes: late, failed, rejected, locked, known, submitted before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.expected import (
    ENRICHED,
    NONE_ENRICHED,
    NOT_ENRICHED,
    details,
    entity_result,
    sample_table,
)
from tests.actions.lab import completed, failed, outcome

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun

URL = "http://evil.example/a"
ENTITY = URL.upper()
SUBMIT = "POST /rest/sample/submit"


def kept_waiting(lab: Lab) -> ActionRun:
    """Run Scan URL with a polling interval longer than the total timeout: the first run is the last one."""
    return lab.run("Scan URL", async_timeout=60.0, poll_interval=600.0)


def test_a_pending_url_is_named_with_its_submission_at_the_total_deadline(lab: Lab) -> None:
    """At the total deadline the action completes and names the submission, for a later look-up."""
    lab.vmray.control.set_lifecycle("manual")
    lab.urls(URL)

    run = kept_waiting(lab)

    why = "analysis not finished in time, submission 6001"
    assert outcome(run) == completed(NONE_ENRICHED + details(f"{ENTITY}: {why}"), value=False, json_result=[])
    assert lab.flags() == {ENTITY: (False, False)}
    assert lab.seen().count(SUBMIT) == 1


def test_finished_urls_are_returned_at_the_total_deadline(lab: Lab) -> None:
    """At the total deadline, a finished URL is enriched in full, and the other one is named."""
    lab.vmray.control.set_lifecycle("manual")
    lab.vmray.control.configure(analysis_caching="enabled")
    known = lab.vmray.control.add_sample(url="http://known.example/", verdict="suspicious")
    lab.urls(URL, "http://known.example/")
    entity = "HTTP://KNOWN.EXAMPLE/"

    run = kept_waiting(lab)

    numbers = {
        each["submission_original_url"]: each["submission_id"] for each in lab.vmray.control.submissions()
    }
    why = f"analysis not finished in time, submission {numbers[URL]}"
    assert outcome(run) == completed(
        f"{ENRICHED}{entity}\n{NOT_ENRICHED}{ENTITY}{details(f'{ENTITY}: {why}')}",
        value=True,
        json_result=[{"Entity": entity, "EntityResult": entity_result(known)}],
        tables={entity: sample_table(known)},
    )
    assert lab.flags() == {ENTITY: (False, False), entity: (True, True)}


def test_a_later_run_reuses_the_submission_of_an_earlier_run(lab: Lab) -> None:
    """The same action on the same entity in the same case reuses the submission and spends no quota."""
    lab.vmray.control.set_lifecycle("manual")
    lab.urls(URL)
    kept_waiting(lab)
    lab.vmray.control.finish_all()

    run = lab.run("Scan URL")

    why = "reused submission 6001 from a previous run"
    assert run.message == f"{ENRICHED}{ENTITY}{details(f'{ENTITY}: {why}')}"
    assert SUBMIT not in lab.seen()
    assert lab.vmray.control.counts()["submissions"] == 1


@pytest.mark.parametrize("change", ["comment", "case"])
def test_another_comment_or_another_case_is_another_submission(lab: Lab, change: str) -> None:
    """A submission is reused only for the same case, the same entity and the same options."""
    lab.urls(URL)
    lab.run("Scan URL")
    if change == "case":
        lab.urls(URL)

    run = lab.run("Scan URL", {"Comment": "again"} if change == "comment" else {})

    assert run.message == f"{ENRICHED}{ENTITY}"
    assert lab.vmray.control.counts()["submissions"] == 2
    assert len(set(lab.keys())) == 2


def test_a_failed_analysis_is_reported_with_the_reason_from_vmray(lab: Lab) -> None:
    """When all analyses failed, the entity is not enriched, and the message has the reason from VMRay."""
    url = "http://www.example/emulate-failed"
    lab.urls(url)

    run = lab.run("Scan URL")

    (analysis,) = lab.vmray.control.analyses()
    said = f"{analysis['analysis_result_str'].rstrip('.')} ({analysis['analysis_result_code']})"
    why = f"{url.upper()}: 1 of 1 analyses failed, submission 6001: {said}"
    assert outcome(run) == completed(NONE_ENRICHED + details(why), value=False, json_result=[])
    assert lab.seen()[-1] == "GET /rest/analysis/submission/6001"


def test_a_rejected_submit_is_reported_with_the_reason_from_vmray(lab: Lab) -> None:
    """A rejected URL is named with the reason from VMRay, and the other URL is analyzed."""
    lab.vmray.control.inject(
        {"method": "POST"}, {"kind": "result_error", "error_msg": "Quota exceeded"}, times=1
    )
    lab.urls(URL)

    run = lab.run("Scan URL")

    why = f"{ENTITY}: VMRay rejected the request: Quota exceeded"
    assert outcome(run) == completed(NONE_ENRICHED + details(why), value=False, json_result=[])
    assert lab.vmray.control.counts()["submissions"] == 0


def test_a_submit_with_only_rejected_parts_names_the_reasons(lab: Lab) -> None:
    """VMRay returns 200 and the reasons in `errors` when every part of a submit was rejected."""
    error = {"submission_filename": "sample.url", "error_msg": "URL scheme is not supported"}
    lab.vmray.control.inject(
        {"method": "POST"},
        {"kind": "patch", "set": {"data.errors": [error], "data.submissions": [], "data.samples": []}},
    )
    lab.urls(URL)

    run = lab.run("Scan URL")

    why = f"{ENTITY}: VMRay rejected the submission: URL scheme is not supported"
    assert outcome(run) == completed(NONE_ENRICHED + details(why), value=False, json_result=[])


def test_a_locked_report_gives_its_verdict(lab: Lab) -> None:
    """A verdict-only submission gives its verdict, and the message says that the report is locked."""
    url = "http://www.example/emulate-locked"
    lab.vmray.control.inject({"path": "/rest/sample/*/iocs"}, {"kind": "status", "status": 403})
    lab.urls(url)

    run = lab.run("Scan URL")

    (sample,) = lab.samples()
    entity = url.upper()
    why = "the report is locked (purchased as a verdict only); IOCs and threat indicators are not available"
    assert outcome(run) == completed(
        f"{ENRICHED}{entity}{details(f'{entity}: {why}')}",
        value=True,
        json_result=[{"Entity": entity, "EntityResult": entity_result(sample)}],
        tables={entity: sample_table(sample)},
    )
    assert lab.flags() == {entity: (True, True)}


def test_the_action_waits_until_the_lists_are_finished(lab: Lab) -> None:
    """When the submission is finished but its IOCs are not, the action continues in another run."""
    lab.vmray.control.configure(aggregation_reads=1)
    lab.urls(URL)

    run = lab.run("Scan URL")

    assert [each.state.value for each in run.rounds] == ["in progress", "in progress", "completed"]
    assert run.message == f"{ENRICHED}{ENTITY}"
    assert lab.enrichment(URL)["VMRay_ioc_domains"] == "evil.example"


def test_an_unfinished_list_is_returned_with_a_note(lab: Lab) -> None:
    """In the last run, the incomplete list is returned with a note."""
    lab.vmray.control.configure(aggregation_reads=99, analysis_caching="enabled")
    lab.vmray.control.add_sample(url=URL)
    lab.urls(URL)

    run = kept_waiting(lab)

    why = "VMRay had not finished collecting IOCs and threat indicators; some may be missing"
    assert run.is_success
    assert run.message == f"{ENRICHED}{ENTITY}{details(f'{ENTITY}: {why}')}"


def test_a_worse_verdict_of_a_child_sample_makes_the_url_suspicious(lab: Lab) -> None:
    """A clean page with a malicious download makes the entity suspicious, and the message says why."""
    url = "http://www.example/emulate-dropper"
    lab.vmray.control.configure(max_recursive_samples=10)
    lab.vmray.control.inject(
        {"path": "/rest/sample/5001"}, {"kind": "patch", "set": {"data.sample_verdict": "clean"}}
    )
    lab.urls(url)

    run = lab.run("Scan URL")

    entity = url.upper()
    why = "content reached through this URL is malicious: sample 5002"
    also = "VMRay's verdict of submission 6001 is malicious"
    assert run.message == f"{ENRICHED}{entity}{details(f'{entity}: {why}', f'{entity}: {also}')}"
    assert lab.flags() == {entity: (True, True)}
    assert "Clean</span>" in lab.insights()[entity]
    assert f"<p><em>Note: {why}.</em></p>" in lab.insights()[entity]
    assert run.json_result[0]["EntityResult"]["sample_id"] == 5001
    assert {"GET /rest/submission/6001", "GET /rest/sample/5001", "GET /rest/sample/5002"} <= set(lab.seen())


def test_a_submit_that_is_not_stored_uses_the_last_result(lab: Lab) -> None:
    """When VMRay stores no submission for a known URL, the last result of the returned sample is used."""
    lab.vmray.control.configure(analysis_caching="legacy")
    known = lab.vmray.control.add_sample(url=URL)
    lab.urls(URL)

    run = lab.run("Scan URL")

    why = "already known to VMRay, not analyzed again; showing the latest result"
    assert outcome(run) == completed(
        f"{ENRICHED}{ENTITY}{details(f'{ENTITY}: {why}')}",
        value=True,
        json_result=[{"Entity": ENTITY, "EntityResult": entity_result(known)}],
        tables={ENTITY: sample_table(known)},
    )
    assert "GET /rest/submission/sample/5001" in lab.seen()
    assert lab.vmray.control.counts()["submissions"] == 1


def test_a_submit_that_is_not_stored_waits_for_a_running_submission(lab: Lab) -> None:
    """When an earlier submission of the known URL is still running, the action waits for its result."""
    lab.vmray.control.set_lifecycle("manual")
    lab.vmray.control.configure(analysis_caching="legacy")
    lab.urls(URL)
    kept_waiting(lab)
    lab.urls(URL)

    run = lab.run("Scan URL", on_round=lambda _round: lab.vmray.control.finish_all())

    assert [each.state.value for each in run.rounds] == ["in progress", "completed"]
    assert run.is_success
    assert lab.vmray.control.counts()["submissions"] == 1
    assert lab.flags() == {ENTITY: (True, True)}


def test_a_fatal_error_during_the_wait_names_the_submission(lab: Lab) -> None:
    """When the key becomes invalid during the analysis, the message names the ID of the submission."""
    lab.vmray.control.set_lifecycle("manual")
    lab.urls(URL)

    def withdraw(_round: object) -> None:
        lab.vmray.control.inject({}, {"kind": "status", "status": 401})

    run = lab.run("Scan URL", on_round=withdraw)
    lab.vmray.control.clear_faults()

    why = "VMRay rejected the API key (HTTP 401); check Api Key"
    kept = details(f"{ENTITY}: kept in VMRay: submission 6001")
    assert outcome(run) == failed(f'Error executing action "Scan URL". Reason: {why}{kept}')
