"""Behind a proxy a fault has the outcome that it has without one."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from tests.actions.certificate import self_signed
from tests.guarantees.listener import Listener
from tests.guarantees.matrix.world import World, file_item, hash_item, let_through, reported_outcome, url_item
from tests.guarantees.proxy import Proxy
from tests.guarantees.test_secrets import client_for

from vm_ray.core.api.vmray_errors import ConnectError
from vm_ray.core.api.vmray_submit_options import SubmitOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.guarantees.matrix.world import Item

_VARIABLES = {"http": "HTTP_PROXY", "https": "HTTPS_PROXY"}


def put_behind(proxy: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let actions reach VMRay through the proxy, and the platform without it."""
    scheme = world.vmray.url.partition(":")[0]
    let_through(monkeypatch, {_VARIABLES[scheme]: proxy, "NO_PROXY": "127.0.0.1"})
    world.platform.configure("VMRay", {"Api Root": world.vmray.url.replace("127.0.0.1", "localhost")})


SUBMITS: list[tuple[str, Callable[[Path], Item]]] = [
    ("Scan URL", lambda _folder: url_item("http://evil.example/")),
    ("Upload File And Get Report", lambda folder: file_item(folder / "a.txt", b"hello")),
]
"""Each action that submits, with something to submit."""


def breaks_once_stored(world: World) -> Proxy:
    """A proxy that breaks the first connection on which VMRay answers after it stored a submission."""
    broken: list[str] = []

    def breaks(line: str) -> bool:
        if broken or not world.vmray.control.counts()["submissions"]:
            return False
        broken.append(line)
        return True

    return Proxy(breaks)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(("action", "item_in"), SUBMITS, ids=["url", "file"])
def test_a_submit_whose_answer_a_proxy_lost_is_not_made_again(
    action: str,
    item_in: Callable[[Path], Item],
    scheme: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was passed on: what the libraries call an error of the proxy says nothing about that."""
    pem = self_signed(tmp_path / "server.pem") if scheme == "https" else None
    with World(tmp_path, certfile=pem, keyfile=pem, lifecycle="immediate") as world:
        world.platform.configure("VMRay", {"Verify SSL": "false"})
        item = item_in(tmp_path)
        with breaks_once_stored(world) as proxy:
            put_behind(proxy.url, world, monkeypatch)
            run = world.run(action, [item])
        assert proxy.served
        assert reported_outcome(run, item)[0] == "fine"
        assert len(world.submissions(item)) == 1


def test_a_read_that_a_proxy_breaks_off_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As without a proxy: its entity is named, the others are enriched."""
    with World(tmp_path) as world:
        bad, *good = (hash_item(each) for each in world.vmray.control.add_known_samples(3))
        with Proxy(lambda line: bad.sha256 in line) as proxy:
            put_behind(proxy.url, world, monkeypatch)
            run = world.run("Scan Hash", [bad, *good])
        why = "the connection to VMRay was lost before the response was complete (4 attempts)"
        assert reported_outcome(run, bad) == ("named", why)
        assert [reported_outcome(run, each)[0] for each in good] == ["fine", "fine"]


def test_a_proxy_that_is_not_there_ends_the_action(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every other entity would meet the same."""
    with World(tmp_path) as world:
        item = url_item("http://evil.example/")
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            put_behind(f"http://127.0.0.1:{nobody.getsockname()[1]}", world, monkeypatch)
            how, why = reported_outcome(world.run("Scan URL", [item]), item)
        assert how == "ended"
        assert "the proxy for the VMRay server could not be reached" in why


@pytest.mark.parametrize("root", ["http://vmray.example", "https://vmray.example"])
def test_a_proxy_that_asks_for_a_login_is_named(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its own answer, or where it opens no tunnel: nothing was passed on, and nothing else would be."""
    with Listener(lambda _path: (407, {"Proxy-Authenticate": "Basic"}, b"")) as proxy:
        for name in _VARIABLES.values():
            monkeypatch.setenv(name, proxy.url)
        with pytest.raises(ConnectError) as caught:
            client_for(root).submit_url("http://evil.example/", SubmitOptions())
    assert str(caught.value) == "the proxy for the VMRay server requires authentication (HTTP 407)"
    assert caught.value.not_executed
