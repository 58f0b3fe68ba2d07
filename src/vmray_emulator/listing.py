"""Lists: filters by an object's own columns, ranges, windows of ids, pages and single-use continuations.

Filter columns, filters in the path and ranges follow the generic rule of the vendor's OpenAPI document
2026.2.1. Two facts are inferred: the default order (newest first), and that both ends of a range count.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.errors import ApiError, NotFoundError
from vmray_emulator.schemas.catalogue import SCHEMAS
from vmray_emulator.store import column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vmray_emulator.json_types import Json
    from vmray_emulator.schemas.fields import Field
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record

_WINDOW: Final = {"_min_id": ">=", "_max_id": "<="}
_FEEDS: Final = ("analysis", "submission")
_RANGES: Final = ("ts", "i")
_BOOLEANS: Final = {"true": 1, "1": 1, "false": 0, "0": 0}
_LIST_COLUMNS: Final = {
    "analysis_submission_id": "analysis_submission_ids",
    "job_submission_id": "job_submission_ids",
}


@dataclass(slots=True)
class Conditions:
    """An SQL condition that is built step by step.

    Attributes:
        parts: Conditions that must all hold.
        values: The values of the placeholders.
        order: The SQL order.
    """

    parts: list[str] = field(default_factory=lambda: ["1"])
    values: list[Any] = field(default_factory=list)
    order: str = "id DESC"

    def add(self, part: str, *values: Json) -> None:
        """Add a condition."""
        self.parts.append(part)
        self.values.extend(values)

    @property
    def sql(self) -> str:
        """The whole condition."""
        return " AND ".join(self.parts)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    Attributes:
        records: Objects as the API sends them.
        continuation: Id of the next page, or None on the last page.
        truncated: Whether more objects exist than all pages have.
    """

    records: list[Record]
    continuation: int | None = None
    truncated: bool = False

    def envelope(self) -> dict[str, Any]:
        """Return the body of the response. The last page has no `continuation_id` (vendor's client)."""
        body: dict[str, Any] = {"result": "ok", "data": self.records}
        if self.continuation is not None:
            body["continuation_id"] = self.continuation
        if self.truncated:
            body["truncated"] = True
        return body


def integer(params: Mapping[str, str], name: str) -> int | None:
    """Read an integer parameter of a list, or None.

    Raises:
        ApiError: 400, the value is not an integer (status inferred).
    """
    text = params.get(name, "")
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise ApiError(400, f'Parameter "{name}" is not an integer')
    return int(text)


def _value(of: Field, text: str) -> Json:
    if of.type == "i":
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise ApiError(400, f'Parameter "{of.name}" is not an integer')
        return int(text)
    if of.type == "b":
        if text.lower() not in _BOOLEANS:
            raise ApiError(400, f'Parameter "{of.name}" is not a boolean')
        return _BOOLEANS[text.lower()]
    if of.type == "ts":
        return text.strip().replace(" ", "T").removesuffix("Z")
    return text.lower() if of.name.endswith(("hash", "_md5", "_sha1", "_sha256")) else text


def filter_by(conditions: Conditions, of: Field, text: str) -> None:
    """Filter by a value of a field, or by a range `from~to` (one end may be empty)."""
    where = column(of.name)
    if of.name in _LIST_COLUMNS:
        listed = f"$.{_LIST_COLUMNS[of.name]}"
        part = f"EXISTS (SELECT 1 FROM json_each(body, '{listed}') WHERE value = ?)"  # noqa: S608 - names of our own tables and fields
        conditions.add(part, _value(of, text))
    elif of.nullable and text.lower() in ("null", "none"):
        conditions.add(f"{where} IS NULL")
    elif "~" in text and of.type in _RANGES:
        start, _, end = text.partition("~")
        if start:
            conditions.add(f"{where} >= ?", _value(of, start))
        if end:
            conditions.add(f"{where} <= ?", _value(of, end))
    else:
        conditions.add(f"{where} = ?", _value(of, text))


