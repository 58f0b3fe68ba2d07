"""Values for what a user left out, so that each action can be tried on the embedded emulator.

What a parameter means follows from its name, and the entities from the declaration of the action.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from secops_lab.manifest import ActionSpec
    from secops_lab.runs.lab import Order
    from secops_lab.runs.vmray import VMRay
    from vmray_emulator.control import Control

# The file of the demo: a program that every system with `make` has.
_FILE: Final = Path("/bin/ls")
_URL: Final = "http://phishing.example/login"
# In seconds: a result that an action can look up, and that is too old to be used instead of a new analysis.
_AGE_OF_URL: Final = 30.5 * 86_400
_TAG: Final = "secops-demo"


class Meaning(Enum):
    """What the value of a parameter names; the pattern is for the name of the parameter."""

    SUBMISSION = r"submission ids?"
    SAMPLE = r"samples?|sample ids?"
    ANALYSIS = r"analysis ids?"
    FILE = r"files?|.*\bpaths?"
    URL = r"urls?"
    TAG = r"tag names?|tags to add"


_ENTITIES: Final = {"FILEHASH": Meaning.SAMPLE, "DestinationURL": Meaning.URL}


def meaning_of(name: str) -> Meaning | None:
    """Return what the value of a parameter with this name names; None if no value can be proposed."""
    return next((each for each in Meaning if re.fullmatch(each.value, name, re.IGNORECASE)), None)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to fill in.

    Attributes:
        entities: Types of entities.
        parameters: Names of parameters with their meanings.
    """

    entities: Sequence[str]
    parameters: Mapping[str, Meaning]

    def filled(self, order: Order, vmray: VMRay) -> Order:
        """Return the order with values of the emulator's known sample; the URL has an old result.

        Only the embedded emulator gets a known sample; for any other VMRay, the order is unchanged.
        """
        if vmray.control is None or self == NOTHING:
            return order
        values = _values(vmray.control)
        if "DestinationURL" in self.entities or Meaning.URL in self.parameters.values():
            vmray.control.add_known_url(_URL, _AGE_OF_URL)
        entities = [*order.entities, *((kind, values[_ENTITIES[kind]][-1]) for kind in self.entities)]
        proposed = {name: values[meaning][0] for name, meaning in self.parameters.items()}
        return replace(order, entities=entities, parameters={**order.parameters, **proposed})

    def options(self, order: Order) -> str:
        """Return the options of the command for the values that an order got from this proposal."""
        count = len(order.entities) - len(self.entities)
        entities = [f"--entity {kind}={value}" for kind, value in order.entities[count:]]
        parameters = [f'--param "{name}={order.parameters[name]}"' for name in self.parameters]
        return " ".join([*entities, *parameters])


NOTHING: Final = Proposal((), {})


def propose(action: ActionSpec, order: Order) -> Proposal:
    """Choose what to fill in: mandatory parameters, and something to work on.

    Something to work on is an entity of each type that the action declares; without such a type, the first
    parameter that names objects of VMRay, and the first one that names tags. An action that has something to
    work on already gets only its mandatory parameters.
    """
    meanings = {each.name: meaning for each in action.parameters if (meaning := meaning_of(each.name))}
    if order.files.stored or order.files.attached:  # a file to submit is one of these
        meanings = {name: meaning for name, meaning in meanings.items() if meaning is not Meaning.FILE}
    open_names = [each.name for each in action.parameters if each.mandatory and not each.default]
    mandatory = {name: meanings[name] for name in open_names if name in meanings.keys() - order.parameters}
    if order.entities or mandatory or meanings.keys() & order.parameters.keys():
        return Proposal((), mandatory)
    kinds = [kind for kind in action.entity_types if kind in _ENTITIES]
    return Proposal(kinds, {} if kinds else _first_of_each(meanings))


def _first_of_each(meanings: Mapping[str, Meaning]) -> dict[str, Meaning]:
    subject = next((each for each in meanings.items() if each[1] is not Meaning.TAG), None)
    tag = next((each for each in meanings.items() if each[1] is Meaning.TAG), None)
    return dict([subject, *([tag] if tag else [])]) if subject else {}


def _values(control: Control) -> dict[Meaning, tuple[str, ...]]:
    """Return a value for each meaning; of a sample, its id and its hash."""
    sample = control.add_known_sample()
    number = sample["sample_id"]
    submissions = [each for each in control.submissions() if each["submission_sample_id"] == number]
    analyses = [each for each in control.analyses() if each["analysis_sample_id"] == number]
    return {
        Meaning.SUBMISSION: (str(submissions[-1]["submission_id"]),),
        Meaning.SAMPLE: (str(number), sample["sample_sha256hash"]),
        Meaning.ANALYSIS: (str(analyses[-1]["analysis_id"]),),
        Meaning.FILE: (str(_FILE),),
        Meaning.URL: (_URL,),
        Meaning.TAG: (_TAG,),
    }
