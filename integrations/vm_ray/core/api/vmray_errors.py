"""All errors of the integration, as one tree of named classes.

``str(error)`` is one sentence for an analyst. The facts are attributes, for a program.

    VMRayError
    ├── ParameterError                 a parameter of the action or of the integration is wrong                  (fatal)
    ├── FileError                      a file cannot be uploaded
    ├── FilesRejectedError             some of the files cannot be uploaded, so none is uploaded                 (fatal)
    ├── StateError                     the state that the platform returned was not written by this version      (fatal)
    ├── DeadlineError                  the time of this run ended before the request could be sent
    ├── UnsupportedSubjectError        VMRay cannot look up or analyze an entity of this form
    ├── SampleNotFoundError            VMRay has no sample with this hash
    ├── SubmitRejectedError            VMRay rejected a submission and gave the reason
    ├── SubmitUnresolvedError          the response to a submission was lost, and the result is not known yet
    ├── AnalysisFailedError            all analyses of a submission failed
    └── RequestError                   a request did not return a usable response
        ├── ConnectError               no connection: name, port, proxy, or no server listens                    (fatal)
        ├── CertificateError           the TLS certificate was not accepted                                      (fatal)
        ├── RedirectError              the server returned a redirect, which is not followed                     (fatal)
        ├── AuthenticationError        401: VMRay rejected the API key                                           (fatal)
        ├── PermissionDeniedError      403: the API key does not have the permission                             (fatal)
        ├── NotFoundError              404: the object does not exist or is not visible to this API key
        ├── RequestRejectedError       another 4xx, or ``"result": "error"`` with status 200
        ├── RateLimitedError           429 for all attempts
        ├── ServerError                5xx for all attempts
        ├── ResponseTimeoutError       no complete response in time
        ├── ConnectionLostError        the connection ended before the response was complete
        ├── InvalidResponseError       not a response of VMRay's REST API: HTML, incomplete JSON, another shape
        └── TooLargeError              a download is larger than the caller's limit

"Fatal" means that every other entity or file of the run has the same problem. The action ends at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, Final

# The values of ``VMRayError.kind``, and four more that results use without an error class: a report that is locked, a
# quota that is used up, a platform that did not accept something, a bug in the integration.
KINDS: Final = frozenset(
    {
        *("parameter", "file", "state", "unsupported", "not_found", "refused", "uncertain", "analysis"),
        *("unreachable", "certificate", "redirect", "key", "permission", "throttled", "server", "late", "broken"),
        *("unreadable", "too_large", "locked", "quota", "platform", "internal"),
    }
)


class VMRayError(Exception):
    """Base of all errors of the integration.

    Attributes:
        is_fatal: Whether every other entity and file has the same problem, so that continuing is useless.
        kind: The class of the problem for programs, one of ``KINDS``.
        cause: What usually leads to this error, in one sentence.
        remedy: What to do about it, in one sentence.
    """

    is_fatal: ClassVar[bool] = False
    kind: ClassVar[str] = "internal"
    cause: ClassVar[str] = "The integration met a problem that has no class of its own."
    remedy: ClassVar[str] = "Report the message and the debug output of the action."

    @property
    def details(self) -> Sequence[tuple[str, str]]:
        """Each subject and its problem, where the sentence only lists the subjects."""
        return ()


class ParameterError(VMRayError):
    """A parameter has a value that is not allowed; raised before the first request."""

    is_fatal = True
    kind = "parameter"
    cause = "A parameter of the action or of the integration is empty or has a value that is not allowed."
    remedy = "Correct the parameter that the message names; the message also lists the allowed values."

    def __init__(self, parameter: str, problem: str, allowed: str) -> None:
        """Store the display name of the parameter, the problem and the allowed values."""
        super().__init__(parameter, problem, allowed)
        self.parameter = parameter
        self.problem = problem
        self.allowed = allowed

    def __str__(self) -> str:
        return f'parameter "{self.parameter}" {self.problem}; allowed: {self.allowed}.'


class FileError(VMRayError):
    """A file cannot be uploaded."""

    kind = "file"
    cause = "The file does not exist, is empty, cannot be read, or changed during the upload."
    remedy = "Check the path and the permissions on the machine that runs the action; upload files that are complete."

    def __init__(self, path: str, problem: str) -> None:
        """Store the path and the problem ("is empty", "does not exist", …)."""
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return self.problem


class FilesRejectedError(VMRayError):
    """Some of the files cannot be uploaded; nothing was uploaded."""

    is_fatal = True
    kind = "file"
    cause = "At least one of the files is not accessible, is empty, or is larger than VMRay accepts."
    remedy = "Correct or remove the files that the message lists, and run the action again; nothing was uploaded."

    def __init__(self, sentence: str, refused: Sequence[FileError]) -> None:
        """Store the beginning of the sentence, which the paths complete, and the problem of each file."""
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
    """The platform returned a state that this version did not write."""

    is_fatal = True
    kind = "state"
    cause = "The integration was updated while the action was waiting, or the platform lost the state."
    remedy = "Run the action again; submissions that still run or have just finished are found and reused."


class DeadlineError(VMRayError):
    """The time of this run ended before the request could be sent."""

    kind = "late"
    cause = "The timeout of the action is too short for the number of entities or for the speed of the server."
    remedy = "Increase the timeout of the action, or run the action on fewer entities."

    def __init__(self, last: RequestError | None = None) -> None:
        """Store the last error of the same request; the sentence begins with it."""
        self.last = last
        late = "the time of this run ended before the request could be sent"
        super().__init__(f"{last}; {late} again" if last else late)


class UnsupportedSubjectError(VMRayError):
    """VMRay cannot look up or analyze an entity of this form (another kind of hash, a text that is not a URL)."""

    kind = "unsupported"
    cause = "The entity is not an MD5, SHA-1 or SHA-256 hash, or not a URL with a scheme and a host."
    remedy = "Correct the text of the entity as the message says; nothing was sent for it, and no quota was used."


class SampleNotFoundError(VMRayError):
    """VMRay has no sample with this hash that the API key can see."""

    kind = "not_found"
    cause = "Nobody submitted this file to VMRay yet, or the sample is not visible to the API key."
    remedy = "Submit the file, or use an API key that can see the sample."

    def __init__(self) -> None:
        """Use the specified sentence."""
        super().__init__("not found in VMRay")


class SubmitRejectedError(VMRayError):
    """VMRay rejected the submission and stored nothing; VMRay's reason is the sentence."""

    kind = "refused"
    cause = "VMRay does not accept the sample, for example because of its type, its size or the quota."
    remedy = "Read VMRay's reason in the message; check the type of the file and the quota of the API key."


