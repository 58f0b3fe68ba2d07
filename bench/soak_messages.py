"""All documented texts of an action; the soak test reports any other text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

ENRICHED: Final = "Successfully enriched the following entities using information from VMRay: "
NOT_ENRICHED: Final = "Action wasn't able to enrich the following entities using information from VMRay: "
NONE_ENRICHED: Final = "None of the provided entities were enriched."
SUBMITTED: Final = "Successfully submitted the following files to VMRay: "
WAITING: Final = "Waiting for the results for: "
FAILED: Final = r'Error executing action "(Scan Hash|Scan URL|Upload File And Get Report)"\. Reason: '

_RESPONSES: Final = (
    r"VMRay returned HTTP 5\d\d",
    r"VMRay returned HTTP 429, too many requests",
    r"VMRay did not respond within \d+ seconds",
    r"the connection to VMRay was lost before the response was complete",
    r"VMRay's response was incomplete or not JSON",
    r"the server requested another attempt \(HTTP 4\d\d\)",
    r"VMRay's response does not (contain the requested data|say whether the submission was stored)",
    r"VMRay's list could not be read to the end",
    r"VMRay rejected the request: Internal error, key \*\*\*",
    r"VMRay rejected the request \(HTTP 400\): Out of quota",
    r"the object does not exist in VMRay or is not visible to the API key \(HTTP 404\)",
)
_OUT_OF_TIME: Final = "the time of this run ended before the request could be sent"
_FOREIGN: Final = (
    r"the response was not from VMRay: (?:a web page|another text|JSON of another form) with HTTP \d\d\d"
    rf"(?: \(\d+ attempts\))?(?:; check Api Root [^;\n]+)?(?:; {_OUT_OF_TIME} again)?"
)
_ONE_OF: Final = "|".join(_RESPONSES)
_CAUSE: Final = (
    rf"(?:(?:{_ONE_OF})(?: \(\d+ attempts\))?(?:; {_OUT_OF_TIME} again)?|{_FOREIGN}|{_OUT_OF_TIME})"
)
_REDIRECTED: Final = r"the server returned a redirect \(HTTP 302\), which is not followed"
_FOR_ALL: Final = (
    r"VMRay rejected the API key \(HTTP 401\)(?: \(\d+ attempts\))?; check Api Key",
    (
        r"VMRay denied the request \(HTTP 403\): Emulated status 403"
        r"(?: \(\d+ attempts\))?; check that the API key has the permission to [^;\n]+"
    ),
    rf"{_REDIRECTED}(?: \(\d+ attempts\))?; check Api Root",
)
# An optional part that cannot be read is a note, also if the cause would end the action elsewhere.
_ANY_CAUSE: Final = rf"(?:{_CAUSE}|{'|'.join(_FOR_ALL)})"
_UNFINISHED: Final = r"analysis not finished in time, submission"
_NUMBERS: Final = r"\d+(?:, \d+)*"
_NO_CHILDREN: Final = r"child submissions of \d+ could not be listed"
_NO_ANALYSES: Final = "the analyses could not be listed"
_NO_STATUS: Final = "status could not be read"
_RELATED: Final = "content reached through this URL"
_NOTES: Final = (
    r"not found in VMRay",
    r"unsupported hash type \(expected MD5, SHA-1 or SHA-256\): \d+ [^\n]+",
    rf"(?:{_RELATED}: )?{_UNFINISHED} {_NUMBERS}(?:; (?:{_NO_STATUS}|{_NO_CHILDREN}): {_ANY_CAUSE})?",
    r"submission \d+ no longer exists in VMRay",
    r"not submitted in time",
    rf"the response to the submission was lost and VMRay lists no matching submission yet(?:; {_CAUSE})?",
    r"reused submission \d+ from a previous run",
    r"VMRay had not finished collecting IOCs and threat indicators; some may be missing",
    r"the report is locked \(purchased as a verdict only\)(; IOCs and threat indicators are not available)?",
    rf"{_NO_CHILDREN}: {_ANY_CAUSE}",
    rf"the analyses of submission \d+ could not be listed: {_ANY_CAUSE}",
    rf"analysis finished with errors, submission \d+(?:: {_NO_ANALYSES}: {_ANY_CAUSE})?",
    rf"sample \d+ could not be read: {_CAUSE}(?:; verdict of submission \d+: [a-z]+)?",
    rf"(?:IOCs|threat indicators|the lock of the report) could not be read: {_ANY_CAUSE}",
    r"verdict (?:Malicious|Suspicious|Clean|Unknown)(?: so far)?, submission \d+",
    r"kept in VMRay: submission \d+(?:; verdict: [a-z]+)?",
    r"\d+ of \d+ entities were enriched before this error",
)
_WORSE: Final = rf"{_RELATED} is (?:malicious|suspicious|clean): sample {_NUMBERS}"
_NOTE: Final = re.compile(rf"(?:{_WORSE}|(?:{_CAUSE}|{'|'.join(_NOTES)})(?:; {_WORSE})?)")
_FAILURE: Final = re.compile(rf"{FAILED}(?:{'|'.join(_FOR_ALL)}|{_CAUSE}|no file was accepted by VMRay)")
_LOGGED: Final = re.compile(
    r"Reading configuration from Server"  # the SDK's own
    rf"|the time of this run has ended|[A-Z]\w+: (?:{'|'.join(_FOR_ALL)}|{_CAUSE})"
    rf"|.+: the response to the submission was lost \({_CAUSE}\)"
)


@dataclass(slots=True)
class Message:
    """A parsed message.

    Attributes:
        enriched: Names below the sentence about enriched entities.
        missed: Names below the sentence about entities that were not enriched.
        submitted: Names of files.
        none_enriched: Whether the message states that no entity was enriched.
        failure: The sentence of a failed action, empty otherwise.
        details: The lines after `Details:`.
        unexpected: Unexpected lines.
    """

    enriched: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    submitted: list[str] = field(default_factory=list)
    none_enriched: bool = False
    failure: str = ""
    details: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)


def parse_message(message: str) -> Message:
    """Parse a message of any action."""
    head, _, details = message.partition("\n\nDetails:\n")
    found = Message(details=details.splitlines())
    section = found.unexpected
    for line in head.splitlines():
        starts = {ENRICHED: found.enriched, NOT_ENRICHED: found.missed, SUBMITTED: found.submitted}
        prefix = next((prefix for prefix in starts if line.startswith(prefix)), None)
        if prefix:
            section = starts[prefix]
            section.append(line.removeprefix(prefix))
        elif line == NONE_ENRICHED:
            found.none_enriched = True
        elif _FAILURE.fullmatch(line):
            found.failure = line
        elif not line.startswith(WAITING):
            section.append(line)
    return found


def parse_details(lines: Sequence[str], names: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Sort details by name.

    Returns:
        The details of each name; and the unexpected lines (unknown sentence or unknown name).
    """
    reasons: dict[str, list[str]] = {}
    unexpected: list[str] = []
    known = {*names, "Kept"}
    for line in lines:
        name = next((name for name in known if line.startswith(f"{name}: ")), None)
        why = line.removeprefix(f"{name}: ")
        if name is None or not _NOTE.fullmatch(why):
            unexpected.append(line)
        else:
            reasons.setdefault(name, []).append(why)
    return reasons, unexpected


def is_undocumented_reason(text: str) -> bool:
    """Return whether the `error` of a row is an undocumented sentence."""
    return _NOTE.fullmatch(text) is None


def undocumented_lines(debug_output: str) -> list[str]:
    """Return the undocumented lines of a log."""
    return [line for line in debug_output.splitlines() if line and not _LOGGED.fullmatch(line)]
