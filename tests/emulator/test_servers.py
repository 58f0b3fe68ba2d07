"""The server process: TLS, ports, several clients, large uploads, start and end."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.emulator.api import Api

from vmray_emulator import EmbeddedEmulator
from vmray_emulator.embedded import _QuickServer

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOREGROUND = """
import sys
from vmray_emulator import serve
serve(announce=lambda emulator: print(emulator.url, emulator.api_key, flush=True), db=None)
print("ended", flush=True)
"""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Write a certificate for the loopback address and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    certfile, keyfile = folder / "cert.pem", folder / "key.pem"
    certfile.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    keyfile.write_bytes(private)
    return certfile, keyfile


def test_the_server_uses_tls_with_a_certificate(certificate: tuple[Path, Path]) -> None:
    """With a certificate the root is https. A client that does not trust the certificate cannot connect."""
    certfile, keyfile = certificate
    with EmbeddedEmulator(certfile=certfile, keyfile=keyfile) as emulator, Api(emulator) as api:
        assert emulator.url.startswith("https://")
        assert api.send("GET", "/system_info", verify=str(certfile)).status_code == 200
        emulator.control.inject({}, {"kind": "reset_before"})
        with pytest.raises(requests.ConnectionError):
            api.send("GET", "/system_info", verify=str(certfile))
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{emulator.url}/rest/system_info", timeout=5)


def test_a_taken_port_is_an_error() -> None:
    """Two servers cannot use the same port. The first one keeps running."""
    with EmbeddedEmulator() as emulator, Api(emulator) as api:
        with pytest.raises(OSError, match="in use"):
            EmbeddedEmulator(port=emulator.port)
        assert api.status("/system_info") == 200


def test_concurrent_submissions_get_different_ids(api: Api) -> None:
    """Concurrent submissions get different IDs."""
    numbers: list[int] = []

    def submit(n: int) -> None:
        headers = dict(api.session.headers)
        files = {"sample_file": (f"{n}.txt", str(n).encode())}
        response = requests.post(f"{api.url}/sample/submit", files=files, headers=headers, timeout=20)
        numbers.append(response.json()["data"]["submissions"][0]["submission_id"])

    threads = [threading.Thread(target=submit, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == 20
    assert len(api.get("/sample")) == 20


def _resident_peak() -> int:
    """Return the peak memory of this process in KiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


def _multipart(size: int) -> Iterator[bytes]:
    """Yield a multipart body with a file of zeros, in blocks."""
    yield b'--b\r\nContent-Disposition: form-data; name="sample_file"; filename="big.bin"\r\n\r\n'
    for _ in range(size // 1_000_000):
        yield bytes(1_000_000)
    yield b"\r\n--b--\r\n"


def test_a_large_upload_is_not_held_in_memory(api: Api) -> None:
    """A large upload needs only a few MB of memory, and its hash is correct."""
    size = 150_000_000
    api.submit(b"warm", "up")
    before = _resident_peak()
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    response = api.send("POST", "/sample/submit", data=_multipart(size), headers=headers)
    (sample,) = response.json()["data"]["samples"]
    assert sample["sample_filesize"] == size
    digest = hashlib.sha256()
    for _ in range(size // 1_000_000):
        digest.update(bytes(1_000_000))
    assert sample["sample_sha256hash"] == digest.hexdigest()
    assert _resident_peak() - before < 40_000


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_serve_without_an_error(number: signal.Signals) -> None:
    """`serve` prints its address and key. Ctrl-C and SIGTERM end the command without an error."""
    with subprocess.Popen([sys.executable, "-c", _FOREGROUND], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url, key = process.stdout.readline().split()
            authorization = {"Authorization": f"api_key {key}"}
            response = requests.get(f"{url}/rest/system_info", headers=authorization, timeout=10)
        finally:
            process.send_signal(number)
        assert response.status_code == 200
        process.wait(10)
    assert process.returncode in (0, -number)


@pytest.fixture
def uploading(emulator: EmbeddedEmulator) -> Iterator[requests.Session]:
    """Return a session that disconnects during an upload."""
    with requests.Session() as session:
        session.headers["Authorization"] = f"api_key {emulator.api_key}"
        yield session


def test_a_client_that_disconnects_during_an_upload_stores_nothing(
    emulator: EmbeddedEmulator, uploading: requests.Session
) -> None:
    """An interrupted upload stores neither a sample nor a file."""

    def part() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="sample_file"; filename="a"\r\n\r\n' + bytes(
            200_000
        )
        raise ConnectionAbortedError

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    with pytest.raises(requests.ConnectionError):
        uploading.post(f"{emulator.url}/rest/sample/submit", data=part(), headers=headers, timeout=5)
    uploading.close()
    assert emulator.control.counts()["samples"] == 0


class _VisitedServer(_QuickServer):
    """A server that accepts a connection while it shuts down."""

    visitor: socket.socket

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wait for the two rounds of the loop in which the connection is noticed and accepted."""
        (listener,) = sockets or []
        self.visitor = socket.create_connection(listener.getsockname(), timeout=30)
        for _ in range(2):
            await asyncio.sleep(0)
        await super().shutdown(sockets)


class _VisitedEmulator(EmbeddedEmulator):
    server_class = _VisitedServer
    _server: _VisitedServer


def test_a_connection_during_the_shutdown_is_closed() -> None:
    """A connection that is accepted during the shutdown is closed on both sides."""
    with _VisitedEmulator() as emulator:
        pass
    with emulator._server.visitor as visitor:
        gc.collect()
        assert visitor.recv(1) == b""
