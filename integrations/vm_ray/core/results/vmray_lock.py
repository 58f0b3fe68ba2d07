"""Whether the report of a sample is locked, because it was bought as a verdict only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...core.api.vmray_models import Analysis
from ...core.api.vmray_request_errors import NotFoundError, PermissionDeniedError
from ...core.results.vmray_bounded_lists import Lists

# How VMRay may respond to a request for a locked report; the status is not documented (inferred).
REFUSALS: Final = (PermissionDeniedError, NotFoundError)


def is_locked(client: Lists, sample_id: int) -> bool:
    """Return whether the report of a sample is locked.

    Raises:
        VMRayError: The analyses could not be listed.
    """
    return are_locked(client.list_analyses_of_sample(sample_id))


def are_locked(analyses: Sequence[Analysis]) -> bool:
    """Return whether the report of a sample with these analyses is locked: all of its analyses with a result are.

    One analysis that is not locked has a report. Then another cause, such as a missing permission, refuses the lists,
    and "locked" would send the analyst to unlock something. Failed analyses have no report, so they do not count.
    """
    with_report = [analysis for analysis in analyses if analysis.succeeded] or analyses
    return bool(with_report) and all(analysis.locked for analysis in with_report)
