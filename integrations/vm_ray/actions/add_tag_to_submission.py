"""Add Tag to Submission: put a tag on a VMRay submission."""

from __future__ import annotations

from ..core.api.vmray_text import one_line
from ..core.soar.vmray_action import Action, Outcome
from ..core.soar.vmray_parameters import TagParameters, text
from ..core.soar.vmray_run import Run


class AddTagToSubmission(Action):
    """Tags one submission; a tag that is already there stays as it is."""

    name = "Add Tag to Submission"

    def perform(self, run: Run) -> Outcome:
        """Check both parameters, then tag."""
        params = TagParameters.parse(run.parameters)
        run.client.add_tag(params.submission_id, params.tag)
        message = f"Successfully added tag {params.tag} to submission {params.submission_id}."
        return Outcome(message, value=True)

    def failure(self, run: Run, reason: str) -> str:
        """Write the documented sentence, with the tag and the submission as they were given."""
        tag = one_line(text(run.parameters, "Tag Name"), 300)
        submission = one_line(text(run.parameters, "Submission ID"), 100)
        return f"Failed to add tag {tag} to submission {submission}. Error is {reason}"


def main() -> None:
    """Run as the platform's process."""
    AddTagToSubmission().start()


if __name__ == "__main__":
    main()
