"""Wrong parameters: the message names the parameter, the value and what is allowed; no request is made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from tests.actions.lab import failed, outcome
from tests.support.example import prepare
from tests.support.registry import USUAL, Case

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab

SCORES = "a whole number from 0 to 5"
POSITIVE = "a whole number of at least 1"
TYPES = VERDICTS = "the possible values in the description of the parameter"
BOOLEAN = "true, false"
TAG_RULE = (
    "letters, digits and _ . ! ? ; : + – = / $ @ % ^ & ( ) # ' \\ - "  # noqa: RUF001 - VMRay's own list
    "without spaces, at most 255 characters"
)


class Wrong(NamedTuple):
    """A wrong value of a parameter, whichever action has it: the problem, and what is allowed."""

    parameter: str
    value: str
    problem: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.parameter}={self.value}"


WRONG = [
    Wrong(*each)
    for each in (
        ("Threat Indicator Score Threshold", "6", 'has the value "6", which is out of range', SCORES),
        ("Threat Indicator Score Threshold", "-1", 'has the value "-1", which is out of range', SCORES),
        (
            "Threat Indicator Score Threshold",
            "3.5",
            'has the value "3.5", which is not a whole number',
            SCORES,
        ),
        (
            "Threat Indicator Score Threshold",
            "high",
            'has the value "high", which is not a whole number',
            SCORES,
        ),
        ("Threat Indicator Score Threshold", "", "is empty", SCORES),
        ("IOC Type Filter", "ips, hashes", 'has the value "hashes", which is not known', TYPES),
        ("IOC Type Filter", "", "is empty", TYPES),
        ("IOC Type Filter", " , ", "is empty", TYPES),
        ("IOC Verdict Filter", "bad", 'has the value "bad", which is not known', VERDICTS),
        ("IOC Verdict Filter", "", "is empty", VERDICTS),
        ("Max IOCs To Return", "0", 'has the value "0", which is out of range', POSITIVE),
        ("Max IOCs To Return", "ten", 'has the value "ten", which is not a whole number', POSITIVE),
        (
            "Max IOCs To Return",
            "9" * 30,
            f'has the value "{"9" * 30}", which has more than 18 digits',
            POSITIVE,
        ),
        ("Max Threat Indicators To Return", "-5", 'has the value "-5", which is out of range', POSITIVE),
        (
            "Tag Names",
            "fine, not fine",
            'has the value "not fine", which is not a tag that VMRay accepts',
            TAG_RULE,
        ),
        (
            "Tag Names",
            "fine, ..",
            'has the value "..", which cannot be sent to every VMRay',
            f"{TAG_RULE}; not . or .. alone",
        ),
    )
]


def rejecting(wrong: Wrong) -> list[Case]:
    """The usual example of each action that rejects a value: only a mandatory parameter must not be empty."""
    return [
        case
        for case in USUAL
        for each in case.action.parameters
        if each.name == wrong.parameter and (each.mandatory or wrong.value.strip(" ,"))
    ]


def failure(case: Case, reason: str) -> dict[str, Any]:
    """The output of an action that failed for a reason."""
    return failed(case.example.failure(case.action.name, reason), value=case.example.failed_result)


PAIRS = [(case, wrong) for wrong in WRONG for case in rejecting(wrong)]
BOOLEANS = [(case, each.name) for case in USUAL for each in case.action.parameters if each.type == "boolean"]
MANDATORY = [(case, each.name) for case in USUAL for each in case.action.parameters if each.mandatory]


def test_every_wrong_value_is_tried() -> None:
    """Given the table of wrong values, then each one is a value of a declared parameter."""
    assert {wrong for _, wrong in PAIRS} == set(WRONG)


@pytest.mark.parametrize(("case", "wrong"), PAIRS, ids=str)
def test_a_wrong_value_is_explained(lab: Lab, tmp_path: Path, case: Case, wrong: Wrong) -> None:
    """Given a wrong value, then the action fails with the reason before any request."""
    given = prepare(lab, case.example, tmp_path) | {wrong.parameter: wrong.value}

    run = lab.run(case.action.name, given)

    why = f'parameter "{wrong.parameter}" {wrong.problem}; allowed: {allowed(case, wrong)}.'
    assert outcome(run) == failure(case, why)
    assert lab.seen() == []


def allowed(case: Case, wrong: Wrong) -> str:
    """Return what is allowed: the possible values that the description of the parameter lists, if any."""
    (parameter,) = (each for each in case.action.parameters if each.name == wrong.parameter)
    listed = re.search(r"Possible values: ([^.]+)\.", parameter.description)
    assert bool(listed) == (wrong.allowed in (TYPES, VERDICTS))
    return listed[1] if listed else wrong.allowed


@pytest.mark.parametrize(("case", "name"), BOOLEANS, ids=str)
def test_a_boolean_is_true_or_false(lab: Lab, tmp_path: Path, case: Case, name: str) -> None:
    """Given another word for a boolean parameter, then the action fails before any request."""
    run = lab.run(case.action.name, prepare(lab, case.example, tmp_path) | {name: "perhaps"})

    why = f'parameter "{name}" has the value "perhaps", which is neither true nor false; allowed: {BOOLEAN}.'
    assert outcome(run) == failure(case, why)
    assert lab.seen() == []


@pytest.mark.parametrize(("case", "name"), MANDATORY, ids=str)
def test_a_mandatory_parameter_is_not_empty(lab: Lab, tmp_path: Path, case: Case, name: str) -> None:
    """Given blanks for a mandatory parameter, then the action fails before any request."""
    run = lab.run(case.action.name, prepare(lab, case.example, tmp_path) | {name: "  "})

    assert (run.state.value, run.result_value) == ("failed", case.example.failed_result)
    assert f'parameter "{name}" is empty; allowed: ' in run.message
    assert lab.seen() == []
