"""Replace secrets by pseudonyms: a secret always gets the same harmless word or number of its JSON type."""

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
)  # fmt: skip  # one line for each row of the table
_CACHES: Final = {"analysis_cache": "analysis", "job_cache": "job"}
#: Shorter keys could occur in a word by chance; real keys have 32 characters.
_LONG_KEY: Final = 8
#: Our own words are not secrets, even if an account has the name `account`.
_PSEUDONYM: Final = re.compile(
    "|".join(re.escape(form.format("N")).replace("N", "[0-9]+") for form in (*_FORMS.values(), "text-{}"))
)


class Pseudonyms:
    """The secrets and their pseudonyms.

    Keys and e-mail addresses are secrets everywhere, even inside a word. A host or a name may be a common
    word, so it is a secret only as a separate word.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._certain: set[str] = set()
        self._used: dict[str, int] = {}
        self._numbers: dict[str, dict[int, int]] = {}
        self._free: dict[str, int] = {}

    def learn(self, kind: str, secret: str) -> None:
        """Add a secret text of a kind (a key of `_FORMS`); a known text keeps its pseudonym."""
        if secret and secret.lower() not in self._names:
            self._used[kind] = self._used.get(kind, 0) + 1
            self._names[secret.lower()] = _FORMS[kind].format(self._used[kind])
        if kind == "email" or (kind == "key" and len(secret) >= _LONG_KEY):
            self._certain.add(secret.lower())

    def number(self, field: str, value: int) -> int:
        """Return the pseudonym of an id; ids of one namespace count up from 1 in order of appearance."""
        known = self._numbers.setdefault(namespace(field), {})
        return known.setdefault(value, len(known) + 1)

    def known_number(self, value: int) -> int | None:
        """Return the pseudonym of a number that appeared as an id of any namespace."""
        return next((known[value] for known in self._numbers.values() if value in known), None)

    def text(self, value: str) -> str:
        """Return the pseudonym of a free text, as a whole."""
        return f"text-{self._free.setdefault(value, len(self._free) + 1)}"

    def hide(self, text: str) -> str:
        """Replace every known secret in a text, whatever its case, percent-encoded or not."""
        return self._replaced(text, list(self._names))

    def hide_certain(self, text: str) -> str:
        """Replace keys and e-mail addresses only."""
        return self._replaced(text, list(self._certain))

    def left(self, text: str) -> list[str]:
        """Return the secrets that are still in a text; the search differs from the one of `hide`."""
        readable = {_PSEUDONYM.sub("\0", one.lower()) for one in (text, unquote(text), unquote_plus(text))}
        return [secret for secret in self._names if any(self._stands_in(secret, one) for one in readable)]

    def left_certain(self, text: str) -> list[str]:
        """Return the keys and e-mail addresses that are still in a text."""
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
    """Return whether a text may contain a secret: a fast check, because few texts do."""
    return "%" in text or "+" in text or secret in text.lower() or not text.isascii()


def _written(character: str) -> str:
    """Return a pattern of all ways to write a character in an address."""
    encoded = {
        "".join(f"%{byte:02x}" for byte in one.encode("utf-8", "surrogatepass"))
        for one in (character.lower(), character.upper())
    }
    ways = {re.escape(character), *encoded, *([r"\+"] if character == " " else [])}
    return f"(?:{'|'.join(sorted(ways))})"


def namespace(field: str) -> str:
    """Return the namespace of an id field: `submission_sample_id` counts samples."""
    bare = re.sub(r"_ids?$", "", field)
    bare = next((kind for end, kind in _CACHES.items() if bare.endswith(end)), bare)
    return next((kind for kind in _KINDS if bare == kind or bare.endswith(f"_{kind}")), bare)
