"""The pieces of an analysis archive: which members each has, and how each is attached.

Known texts and the report are attached as they are. Everything else can be live malware, or a web page of the sample:
such members are attached in a ZIP that VMRay encrypted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ...core.api.vmray_protocol import FileType


class Piece(NamedTuple):
    """One file of the result.

    Attributes:
        word: The name of the piece for people.
        ending: The end of the name of the attachment; of an encrypted ZIP, its stem.
        members: The members of the archive; patterns are allowed in a ZIP. Empty for the whole archive.
        types: The types of a single member; empty for an encrypted ZIP.
        older: The members of older servers, which are attached in an encrypted ZIP.
    """

    word: str
    ending: str
    members: tuple[str, ...]
    types: tuple[FileType, ...] = ()
    older: tuple[str, ...] = ()

    def name(self, analysis_id: int, *, is_zip: bool) -> str:
        """Return the name of the attachment, which contains no text of a sample."""
        stem = self.ending.partition(".")[0] if is_zip else self.ending
        return f"vmray-analysis-{analysis_id}-{stem}{'-infected.zip' if is_zip else ''}"


_PIECES: Final = (
    Piece("Summary", "summary_v2.json", ("logs/summary_v2.json",), (FileType.JSON,)),
    Piece("Summary V1", "summary.json", ("logs/summary.json",), (FileType.JSON,)),
    # Names that end in ``.txt``: a double click opens a text, and runs neither a formula nor a script.
    Piece("Function Log", "flog.txt", ("logs/flog.txt",), (FileType.TEXT,)),
    Piece("Function Log XML", "flog.xml.txt", ("logs/flog.xml",), (FileType.TEXT,)),
    Piece(
        "STIX",
        "stix-report-2-1.json",
        ("report/stix-report-2-1.json",),
        (FileType.JSON,),
        ("report/artifacts/stix-*.json",),
    ),
    Piece("IOC CSV", "all_iocs.csv.txt", ("report/artifacts/all_iocs.csv",), (FileType.TEXT,)),
    Piece("Artifact CSV", "all_artifacts.csv.txt", ("report/artifacts/all_artifacts.csv",), (FileType.TEXT,)),
    Piece("PDF", "report.pdf", ("report/report.pdf",), (FileType.PDF,)),
    Piece("Screenshots", "screenshots", ("screenshots/*",)),
    Piece("Malware Configuration", "malware_configurations", ("malware_configurations/*",)),
    Piece("Extracted Files", "extracted_files", ("extracted_files/*",)),
    Piece("Memory Dumps", "memory_dumps", ("memory_dumps/*",)),
    Piece("Scripts", "extracted_scripts", ("extracted_scripts/*",)),
    Piece("Web Requests", "web_requests", ("web_requests/*",)),
    Piece("Whole Archive", "archive", ()),
)
PIECES: Final = {each.word: each for each in _PIECES}
_SINGLE: Final = {each.members[0]: each for each in _PIECES if each.types}


def chosen_pieces(words: Sequence[str], paths: Iterable[str]) -> list[Piece]:
    """Return the pieces in the order given, each once; further members are one piece, unless they are known texts."""
    known = [_SINGLE[path] for path in paths if path in _SINGLE]
    others = tuple(path for path in paths if path not in _SINGLE)
    more = [Piece("Member Paths", "members", others)] if others else []
    return list(dict.fromkeys([*(PIECES[word] for word in words), *known, *more]))
