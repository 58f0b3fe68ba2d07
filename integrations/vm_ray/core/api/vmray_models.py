"""VMRay's objects: the few fields that the integration uses, and the complete object in ``raw``.

Servers of different versions send more or fewer fields, and null where a newer server sends a list. So only the id is
required, unknown fields stay in ``raw``, and each difference between versions is handled in a named function here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from ...core.api.vmray_request_errors import InvalidResponseError
from ...core.api.vmray_verdicts import Verdict, verdict_of

IOC_TYPES: Final = ("domains", "emails", "files", "ips", "mutexes", "processes", "registry", "urls")
ANALYSIS_SUCCEEDED: Final = 1
MAX_DIGITS: Final = 30
# A report that was bought as a verdict only is locked. The two names are the newer and the older field.
VERDICT_ONLY_FIELDS: Final = {"submission_quota_type": "verdict", "submission_billing_type": "detector"}
VERDICT_ONLY_NOTE: Final = "the report is locked (purchased as a verdict only)"

Json = Mapping[str, Any]


def objects(value: object) -> list[Json]:
    """Return the objects of a list; null (from older servers), a missing value and another type give []."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """Return the texts of a list; null and a missing value give an empty list, one text gives a list of one."""
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value if item is not None] if isinstance(value, list) else []


def required_id(raw: Json, field: str) -> int:
    """Return an id, which is required: without the id no request about the object is possible.

    Raises:
        InvalidResponseError: The id is missing or not a whole number.
    """
    value = raw.get(field)
    digits = "" if isinstance(value, bool) or not isinstance(value, int | str) else str(value)[: MAX_DIGITS + 1]
    if not digits.isdecimal() or len(digits) > MAX_DIGITS:
        raise InvalidResponseError(f"VMRay's response does not contain {field}")
    return int(digits)


def optional_id(raw: Json, field: str) -> int | None:
    """Return an id; None if it is missing or not a whole number."""
    try:
        return required_id(raw, field)
    except InvalidResponseError:
        return None


def text_of(raw: Json, field: str) -> str:
    """Return a text field; empty for null and for a missing field."""
    value = raw.get(field)
    return "" if value is None else str(value)


class Sample(NamedTuple):
    """A file or URL that VMRay has analyzed."""

    sample_id: int
    verdict: Verdict
    created: str
    raw: Json

    @classmethod
    def from_json(cls, raw: Json) -> Sample:
        """Return the sample of a JSON object."""
        return cls(required_id(raw, "sample_id"), verdict_of(raw, "sample_"), text_of(raw, "sample_created"), raw)

    @property
    def filename(self) -> str:
        """The file name that VMRay stored; empty for a URL."""
        return text_of(self.raw, "sample_filename")


class Submission(NamedTuple):
    """One submission of a sample.

    Attributes:
        finished: Whether all jobs of the submission are done; VMRay's own clients poll this field.
        has_errors: Whether an analysis of the submission, or of a child, failed.
        verdict_only: Whether the submission was bought as a verdict only, so that its report is locked.
        metadata: The text that was sent as ``submission_metadata``.
    """

    submission_id: int
    sample_id: int
    finished: bool
    finish_time: str
    created: str
    verdict: Verdict
    has_errors: bool
    verdict_only: bool
    parent_id: int | None
    metadata: str
    raw: Json

    @classmethod
    def from_json(cls, raw: Json) -> Submission:
        """Return the submission of a JSON object; the field of its sample is ``submission_sample_id``."""
        parent = raw.get("submission_parent_submission_id")
        return cls(
            submission_id=required_id(raw, "submission_id"),
            sample_id=required_id(raw, "submission_sample_id"),
            finished=raw.get("submission_finished") is True,
            finish_time=text_of(raw, "submission_finish_time"),
            created=text_of(raw, "submission_created"),
            verdict=verdict_of(raw, "submission_"),
            has_errors=bool(raw.get("submission_has_errors") or raw.get("submission_has_recursive_errors")),
            verdict_only=any(raw.get(field) == value for field, value in VERDICT_ONLY_FIELDS.items()),
            parent_id=None if parent is None else required_id(raw, "submission_parent_submission_id"),
            metadata=_as_text(raw.get("submission_submission_metadata")),
            raw=raw,
        )


def _as_text(metadata: object) -> str:
    """Return the metadata as the text that was sent; a server may return its JSON as an object (inferred)."""
    return json.dumps(metadata) if isinstance(metadata, dict) else "" if metadata is None else str(metadata)


class Analysis(NamedTuple):
    """One finished analysis, successful or not.

    Attributes:
        analyzer: ``vmray`` or ``vmray_web``; newer servers may have others.
        machine: The virtual machine; empty for a static analysis, which has none.
        result: VMRay's text about success or failure, with its code.
    """

    analysis_id: int
    sample_id: int | None
    created: str
    analyzer: str
    machine: str
    verdict: Verdict
    succeeded: bool
    result: str
    locked: bool
    raw: Json

    @classmethod
    def from_json(cls, raw: Json) -> Analysis:
        """Return the analysis of a JSON object; any code other than 1 is a failure, and its text is the reason."""
        code = raw.get("analysis_result_code")
        return cls(
            analysis_id=required_id(raw, "analysis_id"),
            sample_id=optional_id(raw, "analysis_sample_id"),
            created=text_of(raw, "analysis_created"),
            analyzer=text_of(raw, "analysis_analyzer_name"),
            machine=text_of(raw, "analysis_vm_name"),
            verdict=verdict_of(raw, "analysis_"),
            succeeded=code == ANALYSIS_SUCCEEDED,
            result=f"{text_of(raw, 'analysis_result_str').rstrip('.')} ({code})",
            locked=text_of(raw, "analysis_lock_status") in ("locked", "unlocking"),
            raw=raw,
        )

    @property
    def is_unlocking(self) -> bool:
        """Whether VMRay is unlocking the report just now."""
        return text_of(self.raw, "analysis_lock_status") == "unlocking"


class Job(NamedTuple):
    """One job that has not ended: an analysis that waits or runs.

    Attributes:
        status: ``queued``, ``inwork`` or ``uploading``; newer servers may have others.
    """

    job_id: int
    status: str
    raw: Json

    @classmethod
    def from_json(cls, raw: Json) -> Job:
        """Return the job of a JSON object."""
        return cls(required_id(raw, "job_id"), text_of(raw, "job_status"), raw)


class SubmitResponse(NamedTuple):
    """VMRay's response to a submit.

    Attributes:
        submissions: One for each accepted sample; several for an archive.
        known_sample_ids: Samples that were not stored again, because VMRay already has them and creates no new jobs.
        errors: ``(file name, reason)`` for each item that was rejected for another reason. The status is 200 even so,
            and other items may have been accepted.
    """

    submissions: tuple[Submission, ...]
    known_sample_ids: tuple[int, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_json(cls, raw: Json) -> SubmitResponse:
        """Return the response from its ``data``.

        ``samples`` contains rejected samples too; they are matched with ``errors`` by file name, never by position. If
        nothing was stored, only because VMRay already has all samples, then no file name is needed.
        """
        submissions = tuple(Submission.from_json(item) for item in objects(raw.get("submissions")))
        errors = [
            (text_of(item, "submission_filename"), text_of(item, "error_msg")) for item in objects(raw.get("errors"))
        ]
        not_executed = [name for name, why in errors if _is_not_stored(why)]
        all_known = not submissions and len(not_executed) == len(errors)
        stored = {submission.sample_id for submission in submissions}
        named = [
            required_id(item, "sample_id")
            for item in objects(raw.get("samples"))
            if not_executed and (all_known or text_of(item, "submission_filename") in (*not_executed, ""))
        ]
        known = tuple(number for number in dict.fromkeys(named) if number not in stored)
        others = tuple((name, why) for name, why in errors if not (known and _is_not_stored(why)))
        return cls(submissions, known, others)


def _is_not_stored(reason: str) -> bool:
    """Return whether the reason is "Submission not stored because no jobs were created"; clients match parts of it."""
    return "not stored" in reason.lower() or "no jobs were created" in reason.lower()


class Aggregate(NamedTuple):
    """IOCs or threat indicators of a sample; complete only if VMRay's ``status`` is ``finished``."""

    finished: bool
    content: Any

    @classmethod
    def from_json(cls, raw: Json, field: str) -> Aggregate:
        """Return the aggregate of ``{"status": …, field: …}``; a missing status means finished, as documented."""
        return cls((raw.get("status") or "finished") == "finished", raw.get(field))


