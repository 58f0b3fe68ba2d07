"""Everything that can go wrong, as one tree of named errors.

``str(error)`` is one sentence for an analyst; the facts behind it are attributes, for a program.

    VMRayError
    ├── ParameterError                 a parameter of the action or the integration is wrong                     (fatal)
    ├── FileError                      a file to upload cannot be used as it is
    ├── FilesRejectedError             some of the files to upload cannot be used, so none is uploaded           (fatal)
    ├── StateError                     the state handed back by the platform is not ours                         (fatal)
    ├── DeadlineError                  the time of this run was up before the request could be made
    ├── UnsupportedSubjectError        an entity is of a kind that VMRay cannot be asked about
    ├── SampleNotFoundError            VMRay does not know the hash
    ├── SubmitRejectedError            VMRay refused to store a submission, and said why
    ├── SubmitUnresolvedError          the answer to a submit was lost, and VMRay cannot yet tell what became of it
    ├── AnalysisFailedError            VMRay analysed the sample, and every analysis failed
    └── RequestError                   a request did not bring an answer that can be used
        ├── ConnectError               no connection: name, port, proxy, or nobody listens                       (fatal)
        ├── CertificateError           the TLS certificate was not accepted                                      (fatal)
        ├── RedirectError              VMRay's address answered with a redirect, not followed                    (fatal)
        ├── AuthenticationError        401: the API key is not accepted                                          (fatal)
        ├── PermissionDeniedError      403: the API key may not do this                                          (fatal)
        ├── NotFoundError              404: unknown to VMRay, or not visible to this API key
        ├── RequestRejectedError       another 4xx, or ``"result": "error"`` with status 200
        ├── RateLimitedError           429, again and again
        ├── ServerError                5xx, again and again
        ├── ResponseTimeoutError       no (complete) answer in time
        ├── ConnectionLostError        the connection broke before the answer was complete
        └── InvalidResponseError       an answer that is not VMRay's: HTML, cut-off JSON, another shape

"Fatal" means that every other entity or file of the run would meet the same cause: the action ends at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar


class VMRayError(Exception):
    """Base of all errors of the integration.

    Attributes:
        is_fatal: Whether the cause is the same for every entity and file, so that going on is useless.
    """

    is_fatal: ClassVar[bool] = False

    @property
    def details(self) -> Sequence[tuple[str, str]]:
        """What is wrong with each of several things, where the sentence only names them."""
        return ()


class ParameterError(VMRayError):
    """A parameter has a value that is not allowed; raised before anything is requested or changed."""

    is_fatal = True

    def __init__(self, parameter: str, problem: str, allowed: str) -> None:
        """Keep the display name of the parameter, what is wrong with it, and what is allowed."""
        super().__init__(parameter, problem, allowed)
        self.parameter = parameter
        self.problem = problem
        self.allowed = allowed

    def __str__(self) -> str:
        return f'parameter "{self.parameter}" {self.problem}; allowed: {self.allowed}.'


class FileError(VMRayError):
    """A file cannot be uploaded as it is on disk."""

    def __init__(self, path: str, problem: str) -> None:
        """Keep the path and the problem ("is empty", "does not exist", …)."""
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return self.problem


class FilesRejectedError(VMRayError):
    """Some of the files to upload cannot be used; nothing was uploaded."""

    is_fatal = True

    def __init__(self, sentence: str, refused: Sequence[FileError]) -> None:
        """Keep the sentence that the paths complete, and what is wrong with each file."""
        super().__init__(sentence, refused)
        self.sentence = sentence
        self.refused = tuple(refused)

    def __str__(self) -> str:
        return self.sentence + ", ".join(error.path for error in self.refused)

    @property
    def details(self) -> Sequence[tuple[str, str]]:
        """Each path and its problem."""
        return [(error.path, error.problem) for error in self.refused]


class StateError(VMRayError):
    """The value that the platform handed back is not a state that this version wrote."""

    is_fatal = True


class DeadlineError(VMRayError):
    """The run's own deadline left no time to ask VMRay."""

    def __init__(self, last: RequestError | None = None) -> None:
        """Say so, and what VMRay had answered until then."""
        self.last = last
        late = "the time of this run ended before the request could be sent"
        super().__init__(f"{last}; {late} again" if last else late)


class UnsupportedSubjectError(VMRayError):
    """The entity is not something VMRay can be asked about (not a known kind of hash, not a URL)."""


class SampleNotFoundError(VMRayError):
    """VMRay has no sample with this hash that the API key may see."""

    def __init__(self) -> None:
        """Use the documented words."""
        super().__init__("not found in VMRay")


class SubmitRejectedError(VMRayError):
    """VMRay answered the submit and stored nothing; its own reason is the sentence."""


class SubmitUnresolvedError(VMRayError):
    """A submit was sent, its answer was lost, and it is not yet certain whether VMRay stored it."""

    def __init__(self, cause: RequestError, unresolved_seconds: float, superseded_ids: Collection[int] = ()) -> None:
        """Keep what broke, how many seconds the server is given to settle (inferred, see the submit module).

        ``stale`` are the ids of older submissions with the same key, which are not the lost one.
        """
        super().__init__(cause, unresolved_seconds)
        self.cause = cause
        self.unresolved_seconds = unresolved_seconds
        self.superseded_ids = tuple(superseded_ids)

    def __str__(self) -> str:
        return f"the response to the submission was lost ({self.cause})"


class AnalysisFailedError(VMRayError):
    """All analyses of a submission failed."""


class RequestError(VMRayError):
    """A request did not bring a usable answer.

    Attributes:
        status: The HTTP status of the answer, None where none came or it was 200.
        tries: How many times the request was made.
        not_executed: True only where it is certain that VMRay did not carry the request out.
        retry_after: Seconds that the server asked to wait, None where it did not.
        retryable: Whether the same request may bring an answer a little later.
    """

    retryable: ClassVar[bool] = False
    status: int | None = None
    retry_after: float | None = None

    def __init__(self, what: str, advice: str = "", *, not_executed: bool = False) -> None:
        """Keep what happened and, where there is something to do about it, what."""
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.attempts = 1
        self.not_executed = not_executed

    def __str__(self) -> str:
        after = "" if self.attempts == 1 else f" ({self.attempts} attempts)"
        return f"{self.what}{after}{'; ' if self.advice else ''}{self.advice}"


class ConnectError(RequestError):
    """No connection to the host could be made."""

    is_fatal = True
    retryable = True


class CertificateError(RequestError):
    """The server's certificate was not accepted, or TLS could not be agreed on."""

    is_fatal = True


class RedirectError(RequestError):
    """The server answered with a redirect, which is not followed: the API key goes to the configured host only."""

    is_fatal = True


class AuthenticationError(RequestError):
    """VMRay does not accept the API key."""

    is_fatal = True


class PermissionDeniedError(RequestError):
    """The API key is valid, and may not do this."""

    is_fatal = True


class NotFoundError(RequestError):
    """VMRay does not know the object, or this API key may not see it (the two cannot be told apart)."""


class RequestRejectedError(RequestError):
    """VMRay understood the request and refused it."""


class RateLimitedError(RequestError):
    """VMRay answers fewer requests than it was sent."""

    retryable = True


class ServerError(RequestError):
    """VMRay, or a proxy in front of it, failed."""

    retryable = True


class ResponseTimeoutError(RequestError):
    """No complete answer came in time."""

    retryable = True


class ConnectionLostError(RequestError):
    """The connection ended before the answer was complete."""

    retryable = True


class InvalidResponseError(RequestError):
    """What came back is not an answer of VMRay's REST API."""

    retryable = True
