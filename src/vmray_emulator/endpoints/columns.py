"""Parts of paths: ids, and the names of columns in filters such as `/submission/COLUMN/VALUE`."""

from __future__ import annotations

import re

from starlette.convertors import Convertor, register_url_convertor

from vmray_emulator.schemas.catalogue import SCHEMAS

# Ids have up to 18 digits, so that the database can store them. A longer one is an unknown path.
LARGEST_ID = 10**18 - 1


class _IdConvertor(Convertor[int]):
    """Matches the id of an object."""

    regex = "[0-9]{1,18}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


class _ColumnConvertor(Convertor[str]):
    """Matches the short names of the columns of one kind, so that other paths stay unknown."""

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("id", _IdConvertor())
for _kind, _schema in SCHEMAS.items():
    _words = "|".join(re.escape(name) for name in sorted(_schema.short_names))
    register_url_convertor(
        f"{_kind}_column", type(f"{_kind}Column", (_ColumnConvertor,), {"regex": _words})()
    )


def column_path(kind: str) -> str:
    """Return the path that filters a kind by one of its columns."""
    return f"/{kind}/{{column:{kind}_column}}/{{value:path}}"
