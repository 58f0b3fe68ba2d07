"""One pooled session to one VMRay server: TLS, time limits, the shared gate, retries of what may be repeated.

The API key is sent to the configured host only: redirects are not followed, and neither netrc nor cookies are used. It
is taken out of whatever the server sends back, so that nothing after this module ever holds it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import IO, Any, Final, NamedTuple

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError as Urllib3Error
from urllib3.exceptions import InsecureRequestWarning

from ...core.api.vmray_backoff import back_off
from ...core.api.vmray_deadline import Deadline, call_with_timeout
from ...core.api.vmray_errors import (
    DeadlineError,
    InvalidResponseError,
    RateLimitedError,
    RequestError,
    TooLargeError,
)
from ...core.api.vmray_network_errors import classify_exception
from ...core.api.vmray_protocol import FileType, Response, decipher, decipher_file
from ...core.api.vmray_rate_limiter import MAX_CONCURRENCY, RateLimiter
from ...core.api.vmray_redaction import secret_pattern
from ...core.api.vmray_timing import TIMING

MAX_ATTEMPTS: Final = 4
MAX_RATE_LIMITED_ATTEMPTS: Final = 12
MAX_RESPONSE_BYTES: Final = 64 * 1024 * 1024
CHUNK_BYTES: Final = 64 * 1024
SEND_BLOCK_BYTES: Final = 1024 * 1024
USER_AGENT: Final = "VMRay-Google-SecOps/14.0"

# Without compression the announced length is that of the file.
_FILE_HEADERS: Final = {"Accept": "*/*", "Accept-Encoding": "identity"}

Body = Mapping[str, str] | IO[bytes]


class KeyHeader(requests.auth.AuthBase):
    """Puts ``Authorization: api_key KEY`` on a request; as an auth object it also keeps netrc out."""

    def __init__(self, api_key: str) -> None:
        """Keep the key."""
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
            api_key: The key; it leaves this object in the header only.
            verify: Whether the server's certificate is checked.
            rate_limiter: Shared by all requests of the run.
            deadline: The end of the run.
            sleep: How to wait between two tries.
        """
        self._rest = f"{root}/rest"
        self._rate_limiter = rate_limiter
        self._deadline = deadline
        self._sleep = sleep
        self._session = _Session()
        self._session.auth = KeyHeader(api_key)
        self._verify = verify
        if not verify:  # whoever configured it knows; a warning a request would bury everything else in the log
            urllib3.disable_warnings(InsecureRequestWarning)
        self._key_forms = secret_pattern(api_key)
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json"})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.mount(f"{root}/", _PooledAdapter())

    def get(self, path: str, query: Mapping[str, str] | None = None, shape: type = dict) -> Response:
        """Read; tried again for as long as that is promising and the run's time allows.

        Args:
            path: Below ``/rest``, its segments encoded.
            query: Parameters.
            shape: What the answer's ``data`` must be, ``dict`` or ``list``; another one is no answer.
        """
        return self._repeat(_Request("GET", path, query=query, shape=shape))

    def download(self, path: str, limit: int, *types: FileType) -> bytes:
        """Read a file; the attempts are those of a read.

        A response without a length is read up to one block beyond the limit. The API key is replaced in files, too.

        Args:
            path: Below ``/rest``, its segments encoded.
            limit: The largest size in bytes.
            types: The types that the file may have.

        Raises:
            TooLargeError: The file is larger than the limit; the rest was not read.
            InvalidResponseError: The response is not a file of these types.
        """
        content: bytes = self._repeat(_Request("GET", path, headers=_FILE_HEADERS, limit=limit, file_types=types)).data
        return content

    def post_repeatable(self, path: str, form: Mapping[str, str]) -> Response:
        """Send a change that is the same when it is made twice (a tag); tried again like a read."""
        return self._repeat(_Request("POST", path, body=form))

    def post_once(self, path: str, body: Body, content_type: str | None = None) -> Response:
        """Send a change that must not be made twice: one try, whatever happens.

        Raises:
            RequestError: ``not_executed`` tells whether it is certain that the server did not carry it out.
        """
        headers = {"Content-Type": content_type} if content_type else None
        submit = _Request("POST", path, body=body, headers=headers, shape=dict)
        connect, read = TIMING.submit_connect_timeout, TIMING.submit_read_timeout
        return self._try(submit._replace(connect=connect, read=read, whole=float("inf")))

    def _repeat(self, request: _Request) -> Response:
        failures = throttles = 0
        last: RequestError | None = None
        while True:
            try:
                return self._try(request)
            except DeadlineError:
                raise DeadlineError(last) from None
            except RequestError as error:
                last = error
                throttles += isinstance(error, RateLimitedError)
                failures += not isinstance(error, RateLimitedError)
                error.attempts = failures + throttles
                if not error.retryable or failures >= MAX_ATTEMPTS or throttles >= MAX_RATE_LIMITED_ATTEMPTS:
                    raise
                self._wait(error, failures)

    def _wait(self, error: RequestError, failures: int) -> None:
        """Wait before the next try, unless that would use up the run's time."""
        if isinstance(error, RateLimitedError) or error.retry_after is not None:
            return  # the gate holds back every request of the run until the server's moment has come
        pause = back_off(failures)
        if self._deadline.remaining <= pause:
            raise DeadlineError(error) from None
        self._sleep(pause)

    def _try(self, request: _Request) -> Response:
        started = self._rate_limiter.acquire(self._deadline)
        try:
            answer = self._exchange(request)
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
        return answer

    def _exchange(self, request: _Request) -> Response:
        """Ask once; this ends in time whatever the resolver, the network or the server does."""
        limit = max(TIMING.min_timeout, min(request.whole, self._deadline.remaining))
        try:
            status, headers, content = call_with_timeout(lambda: self._sent(request, limit), limit)
        except (requests.RequestException, Urllib3Error, OSError) as error:
            raise classify_exception(error, min(request.read, limit)) from None
        body = self._key_forms.sub(b"***", content) if self._key_forms else content
        if request.file_types:
            return decipher_file(status, headers, body, *request.file_types)
        answer = decipher(status, headers, body)
        if request.shape is not None and not isinstance(answer.data, request.shape):
            raise InvalidResponseError("VMRay's response does not contain the requested data")
        return answer

    def _sent(self, request: _Request, limit: float) -> tuple[int, Mapping[str, str], bytes]:
        with self._session.request(
            request.method,
            f"{self._rest}{request.path}",
            params=request.query,
            data=request.body,
            headers=request.headers,
            timeout=(min(request.connect, limit), min(request.read, limit)),
            allow_redirects=False,
            stream=True,
            # Given with each request: otherwise an environment variable with a CA bundle outweighs "do not verify".
            verify=self._verify,
        ) as response:
            # What is not read breaks its connection. After 1xx the real answer would come as the next request's.
            unread = response.status_code < 200 or 300 <= response.status_code < 400  # noqa: PLR2004 - an HTTP status
            limit_bytes = request.limit if response.status_code == 200 else None  # noqa: PLR2004 - an error is no file
            body = b"" if unread else _whole_body(response, limit_bytes)
            return response.status_code, response.headers, body


