"""VMRay's objects as the integration needs them: the few facts it decides on, and the raw object beside them.

Servers of different ages send more or fewer fields, and null where a newer one sends a list. So nothing but the id is
required, whatever is unknown stays in ``raw``, and each quirk is a named function here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from ...core.api.vmray_errors import InvalidResponseError
from ...core.api.vmray_verdicts import Verdict, verdict_of

IOC_TYPES: Final = ("domains", "emails", "files", "ips", "mutexes", "processes", "registry", "urls")
ANALYSIS_SUCCEEDED: Final = 1
MAX_DIGITS: Final = 30
# Where a report was bought as a verdict only, it is locked. The two names are the newer and the older field.
VERDICT_ONLY_FIELDS: Final = {"submission_quota_type": "verdict", "submission_billing_type": "detector"}
VERDICT_ONLY_NOTE: Final = "the report is locked (purchased as a verdict only)"

Json = Mapping[str, Any]


def objects(value: object) -> list[Json]:
    """Return the objects of a list; null, absent and foreign values count as nothing (older servers send null)."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """Return the texts of a list of texts; null and absent count as none, one bare text as a list of one."""
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value if item is not None] if isinstance(value, list) else []


def required_id(raw: Json, field: str) -> int:
    """Return an id, which must be there: without it nothing can be asked about the object.

    Raises:
        InvalidResponseError: It is missing or not a whole number.
    """
    value = raw.get(field)
    digits = "" if isinstance(value, bool) or not isinstance(value, int | str) else str(value)[: MAX_DIGITS + 1]
    if not digits.isdecimal() or len(digits) > MAX_DIGITS:
        raise InvalidResponseError(f"VMRay's response does not contain {field}")
    return int(digits)


def text_of(raw: Json, field: str) -> str:
    """Return a text field, empty for null and absent."""
    value = raw.get(field)
    return "" if value is None else str(value)


class Sample(NamedTuple):
    """A file or URL that VMRay knows."""

    sample_id: int
    verdict: Verdict
    created: str
    raw: Json

    @classmethod
    def from_json(cls, raw: Json) -> Sample:
        """Read a sample object."""
        return cls(required_id(raw, "sample_id"), verdict_of(raw, "sample_"), text_of(raw, "sample_created"), raw)

    @property
    def filename(self) -> str:
        """Its name as VMRay stored it, empty for a URL."""
        return text_of(self.raw, "sample_filename")


class Submission(NamedTuple):
    """One act of submitting a sample.

    Attributes:
        finished: Whether all of its jobs are done; the flag that VMRay's own clients poll.
        has_errors: Whether an analysis of it, or of a child, failed.
        verdict_only: Whether it was bought as a verdict only, so that its report is locked.
        metadata: The text that was given as ``submission_metadata``.
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
        """Read a submission object; the link to the sample is ``submission_sample_id``, there is no ``sample_id``."""
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
    """Return the metadata as the text that was given; a server may hand its JSON back as an object (inferred)."""
    return json.dumps(metadata) if isinstance(metadata, dict) else "" if metadata is None else str(metadata)


class Analysis(NamedTuple):
    """One finished analysis, successful or not."""

    analysis_id: int
    succeeded: bool
    result: str
    locked: bool
    raw: Json

    @classmethod
    def from_json(cls, raw: Json) -> Analysis:
        """Read an analysis object; a code other than 1 is a failure, its text says which."""
        code = raw.get("analysis_result_code")
        return cls(
            analysis_id=required_id(raw, "analysis_id"),
            succeeded=code == ANALYSIS_SUCCEEDED,
            result=f"{text_of(raw, 'analysis_result_str').rstrip('.')} ({code})",
            locked=text_of(raw, "analysis_lock_status") in ("locked", "unlocking"),
            raw=raw,
        )


