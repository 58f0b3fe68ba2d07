"""Analyses: the results of jobs, successful or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.clock import timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vmray_emulator.findings import Findings
    from vmray_emulator.json_types import Json
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record

# Engine to the fields of its jobs and analyses. The name of the static engine is inferred: a client of the
# vendor reads screenshots of analyses named `vmray` and `vmray_web` only, and static ones have none.
ANALYZERS: Final[dict[str, dict[str, Any]]] = {
    "static": {"analyzer_id": 6, "analyzer_name": "vmray_static_engine"},
    "dynamic": {"analyzer_id": 1, "analyzer_name": "vmray"},
    "web": {"analyzer_id": 7, "analyzer_name": "vmray_web"},
}

# From a recorded response of server 4.2.0.
CRASHED: Final = (7340034, "Worker crashed or Worker daemon was restarted during analysis.")
# Aggregation state of an analysis whose IOCs, indicators and techniques are not complete yet.
TODO: Final = "todo"
DONE: Final = (1, "Operation completed successfully.")


def platform_of(sample_type: str) -> str:
    """Return the platform that a sample runs on."""
    if sample_type == "URL":
        return "web"
    if sample_type.startswith(("Linux", "Executable and Linkable", "Shell Script")):
        return "linux"
    return "macos" if sample_type.startswith(("macOS", "Apple")) else "windows"


def hashes_of(sample: Record) -> dict[str, Any]:
    """Return the hashes of a sample under the names that jobs, analyses and submissions use."""
    return {
        "sample_id": sample["sample_id"],
        "sample_md5": sample["sample_md5hash"],
        "sample_sha1": sample["sample_sha1hash"],
        "sample_sha256": sample["sample_sha256hash"],
        "sample_ssdeep": sample["sample_ssdeephash"],
    }


def new_analysis(  # noqa: PLR0913 - the fields are named by the caller
    state: ServerState,
    engine: str,
    sample: Record,
    findings: Findings,
    created: float,
    *,
    known: bool = False,
    **more: Json,
) -> Record:
    """Store the result of an analysis.

    Args:
        state: The server.
        engine: `static`, `dynamic` or `web`.
        sample: The analysed sample.
        findings: What the analysis finds.
        created: When the analysis ended.
        known: Whether the analysis is an old one. Then time has completed its aggregation, reads have not.
        more: Further fields by short name; `submission_ids` among them.
    """
    outcome = _failure() if engine in findings.failing else _success(state, findings, known=known)
    if outcome["result_code"] == DONE[0]:
        outcome[f"{engine}_engine_version"] = str(state.version)
    analysis = state.store.insert(
        "analysis",
        **{
            **hashes_of(sample),
            **ANALYZERS[engine],
            **outcome,
            "platform": platform_of(sample["sample_type"]),
            "analyzer_version": str(state.version),
            "created": timestamp(created),
            "job_started": timestamp(created),
            "quota_type": "verdict" if findings.locked else "report",
            "billing_type": "detector" if findings.locked else "analyzer",
            "yara_latest_ruleset_date": timestamp(created - 86400),
            **more,
        },
    )
    link_submissions(state, analysis["analysis_id"], analysis["analysis_submission_ids"])
    return analysis


def _result(code: int, text: str, aggregation: str) -> dict[str, Any]:
    return {
        "result_code": code,
        "result_str": text,
        "serialized_result": {"code": code, "extra_args": {}, "fmt_args": []},
        "ioc_aggregation_state": aggregation,
        "vti_aggregation_state": aggregation,
        "mitre_attack_aggregation_state": aggregation,
    }


def _failure() -> dict[str, Any]:
    """Return the fields of a failed analysis (recorded from server 4.2.0)."""
    return {
        **_result(*CRASHED, "failed_summary_json"),
        "severity": "error",
        "pdf_created": None,
        "report_version": None,
    }


def _success(state: ServerState, findings: Findings, *, known: bool) -> dict[str, Any]:
    return {
        **_result(*DONE, _aggregation(state, known=known)),
        "verdict": findings.verdict,
        "severity": findings.severity,
        "vti_score": findings.score,
        "size": state.settings.archive_bytes,
        "lock_status": "locked" if findings.locked else "unlocked",
        "vti_built_in_rules_version": str(state.version),
    }


def _aggregation(state: ServerState, *, known: bool) -> str:
    """Return the aggregation state of a new analysis."""
    if state.lifecycle.timed:
        return TODO if state.settings.aggregation_seconds and not known else "ok"
    return TODO if state.settings.aggregation_reads else "ok"


def link_submissions(state: ServerState, analysis_id: int, submission_ids: Sequence[int]) -> None:
    """Link an analysis to the submissions that it belongs to."""
    sql = "INSERT OR IGNORE INTO analysis_submission VALUES (?, ?)"
    state.store.db.executemany(sql, [(analysis_id, number) for number in submission_ids])
