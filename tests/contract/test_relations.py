"""Relations between samples: children in the sample object, and the rows of `/sample_relation`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.servers import Json, Server

    from vmray_emulator import EmbeddedEmulator

ITEM = "GET /sample/{id}"
ROWS = "GET /sample_relation/sample/{id}"


@pytest.fixture
def dropper(emulator: EmbeddedEmulator, emulator_server: Server) -> Json:
    """Return the submission of a dropper with one child."""
    emulator.control.load_scenario("malicious-exe")
    data = emulator_server.submit(b"MZ relations", "relations.exe")
    submission: Json = data["submissions"][0]
    return submission


def children_of(server: Server, number: int) -> list[int]:
    """Return the children that a sample object names."""
    ids: list[int] = server.get(f"/sample/{number}").data["sample_child_sample_ids"]
    return ids


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ITEM)
def test_parent_and_child_have_the_same_relation(emulator_server: Server, dropper: Json) -> None:
    """A relation has a type and both ids, and is in the objects of both samples."""
    parent = emulator_server.get(f"/sample/{dropper['submission_sample_id']}").data
    (relation,) = parent["sample_child_relations"]
    (child_id,) = parent["sample_child_sample_ids"]
    assert parent["sample_child_relations_truncated"] is False
    assert relation["relation_type"] == "Dropped File"
    assert relation["relation_child_sample_id"] == child_id
    assert relation["relation_parent_sample_id"] == parent["sample_id"]
    child = emulator_server.get(f"/sample/{child_id}").data
    assert child["sample_parent_relations"] == [relation]


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ROWS)
def test_a_row_has_a_sample_a_submission_and_a_relation(emulator_server: Server, dropper: Json) -> None:
    """A row of `/sample_relation` has one sample, one submission and the relation of the two."""
    (child_id,) = children_of(emulator_server, dropper["submission_sample_id"])
    (row,) = emulator_server.get(f"/sample_relation/sample/{child_id}").data
    assert row["sample_relation_sample_id"] == child_id
    assert row["sample_relation_submission_id"] == dropper["submission_id"]
    assert row["sample_relation_relation"] == "Dropped File"
    assert emulator_server.get(f"/sample_relation/{row['sample_relation_id']}").data == row


@pytest.mark.inferred("nothing says which end of a row is the parent, so both are", endpoint=ROWS)
def test_both_directions_have_a_row(emulator_server: Server, dropper: Json) -> None:
    """A parent has rows with the submissions of its children, its submission has rows with the children."""
    parent_id, number = dropper["submission_sample_id"], dropper["submission_id"]
    (row,) = emulator_server.get(f"/sample_relation/sample/{parent_id}").data
    child = emulator_server.get(f"/submission/{row['sample_relation_submission_id']}").data
    assert [child["submission_sample_id"]] == children_of(emulator_server, parent_id)
    rows = emulator_server.get(f"/sample_relation/submission/{number}").data
    assert [one["sample_relation_sample_id"] for one in rows] == children_of(emulator_server, parent_id)


@pytest.mark.documented("OpenAPI document 2026.2.1 (`sample_child_relations_truncated`)", endpoint=ITEM)
def test_a_truncated_list_says_so(emulator: EmbeddedEmulator, emulator_server: Server, dropper: Json) -> None:
    """A list of relations may be cut. Then a field says so, and `/sample_relation` still has all of them."""
    emulator.control.configure(relations_per_sample=0)
    parent = emulator_server.get(f"/sample/{dropper['submission_sample_id']}").data
    assert parent["sample_child_relations_truncated"] is True
    assert parent["sample_child_relations"] == parent["sample_child_sample_ids"] == []
    assert len(emulator_server.get(f"/sample_relation/sample/{parent['sample_id']}").data) == 1
