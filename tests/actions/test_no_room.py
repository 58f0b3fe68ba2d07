"""Without room on the disk, the results of many entities are returned as with room."""

from __future__ import annotations

import json
import resource
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.actions.lab import Lab

EVERYTHING: Final = {
    "IOC Type Filter": "domains, emails, files, ips, mutexes, processes, registry, urls",
    "IOC Verdict Filter": "Malicious, Suspicious, Clean, None",
    "Max IOCs To Return": "100",
}
ROOM: Final = (
    300_000  # less than the spool of the test writes to the disk, more than any other file of the process
)


@pytest.fixture
def _little_room() -> Iterator[None]:
    """Limit the size of files; the process of the action inherits the limit."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.usefixtures("_little_room")
def test_every_entity_is_returned_without_room_on_the_disk(lab: Lab) -> None:
    """Given results that are larger than memory and disk of the spool, then none of them is lost."""
    hashes = lab.vmray.control.add_known_samples(24, iocs_per_type=60)
    lab.hashes(*hashes)

    run = lab.run("Scan Hash", EVERYTHING)

    entities = [each.upper() for each in hashes]
    assert (run.state.value, run.result_value) == ("completed", True)
    assert [each["Entity"] for each in run.json_result] == entities
    assert {len(each["EntityResult"]["iocs"]["domains"]) for each in run.json_result} == {60}
    assert set(lab.flags().values()) == {(True, True)}
    assert len(json.dumps(run.json_result)) > 3_000_000