class _Request(NamedTuple):
    """One request, and its time limits in seconds.

    Attributes:
        connect: For the connection, and for sending one block.
        read: For the answer to begin, and for each piece of it.
        whole: For everything together.
        shape: The type that ``data`` must have; None where it does not matter.
        limit: The largest size of a file in bytes; None for JSON.
        file_types: The types of file that the response may have; empty for JSON.
    """

    method: str
    path: str
    query: Mapping[str, str] | None = None
    body: Body | None = None
    headers: Mapping[str, str] | None = None
    shape: type | None = None
    limit: int | None = None
    file_types: tuple[FileType, ...] = ()
    connect: float = TIMING.connect_timeout
    read: float = TIMING.read_timeout
    whole: float = TIMING.read_timeout


class _Session(requests.Session):
    """A session to which a redirect is an answer like any other; requests resolves it even where none is followed."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Name no place to go to, whatever the answer says; not every text there could be read as one."""


class _PooledAdapter(HTTPAdapter):
    """A pool as wide as the gate's ceiling, without requests' own retries, sending uploads in large blocks."""

    def __init__(self) -> None:
        super().__init__(pool_connections=1, pool_maxsize=MAX_CONCURRENCY, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the library's own signature
        """Make the pool."""
        super().init_poolmanager(*args, **kwargs, blocksize=SEND_BLOCK_BYTES)


def _whole_body(response: requests.Response, limit: int | None) -> bytes:
    """Read a body, of a file at most as much as the limit.

    Raises:
        TooLargeError: The file is larger; an announced length is enough to know it.
        InvalidResponseError: The body is larger than any response of VMRay.
    """
    announced = _content_length(response)
    if limit is not None and announced is not None and announced > limit:
        raise TooLargeError(limit, announced)
    chunks: list[bytes] = []
    size = 0
    try:
        for chunk in response.iter_content(CHUNK_BYTES):
            size += len(chunk)
            if limit is not None and size > limit:
                raise TooLargeError(limit, announced)
            if limit is None and size > MAX_RESPONSE_BYTES:
                raise InvalidResponseError(f"VMRay's response is larger than {MAX_RESPONSE_BYTES // 2**20} MiB")
            chunks.append(chunk)
    except ValueError:  # all that http.client says to a chunk of negative size
        raise requests.exceptions.ChunkedEncodingError from None
    return b"".join(chunks)


def _content_length(response: requests.Response) -> int | None:
    """Return the length that the server announced; None for none, and for a text that is no length."""
    text = response.headers.get("Content-Length", "")
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None