class SubmitResponse(NamedTuple):
    """What VMRay said to a submit.

    Attributes:
        submissions: One for each accepted sample; several for an archive.
        known_sample_ids: Samples that were not stored again, because VMRay knows them and they need no new jobs.
        errors: ``(file name, reason)`` for each item refused for another reason; present with status 200, beside
            accepted ones.
    """

    submissions: tuple[Submission, ...]
    known_sample_ids: tuple[int, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_json(cls, raw: Json) -> SubmitResponse:
        """Read the ``data`` of a submit answer.

        ``samples`` lists refused ones too; they are paired with ``errors`` by their file name, never by position. Where
        nothing was stored, and for no other reason than that all of it is known, no name is needed.
        """
        submissions = tuple(Submission.from_json(item) for item in objects(raw.get("submissions")))
        errors = [
            (text_of(item, "submission_filename"), text_of(item, "error_msg")) for item in objects(raw.get("errors"))
        ]
        not_executed = [name for name, why in errors if _says_not_stored(why)]
        all_known = not submissions and len(not_executed) == len(errors)
        stored = {submission.sample_id for submission in submissions}
        named = [
            required_id(item, "sample_id")
            for item in objects(raw.get("samples"))
            if not_executed and (all_known or text_of(item, "submission_filename") in (*not_executed, ""))
        ]
        known = tuple(number for number in dict.fromkeys(named) if number not in stored)
        others = tuple((name, why) for name, why in errors if not (known and _says_not_stored(why)))
        return cls(submissions, known, others)


def _says_not_stored(reason: str) -> bool:
    """Recognise "Submission not stored because no jobs were created"; clients match parts of that sentence."""
    return "not stored" in reason.lower() or "no jobs were created" in reason.lower()


class Aggregate(NamedTuple):
    """IOCs or threat indicators of a sample; complete only when VMRay's own ``status`` says ``finished``."""

    finished: bool
    content: Any

    @classmethod
    def from_json(cls, raw: Json, field: str) -> Aggregate:
        """Read ``{"status": …, field: …}``; no status means finished, the documented default."""
        return cls((raw.get("status") or "finished") == "finished", raw.get(field))


class KeyQuota(NamedTuple):
    """The quota of the API key.

    Attributes:
        limit: How many submissions the key may make in a period; None for no limit.
        used: How many it has made in this period.
    """

    limit: int | None
    used: int
    raw: Json

    @classmethod
    def from_json(cls, raw: Json) -> KeyQuota:
        """Read the quota of a key; a limit of 0 means no limit."""
        return cls(_count(raw, "quota_limit") or None, _count(raw, "used_quota") or 0, raw)

    @property
    def left(self) -> int | None:
        """How many submissions are left; None for no limit."""
        return None if self.limit is None else max(0, self.limit - self.used)


class PlanQuota(NamedTuple):
    """The quota of the plan for one type of result, a report or a verdict.

    Attributes:
        limit: How many results the plan includes in a period; None for no limit.
        left: How many are left; None for no limit.
    """

    limit: int | None
    left: int | None


class BillingInfo(NamedTuple):
    """The plan that the API key belongs to, with both of its quotas.

    Attributes:
        period_ends: The end of the billing period as VMRay writes it for people.
    """

    plan: str
    billing_period: str
    period_ends: str
    report: PlanQuota
    verdict: PlanQuota
    raw: Json

    @classmethod
    def from_json(cls, raw: Json) -> BillingInfo:
        """Read the billing information; a quota of null means no limit."""
        return cls(
            plan=text_of(raw, "product_plan_name"),
            billing_period=text_of(raw, "billing_period"),
            period_ends=text_of(raw, "end_date"),
            report=PlanQuota(_count(raw, "report_quota"), _count(raw, "report_remaining")),
            verdict=PlanQuota(_count(raw, "verdict_quota"), _count(raw, "verdict_remaining")),
            raw=raw,
        )


class SystemInfo(NamedTuple):
    """The server.

    Attributes:
        max_sample_size: The largest accepted sample in bytes; None where the server names none.
    """

    version: str
    max_sample_size: int | None
    raw: Json

    @classmethod
    def from_json(cls, raw: Json) -> SystemInfo:
        """Read the information about the server."""
        return cls(text_of(raw, "version"), _count(raw, "webif_max_sample_size") or None, raw)


def _count(raw: Json, field: str) -> int | None:
    """Return a number of 0 or more; None for null, absent and foreign values."""
    value = raw.get(field)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def best_sample(samples: Iterable[Sample]) -> Sample | None:
    """Choose among several samples of one hash: the worst verdict (any before none), then the newest, then the id."""
    return max(samples, key=lambda each: (-each.verdict.rank, each.created, each.sample_id), default=None)


def newest_submission(submissions: Iterable[Submission]) -> Submission | None:
    """Choose the submission that was created last; the order of VMRay's lists is not documented."""
    return max(submissions, key=lambda each: (each.created, each.submission_id), default=None)
