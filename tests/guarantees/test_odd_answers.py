"""Bytes that are hardly HTTP: each has an outcome among the others, none is an unexpected error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.guarantees.forger import Forger
from tests.guarantees.matrix.world import World, fate, hash_item

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
        with Forger(world.vmray.url, lambda _line, _true: [forged]) as proxy:
            world.platform.configure("VMRay", {"Api Root": proxy.url})
            how, why = fate(world.run("Scan Hash", [item], script_timeout=30.0), item)
        assert how == "ended"
        assert "the server answered with a redirect (302), which is not followed; check Api Root" in why