class SubmitUnresolvedError(VMRayError):
    """A submission was sent and its response was lost; whether VMRay stored the submission is not known yet."""

    kind = "uncertain"
    cause = "The connection failed or timed out while VMRay processed a submission."
    remedy = "Wait for the next run: the action searches for the submission, and submits again only if there is none."

    def __init__(self, error: RequestError, unresolved_seconds: float, superseded_ids: Collection[int] = ()) -> None:
        """Store the error of the request and how long the submission may still appear (inferred).

        ``superseded_ids`` are older submissions with the same key, which are not the lost one.
        """
        super().__init__(error, unresolved_seconds)
        self.error = error
        self.unresolved_seconds = unresolved_seconds
        self.superseded_ids = tuple(superseded_ids)

    def __str__(self) -> str:
        return f"the response to the submission was lost ({self.error})"


class AnalysisFailedError(VMRayError):
    """All analyses of a submission failed."""

    kind = "analysis"
    cause = "VMRay could not run the sample in any of its analysis environments."
    remedy = "Open the submission in VMRay, read the result of each analysis, and submit the sample again."


class RequestError(VMRayError):
    """A request did not return a usable response.

    Attributes:
        status: The HTTP status of the response; None where there was no response or the status was 200.
        attempts: How many times the request was sent.
        not_executed: True only where it is certain that VMRay did not execute the request.
        retry_after: The seconds to wait that the server named; None if it named none.
        retryable: Whether the same request may succeed a little later.
    """

    retryable: ClassVar[bool] = False
    cause = "A request to VMRay did not return a usable response."
    remedy = "Run the action again; if the error stays, check the network and the VMRay server."
    status: int | None = None
    retry_after: float | None = None

    def __init__(self, what: str, advice: str = "", *, not_executed: bool = False) -> None:
        """Store the problem and, if there is one, the advice."""
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.attempts = 1
        self.not_executed = not_executed

    def __str__(self) -> str:
        attempts = "" if self.attempts == 1 else f" ({self.attempts} attempts)"
        return f"{self.what}{attempts}{'; ' if self.advice else ''}{self.advice}"


