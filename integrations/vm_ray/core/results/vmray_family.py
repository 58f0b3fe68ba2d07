"""The family of a sample or submission: what VMRay found inside, as a tree, and the path to the worst verdict.

The functions are pure. Relations come from VMRay, so that they can be anything: cycles, repetitions, and members that
were never read. Each member is in a tree once, at the shortest distance from the root.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from ...core.api.vmray_verdicts import Verdict
from ...core.results.vmray_outcome import ORDER, verdict_outcome


class Link(NamedTuple):
    """One relation.

    Attributes:
        child: The id of the member that VMRay found inside the other one.
        relation: VMRay's word, such as ``Dropped File``; empty if VMRay returned none.
        verdict: The verdict of the child as the relation has it.
    """

    child: int
    relation: str = ""
    verdict: Verdict = Verdict.NONE


Links: TypeAlias = Mapping[int, Sequence[Link]]


class Place(NamedTuple):
    """The place of one member in a tree."""

    number: int
    parent: int | None = None
    depth: int = 0
    relation: str = ""


class Tree(NamedTuple):
    """A member and what VMRay found inside.

    Attributes:
        places: The root, then each member below it directly after its parent and the descendants of earlier children.
        too_deep: Children of the lowest members, beyond the maximum depth.
        over_limit: Children that are not members, because there are too many.
    """

    places: tuple[Place, ...]
    too_deep: tuple[Place, ...] = ()
    over_limit: tuple[Place, ...] = ()


class Worst(NamedTuple):
    """The worst verdict of a family.

    Attributes:
        verdict: The verdict.
        path: From the root to the member with this verdict, the nearest one if several have the verdict.
    """

    verdict: Verdict
    path: tuple[Place, ...]


def tree_of(root: int, links: Links, members: Container[int], max_depth: float = float("inf")) -> Tree:
    """Return the tree below a root.

    Args:
        root: The id of the root.
        links: The relations of each parent.
        members: The ids that belong to the tree; a child that is none of them is over the limit.
        max_depth: The maximum distance from the root.
    """
    seen, level = {root}, [Place(root)]
    below: dict[int, list[Place]] = {}
    too_deep, over_limit = [], []
    while level:
        found = [each for parent in level for each in _children(parent, links, seen)]
        too_deep += [each for each in found if each.depth > max_depth]
        within = [each for each in found if each.depth <= max_depth]
        over_limit += [each for each in within if each.number not in members]
        level = [each for each in within if each.number in members]
        for each in level:
            below.setdefault(each.parent or 0, []).append(each)
    return Tree(_in_order(Place(root), below), tuple(too_deep), tuple(over_limit))


def forest_of(numbers: Sequence[int], links: Links) -> list[Tree]:
    """Return a tree for each member without a parent; members that are only in a cycle belong to the first of them."""
    inside = {link.child for parent in numbers for link in links.get(parent, ()) if link.child != parent}
    trees: list[Tree] = []
    placed: set[int] = set()
    for number in [*(each for each in numbers if each not in inside), *numbers]:
        if number not in placed:
            trees.append(tree_of(number, links, frozenset(numbers)))
            placed.update(place.number for place in trees[-1].places)
    return trees


def worst_of(trees: Iterable[Tree], verdicts: Mapping[int, Verdict]) -> Worst | None:
    """Return the worst verdict of several trees, by the order of outcomes; None for no trees.

    No verdict is worse than ``clean``, because a family is only clean if each member is. A child that no tree contains,
    because of a limit, counts only if its relation has a verdict.
    """
    candidates = [(tree, place) for tree in trees for place in _counted(tree, verdicts)]
    if not candidates:
        return None

    def urgency(candidate: tuple[Tree, Place]) -> tuple[int, int]:
        _, place = candidate
        return ORDER.index(verdict_outcome(verdicts.get(place.number, Verdict.NONE))), place.depth

    tree, place = min(candidates, key=urgency)
    return Worst(verdicts.get(place.number, Verdict.NONE), path_to(tree, place))


def path_to(tree: Tree, place: Place) -> tuple[Place, ...]:
    """Return the places from the root of a tree to one of its places."""
    places = {each.number: each for each in tree.places}
    path = [place]
    while path[0].parent is not None:
        path.insert(0, places[path[0].parent])
    return tuple(path)


def _counted(tree: Tree, verdicts: Mapping[int, Verdict]) -> Iterable[Place]:
    """Return the places that count: all members, and the others that have a verdict."""
    others = (*tree.too_deep, *tree.over_limit)
    return (*tree.places, *(each for each in others if verdicts.get(each.number, Verdict.NONE) != Verdict.NONE))


def _children(parent: Place, links: Links, seen: set[int]) -> list[Place]:
    """Return the children of one member that are not in the tree yet, and record them as seen."""
    found = []
    for link in links.get(parent.number, ()):
        if link.child not in seen:
            seen.add(link.child)
            found.append(Place(link.child, parent.number, parent.depth + 1, link.relation))
    return found


def _in_order(root: Place, below: Mapping[int, Sequence[Place]]) -> tuple[Place, ...]:
    waiting, ordered = [root], []
    while waiting:
        ordered.append(waiting.pop())
        waiting.extend(reversed(below.get(ordered[-1].number, ())))
    return tuple(ordered)
