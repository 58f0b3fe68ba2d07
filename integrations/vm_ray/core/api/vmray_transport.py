"""One session to one VMRay server: TLS, timeouts, the shared rate limiter, and retries of repeatable requests.

The API key is sent to the configured host only: redirects are not followed, and neither netrc nor cookies are used. The
key is removed from each response, so that no other module receives it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from copy import copy
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import IO, Any, Final, NamedTuple

import requests
import urllib3
from urllib3.exceptions import HTTPError as Urllib3Error
from urllib3.exceptions import InsecureRequestWarning

from ...core.api.vmray_backoff import back_off
from ...core.api.vmray_body import beginning, collect, content_of, is_no_file
from ...core.api.vmray_deadline import Deadline, call_with_timeout
from ...core.api.vmray_disk_body import DiskBody
from ...core.api.vmray_environment import proxy_for
from ...core.api.vmray_errors import DeadlineError
from ...core.api.vmray_login_gate import LoginGate
from ...core.api.vmray_network_errors import classify_exception
from ...core.api.vmray_pool import PooledAdapter
from ...core.api.vmray_protocol import (
    SUCCESSES,
    Document,
    FileType,
    Response,
    decipher,
    decipher_document,
    decipher_file,
    http_date,
    permission_for,
)
from ...core.api.vmray_rate_limiter import RateLimiter
from ...core.api.vmray_redaction import secret_pattern
from ...core.api.vmray_request_errors import (
    InvalidResponseError,
    PermissionDeniedError,
    RateLimitedError,
    RequestError,
)
from ...core.api.vmray_timing import TIMING

MAX_ATTEMPTS: Final = 4
MAX_RATE_LIMITED_ATTEMPTS: Final = 12
# An unread body closes the connection. After 1xx, the next request would receive this request's response. The body of
# 407 means nothing: after a timeout of the body, the login would be repeated.
UNREAD: Final = (*range(100, 200), *range(300, 400), HTTPStatus.PROXY_AUTHENTICATION_REQUIRED)
USER_AGENT: Final = "VMRay-Google-SecOps/14.0"

# Without compression the announced length is that of the file.
_FILE_HEADERS: Final = {"Accept": "*/*", "Accept-Encoding": "identity"}

Body = Mapping[str, str] | IO[bytes]

# A large object takes several times its size in memory while it is read.
_ONE_DOCUMENT: Final = threading.Lock()


class KeyHeader(requests.auth.AuthBase):
    """Adds ``Authorization: api_key KEY`` to a request; requests ignores netrc if an auth object is set."""

    def __init__(self, api_key: str) -> None:
        """Store the key."""
        self._header = f"api_key {api_key}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        request.headers["Authorization"] = self._header
        return request

    def __repr__(self) -> str:
        return "KeyHeader(…)"


class Transport:
    """Sends requests to one VMRay server; safe to use from several threads."""

    def __init__(  # noqa: PLR0913 - each is one fact of the connection
        self,
        root: str,
        api_key: str,
        *,
        verify: bool,
        rate_limiter: RateLimiter,
        deadline: Deadline,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare the session; nothing is sent yet.

        Args:
            root: Normalised address of the server, without ``/rest``.
            api_key: The API key; it is sent in the header only.
            verify: Whether the certificate of the server is verified.
            rate_limiter: Shared by all requests of the run.
            deadline: The end of the run.
            sleep: Waits between two attempts.
        """
        self._rest = f"{root}/rest"
        self._rate_limiter = rate_limiter
        self._deadline = deadline
        self._sleep = sleep
        self._session = _Session()
        self._session.auth = KeyHeader(api_key)
        self._verify = verify
        if not verify:  # the setting is intentional; one warning per request would hide the other lines of the log
            urllib3.disable_warnings(InsecureRequestWarning)
        self._key_forms = secret_pattern(api_key)
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json"})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.mount(f"{root}/", PooledAdapter())
        self._login = LoginGate(behind_proxy=bool(proxy_for(root)))
        self._clock_difference = 0.0
        self._longest_exchange = float("inf")

    def with_timeout(self, seconds: float) -> Transport:
        """Return a transport with the same connections, rate limiter and deadline, and shorter exchanges."""
        shorter = copy(self)
        shorter._longest_exchange = seconds  # noqa: SLF001 - an object of this class
        return shorter

    @property
    def server_time(self) -> float:
        """The time of the server's clock in Unix seconds; this machine's time if no response had a ``Date``."""
        return time.time() + self._clock_difference

    def get(self, path: str, query: Mapping[str, str] | None = None, shape: type = dict) -> Response:
        """Send a GET request; retry while the error is retryable and the run has time left.

        Args:
            path: Below ``/rest``, its segments encoded.
            query: The query parameters.
            shape: The required type of ``data``, ``dict`` or ``list``; any other type is an invalid response.
        """
        return self._repeat(_Request("GET", path, query=query, shape=shape))

    def download(self, path: str, limit: int, *types: FileType, query: Mapping[str, str] | None = None) -> bytes:
        """Read a file, with the retries of ``get``.

        A response without a length is read up to one block beyond the limit. The API key is removed from files, too.

        Args:
            path: Below ``/rest``, its segments encoded.
            limit: The largest size in bytes.
            types: The types that the file may have.
            query: The query parameters.

        Raises:
            TooLargeError: The file is larger than the limit; the rest was not read.
            InvalidResponseError: The response is not a file of these types.
        """
        request = _Request("GET", path, query=query, headers=_FILE_HEADERS, limit=limit, file_types=types)
        content: bytes = self._repeat(request).data
        return content

    def read_document(self, path: str, limit: int, document: Document) -> Any:  # noqa: ANN401 - what the caller makes of it
        """Read a large JSON object that VMRay does not wrap, with the retries of ``get``; return what is made of it.

        The body is on the disk until the whole of it is there. Only one object at a time is read into memory, in all
        threads together.

        Args:
            path: Below ``/rest``, its segments encoded.
            limit: The largest size in bytes.
            document: What is read of the object.

        Raises:
            TooLargeError: The object is larger than the limit; the rest was not read.
        """
        return self._repeat(_Request("GET", path, headers=_FILE_HEADERS, limit=limit, document=document)).data

    def post_repeatable(self, path: str, form: Mapping[str, str]) -> Response:
        """Send a POST request that has the same effect when it is repeated (a tag), with the retries of ``get``."""
        return self._repeat(_Request("POST", path, body=form))

    def delete(self, path: str, query: Mapping[str, str]) -> Response:
        """Send a DELETE request, with the retries of ``get``: the second request finds nothing to delete."""
        return self._repeat(_Request("DELETE", path, query=query))

    def post_once(self, path: str, body: Body, content_type: str | None = None) -> Response:
        """Send a POST request that must not be repeated: one attempt only.

        Raises:
            RequestError: ``not_executed`` is True if it is certain that the server did not execute the request.
        """
        headers = {"Content-Type": content_type} if content_type else None
        request = _Request("POST", path, body=body, headers=headers, shape=dict)
        connect, read = TIMING.submit_connect_timeout, TIMING.submit_read_timeout
        return self._attempt(request._replace(connect=connect, read=read, whole=float("inf")))

    def _repeat(self, request: _Request) -> Response:
        failures = rate_limited = 0
        last: RequestError | None = None
        while True:
            try:
                return self._attempt(request)
            except DeadlineError as late:
                raise DeadlineError(last, late.pause) from None
            except RequestError as error:
                last = error
                rate_limited += isinstance(error, RateLimitedError)
                failures += not isinstance(error, RateLimitedError)
                error.attempts = failures + rate_limited
                if not error.retryable or failures >= MAX_ATTEMPTS or rate_limited >= MAX_RATE_LIMITED_ATTEMPTS:
                    raise
                self._wait(error, failures)

    def _wait(self, error: RequestError, failures: int) -> None:
        """Wait before the next attempt.

        Raises:
            DeadlineError: The run ends before the pause does.
        """
        if isinstance(error, RateLimitedError) or error.retry_after is not None:
            return  # the rate limiter starts no request before the time that the server named
        pause = back_off(failures)
        if self._deadline.remaining <= pause:
            raise DeadlineError(error) from None
        self._sleep(pause)

    def _attempt(self, request: _Request) -> Response:
        started = self._rate_limiter.acquire(self._deadline)
        try:
            response = self._exchange(request)
        except RateLimitedError as error:
            self._rate_limiter.on_rate_limited(started, error.retry_after)
            raise
        except RequestError as error:
            if error.retry_after is not None:
                self._rate_limiter.block_for(error.retry_after)
            raise
        finally:
            self._rate_limiter.release()
        self._rate_limiter.on_success()
        return response

    def _exchange(self, request: _Request) -> Response:
        """Send the request once; the time limit includes DNS, connection, request and response."""
        with self._login.passing():
            limit = max(TIMING.min_timeout, min(request.whole, self._longest_exchange, self._deadline.remaining))
            try:
                status, headers, content = call_with_timeout(lambda: self._send(request, limit), limit)
            except (requests.RequestException, Urllib3Error, OSError) as error:
                raise classify_exception(error, min(request.read, limit)) from None
            if isinstance(content, bytes):
                return self._response(request, status, headers, content)
            with _ONE_DOCUMENT:
                return self._response(request, status, headers, content_of(content))

    def _response(self, request: _Request, status: int, headers: Mapping[str, str], content: bytes) -> Response:
        body = self._key_forms.sub(b"***", content) if self._key_forms else content
        try:
            response = self._deciphered(request, status, headers, body)
        except PermissionDeniedError as error:
            needed = permission_for(request.method, request.path)
            error.advice = f"check that the API key has the permission to {needed}"
            raise
        if date := http_date(headers.get("Date", "")):  # only VMRay's own clock counts
            self._clock_difference = date - time.time()
        return response

    def _deciphered(self, request: _Request, status: int, headers: Mapping[str, str], body: bytes) -> Response:
        if request.file_types:
            return decipher_file(status, headers, body, *request.file_types)
        if request.document:
            return decipher_document(status, headers, body, request.document)
        response = decipher(status, headers, body)
        if request.shape is not None and not isinstance(response.data, request.shape):
            raise InvalidResponseError("VMRay's response does not contain the requested data")
        return response

    def _send(self, request: _Request, limit: float) -> tuple[int, Mapping[str, str], bytes | DiskBody]:
        with self._session.request(
            request.method,
            f"{self._rest}{request.path}",
            params=request.query,
            data=request.body,
            headers=request.headers,
            timeout=(min(request.connect, limit), min(request.read, limit)),
            allow_redirects=False,
            stream=True,
            # Set for each request: otherwise an environment variable with a CA bundle overrides ``verify=False``.
            verify=self._verify,
        ) as response:
            status = response.status_code
            if status in UNREAD:
                return status, response.headers, b""
            if status not in SUCCESSES or (request.file_types and is_no_file(response, request.file_types)):
                return status, response.headers, beginning(response, status)
            if request.document:
                return status, response.headers, collect(response, request.limit, DiskBody())
            return status, response.headers, b"".join(collect(response, request.limit, []))


class _Request(NamedTuple):
    """One request, and its time limits in seconds.

    Attributes:
        connect: For the connection, and for sending one block.
        read: For the response to begin, and for each block of the response.
        whole: For the whole exchange.
        shape: The type that ``data`` must have; None for any type.
        limit: The largest size of a file in bytes; None for JSON.
        file_types: The types of file that the response may have; empty for JSON.
        document: What is read of a JSON object that VMRay does not wrap; None for other responses.
    """

    method: str
    path: str
    query: Mapping[str, str] | None = None
    body: Body | None = None
    headers: Mapping[str, str] | None = None
    shape: type | None = None
    limit: int | None = None
    file_types: tuple[FileType, ...] = ()
    document: Document | None = None
    connect: float = TIMING.connect_timeout
    read: float = TIMING.read_timeout
    whole: float = TIMING.read_timeout


class _Session(requests.Session):
    """A session without redirect parsing: requests parses ``Location`` even if no redirect is followed."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return None for every response: requests fails on a malformed ``Location``."""
