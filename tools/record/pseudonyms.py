"""Pseudonyms: the same secret always becomes the same harmless word or number, of the same JSON type."""

from __future__ import annotations

import re
from typing import Final

EMAIL: Final = re.compile(r"[\w.%+'-]+@[\w-]+(?:\.[\w-]+)+")
_FORMS: Final = {
    "key": "api-key-{}",
    "email": "user-{}@scrubbed.example",
    "host": "host-{}.scrubbed.example",
    "account": "account-{}",
    "machine": "machine-{}",
    "ip": "192.0.2.{}",
}
#: Namespaces of ids by the end of the field's name: `analysis_job_id` and `job_id` are the same number.
_KINDS: Final = (
    "reputation_lookup", "reputation_job", "vt_analysis", "vt_job", "user_account", "submission", "analysis",
    "sample", "job", "user", "account", "ip",
)  # fmt: skip
_CACHES: Final = {"analysis_cache": "analysis", "job_cache": "job"}


class Pseudonyms:
    """What was replaced by what."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._used: dict[str, int] = {}
        self._numbers: dict[str, dict[int, int]] = {}
        self._free: dict[str, int] = {}

    def learn(self, kind: str, secret: str) -> None:
        """Note a secret text of a kind (a key of `_FORMS`); one that is known keeps its pseudonym."""
        if secret and secret.lower() not in self._names:
            self._used[kind] = self._used.get(kind, 0) + 1
            self._names[secret.lower()] = _FORMS[kind].format(self._used[kind])

    def number(self, field: str, value: int) -> int:
        """The pseudonym of an id; ids of one namespace count up from 1 in the order in which they are met."""
        known = self._numbers.setdefault(namespace(field), {})
        return known.setdefault(value, len(known) + 1)

    def text(self, value: str) -> str:
        """The pseudonym of a free text, as a whole."""
        return f"text-{self._free.setdefault(value, len(self._free) + 1)}"

    @property
    def secrets(self) -> list[str]:
        """Everything that must not be found any more, in lower case, the longest first."""
        return sorted(self._names, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """Replace every known secret in a text, whatever its case."""
        if not self._names:
            return text
        return self._pattern().sub(lambda match: self._names[match[0].lower()], text)

    def _pattern(self) -> re.Pattern[str]:
        # A name is replaced where it stands alone, so that a short one does not break other words.
        words = "|".join(re.escape(secret) for secret in self.secrets)
        return re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])", re.IGNORECASE)


def namespace(field: str) -> str:
    """What an id field counts: `submission_sample_id` counts samples."""
    bare = re.sub(r"_ids?$", "", field)
    bare = next((kind for end, kind in _CACHES.items() if bare.endswith(end)), bare)
    return next((kind for kind in _KINDS if bare == kind or bare.endswith(f"_{kind}")), bare)
