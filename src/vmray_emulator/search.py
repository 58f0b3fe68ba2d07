"""The query language of `/sample/search` and `/submission/search` as an SQL condition.

A query is `FIELD OP VALUE`, joined by `and` and `or`; `and` binds stronger. Fields, operators and the limit
of ten filters: vendor's OpenAPI document 2026.2.1. The status of a bad query is inferred.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.errors import ApiError
from vmray_emulator.store import column

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_FILTERS: Final = 10
_TOKEN: Final = re.compile(r'\s*(?:"(?P<quoted>[^"]*)"|(?P<word>[^\s"]+))(?=\s|$)')
_OPERATORS: Final = ("==", "<>", "like", "not like")
_NO_TEXT: Final = "COALESCE({}, '')"
# Field to the SQL of a text, or of a list of texts, by kind.
_TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "sample": {"filename": column("sample_filename"), "url": column("sample_url")},
    "submission": {"filename": column("submission_filename"), "url": column("submission_original_url")},
}
_LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    "sample": {
        "threat_name": "json_each(sample.body, '$.sample_threat_names')",
        "vti_classification": "json_each(sample.body, '$.sample_classifications')",
    },
    "submission": {
        "threat_name": "sample, json_each(sample.body, '$.sample_threat_names')",
    },
}


def search_condition(kind: str, query: str) -> tuple[str, list[Any]]:
    """Return the SQL condition of a query, and the values of its placeholders.

    Raises:
        ApiError: 400, the query is not one, or has more than ten filters.
    """
    words, values, parts = _words(query), [], []
    while words:
        sql, value = _filter(kind, words)
        values.append(value)
        parts.append(sql)
        if words:
            joiner = words.pop(0).lower()
            if joiner not in ("and", "or") or not words:
                raise _bad(f"there is no filter after {joiner!r}")
            parts.append(joiner.upper())
    if not values or len(values) > MOST_FILTERS:
        raise _bad(f"it needs 1 to {MOST_FILTERS} filters")
    return f"({' '.join(parts)})", values


def _words(query: str) -> list[str]:
    return list(_tokens(query.strip()))


def _tokens(query: str) -> Iterator[str]:
    position = 0
    while position < len(query):
        match = _TOKEN.match(query, position)
        if match is None:
            raise _bad("a quotation mark is not closed")
        yield match["word"] if match["quoted"] is None else match["quoted"]
        position = match.end()


def _filter(kind: str, words: list[str]) -> tuple[str, str]:
    """Take one filter from the words."""
    field, operator = words.pop(0).lower(), words.pop(0).lower() if words else ""
    if operator == "not" and words:
        operator = f"not {words.pop(0).lower()}"
    if operator not in _OPERATORS or not words:
        raise _bad(f"a filter is FIELD {' or '.join(_OPERATORS)} VALUE")
    value = words.pop(0)
    positive = operator in ("==", "like")
    like = operator.endswith("like")
    text = _like(value) if like else value
    test = "{} LIKE ? ESCAPE '\\'" if like else "LOWER({}) = LOWER(?)"
    return f"{'' if positive else 'NOT '}({_tested(kind, field, test)})", text


def _tested(kind: str, field: str, test: str) -> str:
    if field in _TEXTS[kind]:
        return test.format(_NO_TEXT.format(_TEXTS[kind][field]))
    if field not in _LISTS[kind]:
        raise _bad(f"there is no field {field!r}")
    own = "" if kind == "sample" else f"sample.id = {column('submission_sample_id', of='submission')} AND "
    return f"EXISTS (SELECT 1 FROM {_LISTS[kind][field]} WHERE {own}{test.format('value')})"  # noqa: S608 - names of our own tables and fields


def _like(value: str) -> str:
    """Return a pattern for SQL: only `%` is a wildcard of VMRay."""
    return value.replace("\\", "\\\\").replace("_", "\\_")


def _bad(reason: str) -> ApiError:
    return ApiError(400, f'Parameter "query" is not valid: {reason}')
