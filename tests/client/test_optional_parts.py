"""An optional part of a result never decides over the verdict, whatever prevents it from being read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from tests.client.failing_client import ERRORS, INDICATOR, IOC, SAMPLE, fails, running, vmray
from tests.client.vmray_objects import submission

from vm_ray.core.api.vmray_client import Client
from vm_ray.core.api.vmray_errors import DeadlineError, VMRayError
from vm_ray.core.api.vmray_models import IOC_TYPES, Analysis, Sample
from vm_ray.core.api.vmray_optional import Missing, read_optional
from vm_ray.core.api.vmray_protocol import Response
from vm_ray.core.api.vmray_request_errors import (
    AuthenticationError,
    InvalidResponseError,
    NotFoundError,
    PermissionDeniedError,
    RequestRejectedError,
    ServerError,
)
from vm_ray.core.api.vmray_verdicts import VERDICTS, Verdict
from vm_ray.core.results.vmray_insight import UNREAD, insight
from vm_ray.core.results.vmray_lock import is_locked
from vm_ray.core.results.vmray_quota import read_quota
from vm_ray.core.results.vmray_report import INDICATORS, IOCS, LOCKED, ReportFilter, read_report
from vm_ray.core.submissions.vmray_detonation import Stage
from vm_ray.core.submissions.vmray_sample_results import read_sample_results, worst_verdict
from vm_ray.core.submissions.vmray_tracking import list_children, poll

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_transport import Transport

EVERYTHING: Final = ReportFilter(IOC_TYPES, frozenset(VERDICTS), 10, 0, 10)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    ("request_name", "lost"), [("get_iocs", IOCS), ("get_threat_indicators", INDICATORS)]
)
def test_a_list_that_cannot_be_read_leaves_the_verdict_and_the_other_list(
    error: VMRayError, request_name: str, lost: str
) -> None:
    """Whatever the error, the report has the verdict and the other list, and a note with list and reason."""
    report = read_report(vmray(**{request_name: fails(error)}), SAMPLE, EVERYTHING)

    assert report.sample is SAMPLE
    assert report.is_suspicious
    assert report.iocs.keys() == set(IOC_TYPES)
    assert report.iocs["domains"] == ([] if lost == IOCS else [IOC])
    assert report.indicators == ([] if lost == INDICATORS else [INDICATOR])
    assert report.notes == (f"{lost} could not be read: {error}",)
    assert (set(report.unread), report.complete) == ({lost}, True)
    html = insight(report)
    assert "Malicious</span>" in html
    assert html.count(UNREAD) == 1
    assert "None " not in html


def test_the_next_run_reads_what_this_run_has_no_time_for() -> None:
    """Given another run, then the end of this run is no reason to report without a list."""
    with pytest.raises(DeadlineError):
        read_report(vmray(get_iocs=fails(DeadlineError())), SAMPLE, EVERYTHING, last=False)
    found = read_optional("x", fails(ServerError("the reason")), last=False)
    assert isinstance(found, Missing)


@pytest.mark.parametrize(
    ("analyses", "locked"),
    [
        ([], False),
        ([(1, "locked")], True),
        ([(1, "unlocking"), (1, "locked")], True),
        ([(1, "locked"), (1, "unlocked")], False),
        ([(1, "locked"), (2, None)], True),
        ([(2, "locked")], True),
        ([(2, "locked"), (1, None)], False),
    ],
)
def test_a_report_is_locked_if_all_analyses_with_a_result_are(
    analyses: list[tuple[int, str | None]], *, locked: bool
) -> None:
    """One analysis that is not locked has a report; a failed analysis has none and does not count."""
    listed = [
        Analysis.from_json({"analysis_id": 1, "analysis_result_code": code, "analysis_lock_status": status})
        for code, status in analyses
    ]
    client = vmray(list_analyses_of_sample=lambda _: listed, get_iocs=fails(NotFoundError("unknown")))

    assert is_locked(client, 5001) is locked
    note = LOCKED if locked else "IOCs could not be read: unknown"
    assert read_report(client, SAMPLE, EVERYTHING).notes == (note,)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_unknown_lock_leaves_the_reason_of_the_list(error: VMRayError) -> None:
    """Given a rejected list, and analyses that cannot be listed, then both are noted beside the verdict."""
    client = vmray(get_iocs=fails(PermissionDeniedError("rejected")), list_analyses_of_sample=fails(error))
    report = read_report(client, SAMPLE, EVERYTHING)
    assert report.indicators == [INDICATOR]
    assert report.notes == (
        "IOCs could not be read: rejected",
        f"the lock of the report could not be read: {error}",
    )


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_related_sample_never_ends_the_action(error: VMRayError) -> None:
    """Whatever the error of a child's sample, both have their verdicts: the child that of its submission."""

    def get_sample(number: int) -> Sample:
        if number == 5002:
            raise error
        return SAMPLE._replace(verdict=Verdict.CLEAN)

    detonation = running(finished=True, verdict=Verdict.SUSPICIOUS)

    own, child = read_sample_results(vmray(get_sample=get_sample), detonation, [5001, 5002], last=True)

    assert (own.sample.verdict, own.failure) == (Verdict.CLEAN, "")
    assert (child.sample.verdict, child.sample.raw) == (Verdict.SUSPICIOUS, {})
    told = "; verdict of submission 6002: suspicious"
    assert child.failure == f"sample 5002 could not be read: {error}{told}"
    assert worst_verdict([own, child]) == Verdict.SUSPICIOUS


