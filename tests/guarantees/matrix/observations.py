"""The requests of each example of each action, observed in a run without a fault."""

from __future__ import annotations

import fcntl
import json
import re
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.guarantees.matrix.endpoints import endpoint_of, identity_of
from tests.guarantees.matrix.world import World, items_of, reported_outcome
from tests.support.registry import situations_of

from vmray_emulator.request_log import RecordedRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.support.example import Example

    from secops_lab.manifest import ActionSpec

    Several: TypeAlias = Callable[[int], Example] | None


@dataclass(frozen=True, slots=True)
class Observation:
    """A run of an example without a fault.

    Attributes:
        example: The example.
        several: The example with any number of items, where this is one of them; else None.
        seen: Its requests.
        stored: How many submissions VMRay stored for each item.
        keys: The items' names by the keys of their submissions.
        is_fine: Whether each item has a result: only then the effect of a fault is visible.
    """

    example: Example
    several: Several
    seen: Sequence[RecordedRequest]
    stored: int
    keys: Mapping[str, str]
    is_fine: bool

    def identities(self) -> Mapping[str, set[object]]:
        """The different requests by endpoint."""
        found: dict[str, set[object]] = defaultdict(set)
        for each in self.seen:
            found[endpoint_of(each)].add(identity_of(each))
        return found

    def facts(self) -> dict[str, Any]:
        """What was observed, as JSON."""
        seen = [each.as_json() for each in self.seen]
        return {"seen": seen, "stored": self.stored, "keys": self.keys, "is_fine": self.is_fine}


def observations_of(action: ActionSpec, folder: Path) -> list[Observation]:
    """Return the observations of all examples of an action; examples with any number of items also with two.

    Args:
        action: The action.
        folder: Shared by all processes of a test run: the first one observes, the others read.
    """
    with (folder / f"{action.stem}.json").open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        if text := file.read():
            known = zip(_examples(action), json.loads(text), strict=True)
            return [_remembered(*example, facts) for example, facts in known]
        found = [_observed(action, *example) for example in _examples(action)]
        json.dump([each.facts() for each in found], file)
        return found


def _examples(action: ActionSpec) -> Iterator[tuple[Example, Several]]:
    for example in situations_of(action):
        yield example, None
        if example.several is not None:
            yield example.several(2), example.several


def _observed(action: ActionSpec, example: Example, several: Several) -> Observation:
    with tempfile.TemporaryDirectory() as folder:
        return observe(action, example, Path(folder), several)


def _remembered(example: Example, several: Several, facts: dict[str, Any]) -> Observation:
    seen = [RecordedRequest(**each) for each in facts.pop("seen")]
    return Observation(example, several, seen, **facts)


def observe(
    action: ActionSpec,
    example: Example,
    folder: Path,
    several: Several = None,
) -> Observation:
    """Run an example without a fault."""
    with World(folder) as world:
        parameters = world.prepare(example)
        items = items_of(example, folder)
        run = world.run(action.name, items, parameters)
        assert run.state.value == "completed", f"{action.name}, {example.situation}: {run.message}"
        submissions = [world.submissions(item) for item in items]
        keys = {
            re.sub(r"\W|google_secops_key", "", each["submission_submission_metadata"]): item.name
            for item, found in zip(items, submissions, strict=True)
            for each in found
        }
        named = {"names_subjects": example.names_subjects}
        fine = all(reported_outcome(run, item, example.result, **named)[0] == "fine" for item in items)
        requests = world.vmray.control.requests()
        return Observation(example, several, requests, max(map(len, submissions)), keys, fine)
