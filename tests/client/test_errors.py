"""The error classes: documented in one tree, complete for all library exceptions, with clear sentences."""

from __future__ import annotations

import http.client
import inspect
import re
import socket
import ssl
from typing import Any, TypeVar

import pytest
import requests
import urllib3.exceptions

from vm_ray.core.api import vmray_errors, vmray_request_errors
from vm_ray.core.api.vmray_errors import (
    KINDS,
    DeadlineError,
    FileError,
    FilesRejectedError,
    ParameterError,
    VMRayError,
)
from vm_ray.core.api.vmray_network_errors import classify_exception
from vm_ray.core.api.vmray_request_errors import (
    CertificateError,
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    ForeignResponseError,
    InvalidResponseError,
    ProxyLoginError,
    RequestError,
    ResponseTimeoutError,
    ServerError,
)

INTERNAL = "HTTPSConnectionPool(host='10.1.2.3', port=443): 0x7f00"


Base = TypeVar("Base", bound=BaseException)


def classes(module: object, base: type[Base]) -> list[type[Base]]:
    """Return the exception classes that a module defines or imports."""
    found = [each for _, each in inspect.getmembers(module, inspect.isclass) if issubclass(each, base)]
    return [each for each in found if not issubclass(each, Warning)]


ERRORS = {*classes(vmray_errors, VMRayError), *classes(vmray_request_errors, VMRayError)}
LIBRARIES = sorted(
    {
        *classes(requests.exceptions, requests.RequestException),
        *classes(urllib3.exceptions, urllib3.exceptions.HTTPError),
        OSError,
        ConnectionResetError,
        BrokenPipeError,
        TimeoutError,
        ssl.SSLError,
    },
    key=lambda each: f"{each.__module__}.{each.__name__}",
)


def test_the_documented_tree_has_all_error_classes() -> None:
    """Given each error class, then the tree in the docstring has it, with its mark, and nothing else."""
    documented = {}
    for line in (inspect.getdoc(vmray_errors) or "").splitlines():
        if match := re.match(r"( *)(?:[│ ]*[├└]── )(\w+) ", line):
            documented[match[2]] = "(fatal)" in line
    helpers = {"VMRayError", "Sentence"}
    real = {each.__name__: each.is_fatal for each in ERRORS}
    assert documented == {name: mark for name, mark in real.items() if name not in helpers}


def test_each_error_class_has_its_own_kind_cause_and_remedy() -> None:
    """Given each error class, then it has its texts for the troubleshooting page and the JSON results."""
    for each in ERRORS:
        assert {"cause", "remedy"} <= vars(each).keys(), each.__name__
        assert each.kind in KINDS
        for sentence in (each.cause, each.remedy):
            assert re.fullmatch(r"[A-Z][^\n]*\.", sentence), sentence


def test_each_error_class_sets_its_own_kind() -> None:
    """Only the two base classes have the kind of an internal error."""
    internal = {each.__name__ for each in ERRORS if each.kind == "internal"}
    assert internal == {"VMRayError", "RequestError"}


