"""The behavior in one analysis as a row of the result: read from VMRay, or why it cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ...core.api.vmray_client import Client
from ...core.api.vmray_models import Analysis
from ...core.api.vmray_optional import Missing, read_optional
from ...core.api.vmray_protocol import Document
from ...core.api.vmray_request_errors import NotFoundError
from ...core.behavior.vmray_behavior import (
    CONFIGURATION,
    MEMBERS,
    NO_CONFIGURATIONS,
    OLDER_MEMBERS,
    REMARKS,
    Behavior,
    Configurations,
    Wanted,
    behavior_of,
    older_behavior_of,
)
from ...core.behavior.vmray_summary_references import SUMMARY
from ...core.behavior.vmray_summary_v1 import MEMBER as OLDER_SUMMARY
from ...core.behavior.vmray_summary_v1 import NOTE as OLDER_NOTE
from ...core.evidence.vmray_analysis_choice import failed_analysis
from ...core.evidence.vmray_evidence import Evidence, NoEvidence
from ...core.evidence.vmray_file_reader import Content, File
from ...core.results.vmray_answer import LOCKED
from ...core.results.vmray_item_result import Item
from ...core.results.vmray_lock import REFUSALS
from ...core.results.vmray_sample_fields import ANALYSIS_LINK, web_link

# A summary of 62 MiB takes about 270 MiB of memory while it is read, five at the same time take 25 MiB more (measured).
MAX_SUMMARY: Final = 64 * 1024 * 1024
MAX_CONFIGURATIONS: Final = 4 * 1024 * 1024
NO_SUMMARY: Final = "VMRay has no summary of this analysis"
NOTHING: Final = "VMRay has no behavior details of this analysis"
# The members of a row without behavior.
NO_BEHAVIOR: Final[Mapping[str, Any]] = {"machine": None, "web_link": None, **Behavior().in_json}


@dataclass(frozen=True)
class BehaviorDetails(Evidence):
    """The behavior in one analysis; it has no files.

    Attributes:
        wanted: What was requested.
        notes: Why a part of the behavior is missing.
        missing: The part that could not be read, and the error; None if all parts were read.
    """

    wanted: Wanted
    behavior: Behavior
    notes: Sequence[str]
    missing: Missing | None

    def files(self) -> list[File]:
        """Return no file."""
        return []

    def item(self, name: str, contents: Sequence[Content]) -> Item:  # noqa: ARG002 - there are none
        """Return the item."""
        members = (self.behavior.with_notes(self.notes) if REMARKS in self.wanted.sections else self.behavior).in_json
        notes = [*self.notes, *(f"cut: {note}" for note in self.behavior.cut)]
        is_empty = self.behavior.is_empty
        return Item(
            name,
            "empty" if is_empty else "done",
            {**self.facts, **members},
            objects=tuple(each for each in members if each != "truncated"),
            reason="; ".join(notes or ([NOTHING] if is_empty else [])),
            kind=self.missing.error.kind if self.missing else "",
            advice=self.missing.error.remedy if self.missing else "",
            complete=self.missing is None,
        )


def details_of(
    client: Client, wanted: Wanted, analysis: Analysis, facts: Mapping[str, Any], title: str
) -> Sequence[Evidence]:
    """Read the wanted sections of one analysis; they are one row."""
    facts = {**facts, "machine": analysis.machine or None, "web_link": web_link(analysis.raw, ANALYSIS_LINK)}
    label = f"analysis {analysis.analysis_id}"
    if not analysis.succeeded:
        return [NoEvidence(facts, title, label, failed_analysis(analysis))]
    try:
        behavior, notes = _summary(client, analysis, wanted) if wanted.needs_summary else (Behavior(), [])
        found, missing = _configurations(client, analysis, wanted)
    except REFUSALS:
        if analysis.locked:
            return [NoEvidence(facts, title, label, LOCKED)]
        raise
    notes = [*notes, *found.notes, *([missing.note] if missing else [])]
    behavior = behavior.with_configurations(found.rows, wanted.max_rows)
    return [BehaviorDetails(facts, title, label, wanted, behavior, notes, missing)]


def _summary(client: Client, analysis: Analysis, wanted: Wanted) -> tuple[Behavior, list[str]]:
    """Read the sections of a summary; an analysis of an old server has only the older one."""
    newer = Document(MEMBERS, partial(behavior_of, wanted=wanted))
    older = Document(OLDER_MEMBERS, partial(older_behavior_of, wanted=wanted))
    number = analysis.analysis_id
    try:
        return client.read_archive_document(number, SUMMARY, MAX_SUMMARY, newer), []
    except NotFoundError:
        if analysis.locked:
            raise
    try:
        return client.read_archive_document(number, OLDER_SUMMARY, MAX_SUMMARY, older), [OLDER_NOTE]
    except NotFoundError:
        return Behavior(), [NO_SUMMARY]


def _configurations(client: Client, analysis: Analysis, wanted: Wanted) -> tuple[Configurations, Missing | None]:
    """Read the configurations of malware; they are optional, unless nothing else is wanted."""
    if CONFIGURATION not in wanted.sections:
        return NO_CONFIGURATIONS, None
    if not wanted.needs_summary:
        return _read_configurations(client, analysis), None
    found = read_optional("the malware configuration", lambda: _read_configurations(client, analysis))
    return (NO_CONFIGURATIONS, found) if isinstance(found, Missing) else (found, None)


def _read_configurations(client: Client, analysis: Analysis) -> Configurations:
    try:
        content = client.download_malware_configurations(analysis.analysis_id, MAX_CONFIGURATIONS)
    except NotFoundError:
        if analysis.locked:
            raise
        return NO_CONFIGURATIONS
    from ...core.behavior.vmray_malware_configurations import read_configurations  # noqa: PLC0415 - few analyses have any

    return read_configurations(content, client.get_download_password)
