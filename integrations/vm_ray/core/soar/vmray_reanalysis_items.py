"""The rows of the analyses that are repeated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.api.vmray_models import optional_id
from ...core.results.vmray_item_result import Item
from ...core.results.vmray_outcome import verdict_outcome
from ...core.soar.vmray_reanalyzing import ReanalysisTask
from ...core.submissions.vmray_earlier_analyses import NewJob, new_job_of
from ...core.submissions.vmray_submit_decision import JOIN, REUSE, Earlier


def facts_of(task: ReanalysisTask, source: ReanalysisTask) -> dict[str, Any]:
    """Return the members of a row about the new analysis, the earlier result or the running analysis."""
    job = _job_of(source)
    analysis = source.analysis or (source.earlier.repeated if task.decision == REUSE else None)
    return {
        "analysis_id": analysis.analysis_id if analysis else _given(task),
        "decision": task.decision or None,
        "job_id": job.job_id if job else None,
        "submission_id": job.submission_id if job else _submission_of(source.earlier, task.decision),
        "verdict": source.earlier.verdict.in_json if task.decision == REUSE else None,
    }


def answer_of(task: ReanalysisTask, source: ReanalysisTask, facts: Mapping[str, Any]) -> Item:
    """Return the item of an analysis."""
    name = task.subject.name
    if source.answer is not None:
        return source.answer.item(name, facts)
    outcome = verdict_outcome(source.earlier.verdict) if task.decision == REUSE else "pending"
    return Item(name, outcome, facts)


def _given(task: ReanalysisTask) -> int | None:
    return task.subject.known_number if task.subject.kind == "analysis" else None


def _job_of(source: ReanalysisTask) -> NewJob | None:
    if isinstance(source.result, NewJob):
        return source.result
    joined = source.earlier.running_job if source.decision == JOIN else None
    return new_job_of(joined) if joined else None


def _submission_of(earlier: Earlier, decision: str) -> int | None:
    """Return the submission of a result that is reused, or of an analysis that is joined."""
    if decision == JOIN:
        return earlier.running.submission_id if earlier.running else None
    if decision != REUSE:
        return None
    if earlier.repeated is not None:
        return optional_id(earlier.repeated.raw, "analysis_submission_id")
    return earlier.finished.submission_id if earlier.finished else None
