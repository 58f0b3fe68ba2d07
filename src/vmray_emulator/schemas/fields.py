"""Fields and schemas: one table for each kind of object: defaults, filters, versions, OpenAPI document.

A table has one line for each field: `NAME TYPE[?] [=DEFAULT] [@SINCE] [!UNTIL]`. TYPE is a key of
`_JSON_TYPES`, and `?` allows null. DEFAULT is JSON. SINCE is the first server version that sends the field,
UNTIL is the first one that no longer sends it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from vmray_emulator.versions import V4_2_0, ServerVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vmray_emulator.json_types import Json

_JSON_TYPES: dict[str, dict[str, Any]] = {
    "s": {"type": "string"},
    "i": {"type": "integer"},
    "b": {"type": "boolean"},
    "n": {"type": "number"},
    "ts": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"},
    "o": {"type": "object"},
    "s[]": {"type": "array", "items": {"type": "string"}},
    "i[]": {"type": "array", "items": {"type": "integer"}},
    "o[]": {"type": "array", "items": {"type": "object"}},
}
_LINE = re.compile(
    r"(?P<name>\w+) (?P<type>\S+)(?: +=(?P<default>.*?))?(?: +@(?P<since>[\d.]+))?(?: +!(?P<until>[\d.]+))?"
)
_EMPTY: dict[str, Any] = {"s": "", "i": 0, "b": False, "n": 0, "ts": "1970-01-01T00:00:00", "o": {}}


def type_schema(text: str) -> dict[str, Any]:
    """Return a type of the tables, such as `i` or `s[]?`, as JSON schema."""
    schema = dict(_JSON_TYPES[text.removesuffix("?")])
    if text.endswith("?"):
        schema["type"] = [schema["type"], "null"]
    return schema


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object.

    Attributes:
        name: Full wire name, prefix included.
        type: Key of the type table.
        nullable: Whether the value may be null.
        default: Value in a new object.
        since: First server version that sends it.
        until: First server version that no longer sends it, or None.
    """

    name: str
    type: str
    nullable: bool
    default: Any
    since: ServerVersion
    until: ServerVersion | None

    @property
    def json_schema(self) -> dict[str, Any]:
        """The field as JSON schema."""
        return type_schema(f"{self.type}?" if self.nullable else self.type)

    def sent_by(self, version: ServerVersion) -> bool:
        """Whether a server of that version sends the field."""
        return self.since <= version and (self.until is None or version < self.until)


@dataclass(frozen=True)
class Schema:
    """All fields of one kind of object.

    Attributes:
        kind: The object's name in paths and tables, e.g. `submission`.
        fields: Full name to field, in the order of the table.
    """

    kind: str
    fields: Mapping[str, Field]

    def new(self, **values: Json) -> dict[str, Any]:
        """Make a full object: every field has its default, except the given ones (short names).

        Raises:
            KeyError: A name is not in the table.
        """
        record = json.loads(self._defaults)
        for short, value in values.items():
            name = f"{self.kind}_{short}"
            if name not in self.fields:
                raise KeyError(name)
            record[name] = value
        return dict(record)

    @cached_property
    def _defaults(self) -> str:
        return json.dumps({field.name: field.default for field in self.fields.values()})

    def hidden_by(self, version: ServerVersion) -> frozenset[str]:
        """Return the fields that a server of that version does not send."""
        return frozenset(field.name for field in self.fields.values() if not field.sent_by(version))

    @cached_property
    def short_names(self) -> Mapping[str, str]:
        """Short name in the path (`sample`, `sha256`, `finish_time`) to the full field name.

        The short name drops the kind's prefix, the `_id` of foreign keys and the `hash` of hashes
        (vendor's OpenAPI document 2026.2.1).
        """
        shorts: dict[str, str] = {}
        for name in self.fields:
            bare = name.removeprefix(f"{self.kind}_")
            shorts.setdefault(bare, name)
            if bare != "id":
                shorts.setdefault(bare.removesuffix("_id"), name)
            if bare.endswith("hash"):
                shorts.setdefault(bare.removesuffix("hash"), name)
        return shorts

    def json_schema(self, version: ServerVersion) -> dict[str, Any]:
        """Return the JSON schema of the object that a server of that version sends."""
        sent = [field for field in self.fields.values() if field.sent_by(version)]
        return {
            "type": "object",
            "properties": {field.name: field.json_schema for field in sent},
            "required": [field.name for field in sent],
        }


def _field(kind: str, line: str) -> Field:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"not a line of a field table: {line!r}")
    bare = match["type"].removesuffix("?")
    nullable = bare != match["type"]
    default = None if nullable else _EMPTY.get(bare, [])
    return Field(
        name=f"{kind}_{match['name']}",
        type=bare,
        nullable=nullable,
        default=default if match["default"] is None else json.loads(match["default"]),
        since=ServerVersion.parse(match["since"]) if match["since"] else V4_2_0,
        until=ServerVersion.parse(match["until"]) if match["until"] else None,
    )


def table(kind: str, text: str) -> Schema:
    """Read a table of fields (see the module's docstring)."""
    lines = [line.strip() for line in text.strip().splitlines()]
    fields = [_field(kind, line) for line in lines if line]
    return Schema(kind, {field.name: field for field in fields})
