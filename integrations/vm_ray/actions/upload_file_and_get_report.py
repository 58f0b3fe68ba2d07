"""Upload File And Get Report: submit files, wait for their analyses, and return what VMRay found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.soar.vmray_action import Outcome
from ..core.soar.vmray_parameters import Parameters, param, plain_text
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_submission_action import SubmissionAction
from ..core.soar.vmray_submit_parameters import SubmitParameters
from ..core.soar.vmray_upload import accepted_files
from ..core.soar.vmray_upload_report import report_files
from ..core.submissions.vmray_detonation import Detonation
from ..core.submissions.vmray_file import ALLOWED_PATHS, PATH_PARAMETER
from ..core.submissions.vmray_sources import FileSource, Source


@dataclass(frozen=True)
class PathParameters(Parameters):
    """The paths of the files."""

    paths: str = param(PATH_PARAMETER, plain_text(ALLOWED_PATHS, keeps_blanks=True), mandatory=True)


@dataclass(frozen=True)
class UploadParameters(SubmitParameters, PathParameters):  # a dataclass takes the fields of its last base first
    """The paths of the files, and the submit parameters."""


class UploadFileAndGetReport(SubmissionAction[UploadParameters]):
    """Submits each file once, waits for the results, and reports all samples of each file.

    Files are named by their absolute paths. Nothing is uploaded if a path is not readable. The action returns the
    sample and the verdict of each file as JSON. Files whose analysis is not ready at the deadline are named with their
    submission; the others are returned.
    """

    name = "Upload File And Get Report"
    parameters = UploadParameters

    def items(self, run: Run, params: UploadParameters) -> list[Detonation]:
        """Check that all files can be uploaded, and return them."""
        return accepted_files(run, self.name, params.paths, params.options)

    def source(self, run: Run, detonation: Detonation) -> Source:
        """Return the file as a source."""
        return FileSource(detonation.item, run.deadline)

    def report(
        self, run: Run, _params: UploadParameters, detonations: Sequence[Detonation], *, last: bool
    ) -> Outcome | None:
        """Report the samples of the files."""
        return report_files(run, self.name, detonations, last=last)


def main() -> None:
    """Run as the platform's process."""
    UploadFileAndGetReport().start()


if __name__ == "__main__":
    main()
