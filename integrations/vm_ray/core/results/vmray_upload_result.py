"""The JSON result of uploads, ``{"data": …, "result": …, "files": […]}``, within the size limit of the platform."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from ...core.api.vmray_models import Json
from ...core.results.vmray_escape import script_json
from ...core.results.vmray_result import Result
from ...core.results.vmray_result_budget import first_that_fits
from ...core.results.vmray_sample_fields import essential_fields, location_fields

# What each form omits of each sample, in words, and how; the row of each sample with its verdict is always kept.
_LEVELS: Final[tuple[tuple[str, Callable[[Json], Json]], ...]] = (
    ("", lambda sample: sample),
    ("most fields of the samples", essential_fields),
    ("all fields of the samples but where they are", location_fields),
)


def upload_result(data: Json, result: str, rows: Sequence[dict[str, Any]], limit: float) -> Result:
    """Return the result: the sample of the first file, and a row for each sample of each file.

    Args:
        data: The sample object of the first file; empty if there is none.
        result: ``ok``, ``error`` or ``pending``.
        rows: The rows; ``data`` of each is its sample object or None.
        limit: The platform's limit in bytes.
    """

    def forms() -> Iterator[tuple[Result, int]]:
        for words, shortened in _LEVELS:
            files = [{**row, "data": row["data"] and shortened(row["data"])} for row in rows]
            text = script_json({"data": shortened(data), "result": result, "files": files})
            form = Result(text, left_out=words)
            yield form, form.cost

    return first_that_fits(limit, forms())
