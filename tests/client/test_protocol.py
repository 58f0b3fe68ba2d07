"""The protocol without the network: addresses, path segments, and the meaning of each response."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_api_root import api_root
from vm_ray.core.api.vmray_errors import ParameterError
from vm_ray.core.api.vmray_protocol import (
    SUCCESSES,
    Response,
    decipher,
    http_date,
    permission_for,
    quote_segment,
    retry_after,
)
from vm_ray.core.api.vmray_redaction import secret_pattern
from vm_ray.core.api.vmray_request_errors import (
    AuthenticationError,
    ForeignResponseError,
    InvalidResponseError,
    NotFoundError,
    PermissionDeniedError,
    ProxyLoginError,
    RateLimitedError,
    RedirectError,
    RequestError,
    RequestRejectedError,
    RequestTooLargeError,
    RetryRequestedError,
    ServerError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize(
    ("given_text", "root"),
    [
        ("https://cloud.vmray.com", "https://cloud.vmray.com"),
        ("https://cloud.vmray.com/", "https://cloud.vmray.com"),
        ("https://cloud.vmray.com/rest", "https://cloud.vmray.com"),
        ("https://cloud.vmray.com/rest/", "https://cloud.vmray.com"),
        (" cloud.vmray.com ", "https://cloud.vmray.com"),
        ("http://10.0.0.1:8080", "http://10.0.0.1:8080"),
        ("https://[::1]:8443/vmray/rest", "https://[::1]:8443/vmray"),
        ("https://[fe80::1%25eth0]", "https://[fe80::1%25eth0]"),
        ("vm_ray-1.example.", "https://vm_ray-1.example."),
    ],
)
def test_an_address_is_normalised(given_text: str, root: str) -> None:
    """Given an address, then it has no `/rest`, no trailing slash, and a scheme."""
    assert api_root(given_text) == root


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "ftp://vmray.example",
        "https://",
        "https://vmray.example:99999",
        "https://vmray.example:x",
        "https://key@vmray.example",
        "https://vmray.example?a=1",
        "https://vmray.example#top",
        "https://vm ray.example",
        "https://[::1",
        "https://cloud..vmray.com",
        "https://.cloud.vmray.com",
        f"https://{'a' * 64}.example",
        "https:/cloud.vmray.com",
        "https//cloud.vmray.com",
        "https://https://cloud.vmray.com",
        "https://cloud,vmray.com",
        "https://vmray.example:0",
        "https://192.168.1.256",
        "192.168.1.10.1:8443",
        "https://vmray%2Eexample",
        "https://$VMRAY_HOST",
        f"https://{'a.' * 130}example",
    ],
)
def test_an_invalid_address_is_an_error(wrong: str) -> None:
    """Given an invalid address, then the error names the parameter, not the value: it may be secret."""
    with pytest.raises(ParameterError) as caught:
        api_root(wrong)

    assert str(caught.value).startswith('parameter "Api Root" is not the address of a server')


@given(st.text(min_size=1).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text)))
def test_a_value_stays_in_its_path_segment(value: str) -> None:
    """Given any value, then it is one segment, and it decodes to the same value."""
    encoded = quote_segment(value)

    assert unquote(encoded) == value
    assert not set(encoded) & set("/?#\\")
    assert encoded.strip(".")


PROXY_LOGIN = (
    "the proxy for the VMRay server requires authentication (HTTP 407); "
    "check the user and the password in the proxy settings (HTTPS_PROXY, HTTP_PROXY or those of the platform)"
)
FOREIGN = "the response was not from VMRay:"
BEFORE_VMRAY = "check the web server, proxy or gateway before VMRay"
CHECK_ROOT = (
    "check Api Root (http or https, host, port, prefix), and the proxy, firewall or login page before VMRay"
)
TOO_LARGE = "the request is too large for VMRay, or for a server before VMRay (HTTP 413)"
ENVELOPE = '{"result": "error", "error_msg": "No\\nsuch element"}'


@pytest.mark.parametrize(
    ("status", "body", "error", "sentence", "not_executed"),
    [
        (
            302,
            "",
            RedirectError,
            "the server returned a redirect (HTTP 302), which is not followed; check Api Root",
            0,
        ),
        (400, ENVELOPE, RequestRejectedError, "VMRay rejected the request (HTTP 400): No such element", 1),
        (400, '{"result": "error"}', RequestRejectedError, "VMRay rejected the request (HTTP 400)", 1),
        (401, ENVELOPE, AuthenticationError, "VMRay rejected the API key (HTTP 401); check Api Key", 1),
        (
            403,
            ENVELOPE,
            PermissionDeniedError,
            "VMRay denied the request (HTTP 403): No such element",
            1,
        ),
        (
            404,
            ENVELOPE,
            NotFoundError,
            "the object does not exist in VMRay or is not visible to the API key (HTTP 404)",
            1,
        ),
        (405, "", RequestRejectedError, "VMRay rejected the request (HTTP 405)", 1),
        (407, "", ProxyLoginError, PROXY_LOGIN, 1),
        (408, "", RetryRequestedError, "the server returned HTTP 408 and requested another attempt", 0),
        (421, "<html>", RetryRequestedError, "the server returned HTTP 421 and requested another attempt", 0),
        (425, ENVELOPE, RetryRequestedError, "the server returned HTTP 425 and requested another attempt", 0),
        (413, "", RequestTooLargeError, TOO_LARGE, 1),
        (413, "<html>", RequestTooLargeError, TOO_LARGE, 1),
        (413, ENVELOPE, RequestTooLargeError, TOO_LARGE, 1),
        (429, ENVELOPE, RateLimitedError, "VMRay returned HTTP 429, too many requests", 1),
        (500, ENVELOPE, ServerError, "VMRay returned HTTP 500", 0),
        (500, "", ServerError, "VMRay returned HTTP 500", 0),
        (502, "<html>", ServerError, f"{FOREIGN} a web page with HTTP 502; {BEFORE_VMRAY}", 0),
        (503, "Sorry", ServerError, f"{FOREIGN} another text with HTTP 503; {BEFORE_VMRAY}", 0),
        (511, "<html>", ForeignResponseError, f"{FOREIGN} a web page with HTTP 511; {CHECK_ROOT}", 0),
        (206, "<html>", ForeignResponseError, f"{FOREIGN} a web page with HTTP 206; {CHECK_ROOT}", 0),
        (429, "<html>", RateLimitedError, f"{FOREIGN} a web page with HTTP 429, too many requests", 1),
        (429, "", RateLimitedError, "VMRay returned HTTP 429, too many requests", 1),
        (204, "", ForeignResponseError, f"{FOREIGN} an empty response with HTTP 204; {CHECK_ROOT}", 0),
        (101, "", ForeignResponseError, f"{FOREIGN} an empty response with HTTP 101; {CHECK_ROOT}", 0),
        (206, "{}", ForeignResponseError, f"{FOREIGN} JSON of another form with HTTP 206; {CHECK_ROOT}", 0),
        (206, '{"result": "ok"}', InvalidResponseError, "VMRay returned HTTP 206 without a result", 0),
        (200, '{"result": "ok", "da', InvalidResponseError, "VMRay's response was incomplete or not JSON", 0),
        (200, "[" * 100_000, InvalidResponseError, "VMRay's response was incomplete or not JSON", 0),
        (200, ENVELOPE, RequestRejectedError, "VMRay rejected the request: No such element", 0),
        (
            200,
            '{"result": "ok", "data": [], "continuation_id": "\\ud800"}',
            InvalidResponseError,
            "VMRay returned an invalid continuation id",
            0,
        ),
        (
            200,
            '{"result": "ok", "data": [], "continuation_id": true}',
            InvalidResponseError,
            "VMRay returned an invalid continuation id",
            0,
        ),
        (200, '{"result": "error"}', RequestRejectedError, "VMRay rejected the request: no reason given", 0),
        (
            200,
            '{"result": "error", "data": {"errors": [{"error_msg": "Quota exceeded"}]}}',
            RequestRejectedError,
            "VMRay rejected the request: Quota exceeded",
            0,
        ),
    ],
)
def test_each_error_response_has_its_error(
    status: int, body: str, error: type[RequestError], sentence: str, not_executed: int
) -> None:
    """Given an error response, then its class, its sentence and `not_executed` are as expected."""
    with pytest.raises(RequestError) as caught:
        decipher(status, {}, body.encode())

    assert type(caught.value) is error
    assert str(caught.value) == sentence
    assert caught.value.not_executed is bool(not_executed)
    assert caught.value.status == (None if status == 200 else status)


@pytest.mark.parametrize(
    ("document", "response"),
    [
        ({"result": "ok", "data": [1], "continuation_id": 7}, Response([1], 7)),
        ({"result": "ok", "data": {}, "continuation_id": None}, Response({}, None)),
        ({"result": "ok"}, Response(None, None)),
        ({"result": "ok", "data": [], "truncated": True}, Response([], None, truncated=True)),
        ({"result": "ok", "data": [], "truncated": None}, Response([], None)),
    ],
)
@pytest.mark.parametrize("status", SUCCESSES)
def test_a_successful_response_has_its_payload(
    status: int, document: Mapping[str, Any], response: Response
) -> None:
    """Given `"result": "ok"`, then `continuation_id` may be absent or null, and a proxy may set 203."""
    assert decipher(status, {}, json.dumps(document).encode()) == response


FOREIGN_BODIES = {
    "": "an empty response",
    " \r\n": "an empty response",
    "<!DOCTYPE html><title>404</title>": "a web page",
    "\n<html><body>Sign in</body></html>": "a web page",
    '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>': "a web page",
    '{"message": "Forbidden"}': "JSON of another form",
    '{"detail": "Not found."}': "JSON of another form",
    '{"error_msg": "404 Route Not Found"}': "JSON of another form",
    "[]": "JSON of another form",
    "404 page not found": "another text",
    "null": "another text",
}


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 406, 409, 410, 414, 418, 431, 451, 499])
@pytest.mark.parametrize("body", FOREIGN_BODIES)
def test_a_status_counts_only_if_vmray_responded(status: int, body: str) -> None:
    """Given a status of 4xx with another body than VMRay's, then a server before VMRay responded."""
    with pytest.raises(ForeignResponseError) as caught:
        decipher(status, {}, body.encode())
    what = f"the response was not from VMRay: {FOREIGN_BODIES[body]} with HTTP {status}; check Api Root"
    assert str(caught.value).startswith(what)
    assert (caught.value.status, caught.value.is_fatal, caught.value.retryable) == (status, False, False)
    assert not caught.value.not_executed, (
        "a firewall can replace the response after VMRay executed the request"
    )


