"""A TLS connection that cannot be established: OpenSSL's word for the reason, and what to do."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import requests
from tests.actions.certificate import self_signed
from tests.guarantees.listener import Listener, ok
from tests.guarantees.matrix.faults import API_KEY
from tests.guarantees.serving import AcceptingServer
from urllib3.connection import HTTPSConnection

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_network_errors import classify_exception
from vm_ray.core.api.vmray_request_errors import CertificateError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path


class TlsServer(AcceptingServer):
    """Negotiates TLS and sends nothing; a context manager.

    Args:
        context: The settings of TLS.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__()
        self.url = self.url.replace("http:", "https:")
        self._context = context

    def serve(self, connection: socket.socket) -> None:
        """Negotiate TLS with one client."""
        try:
            with self._context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(1)
        except OSError:
            return


def requires_a_certificate(context: ssl.SSLContext) -> None:
    """Require a client certificate, as TLS 1.3 does after the negotiation."""
    context.verify_mode = ssl.CERT_REQUIRED


def requires_a_certificate_in_tls_1_2(context: ssl.SSLContext) -> None:
    """Require a client certificate during the negotiation."""
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED


def has_no_common_cipher(context: ssl.SSLContext) -> None:
    """Allow only a cipher that needs another kind of key than the certificate has."""
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA256")


@pytest.mark.parametrize(
    ("change", "reason", "advice"),
    [
        (requires_a_certificate, "CERTIFICATE_REQUIRED", "the server requires a client certificate"),
        (requires_a_certificate_in_tls_1_2, "HANDSHAKE_FAILURE", "the server requires a client certificate"),
        (has_no_common_cipher, "HANDSHAKE_FAILURE", "or ciphers that this machine does not offer"),
    ],
)
def test_the_reason_of_openssl_is_named(
    change: Callable[[ssl.SSLContext], None], reason: str, advice: str, tmp_path: Path
) -> None:
    """Given a server that rejects the TLS connection, then the error has OpenSSL's word and what to do."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path / "server.pem"))
    change(context)
    with TlsServer(context) as server, pytest.raises(CertificateError) as caught:
        connect(server.url, API_KEY, verify=False).check_access()
    assert "a TLS connection to the VMRay server could not be established (" in str(caught.value)
    assert reason in str(caught.value)
    assert advice in str(caught.value)


def test_an_alert_is_read_after_the_request_could_not_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a server that rejects the client before the request, then its alert is the reason."""

    def broken(*_: object, **__: object) -> None:
        raise ssl.SSLEOFError(8, "EOF occurred in violation of protocol")

    def alert(_: object) -> None:
        rejection = ssl.SSLError(1, "text of the library")
        rejection.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
        raise rejection

    monkeypatch.setattr(HTTPSConnection, "request", broken)
    monkeypatch.setattr(HTTPSConnection, "getresponse", alert)
    monkeypatch.setattr(HTTPSConnection, "connect", lambda _: None)
    with pytest.raises(CertificateError, match="the server requires a client certificate"):
        connect("https://vmray.example", API_KEY, verify=False).check_access()


def test_a_port_without_tls_is_named() -> None:
    """Given https in Api Root and a server without TLS, then the error says to check http or https."""
    with Listener(lambda _path: ok([])) as server, pytest.raises(CertificateError) as caught:
        connect(server.url.replace("http:", "https:"), API_KEY).check_access()
    assert "the port does not use TLS: check http or https, and the port, in Api Root" in str(caught.value)


def failure(reason: object) -> requests.exceptions.SSLError:
    """Build the exception of requests for one of OpenSSL's reasons."""
    cause = ssl.SSLError(1, "text of the library")
    cause.reason = reason  # type: ignore[assignment]  # any value is tried
    return requests.exceptions.SSLError(cause)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("TLSV1_ALERT_PROTOCOL_VERSION", "have no TLS version in common"),
        ("UNSUPPORTED_PROTOCOL", "have no TLS version in common"),
        ("TLSV1_UNRECOGNIZED_NAME", "the server has no certificate for the host in Api Root"),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "the server requires a client certificate"),
        ("HTTP_REQUEST", "the port does not use TLS"),
        ("DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "check Api Root"),
    ],
)
def test_each_reason_has_its_advice(reason: str, words: str) -> None:
    """Given a reason of OpenSSL, then the sentence contains the word and what to do."""
    text = str(classify_exception(failure(reason), 60.0))
    assert f"could not be established ({reason}); " in text
    assert words in text


@pytest.mark.parametrize("reason", [None, "", "<b>no word</b>", "a text with api_key 0123", 17])
def test_only_a_word_of_openssl_is_named(reason: object) -> None:
    """Given another value, then it is not in the sentence: no text of a library is."""
    expected = "a TLS connection to the VMRay server could not be established; check Api Root"
    assert str(classify_exception(failure(reason), 60.0)).startswith(expected)
