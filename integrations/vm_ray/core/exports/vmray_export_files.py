"""The files of an export, one for each format, as far as the result has room for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_models import Json, Sample, objects, texts
from ...core.api.vmray_optional import Missing, read_optional
from ...core.api.vmray_request_errors import TooLargeError
from ...core.evidence.vmray_evidence import sha256_of
from ...core.evidence.vmray_file_reader import RESERVED, budget_of, too_large
from ...core.exports.vmray_export import Export, ExportedSample, Written
from ...core.exports.vmray_gated_iocs import DatedIoc
from ...core.exports.vmray_ioc_gate import DroppedIoc, GatedIocs
from ...core.results.vmray_escape import csv_cell, defang, script_json
from ...core.results.vmray_ioc_items import IocItem
from ...core.results.vmray_item_result import Collected, Item
from ...core.results.vmray_result import Attachment, Table
from ...core.results.vmray_result_budget import USABLE_SHARE, nested_length
from ...core.results.vmray_sample_fields import web_link

STIX: Final = "STIX"
UDM_SEARCH: Final = "UDM Search"
NAMES: Final[Mapping[str, str]] = {
    "CSV": "vmray-iocs.csv",
    "JSON": "vmray-iocs.json",
    STIX: "vmray-iocs.stix.json",
    "MISP": "vmray-iocs.misp.json",
    UDM_SEARCH: "vmray-iocs.udm.txt",
}
_TERMS_OF_QUERY: Final = 50
_ADVICE: Final = "Export fewer IOCs: lower Max IOCs To Return, or run the action with fewer samples."
_TECHNIQUES: Final = "the MITRE techniques"


class ExportFile(NamedTuple):
    """The file of one format.

    Attributes:
        format: The format as the parameter names it.
        written: The content, and the IOCs that the format does not accept.
        reason: Why the file is not attached; empty if it is.
    """

    format: str
    written: Written
    reason: str = ""

    def attachment(self, title: str) -> Attachment:
        """Return the attachment."""
        return Attachment(title, NAMES[self.format], self.written.content)

    def in_json(self, count: int) -> dict[str, Any]:
        """Return the row of the JSON result, with at most so many IOCs that were left out of the file."""
        content = self.written.content
        return {
            "format": self.format,
            "attachment": None if self.reason else NAMES[self.format],
            "size": len(content),
            "sha256": sha256_of(content),
            "left_out": [each.in_json for each in self.written.left_out[:count]],
            "reason": self.reason or None,
        }

    @property
    def notes(self) -> list[tuple[str, str]]:
        """What the message says about the file."""
        count = len(self.written.left_out)
        left_out = f"IOCs that this format does not accept: {count}; see left_out"
        whys = [f"not attached: {self.reason}" if self.reason else "", left_out if count else ""]
        return [(self.format, why) for why in whys if why]


def exported_samples(client: Client, items: Iterable[Item], formats: Sequence[str]) -> dict[int, ExportedSample]:
    """Return the samples of the items that have IOCs; their techniques are read for STIX only."""
    done = [item for item in items if isinstance(item, IocItem) and item.outcome == "done"]
    samples = {item.facts["sample_id"]: item.sample for item in done}
    found = map_concurrently(lambda each: _read_techniques(client, each), samples if STIX in formats else ())
    techniques = dict(found)
    return {number: _exported(each, techniques.get(number, ())) for number, each in samples.items()}


def _read_techniques(client: Client, number: int) -> Sequence[Json] | Missing:
    return read_optional(_TECHNIQUES, lambda: objects(client.get_techniques(number).content))


def _exported(sample: Sample | None, techniques: Sequence[Json] | VMRayError | Missing) -> ExportedSample:
    raw = sample.raw if sample else {}
    names = texts(raw.get("sample_threat_names"))
    if isinstance(techniques, VMRayError):
        techniques = Missing(_TECHNIQUES, techniques)
    if isinstance(techniques, Missing):
        return ExportedSample(web_link(raw), names, note=techniques.note)
    return ExportedSample(web_link(raw), names, techniques)


def exported_files(
    formats: Sequence[str],
    export: Export,
    gate: GatedIocs,
    max_result_bytes: float,
    redacted: Callable[[str], str],
) -> list[ExportFile]:
    """Return the file of each format; the first ones get the room that the rows of the IOCs leave in the result.

    Args:
        formats: The formats as the parameter names them.
        export: What the files are made of.
        gate: The IOCs that passed the gate, and those that did not: all of them have rows.
        max_result_bytes: The platform's limit.
        redacted: Removes the API key from a text, in case a server has put it there.
    """
    files = [ExportFile(each, _redacted(writer_of(each)(export), redacted)) for each in formats]
    rows = exported_rows(gate, export.iocs, files).members(max(len(gate.kept), len(gate.dropped)), False)  # noqa: FBT003 - see ``Collected.members``
    beyond = max(0, nested_length(script_json(rows)) - RESERVED // 2)
    room = budget_of(max_result_bytes - beyond / USABLE_SHARE)
    placed = []
    for file in files:
        size = len(file.written.content)
        fits = size <= room
        room -= size if fits else 0
        placed.append(file if fits else file._replace(reason=too_large(size, room).reason.partition(";")[0]))
    return placed


def _redacted(written: Written, redacted: Callable[[str], str]) -> Written:
    return written._replace(content=redacted(written.content.decode()).encode())


def with_notes(items: Iterable[Item], samples: Mapping[int, ExportedSample]) -> list[Item]:
    """Return the items; one whose sample could not be read as a whole says so."""
    return [_with_note(item, samples.get(item.facts.get("sample_id", 0))) for item in items]


def _with_note(item: Item, sample: ExportedSample | None) -> Item:
    if sample is None or not sample.note:
        return item
    return replace(item.with_notes(sample.note), complete=False)


def delivered(items: Sequence[Item], files: Sequence[ExportFile]) -> list[Item]:
    """Return the items; those with IOCs have failed if the result has room for no file."""
    if not files or not all(each.reason for each in files) or any(each.written.queries for each in files):
        return list(items)
    reason = f"no file is attached: {files[0].reason}"
    kind = TooLargeError.kind
    return [
        replace(item, outcome="failed", reason=reason, kind=kind, advice=_ADVICE) if item.outcome == "done" else item
        for item in items
    ]


def notes_of(files: Iterable[ExportFile]) -> list[tuple[str, str]]:
    """Return what the message says about the files."""
    return [note for each in files for note in each.notes]


def exported_rows(gate: GatedIocs, iocs: Sequence[DatedIoc], files: Sequence[ExportFile]) -> Collected:
    """Return the rows of the JSON result: the IOCs, those that were dropped, and the files."""

    def members(count: int, whole: bool) -> dict[str, Any]:  # noqa: FBT001 - see ``Collected.members``
        queries = [query for file in files for query in file.written.queries]
        return {
            "files": [each.in_json(count) for each in files],
            "udm_search": queries[: -(-count // _TERMS_OF_QUERY)],
            "kept": len(gate.kept),
            "dropped": [each.in_json for each in gate.dropped[:count]],
            "items": [each.in_json(whole=whole) for each in iocs[:count]],
        }

    return Collected("IOCs", max(len(gate.kept), len(gate.dropped)), members, "samples")


def dropped_table(dropped: Sequence[DroppedIoc]) -> list[Table]:
    """Return a table of the dropped IOCs with their reasons; none if there are none."""
    lines = [",".join(csv_cell(defang(cell)) for cell in each.in_json.values()) for each in dropped]
    return [Table("VMRay IOCs - Dropped", ["Type,IOC,Reason", *lines])] if lines else []


def writer_of(name: str) -> Callable[[Export], Written]:
    """Return the writer of a format; its module is loaded only if it is used."""
    match name:
        case "CSV":
            from ...core.exports.vmray_export_csv import csv_file as writer  # noqa: PLC0415 - loaded if wanted
        case "JSON":
            from ...core.exports.vmray_export_json import json_file as writer  # noqa: PLC0415 - loaded if wanted
        case "STIX":
            from ...core.exports.vmray_export_stix import stix_file as writer  # noqa: PLC0415 - loaded if wanted
        case "MISP":
            from ...core.exports.vmray_export_misp import misp_file as writer  # noqa: PLC0415 - loaded if wanted
        case _:
            from ...core.exports.vmray_export_udm import udm_file as writer  # noqa: PLC0415 - loaded if wanted
    return writer