@pytest.mark.parametrize("status", SUCCESSES)
@pytest.mark.parametrize(
    "body",
    [
        *FOREIGN_BODIES,
        "{}",
        '{"data": []}',
        '{"data": {"submissions": []}}',
        '{"result": null}',
        '{"result": true}',
        '{"result": "OK"}',
        '{"result": "success", "data": []}',
        '{"result": ["ok"]}',
        '{"Result": "ok"}',
        '"ok"',
    ],
)
def test_only_the_mark_of_vmray_is_a_success(status: int, body: str) -> None:
    """Given a status of success without `"result": "ok"`, then the response is not VMRay's; it is retried."""
    with pytest.raises(ForeignResponseError, match="the response was not from VMRay") as caught:
        decipher(status, {}, body.encode())
    assert (caught.value.is_fatal, caught.value.retryable, caught.value.not_executed) == (False, True, False)


def test_numbers_that_json_does_not_allow_become_null() -> None:
    """Given `NaN`, `Infinity` or a number that is too large, then it becomes null, which JSON allows."""
    assert decipher(200, {}, b'{"result": "ok", "data": [NaN, Infinity, -Infinity, 1e999, 1.5]}').data == [
        None
    ] * 4 + [1.5]


KEYS = ["Abc-123_xyz.~", 'k"<&\\/key-1', "schl\u00fcssel-\U0001f600"]


