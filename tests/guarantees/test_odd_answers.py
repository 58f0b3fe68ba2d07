"""Bytes that are hardly HTTP: each has an outcome among the others, none is an unexpected error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.guarantees.byte_server import ByteServer, reply
from tests.guarantees.matrix.world import World, file_item, hash_item, reported_outcome

if TYPE_CHECKING:
    from pathlib import Path


NOWHERE = {
    "brackets": "Location: http://[",
    "no text": "Location: http://\xff\xfe/",
    "no port": "Location: http://h:99999999/",
    "empty": "Location: ",
    "a body that does not come": "Content-Length: 1000",
}


@pytest.mark.parametrize("header", NOWHERE.values(), ids=NOWHERE.keys())
def test_a_redirect_to_nowhere_is_a_redirect(header: str, tmp_path: Path) -> None:
    """Nobody goes there, so it does not matter that it is no address; nor is its page read."""
    with World(tmp_path) as world:
        item = hash_item("a" * 64)
        forged = f"HTTP/1.1 302 Found\r\n{header}\r\n\r\n".encode("latin-1")
        with ByteServer(world.vmray.url, lambda _line, _true: [forged]) as proxy:
            world.platform.configure("VMRay", {"Api Root": proxy.url})
            how, why = reported_outcome(world.run("Scan Hash", [item], script_timeout=30.0), item)
        assert how == "ended"
        assert "the server returned a redirect (HTTP 302), which is not followed; check Api Root" in why


NEGATIVE = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n"
NO_ID = reply(b'{"result": "ok", "data": [], "continuation_id": "\\ud800"}')


@pytest.mark.parametrize(
    ("forged", "says"),
    [
        (NEGATIVE, "the connection to VMRay was lost before the response was complete (4 attempts)"),
        (NO_ID, "VMRay returned an invalid continuation id (4 attempts)"),
    ],
    ids=["a chunk of negative size", "a continuation that cannot be asked for"],
)
def test_an_odd_answer_names_its_hash_and_leaves_the_others(forged: bytes, says: str, tmp_path: Path) -> None:
    """It is asked for again, and then given up with its reason."""
    with World(tmp_path) as world:
        bad, *good = (hash_item(each) for each in world.vmray.control.add_known_samples(3))
        with ByteServer(
            world.vmray.url, lambda line, _true: [forged] if bad.sha256 in line else None
        ) as proxy:
            world.platform.configure("VMRay", {"Api Root": proxy.url})
            run = world.run("Scan Hash", [bad, *good])
        assert reported_outcome(run, bad) == ("named", says)
        assert [reported_outcome(run, each)[0] for each in good] == ["fine", "fine"]


def test_an_odd_answer_to_a_submit_leaves_it_open(tmp_path: Path) -> None:
    """VMRay stored the file before it answered in bytes that are no answer: it is found, not sent again."""
    with World(tmp_path, lifecycle="immediate") as world:
        item = file_item(tmp_path / "a.txt", b"hello")

        def forge(line: str, _true: bytes) -> list[bytes] | None:
            return [NEGATIVE] if "/sample/submit" in line else None

        with ByteServer(world.vmray.url, forge) as proxy:
            world.platform.configure("VMRay", {"Api Root": proxy.url})
            run = world.run("Upload File And Get Report", [item])
        assert reported_outcome(run, item)[0] == "fine"
        assert len(world.submissions(item)) == 1
