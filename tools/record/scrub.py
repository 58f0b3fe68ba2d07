"""Scrub recorded responses: replace keys, e-mail addresses, hosts, accounts, free texts and ids.

Types and null stay, so a scrubbed response has the shape of the real response. The analysed data stays too
(file names, hashes, URLs and other IOCs): record only samples that may be public.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from tools.record.pseudonyms import EMAIL, Pseudonyms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Ends of the names of fields with a name, and the kind of its pseudonym; the name is replaced in all fields.
_FIELDS: Final = {
    "account_name": "account",
    "user_name": "account",
    "api_key_name": "account",
    "webif_alias": "machine",
    "vmhost_name": "machine",
    "ip_ip": "ip",
    "api_key_api_key": "key",
}
#: Ends of the names of fields with free text; the text is replaced in these fields only.
_FREE: Final = (
    "comment", "interface_name", "password", "submission_metadata", "user_config_config", "submission_tags",
    "analysis_tags", "tag_name",
)  # fmt: skip  # one line for each row of the table
_ADDRESSES: Final = ("webif_url", "webif_base_url")
#: Fields, or ends of their names, whose values are VMRay's own words, even if an account has the same name.
_WORDS: Final = (
    "verdict", "severity", "status", "result", "type", "mode", "state", "platform", "analyzer_name",
    "category", "categories", "classifications", "operations", "tactics",
)  # fmt: skip  # one line for each row of the table
#: Texts for users, in which a number may be an id.
_PROSE: Final = ("error_msg", "message", "description")
#: Numbers that look like ids of the server but belong to the analysed data.
_NO_IDS: Final = ("process_ids", "parent_processes_ids")
_ID_FIELD: Final = re.compile(r"\w+_ids?")
_ID_IN_ADDRESS: Final = re.compile(
    r"(?P<before>(?:/|%2f)(?P<kind>sample|submission|analys[ei]s|job)s?(?:/|%2f)(?:view(?:\?|%3f)id(?:=|%3d))?)"
    r"(?P<id>[0-9]{1,18})(?![0-9])",
    re.IGNORECASE,
)
_NUMBER_ALONE: Final = re.compile(r"(?<![\w./=%])[0-9]{1,18}(?!\w|\.[0-9])")
#: Texts that contain no personal data.
_HARMLESS: Final = ("", "-", "{}", "[]")


class LeakError(Exception):
    """A secret was found in the data to write."""


class Scrubber:
    """Replaces secrets in a whole recording, consistently.

    Args:
        root: Root of the recorded server; its host is a secret.
        api_key: The key that was used.
    """

    def __init__(self, root: str, api_key: str) -> None:
        self._pseudonyms = Pseudonyms()
        self._pseudonyms.learn("key", api_key)
        self._learn_address(root)

    def scrub(self, bodies: Mapping[str, Any]) -> dict[str, Any]:
        """Replace everything secret in all bodies.

        Args:
            bodies: Name to parsed JSON. All bodies are read before the first is changed, so that a name in
                one body is found in the others.

        Raises:
            LeakError: A secret is left; then nothing may be written.
        """
        for body in bodies.values():
            for field, value in _leaves(body, ""):
                self._learn(field, value)
        scrubbed = {name: self._clean(body, "") for name, body in bodies.items()}
        self._check(scrubbed)
        return scrubbed

    def _learn(self, field: str, value: str | int) -> None:
        if isinstance(value, int):
            if _is_id(field):
                self._pseudonyms.number(field, value)
            return
        for address in EMAIL.findall(value) + EMAIL.findall(unquote(value)):
            self._pseudonyms.learn("email", address)
        if field.endswith(_ADDRESSES):
            self._learn_address(value)
        kind = next((kind for end, kind in _FIELDS.items() if field.endswith(end)), None)
        if kind is not None and value not in _HARMLESS:
            self._pseudonyms.learn(kind, value)

    def _learn_address(self, url: str) -> None:
        parts = urlsplit(url)
        self._pseudonyms.learn("host", parts.netloc.rpartition("@")[2])
        self._pseudonyms.learn("host", parts.hostname or "")

    def _clean(self, value: Any, field: str) -> Any:  # noqa: ANN401 - JSON may be anything
        if isinstance(value, dict):
            return {name: self._clean(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self._clean(item, field) for item in value]
        if isinstance(value, str) and field.endswith(_FREE):
            return value if value in _HARMLESS else self._pseudonyms.text(value)
        if isinstance(value, str):
            return self._clean_text(value, field)
        if isinstance(value, int) and not isinstance(value, bool) and _is_id(field):
            return self._pseudonyms.number(field, value)
        return value

    def _clean_text(self, value: str, field: str) -> str:
        if field.endswith(_WORDS):
            return self._pseudonyms.hide_certain(value)
        if field.endswith(_PROSE):
            value = _NUMBER_ALONE.sub(self._known_id, value)
        return _ID_IN_ADDRESS.sub(self._address_id, self._pseudonyms.hide(value))

    def _known_id(self, match: re.Match[str]) -> str:
        number = self._pseudonyms.known_number(int(match[0]))
        return match[0] if number is None else str(number)

    def _address_id(self, match: re.Match[str]) -> str:
        kind = match["kind"].lower().replace("analyses", "analysis")
        return f"{match['before']}{self._pseudonyms.number(kind, int(match['id']))}"

    def _check(self, scrubbed: Mapping[str, Any]) -> None:
        for name, body in scrubbed.items():
            texts = [self._left(field, value) for field, value in _leaves(body, "") if isinstance(value, str)]
            if any(texts) or any(map(self._left_in_name, _fields(body))):
                raise LeakError(f"{name}: a secret would be written")

    def _left(self, field: str, value: str) -> list[str]:
        known = field.endswith(_WORDS)
        return self._pseudonyms.left_certain(value) if known else self._pseudonyms.left(value)

    def _left_in_name(self, name: str) -> list[str]:
        # An account may have the name `user`, which is also the name of fields.
        known = name.isidentifier()
        return self._pseudonyms.left_certain(name) if known else self._pseudonyms.left(name)


def _is_id(field: str) -> bool:
    return bool(_ID_FIELD.fullmatch(field)) and field not in _NO_IDS


def _leaves(value: object, field: str) -> Iterator[tuple[str, str | int]]:
    """Return all texts and whole numbers with the names of their fields."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, field)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield field, value


def _fields(value: object) -> Iterator[str]:
    """Return the names of all fields."""
    if isinstance(value, dict):
        yield from value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _fields(item)
