"""The outcome of an action: its rounds and the result for the analyst."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .child import Ending, Finished

if TYPE_CHECKING:
    from secops_lab.manifest import ActionSpec

Json = dict[str, Any]
JsonValue: TypeAlias = Any

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "Message": (str, type(None)),
    "ResultObjectJson": (str, type(None)),
    "ResultValue": (object,),
    "DebugOutput": (str,),
    "ExecutionState": (int,),
}


class RunState(Enum):
    """The state of a run. Only rounds can be `IN_PROGRESS`."""

    COMPLETED = "completed"
    IN_PROGRESS = "in progress"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    CRASHED = "crashed"
    CANCELLED = "cancelled"


# The values of EXECUTION_STATE_* in the SDK.
_STATES: Final = (RunState.COMPLETED, RunState.IN_PROGRESS, RunState.FAILED, RunState.TIMED_OUT)


@dataclass(frozen=True, slots=True)
class Round:
    """One process of a run.

    Attributes:
        state: The state of the round.
        exit_code: Its exit code; negative for the signal that killed it.
        stdout: Its whole standard output.
        stderr: Its whole standard error: the log and the traceback of a crash.
        output: The JSON object it printed, or None.
        duration: Seconds.
        problem: The reason if the process crashed, timed out or was cancelled; otherwise empty.
    """

    state: RunState
    exit_code: int
    stdout: str
    stderr: str
    output: Json | None
    duration: float
    problem: str = ""

    @property
    def message(self) -> str:
        """The message of the script, or the problem of its process."""
        return self.problem if self.output is None else str(self.output["Message"] or "")


def parse_outcome(finished: Finished) -> Round:
    """Read the outcome of a finished process.

    A run counts only when the process exits with 0 and prints exactly one JSON object of the five known keys;
    anything else is a crash, as it is on the platform.
    """
    output, problem = None, ""
    match finished.ending:
        case Ending.TIMED_OUT:
            state, problem = RunState.TIMED_OUT, f"the script was ended after {finished.duration:.1f} s"
        case Ending.CANCELLED:
            state, problem = RunState.CANCELLED, "the run was cancelled"
        case Ending.EXITED:
            output, problem = _read(finished)
            state = RunState.CRASHED if output is None else _STATES[output["ExecutionState"]]
    return Round(
        state, finished.exit_code, finished.stdout, finished.stderr, output, finished.duration, problem
    )


def _read(finished: Finished) -> tuple[Json | None, str]:
    """Read the output; return the object and an empty text, or None and the problem."""
    if finished.exit_code != 0:
        last = finished.stderr.strip().rpartition("\n")[2]
        return None, f"the script ended with exit code {finished.exit_code}: {last}"
    try:
        output = json.loads(finished.stdout)
    except ValueError as error:
        return None, f"the script's output is not one JSON object: {error}"
    problem = _complaint(output)
    return (None, problem) if problem else (output, "")


def _complaint(output: JsonValue) -> str:
    """Return the problem of an output object, or an empty text."""
    if not isinstance(output, dict) or output.keys() != _TYPES.keys():
        return "the script's output does not have the five keys of a result"
    for key, types in _TYPES.items():
        if not isinstance(output[key], types):
            return f"{key} of the script's output is {output[key]!r}"
    if output["ExecutionState"] not in range(len(_STATES)):
        return f"the script ended with the unknown state {output['ExecutionState']}"
    if output["ResultObjectJson"] and not _is_object(output["ResultObjectJson"]):
        return "ResultObjectJson of the script's output is not the text of a JSON object"
    return ""


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class ActionRun:
    """A run with all its processes.

    Attributes:
        action: The action's name.
        result_name: The name of the script result in the action's definition.
        state: The final state.
        message: The message for the analyst.
        rounds: The processes, in order: one for a synchronous action.
        results: The result object of the last round: one entry per title, plus `JsonResult`; empty without a
            result.
        insights: The insights that the case got during the run, as the platform received them: `title`,
            `content` (HTML), `entity_identifier`.
    """

    action: str
    result_name: str
    state: RunState
    message: str
    rounds: list[Round]
    results: Json = field(default_factory=dict)
    insights: list[Json] = field(default_factory=list)

    @property
    def result_value(self) -> JsonValue:
        """The script result of the last round, unchanged (a bool, a word or another text), or None.

        A round in progress has no script result: its value is the state for the next round.
        """
        last = self.rounds[-1] if self.rounds else None
        if last is None or last.output is None or last.state is RunState.IN_PROGRESS:
            return None
        return last.output["ResultValue"]

    @property
    def is_success(self) -> bool:
        """Whether the script result is true, as a bool or as a text."""
        return str(self.result_value).lower() == "true"

    @property
    def is_in_vain(self) -> bool:
        """Whether the action completed, and its script result is false, as a bool or as a text."""
        return self.state is RunState.COMPLETED and str(self.result_value).lower() == "false"

    @property
    def case_insights(self) -> list[Json]:
        """The insights that concern the case, not one of its entities."""
        return [insight for insight in self.insights if not insight.get("entity_identifier")]

    @property
    def debug_output(self) -> str:
        """The log and the printed text of the last round."""
        output = self.rounds[-1].output if self.rounds else None
        return "" if output is None else str(output["DebugOutput"])

    @property
    def json_result(self) -> JsonValue:
        """The parsed JSON result, or None."""
        entry = self.results.get("JsonResult")
        return json.loads(entry["RawJson"]) if entry and entry["RawJson"] else None

    @property
    def tables(self) -> dict[str, list[str]]:
        """The tables by title: CSV lines, the header first."""
        return {entry["Title"]: entry["CSVLines"] for entry in self.results.values() if entry["CSVLines"]}

    @property
    def links(self) -> dict[str, list[str]]:
        """The links by title."""
        return {entry["Title"]: entry["Links"] for entry in self.results.values() if entry.get("Links")}

    @property
    def attachments(self) -> dict[str, str]:
        """The attached files: name to base64 text."""
        return {
            name: content for entry in self.results.values() for name, content in entry["Attachments"].items()
        }


def conclude(action: ActionSpec, rounds: list[Round], state: RunState, message: str) -> ActionRun:
    """Create a run from its rounds; the results come from the last round."""
    output = rounds[-1].output if rounds else None
    text = None if output is None else output["ResultObjectJson"]
    results = json.loads(text) if text else {}
    return ActionRun(action.name, action.result_name, state, message, rounds, results)