class ConnectError(RequestError):
    """No connection to the server could be established."""

    is_fatal = True
    retryable = True
    kind = "unreachable"
    cause = "The address is wrong, the server is down, or a firewall or a proxy blocks the connection."
    remedy = "Check Api Root, and check that the machine that runs the action can reach this address."


class CertificateError(RequestError):
    """The server's certificate was not accepted, or TLS could not be negotiated."""

    is_fatal = True
    kind = "certificate"
    cause = "The certificate is self-signed, has expired or was issued for another name, or a proxy replaces it."
    remedy = "Install a valid certificate; on a trusted network only, turn Verify SSL off."


class RedirectError(RequestError):
    """The server returned a redirect, which is not followed: the API key is sent to the configured host only."""

    is_fatal = True
    kind = "redirect"
    cause = "Api Root names another address than the one of the REST API, or a login page of a proxy responds."
    remedy = "Set Api Root to the final address of the VMRay server."


class AuthenticationError(RequestError):
    """VMRay rejected the API key."""

    is_fatal = True
    kind = "key"
    cause = "The API key is wrong, was deleted, or has expired."
    remedy = "Create an API key in VMRay and enter the key in the configuration of the integration."


class PermissionDeniedError(RequestError):
    """The API key is valid, and does not have the required permission."""

    is_fatal = True
    kind = "permission"
    cause = "The role of the user who owns the API key does not include the required permission."
    remedy = "Ask the VMRay administrator for the permission, or use another API key."


class NotFoundError(RequestError):
    """The object does not exist in VMRay or is not visible to this API key (the response is the same for both)."""

    kind = "not_found"
    cause = "The id is wrong, the object was deleted, or the object is not visible to the API key."
    remedy = "Check the id in VMRay, and check which objects the API key can see."


class RequestRejectedError(RequestError):
    """VMRay understood the request and rejected it."""

    kind = "refused"
    cause = "VMRay does not accept a value of the request, or the quota is used up."
    remedy = "Read VMRay's reason in the message, and correct the parameters of the action."


class RateLimitedError(RequestError):
    """VMRay limits the request rate, and all attempts were rejected."""

    retryable = True
    kind = "throttled"
    cause = "More requests reach VMRay than its rate limit allows, also from other programs with the same key."
    remedy = "Run fewer actions at the same time, or lower VMRAY_MAX_REQUESTS_IN_FLIGHT."


class ServerError(RequestError):
    """VMRay, or a proxy on the way, returned a server error."""

    retryable = True
    kind = "server"
    cause = "VMRay or a proxy between has an internal problem or is being updated."
    remedy = "Run the action again later; if the error stays, check the state of the VMRay server."


class ResponseTimeoutError(RequestError):
    """There was no complete response in time."""

    retryable = True
    kind = "late"
    cause = "The server is overloaded, or the network loses packets."
    remedy = "Run the action again later, or increase the timeout of the action."


class ConnectionLostError(RequestError):
    """The connection ended before the response was complete."""

    retryable = True
    kind = "broken"
    cause = "The server, a proxy or a firewall closed the connection."
    remedy = "Run the action again; if the error stays, check the proxies and firewalls between."


class InvalidResponseError(RequestError):
    """The response is not a response of VMRay's REST API."""

    retryable = True
    kind = "unreadable"
    cause = "Another server responds at this address, a proxy changes the responses, or a response was incomplete."
    remedy = "Check that Api Root is the address of a VMRay server and that no login page is in between."


class TooLargeError(RequestError):
    """A download is larger than the limit of the caller; the rest was not read.

    Attributes:
        limit: The limit in bytes.
        size: The size in bytes that the server announced; None where it announced none.
    """

    kind = "too_large"
    cause = "The file is larger than the result of an action may be."
    remedy = "Open the file in VMRay."

    def __init__(self, limit: int, size: int | None = None) -> None:
        """Store the limit and the announced size."""
        announced = "" if size is None else f" ({size} bytes)"
        super().__init__(f"the file{announced} is larger than the limit of {limit} bytes")
        self.limit = limit
        self.size = size
