"""Upload File And Get Report: submit files, wait for their analyses, and return what VMRay found."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.api.vmray_submit_options import SubmitOptions
from ..core.soar.vmray_action import Outcome
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_submission_action import SubmissionAction
from ..core.soar.vmray_upload import accepted_files, upload_once
from ..core.soar.vmray_upload_report import report_files
from ..core.submissions.vmray_detonation import Detonation
from ..core.submissions.vmray_idempotent_submit import SubmitRequest


class UploadFileAndGetReport(SubmissionAction):
    """Submits each file once, and reports all samples that it became."""

    name = "Upload File And Get Report"

    def items(self, run: Run, options: SubmitOptions) -> list[Detonation]:
        """Take the files, after making sure that all of them can be uploaded."""
        return accepted_files(run, self.name, options)

    def submit_request(self, run: Run, detonation: Detonation, options: SubmitOptions) -> SubmitRequest:
        """Submit the file, streaming it."""
        return upload_once(run, detonation, options)

    def report(self, run: Run, detonations: Sequence[Detonation], *, last: bool) -> Outcome | None:
        """Return the files' samples."""
        return report_files(run, self.name, detonations, last=last)


def main() -> None:
    """Run as the platform's process."""
    UploadFileAndGetReport().start()


if __name__ == "__main__":
    main()
