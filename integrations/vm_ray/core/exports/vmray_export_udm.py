"""The export as text for the search of Google SecOps: the grouped fields of its unified data model (UDM)."""

from __future__ import annotations

from typing import Final

from ...core.exports.vmray_export import (
    NOT_PLAIN,
    Export,
    Written,
    has_control_characters,
    problem_of_value,
    usual_value,
)
from ...core.exports.vmray_gated_iocs import DatedIoc
from ...core.results.vmray_escape import udm_string
from ...core.results.vmray_ioc_rows import IocName

# A grouped field searches all fields of its kind. There is none for URLs (inferred: the field of a contacted URL).
_FIELDS: Final = {
    "domains": "domain",
    "ips": "ip",
    "files": "hash",
    "filenames": "file_path",
    "email_addresses": "email",
    "emails": "email",
    "urls": "target.url",
}
MAX_TERMS: Final = 50


def udm_file(export: Export) -> Written:
    """Return searches with at most 50 terms each, the most important IOCs first."""
    kept, left_out = export.accepted(_problem)
    terms = list(dict.fromkeys(_term(ioc.row.name) for ioc in kept))
    queries = [" or ".join(terms[start : start + MAX_TERMS]) for start in range(0, len(terms), MAX_TERMS)]
    return Written("".join(f"{query}\n\n" for query in queries).encode(), left_out, queries)


def _term(name: IocName) -> str:
    """Return the comparison of a field with a value; the search compares upper and lower case."""
    return f"{_FIELDS[name.kind]} = {udm_string(usual_value(name))}"


def _problem(ioc: DatedIoc) -> str:
    if ioc.row.name.kind not in _FIELDS:
        return "the search has no field for this type"
    if has_control_characters(ioc.row.name.value):
        return NOT_PLAIN
    return problem_of_value(ioc.row)
