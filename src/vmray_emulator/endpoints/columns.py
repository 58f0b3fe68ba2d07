"""Path twins: which words may stand for a column in `/submission/WORD/VALUE`."""

from __future__ import annotations

import re

from starlette.convertors import Convertor, register_url_convertor

from vmray_emulator.schemas.catalogue import SCHEMAS


class _ColumnConvertor(Convertor[str]):
    """Matches the short names of one kind's columns, so that other paths stay unknown."""

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


for _kind, _schema in SCHEMAS.items():
    _words = "|".join(re.escape(name) for name in sorted(_schema.short_names))
    register_url_convertor(
        f"{_kind}_column", type(f"{_kind}Column", (_ColumnConvertor,), {"regex": _words})()
    )


def twin_path(kind: str) -> str:
    """The path of a kind's twins."""
    return f"/{kind}/{{column:{kind}_column}}/{{value:path}}"