@pytest.mark.parametrize(
    "error",
    [error for error in ERRORS if not error.is_fatal or isinstance(error, PermissionDeniedError)],
    ids=lambda error: type(error).__name__,
)
def test_an_own_sample_that_cannot_be_read_has_the_verdict_of_its_submission(error: VMRayError) -> None:
    """Given a verdict that the polled submission had, then the row has it, with the reason."""
    detonation = running(finished=True, verdict=Verdict.MALICIOUS)

    (own,) = read_sample_results(vmray(get_sample=fails(error)), detonation, [5001], last=True)

    assert own.sample.verdict == Verdict.MALICIOUS
    assert own.failure.endswith("; verdict of submission 6001: malicious")


def test_a_required_sample_meets_the_cause_that_concerns_all_requests() -> None:
    """Given a rejected key, or no permission and no verdict so far, then the own sample ends the action."""
    for error, verdict in [
        (AuthenticationError("key"), Verdict.MALICIOUS),
        (PermissionDeniedError("rejected"), Verdict.NONE),
    ]:
        detonation = running(finished=True, verdict=verdict)
        with pytest.raises(type(error)):
            read_sample_results(vmray(get_sample=fails(error)), detonation, [5001], last=True)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_analyses_that_explain_a_failure_are_optional(error: VMRayError) -> None:
    """Whatever the error of the list of analyses, the sample is reported, and a note names the list."""
    detonation = running(finished=True, has_errors=True)
    client = vmray(list_analyses_of_submission=fails(error))

    (own,) = read_sample_results(client, detonation, [5001], last=True)

    assert (own.sample.verdict, own.failure) == (Verdict.MALICIOUS, "")
    assert own.notes == (f"the analyses of submission 6001 could not be listed: {error}",)


