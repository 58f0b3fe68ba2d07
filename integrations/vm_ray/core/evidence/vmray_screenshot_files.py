"""The screenshots of one analysis as files of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ...core.api.vmray_client import Client
from ...core.api.vmray_models import Analysis
from ...core.api.vmray_protocol import FileType, has_type
from ...core.api.vmray_request_errors import NotFoundError, PermissionDeniedError
from ...core.evidence.vmray_analysis_choice import failed_analysis
from ...core.evidence.vmray_evidence import Evidence, NoEvidence, sha256_of
from ...core.evidence.vmray_file_reader import Content, File
from ...core.evidence.vmray_gallery import Picture
from ...core.evidence.vmray_screenshots import INDEX, INDEX_LIMIT, Index, Shot, spread
from ...core.results.vmray_answer import LOCKED, Answer, answer_of
from ...core.results.vmray_item_result import Item
from ...core.results.vmray_result import Attachment
from ...core.results.vmray_sample_fields import ANALYSIS_LINK, web_link

NONE: Final = Answer("empty", "VMRay has no screenshots of this analysis")
# The members of a row without screenshots.
NO_SCREENSHOTS: Final[Mapping[str, Any]] = {
    "machine": None,
    "web_link": None,
    "different": 0,
    "total": 0,
    "screenshots": [],
}


def read_index(client: Client, analysis: Analysis) -> Index | Answer:
    """Read the index of the screenshots of an analysis; return why there is none.

    VMRay hands over the screenshots of a locked report, too. If it does not, the lock is the reason.
    """
    if not analysis.succeeded:
        return failed_analysis(analysis)
    try:
        content = client.download_archive_member(analysis.analysis_id, INDEX, INDEX_LIMIT, FileType.LOG)
    except NotFoundError:
        return NONE
    except PermissionDeniedError:
        if analysis.locked:
            return LOCKED._replace(outcome="failed")
        raise
    return Index.parse(content)


def screenshots_of(
    client: Client, count: int, analysis: Analysis, facts: Mapping[str, Any], title: str
) -> list[Evidence]:
    """Return at most so many different screenshots of an analysis, which are not read yet."""
    facts = {**facts, "machine": analysis.machine or None, "web_link": web_link(analysis.raw, ANALYSIS_LINK)}
    label = f"analysis {analysis.analysis_id}"
    index = read_index(client, analysis)
    if isinstance(index, Answer):
        return [NoEvidence(facts, title, label, index)]

    def read(member: str, limit: int) -> bytes:
        return client.download_archive_member(analysis.analysis_id, member, limit, FileType.PNG, FileType.JPEG)

    counts = {"different": len(index.different), "total": index.total}
    chosen = spread(range(len(index.different)), count)
    return [Screenshots({**facts, **counts}, title, label, analysis, index, chosen, read)]


@dataclass(frozen=True)
class Screenshots(Evidence):
    """The chosen screenshots of one analysis.

    Attributes:
        index: The index.
        chosen: The positions of the chosen pictures among the different ones.
        read: Reads a member of the archive; the arguments are its path and the largest size in bytes.
    """

    analysis: Analysis
    index: Index
    chosen: Sequence[int]
    read: Callable[[str, int], bytes]

    def files(self) -> list[File]:
        """Return the chosen pictures; the index names their sizes."""
        return [File(partial(self.read, each.member), each.size) for each in self._shots]

    def item(self, name: str, contents: Sequence[Content]) -> Item:
        """Return the item with the pictures that were read, and with a note about the others."""
        files = [self._file(place, content) for place, content in zip(self.chosen, contents, strict=True)]
        attachments = [Attachment(self.title, file, content) for file, content in files if isinstance(content, bytes)]
        rows = [
            {"attachment": file, "milliseconds": shot.milliseconds, "sha256": sha256_of(content), "size": len(content)}
            for shot, (file, content) in zip(self._shots, files, strict=True)
            if isinstance(content, bytes)
        ]
        facts = {**self.facts, "screenshots": rows}
        missing = [answer_of(content) for content in contents if not isinstance(content, bytes)]
        if missing and not attachments:  # the analysis exists, so the outcome is not `not_found`
            return missing[0]._replace(outcome="failed").item(name, facts)
        kind = missing[0].kind if missing else ""
        reason = "; ".join([*self._missing_note(missing), *self._skipped_note()])
        outcome = "done" if attachments else "empty"
        return Item(name, outcome, facts, reason=reason, kind=kind, complete=not missing, attachments=attachments)

    def pictures(self, contents: Sequence[Content]) -> list[Picture]:
        """Return the pictures that were read, for a gallery."""
        analysis = self.analysis
        return [
            Picture(analysis.analysis_id, analysis.machine, shot.milliseconds, content)
            for shot, content in zip(self._shots, contents, strict=True)
            if isinstance(content, bytes)
        ]

    @property
    def _shots(self) -> list[Shot]:
        return [self.index.different[place] for place in self.chosen]

    def _file(self, place: int, content: Content) -> tuple[str, Content]:
        """Return the name of a picture from its position among the different ones, and its content."""
        ending = "png" if isinstance(content, bytes) and has_type(content, FileType.PNG) else "jpg"
        return f"vmray-analysis-{self.analysis.analysis_id}-shot-{place + 1:02}.{ending}", content

    def _missing_note(self, missing: Sequence[Answer]) -> list[str]:
        if not missing:
            return []
        return [f"{len(missing)} of {len(self.chosen)} screenshots are not attached: {missing[0].reason}"]

    def _skipped_note(self) -> list[str]:
        skipped = self.index.skipped
        return [f"skipped {skipped} lines of VMRay's list of screenshots that describe no picture"] if skipped else []
