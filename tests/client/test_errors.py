"""The tree of errors: as drawn, complete for all exceptions of the libraries, sentences for people."""

from __future__ import annotations

import inspect
import re
import ssl
from typing import Any, TypeVar

import pytest
import requests
import urllib3.exceptions

from vm_ray.core.api import vmray_errors
from vm_ray.core.api.vmray_errors import (
    KINDS,
    CertificateError,
    ConnectError,
    ConnectionLostError,
    DeadlineError,
    FileError,
    FilesRejectedError,
    InvalidResponseError,
    ParameterError,
    RequestError,
    ResponseTimeoutError,
    ServerError,
    VMRayError,
)
from vm_ray.core.api.vmray_network_errors import classify_exception

INTERNAL = "HTTPSConnectionPool(host='10.1.2.3', port=443): 0x7f00"


Base = TypeVar("Base", bound=BaseException)


def classes(module: object, base: type[Base]) -> list[type[Base]]:
    """The exceptions that a module defines or hands on."""
    found = [each for _, each in inspect.getmembers(module, inspect.isclass) if issubclass(each, base)]
    return [each for each in found if not issubclass(each, Warning)]


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


def test_the_drawn_tree_is_the_tree() -> None:
    """Each error is in the docstring, at its depth, with its mark; nothing else is."""
    drawn = {}
    for line in (inspect.getdoc(vmray_errors) or "").splitlines():
        if match := re.match(r"( *)(?:[│ ]*[├└]── )(\w+) ", line):
            drawn[match[2]] = "(fatal)" in line
    helpers = {"VMRayError", "Sentence"}
    real = {each.__name__: each.is_fatal for each in classes(vmray_errors, VMRayError)}
    assert drawn == {name: mark for name, mark in real.items() if name not in helpers}


def test_each_error_class_has_its_own_kind_cause_and_remedy() -> None:
    """The page of troubleshooting and the JSON results are made of them."""
    for each in classes(vmray_errors, VMRayError):
        assert {"cause", "remedy"} <= vars(each).keys(), each.__name__
        assert each.kind in KINDS
        for sentence in (each.cause, each.remedy):
            assert re.fullmatch(r"[A-Z][^\n]*\.", sentence), sentence


def test_each_error_class_sets_its_own_kind() -> None:
    """Only the two base classes have the kind of an internal error."""
    internal = {each.__name__ for each in classes(vmray_errors, VMRayError) if each.kind == "internal"}
    assert internal == {"VMRayError", "RequestError"}


@pytest.mark.parametrize("kind", LIBRARIES, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_exception_of_the_libraries_has_a_name_of_ours(kind: type[Exception]) -> None:
    """None escapes, and none brings its own text, which holds addresses and internals."""
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


@pytest.mark.parametrize(
    ("error", "kind", "not_executed"),
    [
        (requests.ConnectionError(REFUSED), ConnectError, True),
        (requests.ConnectTimeout(), ConnectError, True),
        (requests.exceptions.ProxyError(REFUSED), ConnectError, True),
        (requests.exceptions.ProxyError(OSError("Tunnel connection failed: 502 x")), ConnectError, True),
        (requests.exceptions.ProxyError(ConnectionResetError()), ConnectionLostError, False),
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
def test_what_the_exceptions_mean(error: Exception, kind: type[RequestError], *, not_executed: bool) -> None:
    """Above all: whether it is certain that nothing was stored."""
    ours = classify_exception(error, timeout=60.0)

    assert type(ours) is kind
    assert ours.not_executed is not_executed


def test_the_sentence_of_a_request_error_counts_its_attempts_and_ends_with_the_advice() -> None:
    """What happened, how often it was tried, what to do."""
    error = ConnectError("the VMRay server could not be reached", "check Api Root")
    assert str(error) == "the VMRay server could not be reached; check Api Root"
    error.attempts = 4
    assert str(error) == "the VMRay server could not be reached (4 attempts); check Api Root"


def test_errors_carry_facts_and_write_sentences() -> None:
    """For programs the attributes, for people the text."""
    wrong = ParameterError("Max IOCs To Return", "is empty", "a number")
    assert (wrong.parameter, wrong.problem, wrong.allowed) == ("Max IOCs To Return", "is empty", "a number")
    assert str(wrong) == 'parameter "Max IOCs To Return" is empty; allowed: a number.'
    refused = FilesRejectedError(
        "not accessible: ", [FileError("/a", "is empty"), FileError("/b", "is a folder")]
    )
    assert str(refused) == "not accessible: /a, /b"
    assert [str(each) for each in refused.refused] == ["is empty", "is a folder"]


def test_a_deadline_tells_what_vmray_had_answered_until_then() -> None:
    """Otherwise nobody would learn that the server was failing all the time."""
    last = ServerError("VMRay returned HTTP 502")
    last.attempts = 3
    assert str(DeadlineError(last)) == (
        "VMRay returned HTTP 502 (3 attempts); the time of this run ended before the request could be sent"
        " again"
    )