def test_a_sample_without_a_verdict_has_that_of_its_submission() -> None:
    """Given a verdict of the submission only, then it is used, and a note names the submission."""
    detonation = running(finished=True, verdict=Verdict.MALICIOUS)
    client = vmray(get_sample=lambda number: Sample(number, Verdict.NONE, "", {"sample_verdict": None}))

    (own,) = read_sample_results(client, detonation, [5001], last=True)

    assert (own.sample.verdict, own.failure) == (Verdict.MALICIOUS, "")
    assert own.notes == ("sample 5001 has no verdict; verdict of submission 6001: malicious",)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_children_that_cannot_be_listed_do_not_end_the_action(error: VMRayError) -> None:
    """A fatal error is noted at once, a rejection or no connection the second time; the rest waits."""
    detonation = running(finished=True)
    client = vmray(list_child_submissions=fails(error))

    list_children(client, [detonation])
    after_one = detonation.stage
    list_children(client, [detonation])

    is_transient = isinstance(error, DeadlineError) or getattr(error, "retryable", False)
    again = is_transient and not error.is_fatal
    assert after_one is (Stage.READY if error.is_fatal and not is_transient else Stage.RUNNING)
    assert detonation.stage is (Stage.RUNNING if again else Stage.READY)
    detonation.stop_tracking_children()
    assert detonation.stage is Stage.READY
    assert f"child submissions of 6001 could not be listed: {error}" in [
        *detonation.notes,
        *([detonation.last_error.replace("6002", "6001")] if again else []),
    ]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_single_requests_stand_in_for_a_list_of_several(error: VMRayError) -> None:
    """Whatever the error of the list, each submission is read by itself."""
    detonation = running()
    client = vmray(
        list_submissions_between=fails(error),
        get_submission=lambda number: submission(number, finished=True, verdict="malicious"),
    )

    poll(client, [detonation])

    assert detonation.unfinished == []
    assert detonation.verdict == Verdict.MALICIOUS


@pytest.mark.parametrize("later", [None, "not_available", "clean"])
def test_a_verdict_that_was_returned_once_is_not_forgotten(later: str | None) -> None:
    """Given a verdict and then none, then the verdict stays; another verdict replaces it."""
    detonation = running()
    detonation.update(submission(6001, verdict="malicious"))
    detonation.update(submission(6001, verdict=later))

    verdict = "clean" if later == "clean" else "malicious"
    assert detonation.submissions[0].verdict.value == verdict
    assert (
        detonation.late(6001) == f"analysis not finished in time, submission 6001; verdict so far: {verdict}"
    )


@pytest.mark.parametrize(
    ("path", "data", "is_read"),
    [
        ("iocs", {"status": "finished", "iocs": {}}, True),
        ("iocs", {"status": "finished", "iocs": None}, True),
        ("iocs", {"status": "inwork"}, True),
        ("iocs", {"status": "finished"}, False),
        ("iocs", {}, False),
        ("iocs", {"iocs": [IOC]}, False),
        ("iocs", {"iocs": "none"}, False),
        ("vtis", {"threat_indicators": []}, True),
        ("vtis", {"threat_indicators": None}, True),
        ("vtis", {"threat_indicators": {"0": INDICATOR}}, False),
        ("vtis", {"threat_indicators": 7}, False),
        ("vtis", {"indicators": [INDICATOR]}, False),
    ],
)
def test_a_list_of_another_shape_is_not_an_empty_list(
    path: str, data: dict[str, Any], *, is_read: bool
) -> None:
    """Null is an empty list of an older server. Another shape, or no list, is an invalid response."""
    transport = SimpleNamespace(get=lambda _path, _query: Response(data, None))
    client = Client(cast("Transport", transport))
    read = client.get_iocs if path == "iocs" else client.get_threat_indicators

    if is_read:
        assert not read(5001).content
    else:
        with pytest.raises(InvalidResponseError, match="VMRay's response does not contain "):
            read(5001)


def test_one_part_of_the_quota_is_enough() -> None:
    """Each part may be missing; without any part, or with a rejected key, the action fails with the cause."""
    part = SimpleNamespace(version="1", report=None, verdict=None)
    usual = {"get_key_quota": lambda: part, "get_billing_info": lambda: part, "get_system_info": lambda: part}
    for name in usual:
        for error in (ServerError("down"), RequestRejectedError("no"), NotFoundError("unknown")):
            quota = read_quota(vmray(**{**usual, name: fails(error)}))
            assert [why for _, why in quota.details] == [f"could not be read: {error}"]
    with pytest.raises(ServerError):
        read_quota(vmray(**dict.fromkeys(usual, fails(ServerError("down")))))
    with pytest.raises(AuthenticationError):
        read_quota(vmray(**{**usual, "get_key_quota": fails(AuthenticationError("key"))}))
    quota = read_quota(vmray(**{**usual, "get_billing_info": fails(AuthenticationError("key"))}))
    assert [name for name, _ in quota.details] == ["Quotas of the plan"]
