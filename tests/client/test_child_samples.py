"""Reading child samples level by level: limits, relations, truncated lists, and what cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.client.failing_client import fails, vmray
from tests.client.vmray_objects import submission

from vm_ray.core.api.vmray_errors import DeadlineError, VMRayError
from vm_ray.core.api.vmray_models import Sample
from vm_ray.core.api.vmray_request_errors import (
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    ServerError,
)
from vm_ray.core.api.vmray_verdicts import Verdict
from vm_ray.core.results.vmray_child_items import child_table, extended_items, sample_item, worst_in_json
from vm_ray.core.results.vmray_child_samples import Families, FamilyLimits, read_families
from vm_ray.core.results.vmray_item_result import Item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vm_ray.core.api.vmray_client import Client

DROPPED: Final = "Dropped File"


def relation(child: object, word: str | None = DROPPED, verdict: str | None = "clean") -> dict[str, Any]:
    """Return a relation as VMRay sends it."""
    return {
        "relation_type": word,
        "relation_child_sample_id": child,
        "relation_child_sample_verdict": verdict,
    }


class Server:
    """Samples by id, given by their children; each request for a sample is recorded.

    Attributes:
        asked: The ids in the order of the requests.
    """

    def __init__(self, samples: Mapping[int, Mapping[str, Any]], **errors: VMRayError) -> None:
        self._samples = samples
        self._errors = {int(name[1:]): error for name, error in errors.items()}
        self.asked: list[int] = []

    def get_sample(self, number: int) -> Sample:
        """Return one sample, or end with its error."""
        self.asked.append(number)
        if number in self._errors:
            raise self._errors[number]
        return self.sample(number)

    def sample(self, number: int) -> Sample:
        """Return one sample without a request."""
        usual = {"sample_id": number, "sample_verdict": "clean", "sample_filename": f"s{number}"}
        return Sample.from_json({**usual, **self._samples.get(number, {})})

    def client(self, **other: Any) -> Client:  # noqa: ANN401 - substitutes for requests
        """Return a client of this server."""
        return vmray(get_sample=self.get_sample, **other)

    def families(self, *roots: int, client: Client | None = None, **limits: Any) -> Families:  # noqa: ANN401 - the limits
        """Read the families of some samples."""
        return read_families(client or self.client(), [*map(self.sample, roots)], FamilyLimits(**limits))


def children(*numbers: object, **other: object) -> dict[str, Any]:
    """Return the fields of a sample with these children."""
    return {
        "sample_child_sample_ids": list(numbers),
        "sample_child_relations": [*map(relation, numbers)],
    } | other


CYCLE: Final = {1: children(2, 3), 2: children(4), 3: children(4, 1), 4: children(1, 5)}


def test_each_sample_is_read_once_level_by_level() -> None:
    """Given a cycle and a child with two parents, then each child is read once."""
    server = Server(CYCLE)
    families = server.families(1, depth=10)
    assert sorted(server.asked) == [2, 3, 4, 5]
    assert [(place.number, place.parent, place.relation) for place in families.tree(1).places] == [
        (1, None, ""),
        (2, 1, DROPPED),
        (4, 2, DROPPED),
        (5, 4, DROPPED),
        (3, 1, DROPPED),
    ]
    assert families.sample_ids(1) == [1, 2, 4, 5, 3]


@pytest.mark.parametrize(
    ("limits", "asked", "too_deep", "over_limit"),
    [
        ({"depth": 1}, [2, 3], [4], []),
        ({"depth": 2}, [2, 3, 4], [5], []),
        ({"children": 1}, [2], [], [3, 4]),
        ({"children": 3}, [2, 3, 4], [], [5]),
        ({"relations": ("Attachment",)}, [], [], []),
        ({"relations": (DROPPED,)}, [2, 3, 4, 5], [], []),
    ],
)
def test_limits(limits: dict[str, Any], asked: list[int], too_deep: list[int], over_limit: list[int]) -> None:
    """Given limits, then no further sample is read, and the known ones beyond are counted."""
    server = Server(CYCLE)
    tree = server.families(1, **limits).tree(1)
    assert sorted(server.asked) == asked
    assert [place.number for place in tree.too_deep] == too_deep
    assert [place.number for place in tree.over_limit] == over_limit


def test_several_roots_share_the_limit_and_the_children() -> None:
    """Given two roots with a common child, then the child is read once and in both trees."""
    server = Server({1: children(3, 4), 2: children(4, 5)})
    families = server.families(1, 2, children=2)
    assert sorted(server.asked) == [3, 4]
    assert (families.sample_ids(1), families.sample_ids(2)) == ([1, 3, 4], [2, 4])
    assert [place.number for place in families.tree(2).over_limit] == [5]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"sample_child_sample_ids": [2]}, [(2, "")]),
        ({"sample_child_relations": None, "sample_child_sample_ids": None}, []),
        ({"sample_child_relations": "x", "sample_child_sample_ids": {"a": 1}}, []),
        ({"sample_child_relations": [relation(None), relation("2"), relation(child=True)]}, [(2, DROPPED)]),
        ({"sample_child_sample_ids": [1, None, "x", 2.5, "3", [4]]}, [(3, "")]),
        ({"sample_child_relations": [relation(2, None), relation(2, "Attachment")]}, [(2, "")]),
        ({"sample_child_relations": [relation(2, "New\u202eWord")]}, [(2, "New Word")]),
    ],
)
def test_relations_of_any_shape(fields: dict[str, Any], expected: list[tuple[int, str]]) -> None:
    """Given relations of any shape, then the children that can be read are read."""
    places = Server({1: fields}).families(1).tree(1).places
    assert [(place.number, place.relation) for place in places[1:]] == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (children(2), []),
        ({"sample_child_sample_ids": [2]}, [2]),
        ({"sample_child_relations": [relation(2, None)]}, [2]),
        ({"sample_child_relations": [relation(2), relation(2, "Attachment")]}, [2]),
    ],
)
def test_the_filter_keeps_a_child_without_a_relation(fields: dict[str, Any], expected: list[int]) -> None:
    """Given a filter, then only children of another known relation are left out."""
    tree = Server({1: fields}).families(1, relations=("Attachment",)).tree(1)
    assert [place.number for place in tree.places[1:]] == expected


@pytest.mark.parametrize(
    ("error", "goes_on"),
    [
        (NotFoundError("no such sample"), True),
        (PermissionDeniedError("VMRay denied the request"), True),
        (ServerError("broken"), True),
        (AuthenticationError("VMRay rejected the key"), False),
        (DeadlineError(None), False),
    ],
)
def test_a_child_that_cannot_be_read_keeps_its_place(error: VMRayError, *, goes_on: bool) -> None:
    """Given an error of one child, then its verdict is that of the relation, and others are read."""
    malicious = children(2, 3) | {
        "sample_child_relations": [relation(2, verdict="malicious"), relation(3, verdict=None)]
    }
    server = Server({1: malicious, 3: children(4)}, s2=error)
    families = server.families(1)
    assert sorted(server.asked) == ([2, 3, 4] if goes_on else [2, 3])
    assert families.verdicts[2] == Verdict.MALICIOUS
    assert families.unread[2] == f"sample 2 could not be read: {error}"
    assert (4 in families.unread) is not goes_on
    assert [place.number for place in families.tree(1).places] == [1, 2, 3, 4]


CUT: Final[dict[int, dict[str, Any]]] = {
    1: {"sample_child_relations_truncated": True},
    2: {"sample_parent_sample_ids": [1]},
    3: {"sample_parent_sample_ids": [9]},
    4: {"sample_parent_sample_ids": ["1"]},
}
ROWS: Final[list[dict[str, Any]]] = [
    {"sample_relation_sample_id": 2, "sample_relation_relation": DROPPED},
    {"sample_relation_sample_id": 3, "sample_relation_submission_id": 6003},
    {"sample_relation_sample_id": 1, "sample_relation_submission_id": 6004},
    {"sample_relation_sample_id": None},
]


def test_a_truncated_list_is_completed_by_confirmed_children() -> None:
    """Given rows of relations, then a sample is a child only if it names the parent itself."""
    client = Server(CUT).client(
        list_relations_of_sample=lambda _: ROWS,
        get_submission=lambda number: submission(number, number - 6000),
    )
    families = Server(CUT).families(1, client=client)
    found = [(place.number, place.relation) for place in families.tree(1).places[1:]]
    assert found == [(2, DROPPED), (4, "")]
    assert families.truncated == {}


@pytest.mark.parametrize("rows", [fails(NotFoundError("no such path")), lambda _: [], lambda _: ROWS[1:2]])
def test_a_truncated_list_that_stays_incomplete_is_a_note(rows: Any) -> None:  # noqa: ANN401 - a substitute for a request
    """Given no further child, then a note says that the list is not complete."""
    client = Server(CUT).client(list_relations_of_sample=rows)
    families = Server(CUT).families(1, client=client)
    assert families.sample_ids(1) == [1]
    assert families.truncated[1].startswith("VMRay truncated the list of child samples of sample 1")


def items_of(server: Server, *roots: int, insight: bool = True, **limits: Any) -> Sequence[Item]:  # noqa: ANN401 - the limits
    """Return the items of some samples, and one of a sample that VMRay does not know."""
    read = [
        sample_item(str(each), {"root_sample_id": each, "entity": None}, server.sample(each))
        for each in roots
    ]
    unknown = Item("9", "not_found")
    return extended_items(server.client(), [*read, unknown], FamilyLimits(**limits), insight=insight)


def test_the_item_has_the_tree_and_the_path_to_the_worst_verdict() -> None:
    """Given a malicious sample two levels below, then outcome, path, rows, link and insight say so."""
    bad = {
        "sample_verdict": "malicious",
        "sample_filename": "<b>drop.exe",
        "sample_webif_url": "https://vmray.example/samples/3",
    }
    server = Server({1: children(2), 2: children(3), 3: bad})
    item, unknown = items_of(server, 1)
    assert (item.outcome, item.facts["own_verdict"], unknown.outcome) == ("malicious", "clean", "not_found")
    assert worst_in_json([item, unknown]) == {
        "sample_id": 3,
        "verdict": "malicious",
        "path": [
            {"sample_id": 1, "name": "s1", "relation": None},
            {"sample_id": 2, "name": "s2", "relation": DROPPED},
            {"sample_id": 3, "name": "<b>drop.exe", "relation": DROPPED},
        ],
    }
    assert item.facts["children"][1] == {
        "sample_id": 3,
        "parent_sample_id": 2,
        "depth": 2,
        "relation": DROPPED,
        "name": "<b>drop.exe",
        "type": None,
        "sha256": None,
        "verdict": "malicious",
        "threat_names": [],
        "web_link": "https://vmray.example/samples/3",
    }
    assert [tuple(each) for each in item.links] == [("VMRay sample 3", "https://vmray.example/samples/3")]
    (insight,) = item.insights
    assert insight.title == "VMRay sample 1"
    assert insight.html.count("<strong>") == 4
    assert "&lt;b&gt;drop.exe" in insight.html
    (table,) = child_table([item, unknown])
    assert table.lines[2] == "2,Dropped File,<b>drop.exe,,Malicious,,3"


def test_a_sample_without_children_has_its_own_verdict() -> None:
    """Given no children, then there is no table and no insight; the path is the sample itself."""
    (item, _) = items_of(Server({}), 1)
    assert (item.outcome, item.facts["children"], list(item.insights), item.complete) == (
        "clean",
        [],
        [],
        True,
    )
    assert child_table([item]) == []
    assert (worst_in_json([item]) or {})["path"] == [{"sample_id": 1, "name": "s1", "relation": None}]


def test_the_worst_item_is_the_first_of_equals() -> None:
    """Given two suspicious families, then the first one is the worst; without a sample there is none."""
    server = Server({each: {"sample_verdict": "suspicious"} for each in (2, 3)})
    assert (worst_in_json(items_of(server, 1, 2, 3)) or {})["sample_id"] == 2
    assert worst_in_json([Item("9", "not_found")]) is None


def test_what_was_not_read_is_in_the_reason() -> None:
    """Given children beyond the limits, unreadable, or with an odd verdict, then the reason says so."""
    server = Server({1: children(*range(2, 20)), 2: {"sample_verdict": "weird"}}, s3=NotFoundError("gone"))
    (item, _) = items_of(server, 1, children=12)
    assert not item.complete
    assert item.reason == (
        "sample 3 could not be read: gone; this version of the integration does not know VMRay's verdict "
        '"weird"; child samples not read: 6, more than Max Child Samples'
    )
    assert (item.facts["cut_by_limit"], item.outcome) == (6, "unknown")


@pytest.mark.parametrize(("depth", "complete"), [(1, False), (2, True)])
def test_a_clean_family_that_was_cut_is_not_complete(depth: int, complete: bool) -> None:  # noqa: FBT001 - a column
    """Given clean samples, and children that were not read, then the result is not complete."""
    server = Server({1: children(2), 2: children(3)})
    (item, _) = items_of(server, 1, depth=depth)
    assert (item.outcome, item.complete) == ("clean", complete)


def test_many_unreadable_children_are_counted() -> None:
    """Given more notes than a person reads, then the rest is a number."""
    errors = {f"s{number}": NotFoundError("gone") for number in range(2, 20)}
    (item, _) = items_of(Server({1: children(*range(2, 20))}, **errors), 1)
    assert item.reason.count("could not be read") == 10
    assert item.reason.endswith("; 8 more")


def test_the_insight_of_a_large_tree_is_short() -> None:
    """Given a thousand children, then some lines are shown, and the path to the worst verdict."""
    worst = {1000: {"sample_verdict": "malicious"}}
    server = Server({1: children(*range(2, 1001))} | worst)
    (item, _) = items_of(server, 1, children=1000)
    (insight,) = item.insights
    assert insight.html.count("<p>") == 52
    assert "(sample 1000)" in insight.html
    assert "… and 949 more" in insight.html