class KeyQuota(NamedTuple):
    """The quota of the API key.

    Attributes:
        limit: How many submissions the key may make in a period; None for no limit.
        used: How many submissions the key has made in this period.
    """

    limit: int | None
    used: int
    raw: Json

    @classmethod
    def from_json(cls, raw: Json) -> KeyQuota:
        """Return the quota of a key; a limit of 0 or null means no limit.

        Raises:
            InvalidResponseError: A number is missing or not understood, so that nothing is known about the quota.
        """
        limit, used = _number(raw, "quota_limit") or None, _number(raw, "used_quota")
        if limit is not None and used is None:
            raise _no_number("used_quota")
        return cls(limit, used or 0, raw)

    @property
    def left(self) -> int | None:
        """How many submissions are left; None for no limit."""
        return None if self.limit is None else max(0, self.limit - self.used)


class PlanQuota(NamedTuple):
    """The quota of the plan for one type of result, a report or a verdict.

    Attributes:
        limit: How many results the plan includes in a period; None for no limit.
        left: How many results are left; None for no limit.
    """

    limit: int | None
    left: int | None

    @classmethod
    def from_json(cls, raw: Json, name: str) -> PlanQuota:
        """Return the quota with this name, ``report`` or ``verdict``; null means no limit.

        Raises:
            InvalidResponseError: A number is missing or not understood, so that nothing is known about the quota.
        """
        limit, left = _number(raw, f"{name}_quota"), _number(raw, f"{name}_remaining")
        if limit is not None and left is None:
            raise _no_number(f"{name}_remaining")
        return cls(limit, left)


