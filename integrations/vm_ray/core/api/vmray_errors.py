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
    ├── NoSearchError                  this VMRay has no search for URLs                                         (fatal)
    ├── SubmitRejectedError            VMRay rejected a submission and gave the reason
    ├── SubmitUnresolvedError          the response to a submission was lost, and the result is not known yet
    ├── ResultUncertainError           the response to a request that uses quota was lost, and reading did not help
    ├── AnalysisFailedError            all analyses of a submission failed
    ├── PlatformError                  Google SecOps did not return a file
    │   ├── PlatformFileMissingError   Google SecOps has no file with this name
    │   └── PlatformCaseError          Google SecOps did not return the alert or the case of the action
    └── RequestError                   a request did not return a usable response
        ├── ConfigurationError         a setting is wrong, so that no request can be sent                        (fatal)
        ├── ConnectError               no connection: name, port, proxy, or no server listens                    (fatal)
        │   └── ProxyLoginError        407: the proxy rejected the login                                         (fatal)
        ├── CertificateError           the TLS certificate was not accepted                                      (fatal)
        ├── RedirectError              the server returned a redirect, which is not followed                     (fatal)
        ├── AuthenticationError        401: VMRay rejected the API key                                           (fatal)
        ├── PermissionDeniedError      403: the API key does not have the permission                             (fatal)
        ├── NotFoundError              404: the object does not exist or is not visible to this API key
        ├── NotOfferedError              404 for an object that exists: an old server, or another kind of key
        ├── RequestRejectedError       another 4xx, or ``"result": "error"`` with status 200
        │   └── RequestTooLargeError   413: the request is too large for VMRay, or for a server before it
        ├── ForeignResponseError       a web server, proxy or gateway responded instead of VMRay
        ├── RetryRequestedError        408, 421 or 425 for all attempts: the same request may succeed later
        ├── RateLimitedError           429 for all attempts
        ├── ServerError                5xx for all attempts
        ├── ResponseTimeoutError       no complete response in time
        ├── ConnectionLostError        the connection ended before the response was complete
        ├── InvalidResponseError       a response of VMRay that cannot be used: incomplete JSON, another shape
        └── TooLargeError              a response is larger than the limit

"Fatal" means that every other entity or file of the run has the same problem. The action ends at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from ...core.api.vmray_request_errors import RequestError

# The values of ``VMRayError.kind``, and four more that results use without an error class: a report that is locked, a
# quota that is used up, a platform that did not accept something, a bug in the integration.
KINDS: Final = frozenset(
    {
        *("parameter", "file", "state", "unsupported", "not_found", "refused", "uncertain", "analysis"),
        *("setting", "unreachable", "certificate", "redirect", "key", "permission", "throttled", "server", "late"),
        *("broken", "foreign", "unreadable", "too_large", "locked", "quota", "platform", "internal"),
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

    def __init__(self, last: RequestError | None = None, pause: float = 0.0) -> None:
        """Store the last error of the same request, with which the sentence begins, and the pause that was too long.

        Args:
            last: The last error of the same request; None if the request was not sent yet.
            pause: The seconds that the server requested to wait, if they are more than the run has left.
        """
        self.last = last
        self.pause = pause
        late = f"the time of this run ended before the request could be sent{' again' if last else ''}"
        if pause:
            late = f"the server requests a pause of {round(pause)} seconds, which is longer than the rest of this run"
        super().__init__(f"{last}; {late}" if last else late)


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


class NoSearchError(VMRayError):
    """This VMRay has no search for URLs, or does not accept the query."""

    is_fatal = True
    kind = "unsupported"
    cause = "The version of VMRay is older than 2026.2, for which the search is documented."
    remedy = "Ask the administrator of VMRay for an update, or submit the URL: Submit URL works without the search."

    def __init__(self) -> None:
        """Use the specified sentence."""
        super().__init__("this VMRay has no search for URLs (documented for 2026.2)")


class SubmitRejectedError(VMRayError):
    """VMRay rejected the submission and stored nothing; VMRay's reason is the sentence."""

    kind = "refused"
    cause = "VMRay does not accept the sample, for example because of its type, its size or the quota."
    remedy = "Read VMRay's reason in the message; check the type of the file and the quota of the API key."


class SubmitUnresolvedError(VMRayError):
    """A submission was sent and its response was lost; whether VMRay stored the submission is not known yet.

    Attributes:
        fatal: The fatal error that ended the look-up of the submission; None for another reason.
    """

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
        self.fatal: VMRayError | None = None

    def __str__(self) -> str:
        return f"the response to the submission was lost ({self.error})"


class ResultUncertainError(VMRayError):
    """The response to a request that uses quota was lost, and what VMRay shows does not tell whether it was executed.

    Attributes:
        fatal: The fatal error that ended the look-ups; None for another reason.
    """

    kind = "uncertain"
    cause = "The connection failed or timed out while VMRay processed a request that uses quota."
    remedy = (
        "Run the action again later: it reads first, and sends the request only if VMRay shows no effect of it that "
        "the parameters accept."
    )

    def __init__(self, doubt: str, error: VMRayError | None = None) -> None:
        """Store what is not certain, in words after "not certain whether", and the error of the request."""
        super().__init__(f"not certain whether {doubt}{f' ({error})' if error else ''}")
        self.fatal: VMRayError | None = None


class AnalysisFailedError(VMRayError):
    """All analyses of a submission failed."""

    kind = "analysis"
    cause = "VMRay could not run the sample in any of its analysis environments."
    remedy = "Open the submission in VMRay, read the result of each analysis, and submit the sample again."


class PlatformError(VMRayError):
    """Google SecOps did not return a file of the case wall or of the file storage."""

    kind = "platform"
    cause = "Google SecOps rejected the request for the file, or its response was not complete."
    remedy = "Check that the file can be opened in Google SecOps, and run the action again; nothing was submitted."


class PlatformFileMissingError(PlatformError):
    """Google SecOps has no file with this name."""

    kind = "not_found"
    cause = "The name is spelled differently, or an earlier step of the playbook did not store the file."
    remedy = "Check the name with its extension, or the identifier that the earlier step used; nothing was submitted."


class PlatformCaseError(PlatformError):
    """Google SecOps did not return the alert or the case in which the action runs."""

    cause = "The action runs without an alert, or Google SecOps rejected the request for the case."
    remedy = "Run the action as a step of a playbook that is attached to an alert; no entity was added."
