"""The JSON result of actions with an outcome: rows of items, and what a smaller form omits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from vm_ray.core.results.vmray_item_result import Collected, Item, item_result
from vm_ray.core.results.vmray_result import Attachment, Link, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vm_ray.core.results.vmray_result import Result

ROWS = 16
RAW = "r" * 400
TABLE = Table("VMRay IOCs", ["IOC,Verdict", "t" * 4_000])
FILE = Attachment("VMRay", "vmray-layer.json", b"f" * 3_000)
SUBJECTS = [Item("5001", "done", {"sample_id": 5001}), Item("5002", "failed", kind="server", reason="broken")]


def members(count: int, whole: bool) -> Mapping[str, Any]:  # noqa: FBT001 - as the result calls it
    """Return numbered rows, each with an object of VMRay."""
    rows = [{"value": number, "raw": {"text": RAW} if whole else {}} for number in range(count)]
    return {"counts": {"returned": count}, "items": rows}


def result(limit: float) -> Result:
    """Return the result of two subjects with collected rows, within a limit."""
    collected = Collected("IOCs", ROWS, members, "samples")
    return item_result("done", SUBJECTS, limit, collected=collected, tables=[TABLE], attachments=[FILE])


def test_collected_rows_are_the_items_and_the_subjects_stand_apart() -> None:
    """Given enough room, then all rows, tables and files are there, and each subject has its row."""
    shown = result(1e6)

    head = json.loads(shown.json_text)
    assert [each["value"] for each in head["items"]] == list(range(ROWS))
    assert [(each["subject"], each["outcome"]) for each in head["samples"]] == [
        ("5001", "done"),
        ("5002", "failed"),
    ]
    assert [each["item"] for each in head["errors"]] == ["5002"]
    assert (head["left_out"], head["complete"]) == (None, False)
    assert (shown.tables, shown.attachments) == ([TABLE], [FILE])


@pytest.mark.parametrize(
    ("room", "left_out", "rows"),
    [
        (14_000, "VMRay's own objects", ROWS),
        (7_500, "the tables and VMRay's own objects", ROWS),
        (2_600, "the tables and VMRay's own objects, and vmray-layer.json", ROWS),
        (
            640,
            "the tables and VMRay's own objects, and vmray-layer.json, and the last 12 of 16 IOCs",
            4,
        ),
        (1, "the tables and VMRay's own objects, and vmray-layer.json, and the last 16 of 16 IOCs", 0),
    ],
)
def test_a_smaller_form_omits_one_part_after_the_other(room: float, left_out: str, rows: int) -> None:
    """Given less and less room, then VMRay's objects go first and rows last; each subject stays."""
    shown = result(room)

    head = json.loads(shown.json_text)
    assert (head["left_out"], len(head["items"]), head["counts"]) == (left_out, rows, {"returned": rows})
    assert all(each["raw"] == {} for each in head["items"])
    assert len(head["samples"]) == len(SUBJECTS)


def test_an_item_with_several_rows() -> None:
    """Given an item with parts, then these have the rows and the errors, and VMRay's objects are optional."""
    parts = [
        Item(f"submission {number}", outcome, {"analyses": ["x" * 900]}, objects=("analyses",), kind=kind)
        for number, outcome, kind in ((6001, "clean", ""), (6002, "failed", "analysis"))
    ]
    item = Item("5001", "clean", parts=parts)

    whole, smaller = (json.loads(item_result("failed", [item], limit).json_text) for limit in (1e6, 1_000))

    assert whole["items"] == [each.row() for each in parts]
    assert [(each["item"], each["class"]) for each in whole["errors"]] == [("submission 6002", "analysis")]
    assert whole["complete"] is False
    assert smaller["items"] == [{**each.row(), "analyses": []} for each in parts]
    assert smaller["left_out"] == "the tables and VMRay's own objects"


def test_the_file_and_the_link_of_a_sample_that_is_two_items_are_there_once() -> None:
    """Given two items about one sample, such as its id and its hash, then both have rows, with one file."""
    parts: Any = {"attachments": [FILE], "links": [Link("VMRay sample 5001", "https://vmray.example/5001")]}

    shown = item_result("done", [Item("5001", "done", **parts), Item("ab" * 32, "done", **parts)], 1e6)

    assert len(json.loads(shown.json_text)["items"]) == 2
    assert (shown.attachments, shown.links) == (parts["attachments"], parts["links"])


def test_lists_by_name_become_empty_lists_by_name() -> None:
    """Given lists below a name, then a row without VMRay's objects keeps their names."""
    item = Item("x", "done", {"network": {"dns": [1], "http": [2]}, "yara": [3]}, objects=("network", "yara"))
    smaller = item.row(whole=False)
    assert (smaller["network"], smaller["yara"]) == ({"dns": [], "http": []}, [])
