"""An example: one situation in which an action is run, declared in the action's own test file.

All suites that prove something for every action take their runs from here (see `tests.support.registry`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from vmray_emulator import KNOWN_SHA256

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

JsonValue: TypeAlias = Any
Setup: TypeAlias = "Callable[[EmbeddedEmulator], object]"

FOLDER: Final = "{folder}"


def nothing(_vmray: EmbeddedEmulator) -> None:
    """Leave VMRay empty."""


@dataclass(frozen=True, slots=True)
class Example:
    """One situation of an action.

    Attributes:
        situation: What is special about it, in a few words; the usual case comes first in `EXAMPLES`.
        setup: Brings an empty VMRay into the state that the run needs. The ids of an empty emulator are
            always the same (samples from 5001, submissions from 6001), so parameters may name them.
        entities: Type and identifier of each entity of the case.
        parameters: Parameters that are not left at their defaults; `{folder}` stands for the files' folder.
        files: Name and content of each file that exists when the action starts.
        ids: The ids of VMRay that a parameter names, if each of them is an item of the result.
        settings: Settings of the emulator that differ from its defaults.
        result: The script result that the run ends with.
        several: The same situation with so many items (entities, files or ids), for suites that give each
            item a fault of its own; None where the action has a single subject.
        most: The largest number of items that the parameters accept.
        failure_sentence: What the action says before the reason of a failure; empty for the sentence
            `Error executing action "NAME". Reason: `, which is the rule.
        names_subjects: Whether the sentences name the subjects, and not what became of them.
        shows_texts: Whether the JSON result contains texts that VMRay returned.
        failed_json: The JSON result that a failed run leaves, None for none. Of an action with an outcome
            word the rows of its items, each without what follows from the cause.
    """

    situation: str = "usual"
    setup: Setup = nothing
    entities: tuple[tuple[str, str], ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    result: bool | str = True
    several: Callable[[int], Example] | None = None
    most: int = 100
    failure_sentence: str = ""
    names_subjects: bool = True
    shows_texts: bool = True
    failed_json: JsonValue = None

    @property
    def has_outcome_word(self) -> bool:
        """Whether the action ends with an outcome word, and its JSON result has a row for each item."""
        return isinstance(self.result, str)

    @property
    def failed_result(self) -> bool | str:
        """The script result of a failed run: an action that ends with outcome words has a word for it."""
        return "failed" if self.has_outcome_word else False

    def failure(self, action: str, reason: str) -> str:
        """The message of a run of this example that failed for a reason."""
        return (self.failure_sentence or f'Error executing action "{action}". Reason: ') + reason

    def given(self, folder: Path) -> dict[str, str]:
        """Write the files, and return the parameters with the folder in its place."""
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        return {name: value.replace(FOLDER, str(folder)) for name, value in self.parameters.items()}


def subject_rows(json_result: JsonValue) -> list[dict[str, Any]]:
    """The rows of the subjects in the result of an action with outcome words.

    Where rows are collected over all subjects, such as IOCs, the subjects have rows in a member of their own.
    """
    rows: list[dict[str, Any]] = json_result["samples" if "samples" in json_result else "items"]
    return rows


def known_sample(several: Callable[[int], Example], **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """The hash of the emulator's known sample, for an action about the IOCs of samples."""
    row = {"subject": KNOWN_SHA256.upper(), "sample_id": None, "entity": KNOWN_SHA256.upper()}
    return Example(
        setup=lambda vmray: vmray.control.load_scenario("known-sample"),
        entities=(("FILEHASH", KNOWN_SHA256),),
        result="done",
        several=several,
        failed_json=[{**row, "verdict": None, "child_sample_ids": []}],
        **other,
    )


def known_hashes(
    number: int,
    *,
    result: bool | str = "done",
    parameters: Mapping[str, str] | None = None,
    **sample: Any,  # noqa: ANN401 - what a known sample can have
) -> Example:
    """So many hashes of the case, each with a sample of its own.

    Args:
        number: How many.
        result: The script result.
        parameters: Parameters that are not left at their defaults.
        sample: What VMRay knows of each sample.
    """
    hashes = [f"{each:064x}" for each in range(1, number + 1)]

    def setup(vmray: EmbeddedEmulator) -> None:
        for each in hashes:
            vmray.control.add_sample(sha256=each, **sample)

    entities = tuple(("FILEHASH", each) for each in hashes)
    return Example(setup=setup, entities=entities, parameters=parameters or {}, result=result)


def known_analyses(
    several: Callable[[int], Example],
    number: int,
    *,
    parameters: Mapping[str, str] | None = None,
    **sample: Any,  # noqa: ANN401 - what a known sample can have
) -> Example:
    """So many analyses that a parameter names, each of a sample of its own.

    Args:
        several: Returns the example with another number of analyses.
        number: How many.
        parameters: Parameters that are not left at their defaults.
        sample: What VMRay knows of each sample.
    """
    ids = tuple(str(9001 + each) for each in range(number))

    def setup(vmray: EmbeddedEmulator) -> None:
        for each in ids:
            vmray.control.add_sample(sha256=f"{int(each):064x}", **sample)

    given = {"Analysis IDs": ",".join(ids), **(parameters or {})}
    return Example("an analysis", setup, parameters=given, ids=ids, result="done", several=several)


def prepare(lab: Lab, example: Example, folder: Path, *others: tuple[str, str]) -> dict[str, str]:
    """Bring VMRay and a fresh case into the state of an example, and return the parameters of its run.

    Args:
        lab: Its VMRay is emptied first.
        example: The situation.
        folder: A folder for the files.
        others: Further entities of the case.
    """
    lab.vmray.control.reset()
    lab.vmray.control.set_lifecycle("immediate")
    if example.settings:
        lab.vmray.control.configure(**example.settings)
    example.setup(lab.vmray)
    lab.open_case(*example.entities, *others)
    return example.given(folder)


def run_example(lab: Lab, action: str, example: Example, folder: Path, **options: Any) -> ActionRun:  # noqa: ANN401 - options of the host
    """Run an example in a fresh case; the options are the host's, such as `script_timeout`."""
    return lab.run(action, prepare(lab, example, folder), **options)
