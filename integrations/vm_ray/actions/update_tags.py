"""Update Tags: add tags to submissions and analyses of VMRay, and remove tags from them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..core.results.vmray_item_result import Item
from ..core.soar.vmray_fetch_action import FetchAction, Sentences
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_subjects import Subject
from ..core.soar.vmray_tag_parameters import TagParameters
from ..core.submissions.vmray_tag_changes import TagChanges


class UpdateTags(FetchAction[TagParameters]):
    """Adds tags to submissions and analyses, and removes others. The action can be repeated.

    A tag that is already there stays as it is. A tag that is not there counts as removed. The tags are checked against
    the rule of VMRay before any request.
    """

    name = "Update Tags"
    parameters = TagParameters
    sentences = Sentences(
        "Successfully updated the tags of the following objects in VMRay: ",
        "Action wasn't able to update the tags of the following objects in VMRay: ",
        "No tags were updated.",
    )
    kinds = ("submission", "analysis")

    def __init__(self) -> None:
        """Start without changes."""
        self._changes: dict[Subject, TagChanges] = {}

    def name_of(self, subject: Subject) -> str:
        """Return the kind and the id: a submission and an analysis can have the same id."""
        return f"{subject.kind} {subject.name}"

    def facts_of(self, subject: Subject, number: int | None) -> dict[str, Any]:
        """Return the members of a row: the ids, and the changes that were made by now."""
        facts = super().facts_of(subject, number)
        del facts["entity"]
        return {**facts, **asdict(self._changes.get(subject, TagChanges()))}

    def fetch(self, run: Run, subject: Subject, number: int, params: TagParameters) -> Item:
        """Change the tags of one submission or analysis."""
        changes = self._changes.setdefault(subject, TagChanges())
        changes.apply(run.client, subject.kind, number, params)
        return Item(self.name_of(subject), "done", self.facts_of(subject, number))


def main() -> None:
    """Run as the platform's process."""
    UpdateTags().start()


if __name__ == "__main__":
    main()
