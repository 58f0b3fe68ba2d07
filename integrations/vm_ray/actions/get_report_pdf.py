"""Get Report PDF: attach the reports of samples or analyses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from ..core.evidence.vmray_evidence import Evidence
from ..core.evidence.vmray_report_pdf import NO_REPORT, pdf_of_analysis, pdf_of_sample
from ..core.soar.vmray_evidence_action import EvidenceAction, EvidenceParameters, title_of
from ..core.soar.vmray_fetch_action import Sentences
from ..core.soar.vmray_parameters import boolean, one_of, param, whole_number
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_subjects import Subject

ONE_REPORT = "Sample"


@dataclass(frozen=True)
class ReportParameters(EvidenceParameters):
    """The samples or analyses, and which of their reports to attach."""

    max_analyses: int = param("Max Analyses", whole_number(1, 20), default="1")
    scope: str = param("Report Scope", one_of(ONE_REPORT, "Analyses"), default=ONE_REPORT)
    save: bool = param("Save To Case Wall", boolean(), default="false")


class GetReportPDF(EvidenceAction[ReportParameters]):
    """Attaches the PDF report of each sample, or the reports of the best analyses of each sample.

    Without any parameter, the action reads about the FILEHASH entities of the case. The action submits nothing and
    costs no quota.
    """

    name = "Get Report PDF"
    parameters = ReportParameters
    sentences = Sentences(
        "Successfully attached the VMRay reports of the following {kind}: ",
        "Action wasn't able to attach the VMRay reports of the following {kind}: ",
        "No reports were attached.",
    )
    no_files = NO_REPORT

    def evidence(self, run: Run, subject: Subject, params: ReportParameters) -> Sequence[Evidence]:
        """Return the reports of one subject."""
        if subject.kind == "analysis" or params.scope != ONE_REPORT:
            return self.of_analyses(run, subject, params.max_analyses, partial(pdf_of_analysis, run.client))
        sample = subject.sample(run.client)
        number = sample.sample_id
        return [pdf_of_sample(run.client, sample, self.facts_of(subject, number), title_of(subject, number))]

    def saves(self, params: ReportParameters) -> bool:
        """Return whether the files are also saved to the case wall."""
        return params.save


def main() -> None:
    """Run as the platform's process."""
    GetReportPDF().start()


if __name__ == "__main__":
    main()
