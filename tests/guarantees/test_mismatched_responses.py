"""A response is used only for the request that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.guarantees.byte_server import ByteServer
from tests.guarantees.listener import Listener, ok
from tests.guarantees.matrix.world import World, file_item, hash_item, reported_outcome
from tests.guarantees.test_secrets import client_for

from vm_ray.core.api.vmray_request_errors import InvalidResponseError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vm_ray.core.api.vmray_client import Client

HASHES = {"md5": "A" * 32, "sha1": "B" * 40, "sha256": "C" * 64}
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"


def test_a_response_after_an_interim_response_is_not_used_for_the_next_request(tmp_path: Path) -> None:
    """Given a 1xx response, which `requests` takes as final, then every hash still has its own sample."""
    with World(tmp_path) as world:
        items = [hash_item(each) for each in world.vmray.control.add_known_samples(30)]
        hinted: list[str] = []

        def hint_once(line: str, real: bytes) -> list[bytes] | None:
            if items[0].sha256 not in line or hinted:
                return None
            hinted.append(line)
            return [EARLY_HINTS, real]

        with ByteServer(world.vmray.url, hint_once) as proxy:
            world.platform.configure("VMRay", {"Api Root": proxy.url})
            run = world.run("Scan Hash", items)
        assert hinted
        assert [reported_outcome(run, each)[0] for each in items] == ["fine"] * len(items)
        found = {each["Entity"]: each["EntityResult"]["sample_sha256hash"] for each in run.json_result}
        assert found == {each.name: each.sha256 for each in items}


def test_a_file_is_found_after_an_interim_response_to_its_submit(tmp_path: Path) -> None:
    """Given an interim response to a submit, then VMRay is searched for the file, and the file is found."""
    with World(tmp_path, lifecycle="immediate") as world:
        item = file_item(tmp_path / "a.txt", b"hello")

        def add_hints(line: str, real: bytes) -> list[bytes] | None:
            return [EARLY_HINTS, real] if "/sample/submit" in line else None

        with ByteServer(world.vmray.url, add_hints) as proxy:
            world.platform.configure("VMRay", {"Api Root": proxy.url})
            run = world.run("Upload File And Get Report", [item])
        assert reported_outcome(run, item)[0] == "fine"
        assert len(world.submissions(item)) == 1


@pytest.mark.parametrize("kind", HASHES)
def test_a_sample_with_another_hash_is_an_invalid_response(kind: str) -> None:
    """Given a sample with another hash, then it is an error; case and a missing hash do not matter."""
    wanted, field = HASHES[kind], f"sample_{kind}hash"
    mine, other = {"sample_id": 1, field: wanted}, {"sample_id": 2, field: "d" * 32}
    with Listener(lambda _path: ok([mine, {"sample_id": 3}])) as vmray:
        assert [each.sample_id for each in client_for(vmray.url).find_samples(wanted)] == [1, 3]
    with (
        Listener(lambda _path: ok([mine, other])) as vmray,
        pytest.raises(InvalidResponseError, match="returned another sample"),
    ):
        client_for(vmray.url).find_samples(wanted)


@pytest.mark.parametrize(
    ("what", "fetch"),
    [
        ("sample", lambda client: client.get_sample(7)),
        ("submission", lambda client: client.get_submission(7)),
    ],
)
def test_an_object_with_another_id_is_an_invalid_response(
    what: str, fetch: Callable[[Client], object]
) -> None:
    """Given another id, then the response is invalid; the id may be a text."""
    for number, wrong in ((7, False), ("7", False), (8, True)):
        found = {"sample_id": number, "submission_id": number, "submission_sample_id": 1}
        with Listener(lambda _path, found=found: ok(found)) as vmray:  # type: ignore[misc]  # mypy does not infer a lambda with a default
            if not wrong:
                fetch(client_for(vmray.url))
                continue
            with pytest.raises(InvalidResponseError, match=f"returned another {what}"):
                fetch(client_for(vmray.url))
