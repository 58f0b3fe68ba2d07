"""Jobs that an action waits for: each is one analysis that somebody else requested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import DeadlineError
from ...core.api.vmray_models import Analysis, Job, optional_id
from ...core.api.vmray_request_errors import NotFoundError
from ...core.api.vmray_text import one_line
from ...core.api.vmray_verdicts import Verdict

MAX_STATUS: Final = 60


@dataclass(slots=True)
class WatchedJob:
    """One job, from its id to its analysis.

    Attributes:
        status: VMRay's word for its status; empty after its end.
        verdict: The verdict of its analysis.
        ended: Whether VMRay has its analysis.
        missing: Whether VMRay had neither the job nor an analysis in an earlier run: VMRay may store it a little later.
        unknown: Whether that was so in two runs.
        failure: Why its analysis failed; empty if the analysis succeeded.
        locked: Whether the report of its analysis is locked.
        last_error: The last error that prevented a request; empty if there was none.
    """

    job_id: int
    sample_id: int | None = None
    submission_id: int | None = None
    status: str = ""
    verdict: Verdict = Verdict.NONE
    ended: bool = False
    missing: bool = False
    unknown: bool = False
    failure: str = ""
    locked: bool = False
    last_error: str = ""

    @property
    def pending(self) -> bool:
        """Whether the job needs more requests before it can be reported."""
        return not (self.ended or self.unknown)

    def update(self, found: Job | Analysis | None) -> None:
        """Record what VMRay returned: the job, the analysis that the job has led to, or neither."""
        self.last_error = ""
        if found is None:
            self.unknown, self.missing = self.missing, True
            return
        self.missing = False
        prefix = "job" if isinstance(found, Job) else "analysis"
        self.sample_id = optional_id(found.raw, f"{prefix}_sample_id") or self.sample_id
        self.submission_id = optional_id(found.raw, f"{prefix}_submission_id") or self.submission_id
        if isinstance(found, Job):
            self.status = one_line(found.status, MAX_STATUS)
            return
        self.ended, self.status = True, ""
        self.verdict, self.locked = found.verdict, found.locked
        self.failure = "" if found.succeeded else one_line(found.result)


def poll_jobs(client: Client, jobs: Sequence[WatchedJob]) -> None:
    """Read the status of all pending jobs. A job whose status cannot be read stays as it is until the next run.

    Raises:
        VMRayError: A fatal error.
    """
    for job, found in map_concurrently(
        lambda each: _read(client, each.job_id), [each for each in jobs if each.pending]
    ):
        if isinstance(found, Job | Analysis) or found is None:
            job.update(found)
        elif not isinstance(found, DeadlineError):
            job.last_error = f"status could not be read: {found}"


def _read(client: Client, job_id: int) -> Job | Analysis | None:
    """Read a job, else its analysis: VMRay has no jobs that have ended, and none that were deleted."""
    try:
        return client.get_job(job_id)
    except NotFoundError:
        pass
    try:
        analyses = client.list_analyses_of_job(job_id)
    except NotFoundError:
        return None
    return min(analyses, key=lambda each: (not each.succeeded, each.verdict.rank), default=None)
