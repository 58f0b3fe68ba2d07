"""Submit File: submit files from any source, without waiting for their analyses."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from ..core.soar.vmray_file_intake import SubmitFileParameters, check_sizes, submitted_files
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_submit_now_action import SubmitNowAction
from ..core.submissions.vmray_known_sample import earlier_of_file
from ..core.submissions.vmray_submit_decision import Earlier
from ..core.submissions.vmray_submit_entry import Entry


class SubmitFile(SubmitNowAction[SubmitFileParameters]):
    """Submits files from a path, the case wall, the file storage of the platform, or a parameter.

    Each file is decided for itself: a young result is reused, a running analysis is joined, or the file is submitted,
    once. The action does not wait: use Wait For Submission with the returned ids.
    """

    name = "Submit File"
    parameters = SubmitFileParameters
    noun = "files"
    column = "File"
    member = "file"

    def entries(self, run: Run, params: SubmitFileParameters) -> AbstractContextManager[Sequence[Entry]]:
        """Return the files; temporary files are removed at the end."""
        return submitted_files(run, self.name, params)

    def check(self, run: Run, entries: Sequence[Entry]) -> None:
        """Reject the files that are larger than VMRay accepts."""
        check_sizes(run, entries)

    def look_up(self, run: Run, entry: Entry) -> Earlier:
        """Look up the file by its hash."""
        return earlier_of_file(run.client, str(entry.facts["sha256"]))

    def nothing_given(self) -> tuple[str, str]:
        """Return the detail for a case without attachments."""
        return "Attachments", "the case has none"


def main() -> None:
    """Run as the platform's process."""
    SubmitFile().start()


if __name__ == "__main__":
    main()
