"""Gateways before the emulator: what they stop, what they pass, and their documentation."""

from __future__ import annotations

import re
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from tests.emulator.api import Api

from vmray_emulator import GATEWAYS, EmbeddedEmulator
from vmray_emulator.gateways import LARGEST_BODY, Stops

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parents[2] / "docs" / "limits.md"
STOP_ALL = [name for name, gateway in GATEWAYS.items() if gateway.stops is Stops.ALL]


@pytest.fixture
def firewall() -> Iterator[Api]:
    """Return a client of an emulator behind a web application firewall."""
    with EmbeddedEmulator(behind="waf") as emulator, Api(emulator) as api:
        yield api


def test_the_page_describes_every_gateway() -> None:
    """The table has each gateway, in the order and with the sentence of the code."""
    _, _, after = PAGE.read_text("utf-8").partition("\n| gateway | what it is |\n|---|---|\n")
    rows = re.findall(r"^\| `(.+?)` \| (.+) \|$", after.partition("\n\n")[0], re.MULTILINE)
    assert rows == [(name, gateway.about) for name, gateway in GATEWAYS.items()]


@pytest.mark.parametrize("name", STOP_ALL)
def test_a_gateway_responds_instead_of_the_api(name: str) -> None:
    """Given a gateway that stops everything, then each request gets its page, and the emulator sees none."""
    page = GATEWAYS[name].page
    assert page is not None
    with EmbeddedEmulator(behind=name) as emulator, Api(emulator) as api:
        responses = [
            api.send("GET", "/system_info"),
            api.send("POST", "/tags/1/x"),
            api.send("POST", "/sample/submit", files={"sample_file": ("a", bytes(LARGEST_BODY))}),
        ]
        for response in responses:
            assert response.status_code == page.status
            assert page.headers.items() <= response.headers.items()
            assert ("<h1>" in response.text) == bool(page.title)
            assert response.headers.get("Content-Type", "").startswith("text/html") == bool(page.title)
        assert emulator.control.requests() == []
        assert api.session.get(f"{emulator.url}/_emulator/requests", timeout=30).json() == []


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/sample/submit", {"sample_url": "http://shop.example/?file=/etc/passwd"}),
        ("/sample/submit", {"sample_url": "http://shop.example/ETC/Passwd#x", "tags": "a"}),
        ("/sample/submit", {"sample_url": "http://shop.example/<SCRIPT>"}),
        ("/sample/submit", {"sample_url": "http://shop.example/?q=1 union select 2"}),
        ("/submission?submission_original_url=/etc/passwd", None),
    ],
)
def test_the_firewall_stops_parameters_that_look_like_an_attack(
    firewall: Api, path: str, form: dict[str, str] | None
) -> None:
    """Given such a parameter in a form or a query, then the firewall responds, and nothing is stored."""
    response = firewall.send("POST" if form else "GET", path, data=form)
    assert (response.status_code, "Request blocked" in response.text) == (403, True)
    assert firewall.control.requests() == []


@pytest.mark.parametrize("url", ["http://shop.example/", "http://shop.example/" + "x" * 200_000])
def test_the_firewall_passes_other_submits_unchanged(firewall: Api, url: str) -> None:
    """Given another URL, also a very long one, then the emulator receives the whole form."""
    firewall.send("POST", "/sample/submit", data={"sample_url": url, "tags": "a"})
    (request,) = firewall.control.requests()
    assert (request.status, request.form) == (200, {"sample_url": url, "tags": "a"})


def test_the_firewall_does_not_inspect_files(firewall: Api) -> None:
    """Given a file with the text of an attack, then the file is stored unchanged."""
    content = b"cat /etc/passwd"
    submitted = firewall.submit(content, "run.sh")
    assert submitted["samples"][0]["sample_filename"] == "run.sh"
    assert firewall.control.samples()[0]["sample_filesize"] == len(content)


def test_a_large_upload_is_stopped_before_its_end() -> None:
    """Given an upload of more than 1 MiB, then the response comes early; a smaller one passes."""
    with EmbeddedEmulator(behind="too-large") as emulator, Api(emulator) as api:
        api.submit(b"small")
        length = f"Content-Length: {LARGEST_BODY + 1}"
        head = f"POST /rest/sample/submit HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", emulator.port)) as connection:
            connection.sendall(head)
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        assert received.startswith(b"HTTP/1.1 413 ")
        assert [request.status for request in emulator.control.requests()] == [200]


def test_an_inspected_connection_has_an_unknown_authority() -> None:
    """Given TLS inspection, then a client needs the authority's certificate, a temporary file."""
    with EmbeddedEmulator(behind="tls-inspection") as emulator:
        assert emulator.authority is not None
        path = emulator.authority
        url = f"{emulator.url}/_emulator/requests"
        trusting = ssl.create_default_context(cafile=path)
        with urlopen(url, context=trusting) as response:  # noqa: S310 - our own loopback server
            assert response.status == 200
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            urlopen(url, context=ssl.create_default_context())  # noqa: S310 - our own loopback server
    assert not path.parent.exists()


@pytest.mark.parametrize("name", ["wall", ""])
def test_an_unknown_gateway_is_rejected(name: str) -> None:
    """Given an unknown name, then the error has the known names, and the port is not used."""
    with pytest.raises(ValueError, match=f"there is no gateway '{name}'; there are web-server, waf, "):
        EmbeddedEmulator(behind=name)