@pytest.mark.parametrize("kind", LIBRARIES, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_library_exception_becomes_our_error(kind: type[Exception]) -> None:
    """Given any exception of the libraries, then it becomes our error, without its own text."""
    error = kind.__new__(kind)
    error.args = (INTERNAL,)

    ours = classify_exception(error, timeout=60.0)

    assert isinstance(ours, RequestError)
    assert type(ours) is not RequestError
    assert "10.1.2.3" not in str(ours)


REFUSED = urllib3.exceptions.NewConnectionError(None, INTERNAL)  # type: ignore[arg-type]  # no pool is needed for the text
SELF_SIGNED = ssl.SSLCertVerificationError()
SELF_SIGNED.verify_message = "self-signed certificate"
POOL: Any = None
NOT_HTTP = urllib3.exceptions.ProtocolError("x", http.client.BadStatusLine("\x15\x03"))
NO_RESPONSE = urllib3.exceptions.ProtocolError("x", http.client.RemoteDisconnected(""))
NO_NAME = urllib3.exceptions.NameResolutionError("cloud.example", POOL, socket.gaierror(-2, "unknown"))
NO_NAME.__cause__ = socket.gaierror(-2, "unknown")


@pytest.mark.parametrize(
    ("error", "kind", "not_executed"),
    [
        (requests.ConnectionError(REFUSED), ConnectError, True),
        (requests.ConnectTimeout(), ConnectError, True),
        (requests.exceptions.ProxyError(REFUSED), ConnectError, True),
        (requests.exceptions.ProxyError(OSError("Tunnel connection failed: 502 x")), ConnectError, True),
        (requests.exceptions.ProxyError(OSError("Tunnel connection failed: 403 x")), ConnectError, True),
        (requests.exceptions.ProxyError(OSError("Tunnel connection failed: 407 x")), ProxyLoginError, True),
        (requests.exceptions.ProxyError(ConnectionResetError()), ConnectionLostError, False),
        (requests.ConnectionError(NOT_HTTP), ForeignResponseError, False),
        (requests.ConnectionError(NO_RESPONSE), ConnectionLostError, False),
        (requests.ConnectionError(NO_NAME), ConnectError, True),
        (requests.exceptions.InvalidSchema(), ConfigurationError, True),
        (requests.exceptions.InvalidProxyURL(), ConfigurationError, True),
        (requests.exceptions.InvalidURL(), ConfigurationError, True),
        (OSError("Could not find a suitable TLS CA certificate bundle"), ConfigurationError, True),
        (requests.exceptions.ProxyError(TimeoutError()), ResponseTimeoutError, False),
        (requests.exceptions.ProxyError(ssl.SSLError()), CertificateError, False),
        (
            requests.exceptions.SSLError(urllib3.exceptions.MaxRetryError(POOL, "/", SELF_SIGNED)),
            CertificateError,
            True,
        ),
        (requests.exceptions.SSLError(INTERNAL), CertificateError, False),
        (requests.exceptions.SSLError(ssl.SSLEOFError()), ConnectionLostError, False),
        (requests.exceptions.SSLError(ssl.SSLZeroReturnError()), ConnectionLostError, False),
        (requests.ReadTimeout(), ResponseTimeoutError, False),
        (
            requests.ConnectionError(urllib3.exceptions.ReadTimeoutError(POOL, "/", INTERNAL)),
            ConnectionLostError,
            False,
        ),
        (
            requests.ConnectionError(urllib3.exceptions.ProtocolError("x", TimeoutError())),
            ResponseTimeoutError,
            False,
        ),
        (
            requests.ConnectionError(urllib3.exceptions.ProtocolError("x", ConnectionResetError())),
            ConnectionLostError,
            False,
        ),
        (requests.exceptions.ChunkedEncodingError(), ConnectionLostError, False),
        (requests.exceptions.ContentDecodingError(), InvalidResponseError, False),
    ],
)
def test_exceptions_are_classified(error: Exception, kind: type[RequestError], *, not_executed: bool) -> None:
    """Given an exception, then its class and `not_executed` are as expected."""
    ours = classify_exception(error, timeout=60.0)

    assert type(ours) is kind
    assert ours.not_executed is not_executed


def test_the_sentence_of_a_request_error_has_attempts_and_advice() -> None:
    """Given a request error, then its sentence has the problem, the number of attempts, and the advice."""
    error = ConnectError("the VMRay server could not be reached", "check Api Root")
    assert str(error) == "the VMRay server could not be reached; check Api Root"
    error.attempts = 4
    assert str(error) == "the VMRay server could not be reached (4 attempts); check Api Root"


def test_errors_have_attributes_and_sentences() -> None:
    """Given an error, then its attributes are for programs, and its text is for people."""
    wrong = ParameterError("Max IOCs To Return", "is empty", "a number")
    assert (wrong.parameter, wrong.problem, wrong.allowed) == ("Max IOCs To Return", "is empty", "a number")
    assert str(wrong) == 'parameter "Max IOCs To Return" is empty; allowed: a number.'
    refused = FilesRejectedError(
        "not accessible: ", [FileError("/a", "is empty"), FileError("/b", "is a folder")]
    )
    assert str(refused) == "not accessible: /a, /b"
    assert [str(each) for each in refused.refused] == ["is empty", "is a folder"]


def test_a_deadline_error_contains_the_last_error() -> None:
    """Given an earlier error, then the sentence of the deadline has it, so that the cause is visible."""
    last = ServerError("VMRay returned HTTP 502")
    last.attempts = 3
    assert str(DeadlineError(last)) == (
        "VMRay returned HTTP 502 (3 attempts); the time of this run ended before the request could be sent"
        " again"
    )


@pytest.mark.parametrize(
    ("status", "retryable"),
    [(400, False), (401, False), (403, False), (404, False), (407, False), (502, True), (504, True)],
)
def test_a_tunnel_that_the_proxy_rejects_is_not_retried(status: int, *, retryable: bool) -> None:
    """Given a 4xx of the proxy, then the proxy would reject each further attempt, too."""
    tunnel = OSError(f"Tunnel connection failed: {status} reason")
    assert classify_exception(requests.exceptions.ProxyError(tunnel), 60.0).retryable is retryable


def test_a_name_without_an_address_is_named() -> None:
    """Given a host that DNS does not know, then the message names the DNS."""
    assert str(classify_exception(requests.ConnectionError(NO_NAME), 60.0)) == (
        "the name of the VMRay server could not be resolved; check Api Root and the DNS"
    )


@pytest.mark.parametrize(
    ("why", "advice"),
    [
        ("unable to get local issuer certificate", "add its certificate authority to the file that "),
        ("self-signed certificate in certificate chain", "add its certificate authority to the file that "),
        ("unable to verify the first certificate", "add its certificate authority to the file that "),
        ("EE certificate key too weak", "install a valid certificate on the server, "),
        ("unsuitable certificate purpose", "install a valid certificate on the server, "),
        ("certificate revoked", "install a valid certificate on the server, "),
        ("IP address mismatch, certificate is not valid for '10.0.0.1'", "use the name in the certificate "),
        ("certificate is not yet valid", "renew the certificate, and check the clock "),
    ],
)
def test_each_reason_of_a_certificate_has_its_advice(why: str, advice: str) -> None:
    """Given a certificate that is not accepted, then a list of authorities is named only where it helps."""
    rejected = ssl.SSLCertVerificationError()
    rejected.verify_message = why
    assert f"not accepted: {why}; {advice}" in str(
        classify_exception(requests.exceptions.SSLError(rejected), 60.0)
    )
