"""Pseudonyms: the same secret always becomes the same harmless word or number, of the same JSON type."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, unquote_plus

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
)  # fmt: skip  # a row of the table is a line
_CACHES: Final = {"analysis_cache": "analysis", "job_cache": "job"}
#: From this length on a key stands in no word by chance; real ones have 32 characters.
_LONG_KEY: Final = 8
#: Our own words are no leaks, even of an account that is called `account`.
_PSEUDONYM: Final = re.compile(
    "|".join(re.escape(form.format("N")).replace("N", "[0-9]+") for form in (*_FORMS.values(), "text-{}"))
)


class Pseudonyms:
    """What was replaced by what.

    Keys and e-mail addresses are certain: they are secrets wherever they stand, even inside a word. A host or
    a name may be a word of every day, and is a secret only where it stands alone.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._certain: set[str] = set()
        self._used: dict[str, int] = {}
        self._numbers: dict[str, dict[int, int]] = {}
        self._free: dict[str, int] = {}

    def learn(self, kind: str, secret: str) -> None:
        """Note a secret text of a kind (a key of `_FORMS`); one that is known keeps its pseudonym."""
        if secret and secret.lower() not in self._names:
            self._used[kind] = self._used.get(kind, 0) + 1
            self._names[secret.lower()] = _FORMS[kind].format(self._used[kind])
        if kind == "email" or (kind == "key" and len(secret) >= _LONG_KEY):
            self._certain.add(secret.lower())

    def number(self, field: str, value: int) -> int:
        """The pseudonym of an id; ids of one namespace count up from 1 in the order in which they are met."""
        known = self._numbers.setdefault(namespace(field), {})
        return known.setdefault(value, len(known) + 1)

    def known_number(self, value: int) -> int | None:
        """The pseudonym of a number that was met as an id of anything."""
        return next((known[value] for known in self._numbers.values() if value in known), None)

    def text(self, value: str) -> str:
        """The pseudonym of a free text, as a whole."""
        return f"text-{self._free.setdefault(value, len(self._free) + 1)}"

    def hide(self, text: str) -> str:
        """Replace every known secret in a text, whatever its case, percent-encoded or not."""
        return self._replaced(text, list(self._names))

    def hide_certain(self, text: str) -> str:
        """Replace keys and e-mail addresses only."""
        return self._replaced(text, list(self._certain))

    def left(self, text: str) -> list[str]:
        """The secrets that can still be read in a text; sought otherwise than `hide` replaces them."""
        readable = {_PSEUDONYM.sub("\0", one.lower()) for one in (text, unquote(text), unquote_plus(text))}
        return [secret for secret in self._names if any(self._stands_in(secret, one) for one in readable)]

    def left_certain(self, text: str) -> list[str]:
        """The keys and e-mail addresses among them."""
        return [secret for secret in self.left(text) if secret in self._certain]

    def _stands_in(self, secret: str, text: str) -> bool:
        if secret not in text or secret in self._certain:
            return secret in text
        return re.search(rf"(?<![a-z0-9\0]){re.escape(secret)}(?![a-z0-9\0])", text) is not None

    def _replaced(self, text: str, secrets: list[str]) -> str:
        secrets = sorted((one for one in secrets if _may_hold(text, one)), key=len, reverse=True)
        if not secrets:
            return text
        pattern = "|".join(f"({self._pattern(secret)})" for secret in secrets)
        return re.sub(
            pattern, lambda match: self._names[secrets[(match.lastindex or 0) - 1]], text, flags=re.IGNORECASE
        )

    def _pattern(self, secret: str) -> str:
        written = "".join(map(_written, secret))
        # A letter before the secret may be the end of another encoded character: %2Fname.
        alone = rf"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{{2}})){written}(?![A-Za-z0-9])"
        return written if secret in self._certain else alone


def _may_hold(text: str, secret: str) -> bool:
    """Whether it is worth to look closer; nearly no text holds a secret."""
    return "%" in text or "+" in text or secret in text.lower() or not text.isascii()


def _written(character: str) -> str:
    """A pattern of all ways to write a character in an address."""
    encoded = {
        "".join(f"%{byte:02x}" for byte in one.encode("utf-8", "surrogatepass"))
        for one in (character.lower(), character.upper())
    }
    ways = {re.escape(character), *encoded, *([r"\+"] if character == " " else [])}
    return f"(?:{'|'.join(sorted(ways))})"


def namespace(field: str) -> str:
    """What an id field counts: `submission_sample_id` counts samples."""
    bare = re.sub(r"_ids?$", "", field)
    bare = next((kind for end, kind in _CACHES.items() if bare.endswith(end)), bare)
    return next((kind for kind in _KINDS if bare == kind or bare.endswith(f"_{kind}")), bare)
