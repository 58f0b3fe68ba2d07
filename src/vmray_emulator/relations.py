"""Relations between samples: in the objects of both samples, and as rows of `/sample_relation`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from vmray_emulator.analyses import hashes_of

if TYPE_CHECKING:
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record


class End(NamedTuple):
    """One end of a relation.

    Attributes:
        sample_id: The sample.
        submission_id: A submission of it, or None.
    """

    sample_id: int
    submission_id: int | None = None


def relate(state: ServerState, parent: End, child: End, relation: str) -> None:
    """Store that one sample is the parent of another one. A relation that exists stays as it is."""
    link = _link(state, parent.sample_id, child.sample_id, relation)
    for own, other, name in ((parent, child, "child"), (child, parent, "parent")):
        sample = state.store.get("sample", own.sample_id)
        if sample is not None and other.sample_id not in sample[f"sample_{name}_sample_ids"]:
            sample[f"sample_{name}_sample_ids"].append(other.sample_id)
            sample[f"sample_{name}_relations"].append(link)
            state.store.put("sample", sample)
            _store_row(state, sample, other.submission_id, relation)


def _link(state: ServerState, parent_id: int, child_id: int, relation: str) -> dict[str, Any]:
    """Return the relation as both samples show it."""
    link: dict[str, Any] = {
        "relation_id": state.store.next_number("relation"),
        "relation_type": relation,
        "relation_child_sample_id": child_id,
        "relation_parent_sample_id": parent_id,
    }
    for name, number in (("child", child_id), ("parent", parent_id)):
        link[f"relation_{name}_sample_verdict"] = state.findings(number).verdict
        link[f"relation_{name}_sample_verdict_reason_code"] = None
        link[f"relation_{name}_sample_verdict_reason_description"] = None
    return link


def _store_row(state: ServerState, sample: Record, submission_id: int | None, relation: str) -> None:
    """Store a row of `/sample_relation`: a sample, and the submission of the other one.

    No source says which end is the sample and which one the submission. So each end has its row.
    """
    if submission_id is not None:
        state.store.insert(
            "sample_relation",
            **hashes_of(sample),
            created=state.stamp(),
            relation=relation,
            submission_id=submission_id,
        )


def cut_relations(sample: Record, most: int) -> None:
    """Shorten the lists of relations in a sample object, and mark them as truncated."""
    for name in ("child", "parent"):
        if len(sample[f"sample_{name}_sample_ids"]) > most:
            sample[f"sample_{name}_sample_ids"] = sample[f"sample_{name}_sample_ids"][:most]
            sample[f"sample_{name}_relations"] = sample[f"sample_{name}_relations"][:most]
            sample[f"sample_{name}_relations_truncated"] = True
