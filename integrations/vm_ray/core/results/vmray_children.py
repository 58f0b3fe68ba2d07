"""The child samples that VMRay's object of a sample names: one level, with the verdicts of their relations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_models import Sample, objects, required_id, text_of
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
    for relation in objects(sample.raw.get("sample_child_relations")):
        number = _id(relation.get("relation_child_sample_id"))
        verdict = verdict_of(relation, "relation_child_sample_")
        found.setdefault(number, Child(number, text_of(relation, "relation_type"), verdict))
    ids = sample.raw.get("sample_child_sample_ids")
    for number in map(_id, ids if isinstance(ids, list) else []):
        found.setdefault(number, Child(number, "", Verdict.NONE))
    others = [each for number, each in found.items() if number not in (sample.sample_id, 0)]
    return sorted(others, key=lambda each: (each.verdict.rank, each.sample_id))


def is_truncated(sample: Sample) -> bool:
    """Return whether VMRay says that it has more child samples than it returns."""
    return sample.raw.get("sample_child_relations_truncated") is True


def worst_child(children: Sequence[Child]) -> Child | None:
    """Return the child with the worst verdict; None if there is none."""
    return min(children, key=lambda each: (each.verdict.rank, each.sample_id), default=None)


def _id(value: object) -> int:
    """Return an id; 0, which is no id of VMRay, for a value of another form."""
    try:
        return required_id({"id": value}, "id")
    except VMRayError:
        return 0
