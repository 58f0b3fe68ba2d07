"""The IOCs of child samples: each sample read once, and notes about those that were not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_verdicts import VERDICTS
from vm_ray.core.results.vmray_child_iocs import with_children
from vm_ray.core.results.vmray_ioc_items import ioc_item, ioc_rows
from vm_ray.core.results.vmray_ioc_rows import LISTS, IocFilter

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_client import Client
    from vm_ray.core.results.vmray_item_result import Item
    from vmray_emulator import EmbeddedEmulator

EVERYTHING: Final = IocFilter(tuple(LISTS), frozenset(VERDICTS), artifacts=False, limit=100)


@pytest.fixture
def client(emulator: EmbeddedEmulator) -> Client:
    """Return a client of the emulator."""
    return connect(emulator.url, emulator.api_key)


def item(client: Client, number: int) -> Item:
    """Read the IOCs of one sample."""
    facts: dict[str, Any] = {"subject": f"sample {number}", "sample_id": number, "child_sample_ids": []}
    return ioc_item(client, str(number), facts, number, EVERYTHING)


def add(emulator: EmbeddedEmulator, name: str, *children: int, domains: tuple[str, ...] = ()) -> None:
    """Add a sample with child samples and domains."""
    emulator.control.add_sample(
        filename=name, sample_child_sample_ids=list(children), iocs={"domains": list(domains)}
    )


def test_a_sample_of_the_parameter_can_be_a_child_of_another(
    client: Client, emulator: EmbeddedEmulator
) -> None:
    """Given two samples, one inside the other, then its IOCs are read once and count for both."""
    add(emulator, "outer", 5002)
    add(emulator, "inner", 5001, domains=("c2.example",))
    items = [item(client, number) for number in (5001, 5002)]
    emulator.control.forget_requests()

    found = with_children(client, items)

    assert [(each.outcome, each.facts["child_sample_ids"]) for each in found] == [
        ("done", [5002]),
        ("done", [5001]),
    ]
    (row,) = ioc_rows(found).rows
    assert list(row.sample_ids) == [5002]
    assert [each.path for each in emulator.control.requests()] == []


def test_children_of_children_are_read_to_the_third_level(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given a chain of five samples, then three levels below are read, and a note counts the others."""
    for number in range(5001, 5006):
        add(emulator, str(number), number + 1, domains=(f"{number}.example",))

    (found,) = with_children(client, [item(client, 5001)])

    assert found.facts["child_sample_ids"] == [5002, 5003, 5004]
    assert [row.name.value for row in ioc_rows([found]).rows] == [
        f"{each}.example" for each in range(5001, 5005)
    ]
    assert found.complete is False
    assert "child samples beyond the maximum depth, not read: 1" in found.reason


def test_a_child_that_is_not_finished_or_not_known(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given a child with an unfinished list and one that does not exist, then there are notes."""
    add(emulator, "root", 5002, 5099)
    add(emulator, "child", domains=("c2.example",))
    fault = {"kind": "patch", "set": {"data.status": "waiting"}}
    emulator.control.inject({"path": "/rest/sample/5002/iocs"}, fault)

    (found,) = with_children(client, [item(client, 5001)])

    assert (found.outcome, found.complete) == ("done", False)
    assert "child sample 5002: VMRay had not finished collecting IOCs; some may be missing" in found.reason
    assert "sample 5099 could not be read: " in found.reason


def test_without_the_sample_its_children_are_unknown(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given a sample whose IOCs alone can be read, then they are returned, with a note."""
    add(emulator, "root", 5002, domains=("c2.example",))
    emulator.control.inject({"path": "/rest/sample/5001"}, {"kind": "status", "status": 404})

    (found,) = with_children(client, [item(client, 5001)])

    assert (found.outcome, found.facts["verdict"], found.complete) == ("done", None, False)
    assert found.reason.startswith("the verdict could not be read: ")
