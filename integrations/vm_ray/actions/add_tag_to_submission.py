"""Add Tag to Submission: put a tag on a VMRay submission."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.api.vmray_text import one_line
from ..core.soar.vmray_action import Action, Outcome
from ..core.soar.vmray_parameters import Parameters, param, text, whole_number
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_submit_parameters import ONE_TAG


@dataclass(frozen=True)
class AddTagParameters(Parameters):
    """The tag and the submission."""

    submission_id: int = param("Submission ID", whole_number(1), mandatory=True)
    tag: str = param("Tag Name", ONE_TAG, mandatory=True)


class AddTagToSubmission(Action[AddTagParameters]):
    """Adds one tag to one submission; a tag that the submission already has stays as it is.

    The tag is checked against the rule of VMRay before any request. The action fails with the reason if the
    submission does not exist or if the API key may not change the submission.
    """

    name = "Add Tag to Submission"
    parameters = AddTagParameters

    def perform(self, run: Run, params: AddTagParameters) -> Outcome:
        """Add the tag to the submission."""
        run.client.add_tag("submission", params.submission_id, params.tag)
        message = f"Successfully added tag {params.tag} to submission {params.submission_id}."
        return Outcome(message, value=True)

    def failure(self, run: Run, reason: str) -> str:
        """Return the documented sentence, with the tag and the submission as they were given."""
        tag = one_line(text(run.parameters, "Tag Name"), 300)
        submission = one_line(text(run.parameters, "Submission ID"), 100)
        return f"Failed to add tag {tag} to submission {submission}. Error is {reason}"


def main() -> None:
    """Run as the platform's process."""
    AddTagToSubmission().start()


if __name__ == "__main__":
    main()