def escaped(text: str, form: str) -> str:
    """Write each character as an escape with its number, as JSON allows."""
    units = text.encode("utf-16-be")
    return "".join("\\u" + format(int.from_bytes(units[i : i + 2]), form) for i in range(0, len(units), 2))


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_found_in_all_json_forms(key: str) -> None:
    """Given a key, also with escapes, then it is replaced, and the text beside it stays."""
    pattern = secret_pattern(key)
    assert pattern is not None
    written = [key, json.dumps(key)[1:-1], json.dumps(key, ensure_ascii=False)[1:-1]]
    written += [escaped(key, "04x"), escaped(key, "04X"), key[:3] + escaped(key[3:], "04x")]
    for each in written:
        assert pattern.sub(b"***", f"<{each}>".encode()) == b"<***>"
    assert pattern.search(key[:-1].encode()) is None


def test_only_utf_8_is_accepted() -> None:
    """Given another encoding, in which a key would not be found, then the response is invalid."""
    for encoding in ("utf-16", "utf-32"):
        with pytest.raises(ForeignResponseError):
            decipher(200, {}, '{"result": "ok", "data": []}'.encode(encoding))
    assert decipher(200, {}, '{"result": "ok", "data": []}'.encode("utf-8-sig")).data == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2", 2.0),
        ("0", None),
        ("soon", None),
        ("-1", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        (None, None),
    ],
)
def test_retry_after_is_parsed_in_both_forms(value: str | None, seconds: float | None) -> None:
    """Given seconds or a date, then it is a waiting time; other values and past dates are none."""
    assert retry_after({} if value is None else {"Retry-After": value}) == seconds


