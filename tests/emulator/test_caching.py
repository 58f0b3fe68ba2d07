"""Submitting a known sample, in each mode of caching."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.emulator.api import Api

NOT_STORED = "Submission not stored because no jobs were created"


def test_disabled_caching_always_creates_jobs(api: Api) -> None:
    """Without caching, a second submission is analyzed again."""
    _, sample = api.submit_one()
    response = api.submit()
    assert len(response["jobs"]) == 1
    assert len(api.get(f"/analysis/sample/{sample}")) == 4


@pytest.mark.parametrize("mode", ["enabled", "smart"])
def test_enabled_caching_reuses_old_analyses(api: Api, mode: str) -> None:
    """The second submission is finished at once, without jobs, with the analyses of the first one."""
    first, _ = api.submit_one()
    old = {one["analysis_id"] for one in api.get(f"/analysis/submission/{first}")}
    response = api.submit(analysis_caching=mode)
    (submission,) = response["submissions"]
    assert (response["jobs"], response["static_jobs"], response["reputation_jobs"]) == ([], [], [])
    assert submission["submission_finished"] is True
    assert submission["submission_used_cache"] is True
    assert submission["submission_number_cached_analyses"] == len(old) == 2
    assert set(submission["submission_analysis_cache_ids"]) == old
    again = api.get(f"/analysis/submission/{submission['submission_id']}")
    assert {one["analysis_id"] for one in again} == old
    assert again[0]["analysis_submission_ids"] == [first, submission["submission_id"]]


def test_legacy_caching_rejects_a_known_sample(api: Api) -> None:
    """The response has status 200, the exact error sentence, no submission, and the known sample."""
    _, sample = api.submit_one()
    response = api.submit(analysis_caching="legacy")
    assert response["errors"] == [{"submission_filename": "invoice.exe", "error_msg": NOT_STORED}]
    assert response["submissions"] == []
    assert [one["sample_id"] for one in response["samples"]] == [sample]


def test_legacy_caching_accepts_an_unknown_sample(api: Api) -> None:
    """In legacy mode, a sample without analyses is stored."""
    assert len(api.submit(analysis_caching="legacy")["submissions"]) == 1


def test_reanalyze_overrides_caching(api: Api) -> None:
    """`reanalyze` creates new jobs in each mode."""
    api.submit_one()
    assert len(api.submit(analysis_caching="legacy", reanalyze="True")["jobs"]) == 1


@pytest.mark.parametrize(("scenario", "submissions"), [("not-stored", 0), ("cached", 1)])
def test_scenarios_set_the_servers_mode(api: Api, scenario: str, submissions: int) -> None:
    """A scenario sets the default mode of the server."""
    api.control.load_scenario(scenario)
    api.submit_one()
    response = api.submit()
    assert len(response["submissions"]) == submissions
    assert response["jobs"] == []
