"""The one rule for the parts of a result: which are required, which are optional, and what a missing part becomes.

Required is what gives a verdict: the sample, or its submission. An error there is the error of the item.

Optional is all the rest: IOCs, threat indicators, the list of analyses, child submissions, and the samples that VMRay
found through another one. Whatever prevents an optional part from being read, the verdict and the other parts are
reported, with a note. That includes fatal errors: if the cause concerns all requests, the next required request meets
the cause again, and ends the action.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from ...core.api.vmray_errors import DeadlineError, VMRayError

Part = TypeVar("Part")


class Missing(NamedTuple):
    """An optional part that could not be read.

    Attributes:
        part: The part, in words for an analyst.
        error: Why it could not be read.
    """

    part: str
    error: VMRayError

    @property
    def note(self) -> str:
        """The note for the analyst."""
        return f"{self.part} could not be read: {self.error}"


def read_optional(part: str, read: Callable[[], Part], *, last: bool = True) -> Part | Missing:
    """Read an optional part of a result.

    Args:
        part: The part, in words for an analyst.
        read: Reads the part.
        last: Whether no other run follows. If another run follows, it has the time that this run lacks.

    Raises:
        DeadlineError: The time of this run was too short, and another run follows.
    """
    try:
        return read()
    except VMRayError as error:
        if isinstance(error, DeadlineError) and not last:
            raise
        return Missing(part, error)
