"""The tags and the comment of a submission, checked before VMRay could reject them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ...core.api.vmray_errors import ParameterError
from ...core.api.vmray_protocol import is_utf8_encodable
from ...core.api.vmray_spelling import hidden_cause
from ...core.api.vmray_submit_options import SubmitOptions
from ...core.soar.vmray_parameters import Kind, Parameters, param, parts, quoted

MAX_TAG_LENGTH: Final = 255
# VMRay's own rule for tags: letters and digits of any script, and these signs; no spaces.
_TAG: Final = re.compile(r"[\w.!?;:+–=/$@%^&)(#'\\-]+")  # noqa: RUF001 - VMRay's own list
_TAG_RULE: Final = (
    "letters, digits and _ . ! ? ; : + – = / $ @ % ^ & ( ) # ' \\ - without spaces, at most 255 characters"  # noqa: RUF001 - VMRay's own list
)
_ODD_IN_TAG: Final = re.compile(r"(?!–)[^\w\x00-\x7f]")  # noqa: RUF001 - VMRay's own list
# Older servers expect a tag as a segment of the path; these two would change the path, escaped or not.
_STEPS: Final = (".", "..")
_SENDABLE: Final = "any text in UTF-8"


def tag(name: str, value: str) -> str:
    """Check one tag."""
    if len(value) > MAX_TAG_LENGTH or not _TAG.fullmatch(value):
        cause = hidden_cause(value, _ODD_IN_TAG)
        raise ParameterError(name, quoted(value, "is not a tag that VMRay accepts", cause=cause), _TAG_RULE)
    if value in _STEPS:
        raise ParameterError(name, quoted(value, "cannot be sent to every VMRay"), f"{_TAG_RULE}; not . or .. alone")
    return value


def comment(name: str, value: str) -> str:
    """Check a comment, which is free text: only the blanks around it are removed."""
    if not is_utf8_encodable(value):
        raise ParameterError(name, "holds characters that cannot be sent to VMRay", _SENDABLE)
    return value.strip()


ONE_TAG: Final = Kind(_TAG_RULE, tag)
TAGS: Final[Kind[tuple[str, ...]]] = Kind(
    _TAG_RULE, lambda name, value: tuple(tag(name, each) for each in parts(value)), empty=()
)
COMMENT: Final = Kind(_SENDABLE, comment, empty="", keeps_blanks=True)


@dataclass(frozen=True)
class SubmitParameters(Parameters):
    """The tags and the comment of each submission; shared by all actions that submit."""

    tags: tuple[str, ...] = param("Tag Names", TAGS)
    comment: str = param("Comment", COMMENT)

    @property
    def options(self) -> SubmitOptions:
        """The submit options for the client."""
        return SubmitOptions(tags=self.tags, comment=self.comment)
