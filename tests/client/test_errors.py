"""The tree of errors: as drawn, complete for all exceptions of the libraries, sentences for people."""

from __future__ import annotations

import inspect
import re
import ssl
from typing import Any

import pytest
import requests
import urllib3.exceptions

from vm_ray.core import vmray_errors
from vm_ray.core.vmray_errors import (
    AnswerLate,
    AnswerUnreadable,
    CertificateRejected,
    ConnectionBroken,
    DeadlineReached,
    FileError,
    FilesRefused,
    HostUnreachable,
    ParameterError,
    RequestError,
    ServerFailed,
    VMRayError,
)
from vm_ray.core.vmray_network_errors import named

INTERNAL = "HTTPSConnectionPool(host='10.1.2.3', port=443): 0x7f00"


def classes(module: object, base: type[BaseException]) -> list[type[BaseException]]:
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
            drawn[match[2]] = "(concerns all)" in line
    helpers = {"VMRayError", "Sentence"}
    real = {each.__name__: each.concerns_all for each in classes(vmray_errors, VMRayError)}  # type: ignore[attr-defined]
    assert drawn == {name: mark for name, mark in real.items() if name not in helpers}


@pytest.mark.parametrize("kind", LIBRARIES, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_exception_of_the_libraries_has_a_name_of_ours(kind: type[Exception]) -> None:
    """None escapes, and none brings its own text, which holds addresses and internals."""
    error = kind.__new__(kind)
    error.args = (INTERNAL,)

    ours = named(error, patience=60.0)

    assert isinstance(ours, RequestError)
    assert type(ours) is not RequestError
    assert "10.1.2.3" not in str(ours)


REFUSED = urllib3.exceptions.NewConnectionError(None, INTERNAL)  # type: ignore[arg-type]
SELF_SIGNED = ssl.SSLCertVerificationError()
SELF_SIGNED.verify_message = "self-signed certificate"
POOL: Any = None


@pytest.mark.parametrize(
    ("error", "kind", "not_stored"),
    [
        (requests.ConnectionError(REFUSED), HostUnreachable, True),
        (requests.ConnectTimeout(), HostUnreachable, True),
        (requests.exceptions.ProxyError(REFUSED), HostUnreachable, True),
        (requests.exceptions.ProxyError(OSError("Tunnel connection failed: 502 x")), HostUnreachable, True),
        (requests.exceptions.ProxyError(ConnectionResetError()), ConnectionBroken, False),
        (requests.exceptions.ProxyError(TimeoutError()), AnswerLate, False),
        (requests.exceptions.ProxyError(ssl.SSLError()), CertificateRejected, False),
        (
            requests.exceptions.SSLError(urllib3.exceptions.MaxRetryError(POOL, "/", SELF_SIGNED)),
            CertificateRejected,
            True,
        ),
        (requests.exceptions.SSLError(INTERNAL), CertificateRejected, False),
        (requests.exceptions.SSLError(ssl.SSLEOFError()), ConnectionBroken, False),
        (requests.exceptions.SSLError(ssl.SSLZeroReturnError()), ConnectionBroken, False),
        (requests.ReadTimeout(), AnswerLate, False),
        (
            requests.ConnectionError(urllib3.exceptions.ReadTimeoutError(POOL, "/", INTERNAL)),
            ConnectionBroken,
            False,
        ),
        (requests.ConnectionError(urllib3.exceptions.ProtocolError("x", TimeoutError())), AnswerLate, False),
        (
            requests.ConnectionError(urllib3.exceptions.ProtocolError("x", ConnectionResetError())),
            ConnectionBroken,
            False,
        ),
        (requests.exceptions.ChunkedEncodingError(), ConnectionBroken, False),
        (requests.exceptions.ContentDecodingError(), AnswerUnreadable, False),
    ],
)
def test_what_the_exceptions_mean(error: Exception, kind: type[RequestError], *, not_stored: bool) -> None:
    """Above all: whether it is certain that nothing was stored."""
    ours = named(error, patience=60.0)

    assert type(ours) is kind
    assert ours.not_stored is not_stored


def test_the_sentence_of_a_request_error_counts_its_tries_and_ends_with_the_advice() -> None:
    """What happened, how often it was tried, what to do."""
    error = HostUnreachable("the VMRay server could not be reached", "check Api Root")
    assert str(error) == "the VMRay server could not be reached; check Api Root"
    error.tries = 4
    assert str(error) == "the VMRay server could not be reached after 4 tries; check Api Root"


def test_errors_carry_facts_and_write_sentences() -> None:
    """For programs the attributes, for people the text."""
    wrong = ParameterError("Max IOCs To Return", "is empty", "a number")
    assert (wrong.parameter, wrong.problem, wrong.allowed) == ("Max IOCs To Return", "is empty", "a number")
    assert str(wrong) == 'parameter "Max IOCs To Return" is empty; allowed: a number.'
    refused = FilesRefused("not accessible: ", [FileError("/a", "is empty"), FileError("/b", "is a folder")])
    assert str(refused) == "not accessible: /a, /b"
    assert [str(each) for each in refused.refused] == ["is empty", "is a folder"]


def test_a_deadline_tells_what_vmray_had_answered_until_then() -> None:
    """Otherwise nobody would learn that the server was failing all the time."""
    last = ServerFailed("VMRay answered 502")
    last.tries = 3
    assert str(DeadlineReached(last)) == (
        "VMRay answered 502 after 3 tries, and the time of this run was up before VMRay could be asked again"
    )
