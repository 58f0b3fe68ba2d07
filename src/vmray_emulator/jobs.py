"""Jobs and the analyses they turn into.

A job vanishes when it is done: from then on its id is unknown, and an analysis names it in `analysis_job_id`
(vendor's OpenAPI document and clients).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.clock import timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vmray_emulator.findings import Findings
    from vmray_emulator.json_types import Json
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record

#: Engine to the fields of its jobs and analyses. The static engine's name is inferred: a vendor client asks
#: analyses named `vmray` and `vmray_web` for screenshots, and static ones have none.
_ANALYZERS: Final[dict[str, dict[str, Any]]] = {
    "static": {"analyzer_id": 6, "analyzer_name": "vmray_static_engine"},
    "dynamic": {"analyzer_id": 1, "analyzer_name": "vmray"},
    "web": {"analyzer_id": 7, "analyzer_name": "vmray_web"},
}
_MACHINES: Final[dict[str, dict[str, Any]]] = {
    "windows": {"vm_id": 3, "vm_name": "win10_64", "snapshot_id": 1, "snapshot_name": "def"},
    "linux": {"vm_id": 8, "vm_name": "ubuntu_22_64", "snapshot_id": 1, "snapshot_name": "def"},
    "macos": {"vm_id": 9, "vm_name": "macos_12", "snapshot_id": 1, "snapshot_name": "def"},
    "web": {"vm_id": 11, "vm_name": "web", "snapshot_id": 1, "snapshot_name": "def"},
}
#: What an analysis takes over from its job.
_CARRIED: Final = (
    "vm_id",
    "vm_name",
    "vmhost_id",
    "vmhost_name",
    "snapshot_id",
    "snapshot_name",
    "configuration_id",
    "configuration_name",
    "static_config_id",
    "static_config_name",
)
ENGINE_OF: Final = {fields["analyzer_name"]: engine for engine, fields in _ANALYZERS.items()}

#: A real 4.2.0 answer.
CRASHED: Final = (7340034, "Worker crashed or Worker daemon was restarted during analysis.")
#: Aggregation state of an analysis whose IOCs and so on are not yet put together.
TODO: Final = "todo"
DONE: Final = (1, "Operation completed successfully.")


def engines_for(sample_type: str, analyzer_mode: str) -> list[str]:
    """The engines that analyse a sample.

    Args:
        sample_type: Its `sample_type`.
        analyzer_mode: The submission's `analyzer_mode`, e.g. `reputation_static_dynamic`.
    """
    if sample_type == "URL":
        return ["web"] if "dynamic" in analyzer_mode else []
    return [engine for engine in ("static", "dynamic") if engine in analyzer_mode]


def platform_of(sample_type: str) -> str:
    """The platform that a sample runs on."""
    if sample_type == "URL":
        return "web"
    if sample_type.startswith(("Linux", "Executable and Linkable", "Shell Script")):
        return "linux"
    return "macos" if sample_type.startswith(("macOS", "Apple")) else "windows"


def hashes_of(sample: Record) -> dict[str, Any]:
    """The sample's hashes under the names that jobs, analyses and submissions use."""
    return {
        "sample_id": sample["sample_id"],
        "sample_md5": sample["sample_md5hash"],
        "sample_sha1": sample["sample_sha1hash"],
        "sample_sha256": sample["sample_sha256hash"],
        "sample_ssdeep": sample["sample_ssdeephash"],
    }


def new_job(state: ServerState, submission: Record, sample: Record, engine: str) -> Record:
    """Queue an analysis of a sample."""
    machine: dict[str, Any] = {}
    if engine != "static":
        machine = {
            **_MACHINES[platform_of(sample["sample_type"])],
            "vmhost_id": 1,
            "vmhost_name": "localhost",
            "configuration_id": 2,
            "configuration_name": "web" if engine == "web" else "exe",
        }
    return state.store.insert(
        "job",
        **hashes_of(sample),
        **_ANALYZERS[engine],
        **machine,
        type="only_static_analysis" if engine == "static" else "full_analysis",
        static_config_id=1 if engine == "static" else None,
        static_config_name="static" if engine == "static" else None,
        created=submission["submission_created"],
        statuschanged=submission["submission_created"],
        jobrule_sampletype=sample["sample_type"],
        submission_id=submission["submission_id"],
        submission_ids=[submission["submission_id"]],
        quota_type=submission["submission_quota_type"],
        user_email=submission["submission_user_email"],
    )


