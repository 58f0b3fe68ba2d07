"""Scan URL where it does not go straight: late, failed, refused, locked, known, submitted before."""

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
    """Run Scan URL where the platform would not call it again in time: its first run is its last."""
    return lab.run("Scan URL", async_timeout=60.0, poll_interval=600.0)


def test_an_analysis_that_takes_too_long_is_named_with_its_submission(lab: Lab) -> None:
    """At the end of the whole time the action completes; the analyst can look the submission up later."""
    lab.vmray.control.set_lifecycle("manual")
    lab.urls(URL)

    run = kept_waiting(lab)

    why = "analysis not finished in time, submission 6001"
    assert outcome(run) == completed(NONE_ENRICHED + details(f"{ENTITY}: {why}"), value=False, json_result=[])
    assert lab.flags() == {ENTITY: (False, False)}
    assert lab.seen().count(SUBMIT) == 1


def test_finished_work_is_returned_when_the_time_is_up(lab: Lab) -> None:
    """One URL is finished, another is not: the first is enriched in full."""
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


def test_a_later_run_goes_on_with_the_submission_of_an_earlier_one(lab: Lab) -> None:
    """The same action on the same entity in the same case does not pay twice."""
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
    """What makes a submission the same: case, entity and what goes along with it."""
    lab.urls(URL)
    lab.run("Scan URL")
    if change == "case":
        lab.urls(URL)

    run = lab.run("Scan URL", {"Comment": "again"} if change == "comment" else {})

    assert run.message == f"{ENRICHED}{ENTITY}"
    assert lab.vmray.control.counts()["submissions"] == 2
    assert len(set(lab.keys())) == 2


def test_a_failed_analysis_is_explained_in_vmrays_words(lab: Lab) -> None:
    """A submission that finished without a verdict, because all its analyses failed, enriches nothing."""
    url = "http://www.example/emulate-failed"
    lab.urls(url)

    run = lab.run("Scan URL")

    (analysis,) = lab.vmray.control.analyses()
    said = f"{analysis['analysis_result_str'].rstrip('.')} ({analysis['analysis_result_code']})"
    why = f"{url.upper()}: 1 of 1 analyses failed, submission 6001: {said}"
    assert outcome(run) == completed(NONE_ENRICHED + details(why), value=False, json_result=[])
    assert lab.seen()[-1] == "GET /rest/analysis/submission/6001"


def test_a_refused_submit_names_vmrays_reason(lab: Lab) -> None:
    """One URL is refused, the other goes on."""
    lab.vmray.control.inject(
        {"method": "POST"}, {"kind": "result_error", "error_msg": "Quota exceeded"}, times=1
    )
    lab.urls(URL)

    run = lab.run("Scan URL")

    why = f"{ENTITY}: VMRay rejected the request: Quota exceeded"
    assert outcome(run) == completed(NONE_ENRICHED + details(why), value=False, json_result=[])
    assert lab.vmray.control.counts()["submissions"] == 0


def test_a_submit_in_which_everything_was_refused_names_the_reasons(lab: Lab) -> None:
    """VMRay answers 200 even then; what counts is `errors`."""
    error = {"submission_filename": "sample.url", "error_msg": "URL scheme is not supported"}
    lab.vmray.control.inject(
        {"method": "POST"},
        {"kind": "patch", "set": {"data.errors": [error], "data.submissions": [], "data.samples": []}},
    )
    lab.urls(URL)

    run = lab.run("Scan URL")

    why = f"{ENTITY}: VMRay rejected the submission: URL scheme is not supported"
    assert outcome(run) == completed(NONE_ENRICHED + details(why), value=False, json_result=[])


def test_a_locked_report_still_gives_its_verdict(lab: Lab) -> None:
    """A submission bought as a verdict only: the verdict counts, and it is told why there is no more."""
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


def test_results_are_awaited_until_vmray_has_collected_them(lab: Lab) -> None:
    """The submission is finished, its IOCs are not: the action goes on in another run."""
    lab.vmray.control.configure(aggregation_reads=1)
    lab.urls(URL)

    run = lab.run("Scan URL")

    assert [each.state.value for each in run.rounds] == ["in progress", "in progress", "completed"]
    assert run.message == f"{ENRICHED}{ENTITY}"
    assert lab.enrichment(URL)["VMRay_ioc_domains"] == "evil.example"


def test_what_vmray_does_not_finish_collecting_is_returned_with_a_note(lab: Lab) -> None:
    """In the last run, what there is counts."""
    lab.vmray.control.configure(aggregation_reads=99, analysis_caching="enabled")
    lab.vmray.control.add_sample(url=URL)
    lab.urls(URL)

    run = kept_waiting(lab)

    why = "VMRay had not finished collecting IOCs and threat indicators; some may be missing"
    assert run.is_success
    assert run.message == f"{ENRICHED}{ENTITY}{details(f'{ENTITY}: {why}')}"


def test_a_worse_verdict_behind_the_url_counts(lab: Lab) -> None:
    """The page looks clean, what it delivers is malicious: the entity is suspicious, the message says why."""
    url = "http://www.example/emulate-dropper"
    lab.vmray.control.configure(max_recursive_samples=10)
    lab.vmray.control.inject(
        {"path": "/rest/sample/5001"}, {"kind": "patch", "set": {"data.sample_verdict": "clean"}}
    )
    lab.urls(url)

    run = lab.run("Scan URL")

    entity = url.upper()
    why = "content reached through this URL is malicious: sample 5002"
    assert run.message == f"{ENRICHED}{entity}{details(f'{entity}: {why}')}"
    assert lab.flags() == {entity: (True, True)}
    assert "Clean</span>" in lab.insights()[entity]
    assert f"<p><em>Note: {why}.</em></p>" in lab.insights()[entity]
    assert run.json_result[0]["EntityResult"]["sample_id"] == 5001
    assert {"GET /rest/submission/6001", "GET /rest/sample/5001", "GET /rest/sample/5002"} <= set(lab.seen())


def test_not_stored_because_known_means_its_last_result(lab: Lab) -> None:
    """VMRay needs no new jobs and stores nothing: the sample that it names is the answer."""
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


def test_not_stored_while_an_earlier_submission_is_still_running_waits_for_that(lab: Lab) -> None:
    """The last result of a sample that is being analysed is the one that is coming."""
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


def test_an_error_on_the_way_ends_the_action_and_names_what_is_kept(lab: Lab) -> None:
    """The key is withdrawn while the analysis runs: the submission is there, and its id is told."""
    lab.vmray.control.set_lifecycle("manual")
    lab.urls(URL)

    def withdraw(_round: object) -> None:
        lab.vmray.control.inject({}, {"kind": "status", "status": 401})

    run = lab.run("Scan URL", on_round=withdraw)
    lab.vmray.control.clear_faults()

    why = "VMRay rejected the API key (HTTP 401); check Api Key"
    kept = details(f"{ENTITY}: kept in VMRay: submission 6001")
    assert outcome(run) == failed(f'Error executing action "Scan URL". Reason: {why}{kept}')
