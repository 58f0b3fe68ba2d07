"""One pooled session to one VMRay server: TLS, time limits, the shared gate, retries of what may be repeated.

The API key is sent to the configured host only: redirects are not followed, and neither netrc nor cookies are used.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from ssl import SSLCertVerificationError
from typing import IO, Any, Final, NamedTuple

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError as Urllib3Error
from urllib3.exceptions import NewConnectionError

from ..core.vmray_errors import (
    AnswerLate,
    AnswerUnreadable,
    CertificateRejected,
    ConnectionBroken,
    HostUnreachable,
    RequestError,
    Throttled,
)
from ..core.vmray_throttle import CEILING, Deadline, Gate, back_off
from ..core.vmray_wire import Answer, decipher

CONNECT_TIMEOUT: Final = 10.0
READ_TIMEOUT: Final = 60.0
SUBMIT_TIMEOUT: Final = 180.0
MIN_PATIENCE: Final = 0.1
MAX_TRIES: Final = 4
MAX_THROTTLED_TRIES: Final = 12
MAX_ANSWER_BYTES: Final = 256 * 1024 * 1024
CHUNK_BYTES: Final = 64 * 1024
SEND_BLOCK_BYTES: Final = 1024 * 1024
USER_AGENT: Final = "VMRay-Google-SecOps/14.0"

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
        gate: Gate,
        deadline: Deadline,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare the session; nothing is sent yet.

        Args:
            root: Normalised address of the server, without ``/rest``.
            api_key: The key; it leaves this object in the header only.
            verify: Whether the server's certificate is checked.
            gate: Shared by all requests of the run.
            deadline: The end of the run.
            sleep: How to wait between two tries.
        """
        self._rest = f"{root}/rest"
        self._gate = gate
        self._deadline = deadline
        self._sleep = sleep
        self._session = requests.Session()
        self._session.auth = KeyHeader(api_key)
        self._session.verify = verify
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json"})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.mount(f"{root}/", _PooledAdapter())

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Read; tried again for as long as that is promising and the run's time allows."""
        return self._repeat(_Request("GET", path, query=query))

    def post_repeatable(self, path: str, form: Mapping[str, str]) -> Answer:
        """Send a change that is the same when it is made twice (a tag); tried again like a read."""
        return self._repeat(_Request("POST", path, body=form))

    def post_once(self, path: str, body: Body, content_type: str | None = None) -> Answer:
        """Send a change that must not be made twice: one try, whatever happens.

        Raises:
            RequestError: ``not_stored`` tells whether it is certain that the server did not carry it out.
        """
        headers = {"Content-Type": content_type} if content_type else None
        return self._try(_Request("POST", path, body=body, headers=headers, patience=SUBMIT_TIMEOUT))

    def _repeat(self, request: _Request) -> Answer:
        failures = throttles = 0
        while True:
            try:
                return self._try(request)
            except RequestError as error:
                throttles += isinstance(error, Throttled)
                failures += not isinstance(error, Throttled)
                error.tries = failures + throttles
                if not error.worth_retrying or failures >= MAX_TRIES or throttles >= MAX_THROTTLED_TRIES:
                    raise
                self._wait(error, failures)

    def _wait(self, error: RequestError, failures: int) -> None:
        """Wait before the next try, unless that would use up the run's time: then the error stands."""
        if isinstance(error, Throttled):
            return  # the gate holds back every request of the run until the server's moment has come
        pause = back_off(failures) if error.retry_after is None else error.retry_after
        if self._deadline.remaining <= pause:
            raise error
        self._sleep(pause)

    def _try(self, request: _Request) -> Answer:
        started = self._gate.enter(self._deadline)
        try:
            answer = self._exchange(request)
        except Throttled as error:
            self._gate.throttled(started, error.retry_after)
            raise
        finally:
            self._gate.leave()
        self._gate.answered()
        return answer

    def _exchange(self, request: _Request) -> Answer:
        patience = max(MIN_PATIENCE, min(request.patience, self._deadline.remaining))
        try:
            with self._session.request(
                request.method,
                f"{self._rest}{request.path}",
                params=request.query,
                data=request.body,
                headers=request.headers,
                timeout=(min(CONNECT_TIMEOUT, patience), patience),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = _whole_body(response, patience)
                return decipher(response.status_code, response.headers, content)
        except (requests.RequestException, Urllib3Error, OSError) as error:
            raise _named(error, patience) from None


class _Request(NamedTuple):
    """One request; ``patience`` is in seconds, for the answer to begin and again for it to end."""

    method: str
    path: str
    query: Mapping[str, str] | None = None
    body: Body | None = None
    headers: Mapping[str, str] | None = None
    patience: float = READ_TIMEOUT


class _PooledAdapter(HTTPAdapter):
    """A pool as wide as the gate's ceiling, without requests' own retries, sending uploads in large blocks."""

    def __init__(self) -> None:
        super().__init__(pool_connections=1, pool_maxsize=CEILING, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the library's own signature
        """Make the pool."""
        super().init_poolmanager(*args, **kwargs, blocksize=SEND_BLOCK_BYTES)


def _whole_body(response: requests.Response, patience: float) -> bytes:
    """Read the body, with one time limit for all of it: a server that drips is as late as one that is silent."""
    ends = time.monotonic() + patience
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_content(CHUNK_BYTES):
        size += len(chunk)
        chunks.append(chunk)
        if size > MAX_ANSWER_BYTES:
            raise AnswerUnreadable(f"VMRay's answer was larger than {MAX_ANSWER_BYTES // 2**20} MiB")
        if time.monotonic() > ends:
            raise _late(patience)
    return b"".join(chunks)


def _late(patience: float) -> AnswerLate:
    return AnswerLate(f"VMRay did not answer within {max(1, round(patience))} seconds")


def _named(error: Exception, patience: float) -> RequestError:  # noqa: PLR0911 - a case each
    """Name what an exception of the libraries means. Its own text is not used: it holds addresses and internals."""
    causes = _chain(error)
    for cause in causes:
        if isinstance(cause, SSLCertVerificationError):
            why = (cause.verify_message or "it could not be verified").rstrip(".")
            what = f"the certificate of the VMRay server was not accepted: {why}"
            return CertificateRejected(what, "see Verify SSL", not_stored=True)
    if isinstance(error, requests.exceptions.SSLError):
        return CertificateRejected("no secure (TLS) connection to the VMRay server could be made", "check Api Root")
    if isinstance(error, requests.exceptions.ProxyError):
        return HostUnreachable("the proxy for the VMRay server could not be reached", not_stored=True)
    if isinstance(error, requests.ConnectTimeout) or any(isinstance(cause, NewConnectionError) for cause in causes):
        advice = "check Api Root and the network"
        return HostUnreachable("the VMRay server could not be reached", advice, not_stored=True)
    if isinstance(error, requests.Timeout) or any(isinstance(cause, TimeoutError) for cause in causes):
        return _late(patience)
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return AnswerUnreadable("VMRay's answer could not be decoded")
    return ConnectionBroken("the connection to VMRay broke before the answer was complete")


def _chain(error: BaseException) -> list[BaseException]:
    """List an exception with everything it wraps, by cause, context, or argument, each once."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        found.append(current)
        linked = [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
        waiting.extend(link for link in linked if isinstance(link, BaseException))
    return found