class BillingInfo(NamedTuple):
    """The plan of the API key, with both of its quotas.

    Attributes:
        period_ends: The end of the billing period, in VMRay's readable form.
        report: The quota for reports, or why the quota is not known; one quota can be known without the other.
        verdict: The quota for verdicts, or why the quota is not known.
    """

    plan: str
    billing_period: str
    period_ends: str
    report: PlanQuota | InvalidResponseError
    verdict: PlanQuota | InvalidResponseError
    raw: Json

    @classmethod
    def from_json(cls, raw: Json) -> BillingInfo:
        """Return the billing information."""
        return cls(
            plan=text_of(raw, "product_plan_name"),
            billing_period=text_of(raw, "billing_period"),
            period_ends=text_of(raw, "end_date"),
            report=_plan_quota(raw, "report"),
            verdict=_plan_quota(raw, "verdict"),
            raw=raw,
        )


class SystemInfo(NamedTuple):
    """The version and the limits of the server.

    Attributes:
        max_sample_size: The size limit of a sample in bytes; None if the server returns none.
    """

    version: str
    max_sample_size: int | None
    raw: Json

    @classmethod
    def from_json(cls, raw: Json) -> SystemInfo:
        """Return the information about the server."""
        return cls(text_of(raw, "version"), _limit_of_server(raw), raw)


def _plan_quota(raw: Json, name: str) -> PlanQuota | InvalidResponseError:
    try:
        return PlanQuota.from_json(raw, name)
    except InvalidResponseError as error:
        return error


def _limit_of_server(raw: Json) -> int | None:
    """Return the size limit of a sample; None for 0 and for a value that is not understood: the limit is optional."""
    try:
        return _number(raw, "webif_max_sample_size") or None
    except InvalidResponseError:
        return None


def _number(raw: Json, field: str) -> int | None:
    """Return a whole number of at least 0, also if the number is a text or ``10.0``; None for null.

    Raises:
        InvalidResponseError: The field is missing or has another value; that is not the same as null.
    """
    value = raw.get(field, "")
    if value is None:
        return None
    number = re.fullmatch(rf"([0-9]{{1,{MAX_DIGITS}}})(?:\.0)?", str(value))
    if number is None:
        raise _no_number(field)
    return int(number[1])


def _no_number(field: str) -> InvalidResponseError:
    return InvalidResponseError(f"VMRay's response does not contain a number of at least 0 in {field}")


def best_sample(samples: Iterable[Sample]) -> Sample | None:
    """Choose among several samples of one hash: the worst verdict (any before none), then the newest, then the id."""
    return max(samples, key=lambda each: (-each.verdict.rank, each.created, each.sample_id), default=None)


def newest_submission(submissions: Iterable[Submission]) -> Submission | None:
    """Return the submission that was created last; the order of VMRay's lists is not documented."""
    return max(submissions, key=lambda each: (each.created, each.submission_id), default=None)
