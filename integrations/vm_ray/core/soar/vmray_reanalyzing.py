"""Repeat analyses: which ones, what VMRay knows of their samples, and the request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ...core.api.vmray_client import Client
from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_models import Analysis, optional_id
from ...core.api.vmray_request_errors import InvalidResponseError, NotFoundError, NotOfferedError
from ...core.evidence.vmray_analysis_choice import choose_among
from ...core.results.vmray_answer import Answer
from ...core.soar.vmray_billed_action import BilledParameters, SubjectTask
from ...core.soar.vmray_parameters import boolean, param, whole_number
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_subject_kinds import BILLED_IDS
from ...core.soar.vmray_subjects import Subject
from ...core.soar.vmray_submit_controls import REUSE_DAYS, VERDICTS
from ...core.submissions.vmray_billed_batch import BilledBatch
from ...core.submissions.vmray_earlier_analyses import NewJob, find_new_job, new_job_of, read_history
from ...core.submissions.vmray_quota_guard import QuotaGuard
from ...core.submissions.vmray_send_once import BilledRequest
from ...core.submissions.vmray_submit_decision import JOIN, REUSE, SUBMIT, UNKNOWN, Earlier, Rules, decide

MINIMUM: Final = "Minimum Remaining Quota"


@dataclass(frozen=True)
class ReanalyzeParameters(BilledParameters):
    """The samples or analyses, and when a new analysis is worth its price."""

    analysis_ids: tuple[str, ...] = param("Analysis IDs", BILLED_IDS)
    reuse_days: int = param("Reuse Younger Than Days", REUSE_DAYS, default="7")
    resubmit_verdicts: tuple[str, ...] = param("Resubmit Verdicts", VERDICTS, default="None")
    minimum_quota: int | None = param(MINIMUM, whole_number(0))
    dry_run: bool = param("Dry Run", boolean(), default="false")

    def subjects(self, run: Run) -> list[Subject]:
        """Return the subjects in the order given, each once; if analyses are given, the samples do not count."""
        return [Subject(each, "analysis") for each in self.analysis_ids] or super().subjects(run)

    @property
    def rules(self) -> Rules:
        """The rules for the decision."""
        return Rules(
            reuse_days=self.reuse_days,
            resubmit=frozenset(self.resubmit_verdicts),
            minimum_quota=self.minimum_quota,
            dry_run=self.dry_run,
            joins_always=True,
        )


@dataclass(slots=True, kw_only=True)
class ReanalysisTask(SubjectTask):
    """One analysis, or the sample whose best analysis is repeated.

    Attributes:
        earlier: What VMRay knew of the sample.
        analysis: The analysis to repeat.
        answer: Why there is no analysis to repeat.
    """

    earlier: Earlier = UNKNOWN
    analysis: Analysis | None = None
    answer: Answer | None = None


class ReanalysisBatch(BilledBatch[ReanalysisTask]):
    """The analyses of one run."""

    send_word = SUBMIT
    doubt = "VMRay started a new analysis"

    def __init__(self, client: Client, deadline: Deadline, tasks: Sequence[ReanalysisTask], rules: Rules) -> None:
        """Start with analyses of which nothing is known yet."""
        super().__init__(tasks, deadline, QuotaGuard(lambda: client.get_key_quota().left, MINIMUM, rules.minimum_quota))
        self._client = client
        self._rules = rules
        self._known_jobs: dict[int, set[int]] = {}

    def look_up(self, task: ReanalysisTask) -> None:
        """Read the submissions, jobs and analyses of the sample, and choose the analysis."""
        number = task.sample_id = self._sample_of(task)
        history = read_history(self._client, number)
        task.earlier = history.earlier
        self._known_jobs.setdefault(number, set()).update(history.job_ids)
        if task.analysis is None and self._decision(task) not in (REUSE, JOIN):
            chosen = choose_among(self._client, number, history.submissions, 1)
            if isinstance(chosen, Answer):
                task.answer = chosen
            else:
                task.analysis = chosen[0]
        task.target = number if task.subject.kind == "sample" else task.subject.known_number

    def decide(self, task: ReanalysisTask, quota_left: int | None) -> str:
        """Return what is done with an analysis; nothing is decided if there is none."""
        return "" if task.answer else self._decision(task, quota_left)

    def request_of(self, task: ReanalysisTask) -> BilledRequest[NewJob]:
        """Return the request for an analysis."""
        sample_id, analysis_id = task.sample_id or 0, task.analysis.analysis_id if task.analysis else 0

        def post() -> NewJob:
            try:
                job = self._client.reanalyze(analysis_id)
            except NotFoundError:  # the analysis was read just now
                raise NotOfferedError("new analyses of a sample") from None
            if optional_id(job.raw, "job_sample_id") not in (None, sample_id):
                raise InvalidResponseError("VMRay returned a job of another sample")
            return new_job_of(job)

        def find() -> NewJob | None:
            return find_new_job(self._client, sample_id, self._known_jobs[sample_id])

        return BilledRequest(post, find, self.doubt)

    def review(self, task: ReanalysisTask) -> None:
        """Remember the job: it is no evidence of another request for the same sample."""
        self._known_jobs[task.sample_id or 0].add(task.result.job_id)

    def _decision(self, task: ReanalysisTask, quota_left: int | None = None) -> str:
        return decide(task.earlier, self._rules, quota_left).word

    def _sample_of(self, task: ReanalysisTask) -> int:
        if task.subject.kind == "sample":
            return task.subject.number(self._client)
        task.analysis = self._client.get_analysis(task.subject.number(self._client))
        if task.analysis.sample_id is None:
            raise InvalidResponseError("VMRay did not return the sample of this analysis")
        return task.analysis.sample_id
