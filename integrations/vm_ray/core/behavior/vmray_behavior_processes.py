"""The processes of an analysis as a tree: each with its depth, its parent and its threat indicators.

A process names its parent by a reference (newer servers) or by the monitor id of the parent. Monitor ids are VMRay's
own; the ids of the operating system can be used twice. Parents that form a circle have no root: the first process of
the circle in VMRay's order is shown as its root, and the circle ends where it began.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from ...core.api.vmray_models import Json
from ...core.api.vmray_verdicts import Verdict, verdict_of
from ...core.behavior.vmray_behavior_rows import Row, Section, whole_number
from ...core.behavior.vmray_summary_references import entries_of, target, targets, word_of

NAME = "processes"
Key = TypeVar("Key", str, int)


class Process(NamedTuple):
    """One process.

    Attributes:
        key: Its key in the document.
        parent: The key of its parent in the tree; empty for a root.
        depth: The number of its ancestors in the tree.
    """

    key: str
    parent: str
    depth: int
    raw: Json

    @property
    def verdict(self) -> Verdict:
        """VMRay's verdict about the process."""
        return verdict_of(self.raw)


def process_section(document: Json, limit: int) -> Section:
    """Return at most so many processes: those with the worst verdicts with their ancestors, as a tree from its root."""
    tree = process_tree(document)
    by_key = {each.key: each for each in tree}
    ranks = {each.key: each.verdict.rank for each in tree}
    chosen = worst_with_ancestors(ranks, {each.key: each.parent for each in tree}, limit)
    rows = [_row(document, each, by_key) for each in tree if each.key in chosen]
    return Section.fitted(NAME, rows, len(tree))


def process_tree(document: Json) -> list[Process]:
    """Return all processes, each after its parent; the children of a process are in VMRay's order."""
    found = entries_of(document.get("processes"))
    parents = _parents(document, found)
    children: dict[str, list[str]] = {}
    for key, parent in parents.items():
        children.setdefault(parent, []).append(key)
    tree: dict[str, Process] = {}
    # After the roots, every process once more: those of circles have no root.
    for start in [*children.get("", ()), *found]:
        waiting = [(start, "", 0)]
        while waiting:
            key, parent, depth = waiting.pop()
            if key not in tree:
                tree[key] = Process(key, parent, depth, found[key])
                waiting += [(each, key, depth + 1) for each in reversed(children.get(key, ()))]
    return list(tree.values())


def _parents(document: Json, found: Mapping[str, Json]) -> dict[str, str]:
    """Return the key of the parent of each process; empty if the document has no parent for it."""
    by_identity = {id(raw): key for key, raw in found.items()}
    by_monitor: dict[int, str] = {}
    for key, raw in found.items():
        number = whole_number(raw.get("monitor_id"))
        if number:
            by_monitor.setdefault(number, key)
    parents = {}
    for key, raw in found.items():
        named = target(document, raw.get("ref_parent_process"))
        origin = whole_number(raw.get("origin_monitor_id")) or 0
        parent = by_identity.get(id(named), "") or by_monitor.get(origin, "")
        parents[key] = "" if parent == key else parent
    return parents


def worst_with_ancestors(ranks: Mapping[Key, int], parents: Mapping[Key, Key], limit: int) -> set[Key]:
    """Choose at most so many processes: the worst verdicts first, each with its ancestors while there is room.

    Args:
        ranks: The rank of each process; the smallest is the worst.
        parents: The parent of each process; that of a root is no process.
        limit: The maximum number.
    """
    if len(ranks) <= limit:
        return set(ranks)
    chosen: set[Key] = set()
    for each in sorted(ranks, key=ranks.__getitem__):
        key = each
        while key in ranks and key not in chosen and len(chosen) < limit:
            chosen.add(key)
            key = parents[key]
    return chosen


def _row(document: Json, process: Process, by_key: Mapping[str, Process]) -> Row:
    raw, parent = process.raw, by_key.get(process.parent)
    return {
        "pid": whole_number(raw.get("os_pid")),
        "parent_pid": whole_number(parent.raw.get("os_pid")) if parent else None,
        "depth": process.depth,
        "name": _name(raw) or None,
        "command_line": word_of(raw, "cmd_line") or None,
        "verdict": process.verdict.in_json,
        "indicators": list(dict.fromkeys(filter(None, map(_told, targets(document, raw.get("ref_vti_matches")))))),
    }


def _told(match: Json) -> str:
    """Return a threat indicator in words."""
    words = (word_of(match, "category_desc", "category"), word_of(match, "operation_desc", "operation"))
    return ": ".join(word for word in words if word)


def _name(raw: Json) -> str:
    """Return the name of the program; that in the path or in the command line if VMRay has no name."""
    command_line = word_of(raw, "cmd_line")
    in_quotes, other = command_line[1:].partition('"')[0], command_line.partition(" ")[0]
    path = word_of(raw, "image_name", "filename") or (in_quotes if command_line.startswith('"') else other)
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]
