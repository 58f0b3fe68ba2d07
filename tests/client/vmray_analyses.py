"""Minimal analyses and jobs for tests."""

from __future__ import annotations

from typing import Any

from vm_ray.core.api.vmray_models import Analysis, Job


def analysis(number: int, *, succeeded: bool = True, **fields: Any) -> Analysis:  # noqa: ANN401 - JSON
    """Return an analysis; the names of fields have no prefix."""
    named = {f"analysis_{name}": value for name, value in fields.items()}
    return Analysis.from_json({"analysis_id": number, "analysis_result_code": int(succeeded), **named})


def job(number: int, **fields: Any) -> Job:  # noqa: ANN401 - JSON
    """Return a job; the names of fields have no prefix."""
    return Job.from_json({"job_id": number, **{f"job_{name}": value for name, value in fields.items()}})
