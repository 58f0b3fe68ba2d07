"""Get Child Samples: read the samples that VMRay found inside others, and the path to the worst verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.results.vmray_child_items import child_table, extended_items, sample_item, worst_in_json
from ..core.results.vmray_item_result import Item
from ..core.results.vmray_result import Table
from ..core.soar.vmray_child_parameters import ChildSampleParameters
from ..core.soar.vmray_fetch_action import Sentences, VerdictFetchAction
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_subjects import Subject


class GetChildSamples(VerdictFetchAction[ChildSampleParameters]):
    """Reads the tree of samples that VMRay found inside a sample, such as the members of an archive.

    The outcome is the worst verdict of the samples and their child samples, with the path that leads to it. Without
    any parameter, the action reads about the FILEHASH entities of the case. It submits nothing and costs no quota.
    """

    name = "Get Child Samples"
    parameters = ChildSampleParameters
    sentences = Sentences(
        "Successfully retrieved the child samples of the following samples from VMRay: ",
        "Action wasn't able to retrieve the child samples of the following samples from VMRay: ",
        "No child samples were found for the provided samples.",
    )

    def fetch(self, run: Run, subject: Subject, number: int, _params: ChildSampleParameters) -> Item:
        """Read one sample; its child samples are read together with those of the others."""
        return sample_item(subject.name, self.facts_of(subject, number), run.client.get_sample(number))

    def extended(self, run: Run, items: list[Item], params: ChildSampleParameters) -> list[Item]:
        """Read the child samples of all samples."""
        return extended_items(run.client, items, params.limits, insight=params.create_insight)

    def is_answered(self, item: Item) -> bool:
        """Return whether the sample has child samples."""
        return super().is_answered(item) and bool(item.facts["children"])

    def facts_of(self, subject: Subject, number: int | None) -> dict[str, int | str | None]:
        """Return the members of a row that identify the sample."""
        facts = super().facts_of(subject, number)
        return {"subject": facts["subject"], "root_sample_id": number, "entity": facts["entity"]}

    def more(self, items: Sequence[Item]) -> Mapping[str, Any]:
        """Return the worst verdict with its path."""
        return {"worst": worst_in_json(items)}

    def tables(self, items: Sequence[Item]) -> Sequence[Table]:
        """Show all child samples in one table."""
        return child_table(items)


def main() -> None:
    """Run as the platform's process."""
    GetChildSamples().start()


if __name__ == "__main__":
    main()
