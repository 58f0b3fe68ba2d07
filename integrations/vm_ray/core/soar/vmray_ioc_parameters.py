"""The parameters for the IOCs of actions with an outcome: all ten types, all verdicts, and ``All``."""

from __future__ import annotations

from typing import Final

from ...core.api.vmray_verdicts import VERDICTS, Verdict
from ...core.results.vmray_unknown_values import ALL_TYPES
from ...core.soar.vmray_parameters import choices

ALL: Final = "All"
TYPES: Final = choices(ALL, *ALL_TYPES)
VERDICT_WORDS: Final = choices(ALL, "Malicious", "Suspicious", "Clean", "None")
DEFAULT_VERDICTS: Final = "Malicious, Suspicious"


def types_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return VMRay's names of lists for the words of a parameter."""
    return ALL_TYPES if ALL in words else words


def verdicts_of(words: tuple[str, ...]) -> frozenset[Verdict]:
    """Return the verdicts for the words of a parameter; ``None`` stands for null and ``not_available``."""
    return frozenset(VERDICTS) if ALL in words else frozenset(Verdict(word.lower()) for word in words)
