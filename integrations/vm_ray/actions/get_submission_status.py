"""Get Submission Status: read where submissions stand, with the verdict of each machine; it does not wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..core.results.vmray_item_result import Item
from ..core.results.vmray_outcome import VERDICT_WORDS
from ..core.results.vmray_result import Table
from ..core.results.vmray_submission_status import (
    StatusParts,
    newest_first,
    status_items,
    status_tables,
    subject_item,
)
from ..core.soar.vmray_fetch_action import Sentences, VerdictFetchAction
from ..core.soar.vmray_parameters import boolean, param, whole_number
from ..core.soar.vmray_run import FEW_ENTITIES, Run
from ..core.soar.vmray_subjects import SampleOrSubmissionParameters, Subject

NO_SUBMISSION: Final = "VMRay has no submission of this sample"


@dataclass(frozen=True)
class StatusParameters(SampleOrSubmissionParameters):
    """The submissions, by their ids or of samples, and the optional parts of their status."""

    max_submissions: int = param("Max Submissions", whole_number(1, 1000), default="10")
    analyses: bool = param("Include Analyses", boolean(), default="true")
    jobs: bool = param("Include Jobs", boolean(), default="true")


class GetSubmissionStatus(VerdictFetchAction[StatusParameters]):
    """Reads the status of submissions, or of all submissions of samples, the newest first.

    A submission that is not finished is pending. A submission with a locked report has its verdict. Without any
    parameter, the action reads about the FILEHASH entities of the case. It submits nothing and costs no quota.
    """

    name = "Get Submission Status"
    parameters = StatusParameters
    sentences = Sentences(
        "Successfully retrieved the status of the following submissions from VMRay: ",
        "Action wasn't able to retrieve the status of the following submissions from VMRay: ",
        "No submissions were found in VMRay.",
    )
    kinds = ("submission", "sample")
    answers = VERDICT_WORDS | {"pending"}

    def fetch(self, run: Run, subject: Subject, number: int, params: StatusParameters) -> Item:
        """Read the status of one submission, or of the newest submissions of one sample."""
        client = run.client
        by_id = subject.kind == "submission"
        found = [client.get_submission(number)] if by_id else client.list_submissions_of_sample(number)
        chosen = newest_first(found)[: params.max_submissions]
        if not chosen:
            if subject.known_number is not None:  # VMRay returns an empty list for a sample that does not exist
                client.get_sample(number)
            return Item(subject.name, "empty", self.facts_of(subject, number), reason=NO_SUBMISSION)
        wanted = StatusParts(params.analyses, params.jobs)
        is_alone = len(params.subjects(run)) <= FEW_ENTITIES
        parts = status_items(client, chosen, subject.entity or None, wanted, concurrently=is_alone)
        return subject_item(subject.name, parts, len(found))

    def tables(self, items: Sequence[Item]) -> Sequence[Table]:
        """Show the submissions in one table, and their analyses in another."""
        return status_tables(items)


def main() -> None:
    """Run as the platform's process."""
    GetSubmissionStatus().start()


if __name__ == "__main__":
    main()