def new_reputation_job(state: ServerState, submission: Record, sample: Record) -> Record:
    """Queue a reputation look-up of a sample."""
    return state.store.insert(
        "reputation_job",
        **hashes_of(sample),
        created=submission["submission_created"],
        statuschanged=submission["submission_created"],
        submission_id=submission["submission_id"],
        submission_ids=[submission["submission_id"]],
        user_email=submission["submission_user_email"],
    )


def end_reputation_job(state: ServerState, job: Record, findings: Findings) -> None:
    """Turn a reputation job into a look-up."""
    known = findings.reputation != "unknown"
    state.store.remove("reputation_job", job["reputation_job_id"])
    copied = ("sample_id", "sample_md5", "sample_sha1", "sample_sha256", "sample_ssdeep", "submission_id")
    state.store.insert(
        "reputation_lookup",
        **{name: job[f"reputation_job_{name}"] for name in (*copied, "submission_ids", "user_email")},
        job_id=job["reputation_job_id"],
        created=state.stamp(),
        severity=findings.reputation,
        verdict=findings.verdict if known else None,
    )


def new_analysis(  # noqa: PLR0913  the fields are named by the caller
    state: ServerState,
    engine: str,
    sample: Record,
    findings: Findings,
    created: float,
    *,
    known: bool = False,
    **more: Json,
) -> Record:
    """Store the outcome of an analysis.

    Args:
        state: The server.
        engine: `static`, `dynamic` or `web`.
        sample: The analysed sample.
        findings: What is found in it.
        created: When it ended.
        known: Whether it is an old one, which time has put together long since; reads have not.
        more: Further fields by short name; `submission_ids` among them.
    """
    failed = engine in findings.failing
    code, text = CRASHED if failed else DONE
    quota = "verdict" if findings.locked else "report"
    version = str(state.version)
    aggregation = "failed_summary_json" if failed else _aggregation(state, known=known)
    analysis = state.store.insert(
        "analysis",
        **{
            **hashes_of(sample),
            **_ANALYZERS[engine],
            "platform": platform_of(sample["sample_type"]),
            "analyzer_version": version,
            "created": timestamp(created),
            "job_started": timestamp(created),
            "result_code": code,
            "result_str": text,
            "serialized_result": {"code": code, "extra_args": {}, "fmt_args": []},
            "verdict": None if failed else findings.verdict,
            "severity": "error" if failed else findings.severity,
            "vti_score": None if failed else findings.score,
            "pdf_created": None if failed else True,
            "report_version": None if failed else 10,
            "size": None if failed else 150_000,
            "lock_status": "locked" if findings.locked and not failed else "unlocked",
            "quota_type": quota,
            "billing_type": "detector" if findings.locked else "analyzer",
            "ioc_aggregation_state": aggregation,
            "vti_aggregation_state": aggregation,
            "mitre_attack_aggregation_state": aggregation,
            "vti_built_in_rules_version": None if failed else version,
            "yara_latest_ruleset_date": timestamp(created - 86400),
            f"{engine}_engine_version": None if failed else version,
            **more,
        },
    )
    belong_to(state, analysis["analysis_id"], analysis["analysis_submission_ids"])
    return analysis


def _aggregation(state: ServerState, *, known: bool) -> str:
    """Whether an analysis's IOCs, indicators and techniques are still to be put together."""
    if state.lifecycle.timed:
        return TODO if state.settings.aggregation_seconds and not known else "ok"
    return TODO if state.settings.aggregation_reads else "ok"


def belong_to(state: ServerState, analysis_id: int, submission_ids: Sequence[int]) -> None:
    """Note which submissions an analysis answers."""
    sql = "INSERT OR IGNORE INTO belongs VALUES (?, ?)"
    state.store.db.executemany(sql, [(analysis_id, number) for number in submission_ids])


def end_job(state: ServerState, job: Record, findings: Findings) -> Record:
    """Turn a job into an analysis."""
    state.store.remove("job", job["job_id"])
    sample = state.store.get("sample", job["job_sample_id"])
    if sample is None:
        raise LookupError(f"job {job['job_id']} has lost its sample")
    return new_analysis(
        state,
        ENGINE_OF[job["job_analyzer_name"]],
        sample,
        findings,
        state.clock.now(),
        **{name: job[f"job_{name}"] for name in _CARRIED},
        job_id=job["job_id"],
        job_started=job["job_statuschanged"],
        job_type=job["job_type"],
        jobrule_sampletype=job["job_jobrule_sampletype"],
        submission_id=job["job_submission_id"],
        submission_ids=job["job_submission_ids"],
        user_email=job["job_user_email"],
    )
