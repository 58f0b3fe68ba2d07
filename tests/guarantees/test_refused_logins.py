"""A rejected login is sent once: not again, and not by several requests at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.guarantees.listener import Listener
from tests.guarantees.matrix.world import World, hash_item, reported_outcome, set_environment
from tests.guarantees.serving import AcceptingServer
from tests.guarantees.test_secrets import client_for

from vm_ray.core.api.vmray_concurrency import map_concurrently
from vm_ray.core.api.vmray_rate_limiter import INITIAL_CONCURRENCY
from vm_ray.core.api.vmray_request_errors import (
    AuthenticationError,
    ConnectError,
    ProxyLoginError,
    RequestError,
)

if TYPE_CHECKING:
    import socket
    from pathlib import Path

HASHES = [f"{number:064x}" for number in range(50)]
ENVELOPE = b'{"result": "error", "error_msg": "Invalid API key"}'


@pytest.mark.parametrize(
    ("root", "status", "body", "error"),
    [
        ("http://vmray.example", 407, b"", ProxyLoginError),
        ("http://vmray.example", 407, b"<html>Proxy</html>", ProxyLoginError),
        ("https://vmray.example", 407, b"", ProxyLoginError),
        ("https://vmray.example", 407, b"<html>Proxy</html>", ProxyLoginError),
        ("http://vmray.example", 401, ENVELOPE, AuthenticationError),  # VMRay, behind a proxy
        ("https://vmray.example", 401, b"", ConnectError),
        ("https://vmray.example", 403, b"<html>Proxy</html>", ConnectError),
    ],
)
def test_a_rejected_login_is_sent_once(
    root: str, status: int, body: bytes, error: type[RequestError], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given 50 look-ups and a rejected login, then one request is sent, and the work ends."""
    with Listener(lambda _path: (status, {"Proxy-Authenticate": "Basic"}, body)) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url.replace("//", "//user:wr0ng-passw0rd@"))
        client = client_for(root)
        with pytest.raises(error) as caught:
            list(map_concurrently(client.find_samples, HASHES))
    assert len(proxy.requests) == 1
    assert "wr0ng-passw0rd" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "error"), [(401, ENVELOPE, AuthenticationError), (407, b"", ProxyLoginError)]
)
def test_nothing_is_sent_after_a_rejected_login(status: int, body: bytes, error: type[RequestError]) -> None:
    """Given no proxy, then the requests that started together are the only ones."""
    with Listener(lambda _path: (status, {}, body)) as server, pytest.raises(error):
        list(map_concurrently(client_for(server.url).find_samples, HASHES))
    assert 1 <= len(server.requests) <= INITIAL_CONCURRENCY


class _Unfinished(AcceptingServer):
    """Returns the head of a 407, and never its body."""

    connections = 0

    def serve(self, connection: socket.socket) -> None:
        self.connections += 1
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 9\r\n\r\n")
        connection.recv(1)  # until the client closes the connection


def test_the_body_of_a_rejected_login_is_not_waited_for() -> None:
    """Given a 407 whose body does not come, then there is no timeout, and no second login."""
    with _Unfinished() as proxy, pytest.raises(ProxyLoginError):
        client_for(proxy.url).find_samples(HASHES[0])
    assert proxy.connections == 1


def test_the_login_is_sent_once_by_an_action(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a proxy that rejects the login, then the action fails after one request, with what to check."""
    with World(tmp_path) as world, Listener(lambda _path: (407, {}, b"")) as proxy:
        set_environment(monkeypatch, {"HTTP_PROXY": proxy.url, "NO_PROXY": "127.0.0.1"})
        world.platform.configure("VMRay", {"Api Root": "http://vmray.example"})
        items = [hash_item(each) for each in HASHES]
        kind, reason = reported_outcome(world.run("Scan Hash", items), items[0])
    assert kind == "ended"
    assert "the proxy for the VMRay server requires authentication (HTTP 407); check the user" in reason
    assert len(proxy.requests) == 1


def test_the_other_requests_are_sent_after_an_accepted_login() -> None:
    """Given a first request with a response, or with another error, then the others are sent."""
    with Listener(lambda _path: (200, {}, b'{"result": "ok", "data": []}')) as vmray:
        found = dict(map_concurrently(client_for(vmray.url).find_samples, HASHES))
    assert found == {each: [] for each in HASHES}
    assert len(vmray.requests) == len(HASHES)


def test_a_key_that_was_accepted_is_sent_again_after_a_401() -> None:
    """Given a 401 for one list of a run whose key was accepted, then the other requests are sent."""

    def respond(path: str) -> tuple[int, dict[str, str], bytes]:
        if path.endswith("/vtis"):
            return 401, {}, ENVELOPE
        return 200, {}, b'{"result": "ok", "data": []}'

    with Listener(respond) as vmray:
        client = client_for(vmray.url)
        client.find_samples(HASHES[0])
        with pytest.raises(AuthenticationError):
            client.get_threat_indicators(1)
        assert client.find_samples(HASHES[1]) == []
    assert len(vmray.requests) == 3
