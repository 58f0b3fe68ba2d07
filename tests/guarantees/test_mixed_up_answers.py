"""An answer is taken for what it answers, and for nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.guarantees.byte_server import ByteServer
from tests.guarantees.listener import Listener, ok
from tests.guarantees.matrix.world import World, file_item, hash_item, reported_outcome
from tests.guarantees.test_secrets import client_for

from vm_ray.core.api.vmray_errors import InvalidResponseError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vm_ray.core.api.vmray_client import Client

HASHES = {"md5": "A" * 32, "sha1": "B" * 40, "sha256": "C" * 64}
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"


def test_the_answer_after_an_interim_one_is_not_the_next_requests(tmp_path: Path) -> None:
    """Some proxies send 1xx first, which the library takes for all: every hash keeps its own sample."""
    with World(tmp_path) as world:
        items = [hash_item(each) for each in world.vmray.control.add_known_samples(30)]
        hinted: list[str] = []

        def hint_once(line: str, true: bytes) -> list[bytes] | None:
            if items[0].sha256 not in line or hinted:
                return None
            hinted.append(line)
            return [HINTS, true]

        with ByteServer(world.vmray.url, hint_once) as proxy:
            world.platform.configure("VMRay", {"Api Root": proxy.url})
            run = world.run("Scan Hash", items)
        assert hinted
        assert [reported_outcome(run, each)[0] for each in items] == ["fine"] * len(items)
        found = {each["Entity"]: each["EntityResult"]["sample_sha256hash"] for each in run.json_result}
        assert found == {each.name: each.sha256 for each in items}


def test_an_interim_answer_to_a_submit_leaves_it_open(tmp_path: Path) -> None:
    """It says nothing of what became of the file: VMRay is asked, and has it."""
    with World(tmp_path, lifecycle="immediate") as world:
        item = file_item(tmp_path / "a.txt", b"hello")

        def hint(line: str, true: bytes) -> list[bytes] | None:
            return [HINTS, true] if "/sample/submit" in line else None

        with ByteServer(world.vmray.url, hint) as proxy:
            world.platform.configure("VMRay", {"Api Root": proxy.url})
            run = world.run("Upload File And Get Report", [item])
        assert reported_outcome(run, item)[0] == "fine"
        assert len(world.submissions(item)) == 1


@pytest.mark.parametrize("kind", HASHES)
def test_a_sample_with_another_hash_is_no_answer(kind: str) -> None:
    """Its verdict would be put on the wrong entity; spelling, and a hash that is not told, do not matter."""
    asked, field = HASHES[kind], f"sample_{kind}hash"
    mine, other = {"sample_id": 1, field: asked}, {"sample_id": 2, field: "d" * 32}
    with Listener(lambda _path: ok([mine, {"sample_id": 3}])) as vmray:
        assert [each.sample_id for each in client_for(vmray.url).find_samples(asked)] == [1, 3]
    with (
        Listener(lambda _path: ok([mine, other])) as vmray,
        pytest.raises(InvalidResponseError, match="returned another sample"),
    ):
        client_for(vmray.url).find_samples(asked)


@pytest.mark.parametrize(
    ("what", "ask"),
    [
        ("sample", lambda client: client.get_sample(7)),
        ("submission", lambda client: client.get_submission(7)),
    ],
)
def test_an_object_with_another_id_is_no_answer(what: str, ask: Callable[[Client], object]) -> None:
    """As a text it is the same id."""
    for number, wrong in ((7, False), ("7", False), (8, True)):
        found = {"sample_id": number, "submission_id": number, "submission_sample_id": 1}
        with Listener(lambda _path, found=found: ok(found)) as vmray:  # type: ignore[misc]  # mypy does not infer a lambda with a default
            if not wrong:
                ask(client_for(vmray.url))
                continue
            with pytest.raises(InvalidResponseError, match=f"returned another {what}"):
                ask(client_for(vmray.url))
