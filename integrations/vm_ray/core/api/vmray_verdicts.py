"""Verdicts and their order.

VMRay 4.0 and later state a ``verdict``; before that there was only a ``severity`` (facts seen in real answers and
in VMRay's own clients). ``not_available``, JSON ``null`` and a value that is not known here all mean: no verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any


class Verdict(Enum):
    """What VMRay thinks of a sample or an IOC; the value is VMRay's own word, ``none`` for no verdict."""

    MALICIOUS = "malicious"
    SUSPICIOUS = "suspicious"
    CLEAN = "clean"
    NONE = "none"

    @property
    def rank(self) -> int:
        """0 for the worst verdict, 3 for none."""
        return _RANK[self]

    @property
    def is_suspicious(self) -> bool:
        """Whether an analyst should look: malicious or suspicious."""
        return self in (Verdict.MALICIOUS, Verdict.SUSPICIOUS)

    @property
    def word(self) -> str:
        """The word an analyst reads."""
        return "Unknown" if self is Verdict.NONE else self.value.capitalize()


_RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}
_BY_WORD = {verdict.value: verdict for verdict in Verdict}

# How VMRay's own connector for another SOAR maps the older field.
_BY_SEVERITY = {
    "malicious": Verdict.MALICIOUS,
    "blacklisted": Verdict.MALICIOUS,
    "suspicious": Verdict.SUSPICIOUS,
    "not_suspicious": Verdict.CLEAN,
    "whitelisted": Verdict.CLEAN,
}


def verdict_of(item: Mapping[str, Any], prefix: str = "") -> Verdict:
    """Read the verdict of an object of VMRay's.

    Args:
        item: A sample (prefix ``sample_``), a submission (``submission_``) or an IOC (no prefix).
        prefix: What stands before the field names.

    Returns:
        The verdict; where the field is missing altogether (servers before 4.0) the one that the severity implies.
    """
    if f"{prefix}verdict" in item:
        return _BY_WORD.get(str(item[f"{prefix}verdict"]).lower(), Verdict.NONE)
    return _BY_SEVERITY.get(str(item.get(f"{prefix}severity")).lower(), Verdict.NONE)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of several verdicts, ``NONE`` for no verdicts at all."""
    return min(verdicts, key=lambda verdict: verdict.rank, default=Verdict.NONE)
