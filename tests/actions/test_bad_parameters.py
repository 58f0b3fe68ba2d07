"""Wrong parameters of scans and upload: the name, the value, what is allowed, and not one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.lab import failed, outcome

if TYPE_CHECKING:
    from tests.actions.lab import Lab

SCORES = "a whole number from 0 to 5"
POSITIVE = "a whole number of at least 1"
TYPES = "domains, emails, files, ips, mutexes, processes, registry, urls"
VERDICTS = "Malicious, Suspicious, Clean, None"
BOOLEAN = "true, false"
TAG_RULE = (
    "letters, digits and _ . ! ? ; : + – = / $ @ % ^ & ( ) # ' \\ - "  # noqa: RUF001 - VMRay's own list
    "without spaces, at most 255 characters"
)
WRONG = [
    ("Threat Indicator Score Threshold", "6", 'has the value "6", which is out of range', SCORES),
    ("Threat Indicator Score Threshold", "-1", 'has the value "-1", which is out of range', SCORES),
    ("Threat Indicator Score Threshold", "3.5", 'has the value "3.5", which is not a whole number', SCORES),
    ("Threat Indicator Score Threshold", "high", 'has the value "high", which is not a whole number', SCORES),
    ("Threat Indicator Score Threshold", "", "is empty", SCORES),
    ("IOC Type Filter", "ips, hashes", 'has the value "hashes", which is not known', TYPES),
    ("IOC Type Filter", "", "is empty", TYPES),
    ("IOC Type Filter", " , ", "is empty", TYPES),
    ("IOC Verdict Filter", "bad", 'has the value "bad", which is not known', VERDICTS),
    ("IOC Verdict Filter", "", "is empty", VERDICTS),
    ("Max IOCs To Return", "0", 'has the value "0", which is out of range', POSITIVE),
    ("Max IOCs To Return", "ten", 'has the value "ten", which is not a whole number', POSITIVE),
    ("Max IOCs To Return", "9" * 30, f'has the value "{"9" * 30}", which has more than 18 digits', POSITIVE),
    ("Max Threat Indicators To Return", "-5", 'has the value "-5", which is out of range', POSITIVE),
    ("Create Insight", "maybe", 'has the value "maybe", which is neither true nor false', BOOLEAN),
    ("Only Suspicious Insight", "2", 'has the value "2", which is neither true nor false', BOOLEAN),
]


@pytest.mark.parametrize("action", ["Scan Hash", "Scan URL"])
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong[0]}={wrong[1]}")
def test_a_wrong_value_is_explained(lab: Lab, action: str, wrong: tuple[str, str, str, str]) -> None:
    """Before any request is made."""
    name, value, problem, allowed = wrong
    lab.open_case(("FILEHASH", "c7" * 32), ("DestinationURL", "http://evil.example/"))

    run = lab.run(action, {name: value})

    why = f'parameter "{name}" {problem}; allowed: {allowed}.'
    assert outcome(run) == failed(f'Error executing action "{action}". Reason: {why}')
    assert lab.seen() == []


@pytest.mark.parametrize("action", ["Scan URL", "Upload File And Get Report"])
@pytest.mark.parametrize(
    ("tag", "problem", "allowed"),
    [
        ("not fine", "is not a tag that VMRay accepts", TAG_RULE),
        ("..", "cannot be sent to every VMRay", f"{TAG_RULE}; not . or .. alone"),
    ],
)
def test_a_tag_that_vmray_would_refuse(lab: Lab, action: str, tag: str, problem: str, allowed: str) -> None:
    """Nothing is submitted with half of its tags."""
    lab.urls("http://evil.example/")
    file = {"Sample File Path": "/bin/ls"} if action.startswith("Upload") else {}

    run = lab.run(action, {"Tag Names": f"fine, {tag}", **file})

    why = f'parameter "Tag Names" has the value "{tag}", which {problem}; allowed: {allowed}.'
    assert outcome(run) == failed(f'Error executing action "{action}". Reason: {why}')
    assert lab.seen() == []