def conditions_of(
    state: ServerState, kind: str, params: Mapping[str, str], path_filters: Mapping[str, str]
) -> Conditions:
    """Build the condition of a request from its path and its query.

    Args:
        state: The server.
        kind: Kind of object.
        params: The query. Names that are no column and no id window are ignored, `_count` too.
        path_filters: Short names of columns from the path, with their values.

    Raises:
        ApiError: 404, a name in the path is no column. 400, a value does not match its column.
    """
    schema = SCHEMAS[kind]
    conditions = Conditions()
    for short, text in path_filters.items():
        if short not in schema.short_names:
            raise NotFoundError
        filter_by(conditions, schema.fields[schema.short_names[short]], text)
    for name, text in params.items():
        of = schema.fields.get(name)
        if of is not None and of.sent_by(state.version):
            filter_by(conditions, of, text)
    _window(state, kind, params, conditions)
    return conditions


def _window(state: ServerState, kind: str, params: Mapping[str, str], conditions: Conditions) -> None:
    ascending = params.get("_order", "desc").lower()
    if ascending not in ("asc", "desc"):
        raise ApiError(400, 'Parameter "_order" is not asc or desc')
    conditions.order = f"id {ascending}"
    last = integer(params, "_last_id")
    if last is not None and kind in _FEEDS:
        _feed(state, kind, last, ascending, conditions)
        return
    for name, sign in _WINDOW.items():
        bound = integer(params, name)
        if bound is not None:
            conditions.add(f"id {sign} ?", bound)


def _feed(state: ServerState, kind: str, last: int, direction: str, conditions: Conditions) -> None:
    """Filter objects after the last one that the client read.

    Submissions come in order of completion, analyses in order of their ids. Unfinished
    submissions are left out. `_min_id` and `_max_id` are ignored (vendor's OpenAPI document 2026.2.1).
    """
    if kind == "analysis":
        conditions.add("id > ?", last)
        return
    sql = "SELECT finished FROM schedule WHERE submission_id = ?"
    row = state.store.db.execute(sql, (last,)).fetchone()
    position = "(SELECT finished FROM schedule WHERE submission_id = submission.id)"
    if row and row[0]:
        conditions.add(f"{position} > ?", row[0])
    else:
        conditions.add(f"{position} IS NOT NULL AND id > ?", last)
    conditions.order = f"{position} {direction}"


def list_page(state: ServerState, kind: str, params: Mapping[str, str], conditions: Conditions) -> Page:
    """Return the first page of the objects that match the conditions."""
    settings = state.settings
    limit = integer(params, "_limit")
    if limit is not None and limit < 0:
        raise ApiError(400, 'Parameter "_limit" is negative')
    wanted = settings.max_api_items if limit is None else min(limit, settings.max_api_items)
    truncating = limit is None or limit > settings.max_api_items
    found = state.store.ids(kind, conditions.sql, conditions.values, conditions.order, wanted + 1)
    more = truncating and len(found) > wanted
    return _cut(state, kind, found[:wanted], truncated=more)


def _cut(state: ServerState, kind: str, numbers: list[int], *, truncated: bool = False) -> Page:
    size = state.settings.api_items_per_request
    rest = numbers[size:]
    continuation = None
    if rest:
        continuation = state.store.next_number("continuation", 918273)
        sql = "INSERT INTO continuation VALUES (?, ?, ?)"
        state.store.db.execute(sql, (continuation, kind, json.dumps(rest)))
    records = [state.serialize(kind, record) for record in state.store.many(kind, numbers[:size])]
    return Page(records, continuation, truncated)


def continue_page(state: ServerState, number: int) -> Page:
    """Return the next page of an earlier list. Each id works once.

    Raises:
        NotFoundError: The id is unknown or was used before.
    """
    sql = "DELETE FROM continuation WHERE id = ? RETURNING kind, ids"
    row = state.store.db.execute(sql, (number,)).fetchone()
    if row is None:
        raise NotFoundError
    return _cut(state, row[0], json.loads(row[1]))
