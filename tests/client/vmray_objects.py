"""Minimal VMRay objects for tests."""

from __future__ import annotations

from typing import Any, TypeAlias

from vm_ray.core.api.vmray_models import Submission

JsonValue: TypeAlias = Any


def submission_object(submission_id: int, sample_id: int = 5001, **fields: JsonValue) -> dict[str, Any]:
    """Return a submission as VMRay sends it; the names of fields have no prefix."""
    named = {f"submission_{name}": value for name, value in fields.items()}
    return {"submission_id": submission_id, "submission_sample_id": sample_id} | named


def submission(submission_id: int, sample_id: int = 5001, **fields: JsonValue) -> Submission:
    """Return the parsed submission."""
    return Submission.from_json(submission_object(submission_id, sample_id, **fields))
