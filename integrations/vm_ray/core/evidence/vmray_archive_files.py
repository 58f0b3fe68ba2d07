"""The pieces of the archive of one analysis as files of the result, and why one is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from ...core.api.vmray_client import Client
from ...core.api.vmray_models import Analysis
from ...core.api.vmray_protocol import FileType, has_type
from ...core.api.vmray_request_errors import NotFoundError, PermissionDeniedError
from ...core.evidence.vmray_analysis_choice import failed_analysis
from ...core.evidence.vmray_archive_pieces import Piece
from ...core.evidence.vmray_evidence import Evidence, NoEvidence, OneFile, sha256_of
from ...core.evidence.vmray_file_reader import File
from ...core.results.vmray_answer import LOCKED, Answer
from ...core.results.vmray_sample_fields import ANALYSIS_LINK, sha256_of_sample, web_link

_ENCRYPTION_SHARE: Final = 50
_ENCRYPTION: Final = 64 * 1024
# The members of a row without a file.
NO_PIECE: Final[Mapping[str, Any]] = {
    "sample_sha256": None,
    "members": [],
    "attachment": None,
    "size": None,
    "sha256": None,
    "encrypted": None,
    "fetched_at": None,
    "saved_to_case_wall": False,
    "web_link": None,
}


@dataclass(frozen=True)
class ArchivePiece(OneFile):
    """One piece of the archive of one analysis.

    Attributes:
        client: Sends the requests.
        analysis: The analysis.
        piece: The piece.
        moments: When the piece was read, by the clock of the server.
    """

    client: Client
    analysis: Analysis
    piece: Piece
    moments: list[str] = field(default_factory=list)

    def files(self) -> list[File]:
        """Return the piece; only of the whole archive, VMRay names the size."""
        if self.piece.members:
            return [File(self.read)]
        size = self.analysis.raw.get("analysis_size")
        return [File(self.read, size, growth_of(size))] if type(size) is int and size > 0 else [File(self.read)]

    def read(self, limit: int) -> bytes | Answer:
        """Read the piece; return why there is none."""
        content = read_piece(self.client, self.analysis, self.piece, limit)
        moment = datetime.fromtimestamp(self.client.server_time(), UTC)
        self.moments.append(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
        return content

    @property
    def linked(self) -> str:
        """The analysis, to which all of its pieces have the same link."""
        return f"analysis {self.analysis.analysis_id}"

    def name_of(self, content: bytes) -> str:
        """Return the name of the attachment."""
        return self.piece.name(self.analysis.analysis_id, is_zip=has_type(content, FileType.ZIP))

    def facts_of(self, content: bytes) -> dict[str, Any]:
        """Return what the manifest says about the piece."""
        is_zip = has_type(content, FileType.ZIP)
        return {
            "members": list(self.piece.older if is_zip and self.piece.older else self.piece.members),
            "sha256": sha256_of(content),
            "encrypted": is_zip,
            "fetched_at": self.moments[-1],
        }


def pieces_of_analysis(
    client: Client, pieces: Sequence[Piece], analysis: Analysis, facts: Mapping[str, Any], title: str
) -> list[Evidence]:
    """Return the pieces of an analysis, which are not read yet."""
    about = {
        **facts,
        "sample_sha256": sha256_of_sample(analysis.raw, "analysis_sample_sha256"),
        "web_link": web_link(analysis.raw, ANALYSIS_LINK),
    }
    label = f"analysis {analysis.analysis_id}"
    if not analysis.succeeded:
        return [NoEvidence(about, title, label, failed_analysis(analysis))]
    return [
        ArchivePiece({**about, "members": list(each.members)}, title, f"{label}, {each.word}", client, analysis, each)
        for each in pieces
    ]


def read_piece(client: Client, analysis: Analysis, piece: Piece, limit: int) -> bytes | Answer:
    """Read a piece; return why there is none."""
    try:
        return _content_of(client, analysis, piece, limit)
    except PermissionDeniedError:
        if analysis.locked:
            return LOCKED
        raise
    except NotFoundError:
        if analysis.locked:
            return LOCKED
    named = " or ".join((*piece.members, *piece.older)) or "members"
    return Answer("empty", f"the archive of analysis {analysis.analysis_id} has no {named}")


def _content_of(client: Client, analysis: Analysis, piece: Piece, limit: int) -> bytes:
    number = analysis.analysis_id
    if not piece.types:
        return client.download_archive(number, limit, *piece.members)
    try:
        return client.download_archive_member(number, piece.members[0], limit, *piece.types)
    except NotFoundError:
        if analysis.locked or not piece.older:
            raise
    return client.download_archive(number, limit, *piece.older)


def growth_of(size: int) -> int:
    """Return how many bytes encryption adds to a ZIP of this size at most: some bytes for each member (inferred)."""
    return size // _ENCRYPTION_SHARE + _ENCRYPTION
