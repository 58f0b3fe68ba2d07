"""How parameters are read: the kinds of values there are, and those that several actions share.

The platform hands every value over as text. A wrong one is an error that names the parameter as the analyst sees it,
what is wrong and what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ...core.api.vmray_errors import ParameterError
from ...core.api.vmray_protocol import is_utf8_encodable
from ...core.api.vmray_submit_options import SubmitOptions
from ...core.api.vmray_text import one_line

MAX_TAG_LENGTH: Final = 255
MAX_DIGITS: Final = 18
# VMRay's own rule for tags: letters and digits of any script, and these signs; no spaces.
_TAG: Final = re.compile(r"[\w.!?;:+–=/$@%^&)(#'\\-]+")  # noqa: RUF001 - VMRay's own list
_TAG_RULE: Final = (
    "letters, digits and _ . ! ? ; : + – = / $ @ % ^ & ( ) # ' \\ - without spaces, at most 255 characters"  # noqa: RUF001 - VMRay's own list
)
# Older servers know a tag as a segment of the address; these two would name another address there, escaped or not.
_STEPS: Final = (".", "..")

Texts = Mapping[str, object]


def text(values: Texts, name: str) -> str:
    """Return a text parameter without blanks around it, empty where it is absent."""
    value = values.get(name)
    return "" if value is None else str(value).strip()


def required(values: Texts, name: str, allowed: str) -> str:
    """Return a text parameter that must be there."""
    value = text(values, name)
    if not value:
        raise ParameterError(name, "is empty", allowed)
    return value


def boolean(values: Texts, name: str, *, default: bool) -> bool:
    """Read ``true`` or ``false``, any case."""
    value = text(values, name).lower()
    if value not in ("", "true", "false"):
        raise ParameterError(name, _quoted(value, "is neither true nor false"), "true, false")
    return value == "true" if value else default


def whole_number(values: Texts, name: str, lowest: int, highest: int | None = None, default: str = "") -> int:
    """Read a whole number within bounds; without a default it must be there."""
    allowed = (
        f"a whole number from {lowest} to {highest}" if highest is not None else f"a whole number of at least {lowest}"
    )
    value = text(values, name) or default or required(values, name, allowed)
    if not re.fullmatch(r"[+-]?[0-9]+", value):
        raise ParameterError(name, _quoted(value, "is not a whole number"), allowed)
    if len(value.lstrip("+-")) > MAX_DIGITS:
        raise ParameterError(name, _quoted(value, f"has more than {MAX_DIGITS} digits"), allowed)
    number = int(value)
    if number < lowest or (highest is not None and number > highest):
        raise ParameterError(name, _quoted(value, "is out of range"), allowed)
    return number


def choices(values: Texts, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Read a comma-separated list of known words, any case; blanks and repetitions are ignored."""
    spelled = {word.lower(): word for word in allowed}
    given = [part.strip().lower() for part in required(values, name, ", ".join(allowed)).split(",")]
    words = [part for part in given if part]
    for word in words:
        if word not in spelled:
            raise ParameterError(name, _quoted(word, "is not known"), ", ".join(allowed))
    if not words:
        raise ParameterError(name, "is empty", ", ".join(allowed))
    return tuple(spelled[word] for word in dict.fromkeys(words))


def tag(value: str, name: str) -> str:
    """Check one tag against VMRay's own rule, so that its violation is explained before VMRay refuses it."""
    if len(value) > MAX_TAG_LENGTH or not _TAG.fullmatch(value):
        raise ParameterError(name, _quoted(value, "is not a tag that VMRay accepts"), _TAG_RULE)
    if value in _STEPS:
        raise ParameterError(name, _quoted(value, "cannot be sent to every VMRay"), f"{_TAG_RULE}; not . or .. alone")
    return value


def submit_options(values: Texts) -> SubmitOptions:
    """Read ``Tag Names`` and ``Comment``."""
    names = [part.strip() for part in text(values, "Tag Names").split(",")]
    tags = tuple(tag(name, "Tag Names") for name in dict.fromkeys(names) if name)
    comment = text(values, "Comment")
    if not is_utf8_encodable(comment):
        raise ParameterError("Comment", "holds characters that cannot be sent to VMRay", "any text in UTF-8")
    return SubmitOptions(tags=tags, comment=comment)


@dataclass(frozen=True, slots=True)
class TagParameters:
    """The parameters of Add Tag to Submission."""

    submission_id: int
    tag: str

    @classmethod
    def parse(cls, values: Texts) -> TagParameters:
        """Read and check both."""
        return cls(
            submission_id=whole_number(values, "Submission ID", 1),
            tag=tag(required(values, "Tag Name", _TAG_RULE), "Tag Name"),
        )


def _quoted(value: str, problem: str) -> str:
    return f'has the value "{one_line(value, 60)}", which {problem}'
