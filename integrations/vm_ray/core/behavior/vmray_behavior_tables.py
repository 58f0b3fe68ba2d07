"""The tables of the case wall about behavior: one for each section, with the rows of all analyses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ...core.results.vmray_escape import csv_cell, defang, defang_text, unclickable
from ...core.results.vmray_item_result import Item
from ...core.results.vmray_result import Table

MAX_CONFIGURATION: Final = 1_000


class Columns(NamedTuple):
    """The columns of one table, besides the analysis.

    Attributes:
        title: The title of the table.
        header: The names of the columns.
        cells: Returns the cells of a row, which are not escaped yet.
    """

    title: str
    header: str
    cells: Callable[[Mapping[str, Any]], Sequence[object]]


def behavior_tables(items: Sequence[Item]) -> list[Table]:
    """Return a table for each section that has rows."""
    tables = []
    for name, columns in _COLUMNS.items():
        lines = [
            ",".join(
                csv_cell("" if cell is None else cell) for cell in (item.facts["analysis_id"], *columns.cells(row))
            )
            for item in items
            for row in rows_of_section(item.facts, name)
        ]
        if lines:
            tables.append(Table(columns.title, [f"Analysis,{columns.header}", *lines]))
    return tables


def rows_of_section(facts: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """Return the rows of a section in the row of an item; those of the network are one level deeper."""
    rows: Sequence[Mapping[str, Any]] = facts.get(name) or facts.get("network", {}).get(name, ())
    return rows


def _process(row: Mapping[str, Any]) -> Sequence[object]:
    words = (row["name"], row["verdict"], row["command_line"], _listed(row["indicators"]))
    return [row["pid"], row["parent_pid"], row["depth"], *map(_plain, words)]


def _connection(row: Mapping[str, Any]) -> Sequence[object]:
    return [row["protocol"], defang(row["ip"] or ""), row["port"], row["direction"], row["verdict"]]


def _query(row: Mapping[str, Any]) -> Sequence[object]:
    return [defang(row["name"]), "; ".join(map(defang, row["answers"])), row["verdict"]]


def _request(row: Mapping[str, Any]) -> Sequence[object]:
    headers = [each["name"] + (f": {each['value']}" if each["value"] else "") for each in row["headers"]]
    return [_plain(row["method"]), defang(row["url"]), row["status"], defang_text("; ".join(headers)), row["verdict"]]


def _rule(row: Mapping[str, Any]) -> Sequence[object]:
    words = (row["rule"], row["ruleset"], row["verdict"], _listed(row["classifications"]), _listed(row["threat_names"]))
    return [*map(_plain, words[:3]), row["score"], *map(_plain, words[3:])]


def _threat(row: Mapping[str, Any]) -> Sequence[object]:
    return [_plain(row[name]) for name in ("engine", "threat", "classification", "verdict")]


def _configuration(row: Mapping[str, Any]) -> Sequence[object]:
    text = json.dumps(row["configuration"], ensure_ascii=False)
    return [_plain(row["file"]), defang_text(text[:MAX_CONFIGURATION])]


def _remark(row: Mapping[str, Any]) -> Sequence[object]:
    return [row["level"], _plain(row["message"])]


def _plain(text: str | None) -> str:
    return unclickable(text or "")


def _listed(values: Iterable[str]) -> str:
    return "; ".join(values)


_COLUMNS: Final[Mapping[str, Columns]] = {
    "processes": Columns("VMRay processes", "PID,Parent PID,Depth,Name,Verdict,Command line,Indicators", _process),
    "connections": Columns("VMRay connections", "Protocol,Address,Port,Direction,Verdict", _connection),
    "dns": Columns("VMRay DNS queries", "Name,Answers,Verdict", _query),
    "http": Columns("VMRay HTTP requests", "Method,URL,Status,Headers,Verdict", _request),
    "yara": Columns("VMRay YARA matches", "Rule,Ruleset,Verdict,Score,Classifications,Threat names", _rule),
    "antivirus": Columns("VMRay antivirus matches", "Engine,Threat,Classification,Verdict", _threat),
    "malware_configuration": Columns("VMRay malware configurations", "File,Configuration", _configuration),
    "remarks": Columns("VMRay remarks", "Level,Message", _remark),
}
