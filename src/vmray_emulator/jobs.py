"""Jobs, and the analyses that replace them.

A finished job no longer exists: its id is unknown, and an analysis has the id in `analysis_job_id`
(vendor's OpenAPI document and clients).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.analyses import ANALYZERS, hashes_of, new_analysis, platform_of
from vmray_emulator.machines import machine_of_job, seen_by

if TYPE_CHECKING:
    from vmray_emulator.findings import Findings
    from vmray_emulator.machines import Machine
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record

_MACHINES: Final[dict[str, dict[str, Any]]] = {
    "windows": {"vm_id": 3, "vm_name": "win10_64", "snapshot_id": 1, "snapshot_name": "def"},
    "linux": {"vm_id": 8, "vm_name": "ubuntu_22_64", "snapshot_id": 1, "snapshot_name": "def"},
    "macos": {"vm_id": 9, "vm_name": "macos_12", "snapshot_id": 1, "snapshot_name": "def"},
    "web": {"vm_id": 11, "vm_name": "web", "snapshot_id": 1, "snapshot_name": "def"},
}
# Fields that an analysis takes from its job.
CARRIED: Final = (
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
ENGINE_OF: Final = {fields["analyzer_name"]: engine for engine, fields in ANALYZERS.items()}


def engines_for(sample_type: str, analyzer_mode: str) -> list[str]:
    """Return the engines that analyse a sample.

    Args:
        sample_type: The `sample_type`.
        analyzer_mode: The `analyzer_mode` of the submission, e.g. `reputation_static_dynamic`.
    """
    if sample_type == "URL":
        return ["web"] if "dynamic" in analyzer_mode else []
    return [engine for engine in ("static", "dynamic") if engine in analyzer_mode]


def new_job(
    state: ServerState, submission: Record, sample: Record, engine: str, machine: Machine | None = None
) -> Record:
    """Queue an analysis of a sample, in the usual machine or in a given one."""
    place: dict[str, Any] = {}
    if engine != "static":
        place = {
            **_MACHINES[platform_of(sample["sample_type"])],
            "vmhost_id": 1,
            "vmhost_name": "localhost",
            "configuration_id": 2,
            "configuration_name": "web" if engine == "web" else "exe",
            **(machine.fields if machine else {}),
        }
    return state.store.insert(
        "job",
        **hashes_of(sample),
        **ANALYZERS[engine],
        **place,
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


def end_job(state: ServerState, job: Record, findings: Findings) -> Record:
    """Turn a job into an analysis."""
    state.store.remove("job", job["job_id"])
    sample = state.store.get("sample", job["job_sample_id"])
    if sample is None:
        raise LookupError(f"job {job['job_id']} has lost its sample")
    engine = ENGINE_OF[job["job_analyzer_name"]]
    return new_analysis(
        state,
        engine,
        sample,
        seen_by(findings, engine, machine_of_job(findings, job)),
        state.clock.now(),
        **{name: job[f"job_{name}"] for name in CARRIED},
        job_id=job["job_id"],
        job_started=job["job_statuschanged"],
        job_type=job["job_type"],
        jobrule_sampletype=job["job_jobrule_sampletype"],
        submission_id=job["job_submission_id"],
        submission_ids=job["job_submission_ids"],
        user_email=job["job_user_email"],
    )
