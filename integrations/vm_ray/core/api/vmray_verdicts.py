"""Verdicts and their order.

VMRay 4.0 and later return a ``verdict``; earlier servers return only a ``severity`` (seen in real responses and in
VMRay's own clients). ``not_available``, JSON ``null`` and any other value all mean: no verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any


class Verdict(Enum):
    """VMRay's judgement of a sample or an IOC; the value is VMRay's own word, or ``none`` for no verdict."""

    MALICIOUS = "malicious"
    SUSPICIOUS = "suspicious"
    CLEAN = "clean"
    NONE = "none"

    @property
    def rank(self) -> int:
        """The position in the order: 0 for the worst verdict, 3 for none."""
        return _RANK[self]

    @property
    def is_suspicious(self) -> bool:
        """Whether an analyst should investigate: malicious or suspicious."""
        return self in (Verdict.MALICIOUS, Verdict.SUSPICIOUS)

    @property
    def word(self) -> str:
        """The word that an analyst reads."""
        return "Unknown" if self is Verdict.NONE else self.value.capitalize()


_RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}
_BY_WORD = {verdict.value: verdict for verdict in Verdict}

# The mapping of the older field in VMRay's own connector for another SOAR.
_BY_SEVERITY = {
    "malicious": Verdict.MALICIOUS,
    "blacklisted": Verdict.MALICIOUS,
    "suspicious": Verdict.SUSPICIOUS,
    "not_suspicious": Verdict.CLEAN,
    "whitelisted": Verdict.CLEAN,
}


def verdict_of(item: Mapping[str, Any], prefix: str = "") -> Verdict:
    """Return the verdict of an object from VMRay.

    Args:
        item: A sample (prefix ``sample_``), a submission (``submission_``) or an IOC (no prefix).
        prefix: The prefix of the field names.

    Returns:
        The verdict; if the field is missing (servers before 4.0), the verdict that corresponds to the severity.
    """
    if f"{prefix}verdict" in item:
        return _BY_WORD.get(str(item[f"{prefix}verdict"]).lower(), Verdict.NONE)
    return _BY_SEVERITY.get(str(item.get(f"{prefix}severity")).lower(), Verdict.NONE)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of several verdicts; ``NONE`` if there are no verdicts."""
    return min(verdicts, key=lambda verdict: verdict.rank, default=Verdict.NONE)
