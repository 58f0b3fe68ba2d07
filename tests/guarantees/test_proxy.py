"""Given a proxy before VMRay, then each fault has the same outcome as without one."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from tests.actions.certificate import self_signed
from tests.guarantees.listener import Listener
from tests.guarantees.matrix.world import (
    World,
    file_item,
    hash_item,
    reported_outcome,
    set_environment,
    url_item,
)
from tests.guarantees.proxy import Proxy
from tests.guarantees.test_secrets import client_for

from vm_ray.core.api.vmray_request_errors import ConnectError
from vm_ray.core.api.vmray_submit_options import SubmitOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.guarantees.matrix.world import Item

_VARIABLES = {"http": "HTTP_PROXY", "https": "HTTPS_PROXY"}


def use_proxy(proxy: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make actions use the proxy for VMRay, but not for the platform."""
    scheme = world.vmray.url.partition(":")[0]
    set_environment(monkeypatch, {_VARIABLES[scheme]: proxy, "NO_PROXY": "127.0.0.1"})
    world.platform.configure("VMRay", {"Api Root": world.vmray.url.replace("127.0.0.1", "localhost")})


SUBMITS: list[tuple[str, Callable[[Path], Item]]] = [
    ("Scan URL", lambda _folder: url_item("http://evil.example/")),
    ("Upload File And Get Report", lambda folder: file_item(folder / "a.txt", b"hello")),
]
"""Each action that submits, with a subject."""


def breaks_once_stored(world: World) -> Proxy:
    """Return a proxy that breaks the connection of the first response after VMRay stored a submission."""
    broken: list[str] = []

    def breaks(line: str) -> bool:
        if broken or not world.vmray.control.counts()["submissions"]:
            return False
        broken.append(line)
        return True

    return Proxy(breaks)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(("action", "item_in"), SUBMITS, ids=["url", "file"])
def test_a_submit_with_a_response_lost_by_a_proxy_is_not_repeated(
    action: str,
    item_in: Callable[[Path], Item],
    scheme: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Given a connection that the proxy breaks after the submit, then the submission is found."""
    pem = self_signed(tmp_path / "server.pem") if scheme == "https" else None
    with World(tmp_path, certfile=pem, keyfile=pem, lifecycle="immediate") as world:
        world.platform.configure("VMRay", {"Verify SSL": "false"})
        item = item_in(tmp_path)
        with breaks_once_stored(world) as proxy:
            use_proxy(proxy.url, world, monkeypatch)
            run = world.run(action, [item])
        assert proxy.served
        assert reported_outcome(run, item)[0] == "fine"
        assert len(world.submissions(item)) == 1


def test_a_read_that_a_proxy_breaks_does_not_affect_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a broken connection for one hash, then this hash is named and the others are enriched."""
    with World(tmp_path) as world:
        bad, *good = (hash_item(each) for each in world.vmray.control.add_known_samples(3))
        with Proxy(lambda line: bad.sha256 in line) as proxy:
            use_proxy(proxy.url, world, monkeypatch)
            run = world.run("Scan Hash", [bad, *good])
        reason = "the connection to VMRay was lost before the response was complete (4 attempts)"
        assert reported_outcome(run, bad) == ("named", reason)
        assert [reported_outcome(run, each)[0] for each in good] == ["fine", "fine"]


def test_an_unreachable_proxy_fails_the_action(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a proxy that refuses connections, then the action fails: the cause affects all entities."""
    with World(tmp_path) as world:
        item = url_item("http://evil.example/")
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            use_proxy(f"http://127.0.0.1:{unused.getsockname()[1]}", world, monkeypatch)
            kind, reason = reported_outcome(world.run("Scan URL", [item]), item)
        assert kind == "ended"
        assert "the proxy for the VMRay server could not be reached" in reason


@pytest.mark.parametrize("root", ["http://vmray.example", "https://vmray.example"])
def test_a_proxy_that_requires_authentication_is_named(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a 407 to a request or to CONNECT, then the error names the proxy, and nothing was executed."""
    with Listener(lambda _path: (407, {"Proxy-Authenticate": "Basic"}, b"")) as proxy:
        for name in _VARIABLES.values():
            monkeypatch.setenv(name, proxy.url)
        with pytest.raises(ConnectError) as caught:
            client_for(root).submit_url("http://evil.example/", SubmitOptions())
    assert str(caught.value) == (
        "the proxy for the VMRay server requires authentication (HTTP 407); "
        "check the user and the password in the proxy settings "
        "(HTTPS_PROXY, HTTP_PROXY or those of the platform)"
    )
    assert caught.value.not_executed