@pytest.mark.parametrize(
    "value",
    ["Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 9000 00:00:00 GMT", "Wed, 31 Dec 1969 23:59:59 GMT"],
)
def test_a_time_that_no_clock_has_is_no_date(value: str) -> None:
    """Given a date with which Python's own times end, then it is none: all that counts from it goes on."""
    assert http_date(value) is None


HOUR = 3600
CLOCK = "Fri, 09 Jan 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Date": CLOCK, "Retry-After": "Fri, 09 Jan 2026 10:00:02 GMT"}, 2.0),
        ({"Date": CLOCK, "Retry-After": "Fri, 09 Jan 2026 11:00:00 GMT"}, HOUR),
        ({"Date": "Thu, 09 Jan 2070 10:00:00 GMT", "Retry-After": "Thu, 09 Jan 2070 10:00:05 GMT"}, 5.0),
        ({"Date": "Friday, 09-Jan-26 10:00:00 GMT", "Retry-After": "Fri Jan  9 10:00:03 2026"}, 3.0),
        ({"Date": "Fri, 09 Jan 2026 12:00:00 +0200", "Retry-After": "Fri, 09 Jan 2026 10:00:04 GMT"}, 4.0),
        ({"Date": CLOCK, "Retry-After": CLOCK}, None),
        ({"Date": CLOCK, "Retry-After": "Fri, 09 Jan 2026 09:59:59 GMT"}, None),
        ({"Date": "yesterday", "Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, None),
    ],
)
def test_a_date_to_retry_after_is_compared_with_the_clock_of_the_server(
    headers: Mapping[str, str], seconds: float | None
) -> None:
    """Given a server whose clock differs, then the waiting time is the difference of its own two dates."""
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("POST", "/sample/submit", "submit samples, and quota left"),
        ("POST", "/submission/12/tag", "edit submissions"),
        ("GET", "/sample/sha256/abc", "view samples and their reports"),
        ("GET", "/analysis", "view analyses"),
        ("GET", "/submission/12", "view submissions"),
        ("GET", "/new_endpoint/1", "read new_endpoint"),
    ],
)
def test_the_permission_of_a_request_has_a_name(method: str, path: str, permission: str) -> None:
    """Given a request, then the permission that it needs is named for the analyst."""
    assert permission_for(method, path) == permission


@given(st.integers(100, 599), st.binary(max_size=200))
def test_any_bytes_are_a_response_or_a_request_error(status: int, body: bytes) -> None:
    """Given any bytes with any status, then there is no other exception."""
    with suppress(RequestError):
        assert isinstance(decipher(status, {}, body), Response)
