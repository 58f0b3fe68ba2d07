"""Verdicts and their order.

VMRay 4.0 and later return a ``verdict``; earlier servers return only a ``severity`` (seen in real responses and in
VMRay's own clients). ``not_available`` and JSON ``null`` mean: no verdict. Any other value is a verdict that this
version does not know. VMRay's own word is kept: shown as "no verdict", it would hide what VMRay found.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from ...core.api.vmray_text import one_line

# From the worst to none. A verdict that this version does not know comes before clean: it must not hide behind it.
UNRECOGNIZED: Final = "unrecognized"
ORDER: Final = ("malicious", "suspicious", UNRECOGNIZED, "clean", "none")
MAX_WORD_LENGTH: Final = 60


@dataclass(frozen=True, slots=True)
class Verdict:
    """VMRay's judgement of a sample, a submission or an IOC.

    Attributes:
        value: VMRay's own word, shortened; ``none`` for no verdict.
        severity: For a word that this version does not know, the verdict that corresponds to the severity; else empty.
    """

    value: str = "none"
    severity: str = ""

    MALICIOUS: ClassVar[Verdict]
    SUSPICIOUS: ClassVar[Verdict]
    CLEAN: ClassVar[Verdict]
    NONE: ClassVar[Verdict]

    @property
    def is_recognized(self) -> bool:
        """Whether this version knows VMRay's word."""
        return self.value in ORDER and self.value != UNRECOGNIZED

    @property
    def rating(self) -> str:
        """The word of ``ORDER`` that decides about rank and colour.

        If VMRay's word is not known and the older severity is, then the severity decides (inferred: VMRay's own
        connectors treat both fields as equivalent).
        """
        return self.value if self.is_recognized else self.severity or UNRECOGNIZED

    @property
    def rank(self) -> int:
        """The position in the order: 0 for the worst verdict."""
        return ORDER.index(self.rating)

    @property
    def is_suspicious(self) -> bool:
        """Whether an analyst should investigate: malicious or suspicious."""
        return self.rating in ("malicious", "suspicious")

    @property
    def word(self) -> str:
        """The word that an analyst reads; text of a server if ``is_recognized`` is False."""
        if self == Verdict.NONE:
            return "Unknown"
        return self.value.capitalize() if self.is_recognized else self.value

    @property
    def in_json(self) -> str | None:
        """The verdict in the JSON results of actions with an outcome: one of three words; None for any other."""
        return self.rating if self.rating in ("malicious", "suspicious", "clean") else None

    @property
    def told(self) -> str:
        """VMRay's word for a sentence, with a remark if this version does not know the word."""
        return self.value if self.is_recognized else f"{self.value} (not known to this version of the integration)"

    @property
    def note(self) -> str:
        """A note for the analyst about a word that this version does not know; empty for the known ones."""
        if self.is_recognized:
            return ""
        rated = f"; rated by its severity, {self.severity}" if self.severity else ""
        return f'this version of the integration does not know VMRay\'s verdict "{self.value}"{rated}'


Verdict.MALICIOUS, Verdict.SUSPICIOUS = Verdict("malicious"), Verdict("suspicious")
Verdict.CLEAN, Verdict.NONE = Verdict("clean"), Verdict("none")
# All verdicts that this version knows, the worst first.
VERDICTS: Final = (Verdict.MALICIOUS, Verdict.SUSPICIOUS, Verdict.CLEAN, Verdict.NONE)

_BY_WORD: Final = {verdict.value: verdict for verdict in VERDICTS} | dict.fromkeys(("", "not_available"), Verdict.NONE)
# The mapping of the older field in VMRay's own connector for another SOAR.
_BY_SEVERITY: Final = {
    "malicious": Verdict.MALICIOUS,
    "blacklisted": Verdict.MALICIOUS,
    "suspicious": Verdict.SUSPICIOUS,
    "not_suspicious": Verdict.CLEAN,
    "whitelisted": Verdict.CLEAN,
    **dict.fromkeys(("", "unknown", "error", "not_available"), Verdict.NONE),
}


def verdict_of(item: Mapping[str, Any], prefix: str = "") -> Verdict:
    """Return the verdict of an object from VMRay.

    Args:
        item: A sample (prefix ``sample_``), a submission (``submission_``) or an IOC (no prefix).
        prefix: The prefix of the field names.

    Returns:
        The verdict; if the field is missing (servers before 4.0), the verdict that corresponds to the severity.
        A verdict of null or ``not_available`` is VMRay's own "no verdict": the older severity does not replace it.
    """
    severity = _word(item.get(f"{prefix}severity"))
    by_severity = _BY_SEVERITY.get(severity.lower())
    if f"{prefix}verdict" not in item:
        return by_severity or Verdict(severity)
    word = _word(item[f"{prefix}verdict"])
    known = _BY_WORD.get(word.lower())
    if known is not None:
        return known
    return Verdict(word, by_severity.value if by_severity and by_severity != Verdict.NONE else "")


def _word(value: object) -> str:
    """Return a word as one line, empty for null; a value of another type than text as JSON."""
    if value is None:
        return ""
    return one_line(value if isinstance(value, str) else json.dumps(value), MAX_WORD_LENGTH)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of several verdicts; ``NONE`` if there are no verdicts."""
    return min(verdicts, key=lambda verdict: verdict.rank, default=Verdict.NONE)
