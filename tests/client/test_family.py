"""The tree of what VMRay found inside a sample, and the path to the worst verdict: pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from vm_ray.core.api.vmray_verdicts import Verdict
from vm_ray.core.results.vmray_family import Link, Links, Tree, forest_of, tree_of, worst_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

M, S, C, N = Verdict.MALICIOUS, Verdict.SUSPICIOUS, Verdict.CLEAN, Verdict.NONE
ODD: Final = Verdict("weird")


def links(**children: Sequence[int]) -> Links:
    """Return relations, as in `links(p1=[2, 3])`: 1 has the children 2 and 3."""
    return {int(name[1:]): [Link(child) for child in found] for name, found in children.items()}


def numbers(tree: Tree) -> list[tuple[int, int | None, int]]:
    """Return id, parent and depth of each member."""
    return [(place.number, place.parent, place.depth) for place in tree.places]


ALL: Final = range(100)


@pytest.mark.parametrize(
    ("relations", "members", "depth", "expected"),
    [
        (links(), ALL, 3, ([(1, None, 0)], [], [])),
        (links(p1=[2, 3], p2=[4]), ALL, 3, ([(1, None, 0), (2, 1, 1), (4, 2, 2), (3, 1, 1)], [], [])),
        # a cycle and a sample that contains itself end where they meet a member
        (links(p1=[2], p2=[1, 3], p3=[3, 2]), ALL, 9, ([(1, None, 0), (2, 1, 1), (3, 2, 2)], [], [])),
        # a repetition, and a child with two parents: the shortest way counts
        (links(p1=[2, 2, 3], p2=[3]), ALL, 3, ([(1, None, 0), (2, 1, 1), (3, 1, 1)], [], [])),
        (links(p1=[2], p2=[3], p3=[4, 5]), ALL, 2, ([(1, None, 0), (2, 1, 1), (3, 2, 2)], [4, 5], [])),
        (links(p1=[2, 3]), (1, 3), 3, ([(1, None, 0), (3, 1, 1)], [], [2])),
        # relations of a member that was never read lead nowhere
        (links(p7=[8]), ALL, 3, ([(1, None, 0)], [], [])),
    ],
)
def test_a_tree_has_each_member_once(
    relations: Links,
    members: Sequence[int],
    depth: int,
    expected: tuple[list[tuple[int, int | None, int]], list[int], list[int]],
) -> None:
    """Given any relations, then each member is in the tree once, and what the limits cut is named."""
    tree = tree_of(1, relations, members, depth)
    cut = [place.number for place in tree.too_deep], [place.number for place in tree.over_limit]
    assert (numbers(tree), *cut) == expected


@pytest.mark.parametrize(
    ("relations", "verdicts", "depth", "expected"),
    [
        (links(), {1: C}, 3, (C, [1])),
        (links(), {}, 3, (N, [1])),
        (links(p1=[2], p2=[3]), {1: S, 2: S, 3: M}, 3, (M, [1, 2, 3])),
        # the nearest of equals, then the first
        (links(p1=[2, 4], p2=[3]), {1: C, 2: C, 3: M, 4: M}, 3, (M, [1, 4])),
        (links(p1=[2, 3]), {1: C, 2: S, 3: S}, 3, (S, [1, 2])),
        (links(p1=[2]), {1: M, 2: M}, 3, (M, [1])),
        # clean only if each member is clean
        (links(p1=[2]), {1: C, 2: C}, 3, (C, [1])),
        (links(p1=[2]), {1: C}, 3, (N, [1, 2])),
        (links(p1=[2]), {1: C, 2: ODD}, 3, (ODD, [1, 2])),
        # a child beyond the limit counts if its relation has a verdict
        (links(p1=[2], p2=[3]), {1: C, 2: C, 3: M}, 1, (M, [1, 2, 3])),
        (links(p1=[2], p2=[3]), {1: C, 2: C}, 1, (C, [1])),
        # a cycle
        (links(p1=[2], p2=[1]), {1: C, 2: S}, 3, (S, [1, 2])),
    ],
)
def test_the_worst_verdict_has_the_shortest_path(
    relations: Links, verdicts: Mapping[int, Verdict], depth: int, expected: tuple[Verdict, list[int]]
) -> None:
    """Given verdicts, then the path leads from the root to the worst one."""
    found = worst_of([tree_of(1, relations, ALL, depth)], verdicts)
    assert found is not None
    assert (found.verdict, [place.number for place in found.path]) == expected


def test_no_tree_has_no_verdict() -> None:
    """Given nothing, then there is no worst verdict."""
    assert worst_of([], {}) is None


@pytest.mark.parametrize(
    ("given", "relations", "roots"),
    [
        ([1, 2, 3], links(p1=[2]), [1, 3]),
        ([2, 1], links(p1=[2]), [1]),
        ([1, 2], links(p1=[2], p2=[1]), [1]),
        ([1], links(p1=[1]), [1]),
        ([1, 2, 3, 4], links(p3=[4], p4=[3]), [1, 2, 3]),
        ([], links(p1=[2]), []),
        # a parent that is not a member is no root
        ([2], links(p1=[2]), [2]),
    ],
)
def test_a_forest_has_a_tree_for_each_member_without_a_parent(
    given: Sequence[int], relations: Links, roots: list[int]
) -> None:
    """Given members, then each of them is in one tree, also if they are only in a cycle."""
    trees = forest_of(given, relations)
    assert [tree.places[0].number for tree in trees] == roots
    assert sorted(place.number for tree in trees for place in tree.places) == sorted(given)


def test_a_long_chain_needs_no_recursion() -> None:
    """Given ten thousand levels, then the path is returned."""
    chain = {number: [Link(number + 1)] for number in range(10_000)}
    found = worst_of([tree_of(0, chain, range(10_001))], {10_000: M})
    assert found is not None
    assert len(found.path) == 10_001
