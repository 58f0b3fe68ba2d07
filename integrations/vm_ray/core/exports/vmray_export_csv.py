"""The export as CSV: RFC 4180, UTF-8, a line for each IOC."""

from __future__ import annotations

from typing import Final

from ...core.api.vmray_protocol import is_utf8_encodable
from ...core.exports.vmray_export import NO_UTF8, Export, Written
from ...core.exports.vmray_gated_iocs import DatedIoc
from ...core.results.vmray_escape import csv_field, hides_formula

COLUMNS: Final = (
    "type",
    "value",
    "verdict",
    "sha256",
    "sha1",
    "md5",
    "threat_names",
    "first_sample_id",
    "expires",
)


def csv_file(export: Export) -> Written:
    """Return the CSV file. Text of a sample stays exact, except for the guard against formulas."""
    kept, left_out = export.accepted(_problem)
    lines = [COLUMNS, *map(_cells, kept)]
    text = "".join(",".join(map(csv_field, cells)) + "\r\n" for cells in lines)
    return Written(text.encode(), left_out)


def _problem(ioc: DatedIoc) -> str:
    cells = _cells(ioc)
    if not is_utf8_encodable("".join(cells)):
        return NO_UTF8
    return "a spreadsheet could run a part of it as a formula" if any(map(hides_formula, cells)) else ""


def _cells(ioc: DatedIoc) -> tuple[str, ...]:
    row = ioc.in_json(whole=False)
    hashes = [row["hashes"].get(name) or "" for name in ("sha256", "sha1", "md5")]
    names = "; ".join(row["threat_names"])
    return (
        row["type"],
        row["value"],
        row["verdict"] or "",
        *hashes,
        names,
        str(row["sample_ids"][0]),
        row["expires"] or "",
    )
