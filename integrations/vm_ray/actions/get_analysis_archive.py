"""Get Analysis Archive: attach pieces of the archives of analyses, with a manifest of the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ..core.evidence.vmray_archive_files import NO_PIECE, pieces_of_analysis
from ..core.evidence.vmray_evidence import Evidence
from ..core.evidence.vmray_evidence_manifest import manifest_of, reserved_for
from ..core.results.vmray_item_result import Item
from ..core.results.vmray_result import Attachment
from ..core.soar.vmray_archive_parameters import ArchiveParameters
from ..core.soar.vmray_evidence_action import EvidenceAction, passwords_of
from ..core.soar.vmray_fetch_action import Sentences
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_subjects import Subject


class GetAnalysisArchive(EvidenceAction[ArchiveParameters]):
    """Attaches summaries, logs, exports and payloads of analyses, and a manifest with the SHA-256 of each file.

    What can be live malware is attached only in a ZIP that VMRay encrypted with the password ``infected``. Without any
    parameter, the action reads about the FILEHASH entities of the case. The action submits nothing and costs no quota.
    """

    name = "Get Analysis Archive"
    parameters = ArchiveParameters
    sentences = Sentences(
        "Successfully attached files of the following {kind} from VMRay: ",
        "Action wasn't able to attach files of the following {kind} from VMRay: ",
        "No files were attached.",
    )
    no_files = NO_PIECE

    def evidence(self, run: Run, subject: Subject, params: ArchiveParameters) -> Sequence[Evidence]:
        """Return the pieces of one subject."""
        make = partial(pieces_of_analysis, run.client, params.pieces)
        return self.of_analyses(run, subject, params.max_analyses, make)

    def budget(self, run: Run, subjects: Sequence[Subject], params: ArchiveParameters) -> int:
        """Return how many bytes the files may have: the manifest, which grows with them, has its own room."""
        reserved = sum(reserved_for(each.members) for each in params.pieces) * params.count(list(subjects))
        return max(0, super().budget(run, subjects, params) - reserved)

    def made(self, items: Sequence[Item]) -> Sequence[Attachment]:
        """Return the manifest."""
        return manifest_of(items)

    def notes(self, items: Sequence[Item]) -> Sequence[tuple[str, str]]:
        """Return the password of each encrypted ZIP."""
        return passwords_of(item for item in items if item.facts["encrypted"])

    def saves(self, params: ArchiveParameters) -> bool:
        """Return whether the files are also saved to the case wall."""
        return params.save


def main() -> None:
    """Run as the platform's process."""
    GetAnalysisArchive().start()


if __name__ == "__main__":
    main()
