"""The end of a submission: its state, verdict and errors, and the results of its sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vmray_emulator.findings import Findings
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record


def analyses_of(state: ServerState, submission_id: int) -> list[Record]:
    """Return the analyses of a submission, cached ones included."""
    where = "id IN (SELECT analysis_id FROM analysis_submission WHERE submission_id = ?)"
    return state.store.select("analysis", where, (submission_id,))


def verdict_fields(findings: Findings, prefix: str) -> dict[str, Any]:
    """Return verdict, score and severity of findings, under names with a prefix."""
    return {
        f"{prefix}verdict": findings.verdict,
        f"{prefix}severity": findings.severity,
        f"{prefix}score": findings.score,
    }


def sample_outcome(findings: Findings) -> dict[str, Any]:
    """Return the sample fields (short names) that an analysis sets."""
    return {
        **verdict_fields(findings, ""),
        "vti_score": findings.score,
        "highest_vti_score": findings.score,
        "highest_vti_severity": findings.severity,
        "last_reputation_severity": findings.reputation,
        "classifications": findings.classifications,
        "threat_names": findings.threat_names,
    }


def submission_outcome(state: ServerState, submission_id: int, findings: Findings) -> dict[str, Any]:
    """Return the submission fields (short names) that follow from the results of its analyses."""
    results = [analysis["analysis_result_code"] == 1 for analysis in analyses_of(state, submission_id)]
    hopeless = bool(results) and not any(results)
    return {
        "finished": True,
        "status": "error" if hopeless else "success" if all(results) else "warning",
        "has_errors": not all(results),
        "sample_verdict": None if hopeless else findings.verdict,
        **({} if hopeless else verdict_fields(findings, "")),
    }


def finish_submission(state: ServerState, submission_id: int) -> None:
    """Finish a submission: `warning` when some analyses failed, `error` when all of them failed.

    When a server uses warning and when error is inferred from the names of the states.
    """
    submission = state.store.get("submission", submission_id)
    if submission is None:
        return
    findings = state.findings(submission["submission_sample_id"])
    outcome = submission_outcome(state, submission_id, findings)
    state.store.change(
        "submission",
        submission_id,
        finish_time=state.stamp(),
        has_recursive_errors=_children_failed(state, submission_id),
        **outcome,
    )
    state.store.db.execute(
        "UPDATE schedule SET finished = ? WHERE submission_id = ?",
        (state.store.next_number("finished"), submission_id),
    )
    if outcome["status"] != "error":
        state.store.change("sample", submission["submission_sample_id"], **sample_outcome(findings))


def _children_failed(state: ServerState, submission_id: int) -> bool:
    where = "json_extract(body, '$.submission_parent_submission_id') = ?"
    children = state.store.select("submission", where, (submission_id,))
    return any(child["submission_has_errors"] for child in children)
