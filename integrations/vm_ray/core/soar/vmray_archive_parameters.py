"""The parameters of an action that reads pieces of analysis archives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...core.api.vmray_errors import ParameterError
from ...core.evidence.vmray_archive_pieces import PIECES, Piece, chosen_pieces
from ...core.soar.vmray_evidence_action import EvidenceParameters
from ...core.soar.vmray_parameters import Kind, boolean, choices, param, parts, quoted, whole_number
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_subjects import Subject

MAX_PATHS: Final = 20
MAX_PATH_LENGTH: Final = 200
# Of one run: the rows of more files would need more room than the files.
MAX_FILES: Final = 3000
_ALLOWED: Final = f"at most {MAX_PATHS} paths inside the archive, separated by commas; * and ? are patterns"


def _member_paths() -> Kind[tuple[str, ...]]:
    """Return the kind for paths of members: they stay in the archive, and cannot change the request."""

    def read(name: str, value: str) -> tuple[str, ...]:
        found = parts(value)
        for path in found:
            if path.startswith("/") or ".." in path.split("/") or "\\" in path or not path.isprintable():
                raise ParameterError(name, quoted(path, "is no path inside the archive"), _ALLOWED)
            if len(path) > MAX_PATH_LENGTH:
                raise ParameterError(name, quoted(path, f"has more than {MAX_PATH_LENGTH} characters"), _ALLOWED)
        if len(found) > MAX_PATHS:
            raise ParameterError(name, f"has {len(found)} entries", _ALLOWED)
        return tuple(found)

    return Kind(_ALLOWED, read, empty=())


@dataclass(frozen=True)
class ArchiveParameters(EvidenceParameters):
    """The samples or analyses, and which pieces of their archives to attach."""

    max_analyses: int = param("Max Analyses", whole_number(1, 20), default="1")
    words: tuple[str, ...] = param("Pieces", choices(*PIECES), default="Summary, IOC CSV, STIX")
    paths: tuple[str, ...] = param("Member Paths", _member_paths())
    save: bool = param("Save To Case Wall", boolean(), default="false")

    @property
    def pieces(self) -> list[Piece]:
        """The pieces, in the order given."""
        return chosen_pieces(self.words, self.paths)

    def count(self, subjects: list[Subject]) -> int:
        """Return the largest number of analyses."""
        return sum(1 if each.kind == "analysis" else self.max_analyses for each in subjects)

    def subjects(self, run: Run) -> list[Subject]:
        """Return the subjects in the order given, each once.

        Raises:
            ParameterError: There would be too many files.
        """
        found = super().subjects(run)
        files = self.count(found) * len(self.pieces)
        if files > MAX_FILES:
            problem = f"names {len(self.pieces)} pieces of up to {self.count(found)} analyses, which are {files} files"
            raise ParameterError("Pieces", problem, f"at most {MAX_FILES} files in one run")
        return found
