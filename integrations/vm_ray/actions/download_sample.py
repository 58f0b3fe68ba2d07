"""Download Sample: attach the files of samples, each in an encrypted ZIP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.evidence.vmray_evidence import Evidence
from ..core.evidence.vmray_sample_file import NO_SAMPLE_FILE, sample_file
from ..core.results.vmray_item_result import Item
from ..core.soar.vmray_evidence_action import EvidenceAction, passwords_of, title_of
from ..core.soar.vmray_fetch_action import Sentences
from ..core.soar.vmray_parameters import boolean, param
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_subject_kinds import FEW_SAMPLES
from ..core.soar.vmray_subjects import Subject, SubjectParameters


@dataclass(frozen=True)
class DownloadParameters(SubjectParameters):
    """The samples."""

    samples: tuple[str, ...] = param("Samples", FEW_SAMPLES)
    save: bool = param("Save To Case Wall", boolean(), default="false")


class DownloadSample(EvidenceAction[DownloadParameters]):
    """Attaches the file of each sample in a ZIP that VMRay encrypted with the password ``infected``.

    A ZIP that VMRay did not encrypt is not attached. Without any parameter, the action downloads the samples of the
    FILEHASH entities of the case. The action submits nothing and costs no quota.
    """

    name = "Download Sample"
    parameters = DownloadParameters
    sentences = Sentences(
        "Successfully attached the following {kind} from VMRay: ",
        "Action wasn't able to attach the following {kind} from VMRay: ",
        "No {kind} were attached.",
    )
    kinds = ("sample",)
    no_files = NO_SAMPLE_FILE

    def evidence(self, run: Run, subject: Subject, params: DownloadParameters) -> Sequence[Evidence]:  # noqa: ARG002 - no parameter changes the file
        """Return the file of one sample."""
        sample = subject.sample(run.client)
        number = sample.sample_id
        return [sample_file(run.client, sample, self.facts_of(subject, number), title_of(subject, number))]

    def notes(self, items: Sequence[Item]) -> Sequence[tuple[str, str]]:
        """Return the password of each ZIP."""
        return passwords_of(items)

    def saves(self, params: DownloadParameters) -> bool:
        """Return whether the files are also saved to the case wall."""
        return params.save


def main() -> None:
    """Run as the platform's process."""
    DownloadSample().start()


if __name__ == "__main__":
    main()
