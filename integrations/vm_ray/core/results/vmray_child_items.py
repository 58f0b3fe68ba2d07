"""The results of Get Child Samples: the rows, the table, and the path to the worst verdict of each family."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ...core.api.vmray_client import Client
from ...core.api.vmray_models import Sample, text_of, texts
from ...core.api.vmray_text import one_line
from ...core.api.vmray_verdicts import Verdict
from ...core.results.vmray_child_insight import family_insight
from ...core.results.vmray_child_samples import Families, FamilyLimits, read_families
from ...core.results.vmray_escape import csv_cell, unclickable
from ...core.results.vmray_family import Place, Tree, Worst, worst_of
from ...core.results.vmray_item_result import Item
from ...core.results.vmray_outcome import ORDER, verdict_outcome
from ...core.results.vmray_result import Insight, Link, Table
from ...core.results.vmray_sample_fields import name_of, readable_name, web_link

TABLE_TITLE: Final = "VMRay child samples"
HEADER: Final = "Depth,Relation,Name,Type,Verdict,SHA-256,Sample ID"
MAX_NOTES: Final = 10
MAX_WORD_LENGTH: Final = 300


@dataclass(frozen=True, slots=True)
class FamilyItem(Item):
    """The item of a sample that was read.

    Attributes:
        sample: The sample.
        worst: The worst verdict of the sample and its child samples; None before the child samples were read.
        path: The path to the worst verdict, as in the JSON result.
    """

    sample: Sample | None = None
    worst: Worst | None = None
    path: Sequence[Mapping[str, Any]] = ()


def sample_item(name: str, facts: Mapping[str, Any], sample: Sample) -> FamilyItem:
    """Return the item of a sample before its child samples are read."""
    members = {**facts, "own_verdict": sample.verdict.in_json, "children": [], "cut_at_depth": 0, "cut_by_limit": 0}
    return FamilyItem(name, verdict_outcome(sample.verdict), members, objects=("children",), sample=sample)


def extended_items(client: Client, items: Sequence[Item], limits: FamilyLimits, *, insight: bool) -> list[Item]:
    """Read the child samples of all samples that were read, and return the items with them.

    The item with the worst verdict gets the link to the sample that has the verdict.
    """
    roots = [item.sample for item in items if isinstance(item, FamilyItem) and item.sample]
    families = read_families(client, roots, limits)
    extended = [_family_item(item, families, insight=insight) for item in items]
    worst = worst_item(extended)
    return [replace(item, links=_link(item, families)) if item is worst else item for item in extended]


def _family_item(item: Item, families: Families, *, insight: bool) -> Item:
    """Return an item with its child samples and, on request, with an insight about them."""
    if not isinstance(item, FamilyItem) or item.sample is None:
        return item
    tree, verdicts = families.tree(item.sample.sample_id), families.verdicts
    worst = worst_of([tree], verdicts)
    members = {
        "children": [_row(families, verdicts, place) for place in tree.places[1:]],
        "cut_at_depth": len(tree.too_deep),
        "cut_by_limit": len(tree.over_limit),
    }
    shown = replace(
        item,
        outcome=verdict_outcome(worst.verdict if worst else Verdict.NONE),
        facts={**item.facts, **members},
        reason=one_line("; ".join(_notes(tree, families, verdicts))),
        complete=not (_missing(tree, families) or tree.too_deep or tree.over_limit),
        worst=worst,
        path=[_step(families, place) for place in worst.path] if worst else (),
    )
    if not insight or not members["children"] or worst is None:
        return shown
    html = family_insight(tree, worst, families)
    title = f"VMRay sample {item.sample.sample_id}"
    return replace(shown, insights=[Insight(title, html, str(item.facts.get("entity") or ""))])


def worst_item(items: Iterable[Item]) -> FamilyItem | None:
    """Return the item whose family has the worst verdict, the first of several; None if no family was read."""
    read = [each for each in items if isinstance(each, FamilyItem) and each.worst]
    return min(read, key=lambda each: ORDER.index(each.outcome), default=None)


def worst_in_json(items: Iterable[Item]) -> dict[str, Any] | None:
    """Return the member ``worst`` of the JSON result."""
    item = worst_item(items)
    if item is None or item.worst is None:
        return None
    number = item.worst.path[-1].number
    return {"sample_id": number, "verdict": item.worst.verdict.in_json, "path": list(item.path)}


def child_table(items: Iterable[Item]) -> list[Table]:
    """Return one table with all child samples, each below its parent; no table if there are none."""
    rows = [row for item in items for row in item.facts.get("children", ())]
    return [Table(TABLE_TITLE, [HEADER, *map(_line, rows)])] if rows else []


def _link(item: Item, families: Families) -> list[Link]:
    """Return the link to the sample with the worst verdict; no link if VMRay did not return its address."""
    worst = item.worst if isinstance(item, FamilyItem) else None
    sample = families.samples.get(worst.path[-1].number) if worst else None
    address = web_link(sample.raw) if sample else None
    return [Link(f"VMRay sample {sample.sample_id}", address)] if sample and address else []


def _row(families: Families, verdicts: Mapping[int, Verdict], place: Place) -> dict[str, Any]:
    sample = families.samples.get(place.number)
    raw = sample.raw if sample else {}
    return {
        "sample_id": place.number,
        "parent_sample_id": place.parent,
        "depth": place.depth,
        "relation": place.relation or None,
        "name": name_of(raw),
        "type": one_line(text_of(raw, "sample_type"), MAX_WORD_LENGTH) or None,
        "sha256": one_line(text_of(raw, "sample_sha256hash"), MAX_WORD_LENGTH) or None,
        "verdict": verdicts.get(place.number, Verdict.NONE).in_json,
        "threat_names": texts(raw.get("sample_threat_names")),
        "web_link": web_link(raw),
    }


def _step(families: Families, place: Place) -> dict[str, Any]:
    sample = families.samples.get(place.number)
    return {
        "sample_id": place.number,
        "name": name_of(sample.raw) if sample else None,
        "relation": place.relation or None,
    }


def _notes(tree: Tree, families: Families, verdicts: Mapping[int, Verdict]) -> list[str]:
    """Return what an analyst has to know about a family, each note once, up to a limit."""
    missing = _missing(tree, families)
    odd = [verdicts[each.number].note for each in tree.places if each.number in verdicts]
    cut = [
        (len(tree.too_deep), "deeper than Max Depth"),
        (len(tree.over_limit), "more than Max Child Samples"),
    ]
    notes = [*missing[:MAX_NOTES], *([f"{len(missing) - MAX_NOTES} more"] if len(missing) > MAX_NOTES else [])]
    notes += [note for note in dict.fromkeys(odd) if note][:MAX_NOTES]
    return [*notes, *(f"child samples not read: {count}, {why}" for count, why in cut if count)]


def _missing(tree: Tree, families: Families) -> list[str]:
    """Return the notes about samples and lists that could not be read."""
    numbers = [place.number for place in tree.places]
    return [notes[each] for notes in (families.unread, families.truncated) for each in numbers if each in notes]


def _line(row: Mapping[str, Any]) -> str:
    name = readable_name(row["name"] or "")
    words = map(unclickable, (row["type"] or "", (row["verdict"] or "unknown").capitalize(), row["sha256"] or ""))
    cells = (row["depth"], unclickable(row["relation"] or ""), name, *words, row["sample_id"])
    return ",".join(csv_cell(cell) for cell in cells)
