"""The child samples that VMRay's object of a sample names: one level, with the verdicts of their relations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ...core.api.vmray_models import Json, Sample, objects, optional_id, text_of
from ...core.api.vmray_verdicts import Verdict, verdict_of


class Child(NamedTuple):
    """A sample that VMRay found in another one, such as a dropped file.

    Attributes:
        relation: VMRay's word for the relation, such as ``Dropped File``; empty if VMRay returns only the id.
    """

    sample_id: int
    relation: str
    verdict: Verdict

    @property
    def in_json(self) -> dict[str, Any]:
        """The child as a member of a JSON result."""
        return {"sample_id": self.sample_id, "relation": self.relation or None, "verdict": self.verdict.in_json}


def children_of(sample: Sample) -> list[Child]:
    """Return the child samples, the worst verdict first, then by their ids.

    A child has one relation, the first one. Ids without a relation come from servers that return no relations.
    """
    found: dict[int, Child] = {}
    for number, relation in relations_of(sample):
        found.setdefault(number, Child(number, text_of(relation, "relation_type"), verdict_of_child(relation)))
    return sorted(found.values(), key=lambda each: (each.verdict.rank, each.sample_id))


def relations_of(sample: Sample) -> Iterator[tuple[int, Json]]:
    """Yield the id of each child sample with VMRay's object of the relation; a child can have several relations.

    VMRay's list of ids fills gaps: a child without a relation comes with an empty object.
    """
    related = set()
    for relation in objects(sample.raw.get("sample_child_relations")):
        number = optional_id(relation, "relation_child_sample_id")
        if number and number != sample.sample_id:
            related.add(number)
            yield number, relation
    for number in ids_of(sample, "sample_child_sample_ids"):
        if number not in related and number != sample.sample_id:
            yield number, {}


def verdict_of_child(relation: Json) -> Verdict:
    """Return the verdict of the child sample as its relation has it."""
    return verdict_of(relation, "relation_child_sample_")


def ids_of(sample: Sample, field: str) -> list[int]:
    """Return the ids of a list of a sample; 0, which is no id of VMRay, and values of another form are left out."""
    values = sample.raw.get(field)
    ids = [optional_id({"id": each}, "id") for each in values] if isinstance(values, list) else []
    return [each for each in ids if each]


def is_truncated(sample: Sample) -> bool:
    """Return whether VMRay says that it has more child samples than it returns."""
    return sample.raw.get("sample_child_relations_truncated") is True


def worst_child(children: Sequence[Child]) -> Child | None:
    """Return the child with the worst verdict; None if there is none."""
    return min(children, key=lambda each: (each.verdict.rank, each.sample_id), default=None)
