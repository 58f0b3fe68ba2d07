"""Everything that can go wrong, as one tree of named errors.

``str(error)`` is one sentence for an analyst; the facts behind it are attributes, for a program.

    VMRayError
    ├── ParameterError             a parameter of the action or the integration is wrong              (concerns all)
    ├── FileError                  a file to upload cannot be used as it is
    ├── FilesRefused               some of the files to upload cannot be used, so none is uploaded    (concerns all)
    ├── StateError                 the state handed back by the platform is not ours                  (concerns all)
    ├── DeadlineReached            the time of this run was up before the request could be made
    ├── UnsupportedSubject         an entity is of a kind that VMRay cannot be asked about
    ├── SampleNotFound             VMRay does not know the hash
    ├── SubmitRefused              VMRay refused to store a submission, and said why
    ├── SubmitUnresolved           the answer to a submit was lost, and VMRay cannot yet tell what became of it
    ├── AnalysisFailed             VMRay analysed the sample, and every analysis failed
    └── RequestError               a request did not bring an answer that can be used
        ├── HostUnreachable        no connection: name, port, proxy, or nobody listens                (concerns all)
        ├── CertificateRejected    the TLS certificate was not accepted                               (concerns all)
        ├── RedirectRefused        VMRay's address answered with a redirect, not followed             (concerns all)
        ├── KeyRejected            401: the API key is not accepted                                   (concerns all)
        ├── PermissionDenied       403: the API key may not do this                                   (concerns all)
        ├── NoSuchElement          404: unknown to VMRay, or not visible to this API key
        ├── RequestRejected        another 4xx, or ``"result": "error"`` with status 200
        ├── Throttled              429, again and again
        ├── ServerFailed           5xx, again and again
        ├── AnswerLate             no (complete) answer in time
        ├── ConnectionBroken       the connection broke before the answer was complete
        └── AnswerUnreadable       an answer that is not VMRay's: HTML, cut-off JSON, another shape

"Concerns all" means that every other entity or file of the run would meet the same cause: the action ends at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar


class VMRayError(Exception):
    """Base of all errors of the integration.

    Attributes:
        concerns_all: Whether the cause is the same for every entity and file, so that going on is useless.
    """

    concerns_all: ClassVar[bool] = False

    @property
    def details(self) -> Sequence[tuple[str, str]]:
        """What is wrong with each of several things, where the sentence only names them."""
        return ()


class ParameterError(VMRayError):
    """A parameter has a value that is not allowed; raised before anything is requested or changed."""

    concerns_all = True

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


class FilesRefused(VMRayError):
    """Some of the files to upload cannot be used; nothing was uploaded."""

    concerns_all = True

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

    concerns_all = True


class DeadlineReached(VMRayError):
    """The run's own deadline left no time to ask VMRay."""

    def __init__(self, last: RequestError | None = None) -> None:
        """Say so, and what VMRay had answered until then."""
        self.last = last
        late = "the time of this run was up before VMRay could be asked"
        super().__init__(f"{last}, and {late} again" if last else late)


class UnsupportedSubject(VMRayError):
    """The entity is not something VMRay can be asked about (not a known kind of hash, not a URL)."""


class SampleNotFound(VMRayError):
    """VMRay has no sample with this hash that the API key may see."""

    def __init__(self) -> None:
        """Use the documented words."""
        super().__init__("not found in VMRay")


class SubmitRefused(VMRayError):
    """VMRay answered the submit and stored nothing; its own reason is the sentence."""


class SubmitUnresolved(VMRayError):
    """A submit was sent, its answer was lost, and it is not yet certain whether VMRay stored it."""

    def __init__(self, cause: RequestError, certain_after: float, stale: Collection[int] = ()) -> None:
        """Keep what broke, how many seconds the server is given to settle (inferred, see the submit module).

        ``stale`` are the ids of older submissions with the same key, which are not the lost one.
        """
        super().__init__(cause, certain_after)
        self.cause = cause
        self.certain_after = certain_after
        self.stale = tuple(stale)

    def __str__(self) -> str:
        return f"the answer to the submit was lost ({self.cause})"


class AnalysisFailed(VMRayError):
    """All analyses of a submission failed."""


class RequestError(VMRayError):
    """A request did not bring a usable answer.

    Attributes:
        status: The HTTP status of the answer, None where none came or it was 200.
        tries: How many times the request was made.
        not_stored: True only where it is certain that VMRay did not carry the request out.
        retry_after: Seconds that the server asked to wait, None where it did not.
        worth_retrying: Whether the same request may bring an answer a little later.
    """

    worth_retrying: ClassVar[bool] = False
    status: int | None = None
    retry_after: float | None = None

    def __init__(self, what: str, advice: str = "", *, not_stored: bool = False) -> None:
        """Keep what happened and, where there is something to do about it, what."""
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.tries = 1
        self.not_stored = not_stored

    def __str__(self) -> str:
        after = "" if self.tries == 1 else f" after {self.tries} tries"
        return f"{self.what}{after}{'; ' if self.advice else ''}{self.advice}"


class HostUnreachable(RequestError):
    """No connection to the host could be made."""

    concerns_all = True
    worth_retrying = True


class CertificateRejected(RequestError):
    """The server's certificate was not accepted, or TLS could not be agreed on."""

    concerns_all = True


class RedirectRefused(RequestError):
    """The server answered with a redirect, which is not followed: the API key goes to the configured host only."""

    concerns_all = True


class KeyRejected(RequestError):
    """VMRay does not accept the API key."""

    concerns_all = True


class PermissionDenied(RequestError):
    """The API key is valid, and may not do this."""

    concerns_all = True


class NoSuchElement(RequestError):
    """VMRay does not know the object, or this API key may not see it (the two cannot be told apart)."""


class RequestRejected(RequestError):
    """VMRay understood the request and refused it."""


class Throttled(RequestError):
    """VMRay answers fewer requests than it was sent."""

    worth_retrying = True


class ServerFailed(RequestError):
    """VMRay, or a proxy in front of it, failed."""

    worth_retrying = True


class AnswerLate(RequestError):
    """No complete answer came in time."""

    worth_retrying = True


class ConnectionBroken(RequestError):
    """The connection ended before the answer was complete."""

    worth_retrying = True


class AnswerUnreadable(RequestError):
    """What came back is not an answer of VMRay's REST API."""

    worth_retrying = True
