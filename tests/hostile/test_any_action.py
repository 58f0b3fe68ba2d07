"""Hostile texts in all inputs of an action: responses, errors, parameters, entities."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pytest
from tests.guarantees.byte_server import ByteServer, reply
from tests.hostile.corpus import EVERYTHING, TEXTS
from tests.hostile.sinks import assert_case, assert_lines, assert_run, strings_in
from tests.support.declared import errors_of_parameters
from tests.support.example import prepare, run_example
from tests.support.registry import ACTIONS, USUAL, Case, every_action, every_example

from vm_ray.core.api.vmray_protocol import decipher
from vm_ray.core.api.vmray_request_errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun

SHORT: Final = {name: text for name, text in TEXTS.items() if len(text) < 5_000}
# Verdicts, states, hashes, ids, times and our own key: values that programs use.
FOR_PROGRAMS: Final = re.compile(r"[a-z0-9_]*|[0-9T:.+-]*|\\{\"google_secops_key.*")
FAULTS: Final[Mapping[str, Any]] = {
    "error-on-200": {"kind": "result_error", "error_msg": EVERYTHING},
    "error-on-400": {"kind": "status", "status": 400, "body": {"result": "error", "error_msg": EVERYTHING}},
    "errors-on-400": {
        "kind": "status",
        "status": 400,
        "body": {"data": {"errors": [{"error_msg": EVERYTHING}]}},
    },
    "forbidden": {"kind": "status", "status": 403, "body": {"result": "error", "error_msg": EVERYTHING}},
    "page": {"kind": "html", "body": f"<html>{TEXTS['close-script']}</html>"},
    "redirect": {"kind": "redirect", "location": "javascript:alert(1)"},
}
Messages: TypeAlias = "Mapping[str, Mapping[str, str | None]]"


class HostileTexts:
    """Replaces the texts in JSON values with the texts of the corpus, except values for programs."""

    def __init__(self) -> None:
        self._texts = itertools.cycle(SHORT.values())
        self.sent: set[str] = set()

    def replace_in(self, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value with its texts replaced."""
        if isinstance(value, dict):
            return {name: self.replace_in(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.replace_in(each) for each in value]
        if isinstance(value, str) and not FOR_PROGRAMS.fullmatch(value):
            self.sent.add(text := next(self._texts))
            return text
        return value

    def respond(self, _line: str, real: bytes) -> list[bytes] | None:
        """Replace the texts in a response."""
        head, _, body = real.partition(b"\r\n\r\n")
        try:
            value = json.loads(body)
        except ValueError:
            return None
        status = head.partition(b"\r\n")[0].decode().partition(" ")[2]
        return [reply(json.dumps(self.replace_in(value)).encode(), status)]


def assert_safe(lab: Lab, run: ActionRun) -> None:
    """Assert that all sinks are safe, and that the run has no unexpected error."""
    assert_run(run)
    assert_case(lab.case)
    assert run.state.value in ("completed", "failed")
    assert "internal error" not in run.message
    assert not set(run.message.split("\n")) & {"first", "other: found"}, "a line from a hostile text"


def test_values_for_programs_are_not_replaced() -> None:
    """Given a response, then texts of people are replaced; verdicts, hashes and times are not."""
    unchanged = {"sample_id": 5, "verdict": "not_available", "hash": "ab" * 32, "at": "2026-01-15T09:30:00"}
    changed = HostileTexts().replace_in({**unchanged, "names": ["invoice.exe", "Windows Exe (x86-32)"]})

    assert changed == {**unchanged, "names": list(SHORT.values())[:2]}


@every_example
def test_hostile_responses(lab: Lab, case: Case, tmp_path: Path) -> None:
    """Given hostile texts in all responses, then all sinks are safe."""
    parameters = prepare(lab, case.example, tmp_path)
    texts = HostileTexts()
    with ByteServer(lab.vmray.url, texts.respond) as proxy:
        lab.configure(Api_Root=proxy.url)
        run = lab.run(case.action.name, parameters)
    lab.configure()

    assert_safe(lab, run)
    expected = run.json_result and case.example.shows_texts
    assert texts.sent or case not in USUAL or not expected
    if expected and texts.sent:
        assert set(strings_in(run.json_result)) & texts.sent, "the texts arrived"


@every_action
def test_hostile_errors(lab: Lab, case: Case, tmp_path: Path) -> None:
    """Given an error with all texts at each request of the action, then the error is one line."""
    run_example(lab, case.action.name, case.example, tmp_path)
    requests = dict.fromkeys((each.method, each.path) for each in lab.vmray.control.requests())
    assert requests
    offset = USUAL.index(case)
    for number, (method, path) in enumerate(requests):
        fault = list(FAULTS.values())[(number + offset) % len(FAULTS)]
        parameters = prepare(lab, case.example, tmp_path)
        lab.vmray.control.inject({"method": method, "path": path}, fault)
        run = lab.run(case.action.name, parameters)
        lab.vmray.control.clear_faults()
        assert_safe(lab, run)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 407, 409, 413, 429, 500, 503])
def test_each_text_as_the_reason_of_an_error_response(status: int) -> None:
    """Given each text as the reason in an error response, then the error is one line."""
    for name, text in TEXTS.items():
        for body in (
            {"result": "error", "error_msg": text},
            {"result": "error", "data": {"errors": [{"error_msg": text}]}},
        ):
            with pytest.raises(RequestError) as raised:
                decipher(status, {}, json.dumps(body).encode())
            assert_lines(str(raised.value), name)
            assert "\n" not in str(raised.value)


@pytest.fixture(scope="session")
def messages() -> dict[str, dict[str, str | None]]:
    """Return, for each parameter of each action, the message about each text; None if it is a valid value."""
    found = errors_of_parameters([action.stem for action in ACTIONS], list(TEXTS.values()))
    return {parameter: dict(zip(TEXTS, each, strict=True)) for parameter, each in found.items()}


def test_each_text_as_a_wrong_value_of_each_parameter(messages: Messages) -> None:
    """Given each text for each parameter, then the message about a wrong value is one visible line."""
    assert len(messages) == sum(len(action.parameters) for action in ACTIONS)
    found = [(parameter, text) for parameter, each in messages.items() for text in each.values() if text]
    assert len(found) > 10 * len(TEXTS)
    for parameter, message in found:
        assert "\n" not in message
        assert_lines(message, parameter)


@every_action
def test_hostile_parameters(lab: Lab, case: Case, messages: Messages, tmp_path: Path) -> None:
    """Given hostile texts in each parameter that accepts one, and in another, all sinks are safe."""
    offset = USUAL.index(case)
    valid: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for number, each in enumerate(case.action.parameters, 7 * offset):
        name = list(SHORT)[number % len(SHORT)]
        is_valid = messages[f"{case.action.stem}: {each.name}"][name] is None
        (valid if is_valid else wrong)[each.name] = SHORT[name]
    assert valid or wrong or not case.action.parameters
    refused = dict([list(wrong.items())[offset % len(wrong)]]) if wrong else {}
    for texts in filter(None, (valid, refused)):
        run = lab.run(case.action.name, prepare(lab, case.example, tmp_path) | texts)
        assert_safe(lab, run)
        assert run.state.value == "failed" or texts is not refused


@every_action
def test_hostile_entities(lab: Lab, case: Case, tmp_path: Path) -> None:
    """Given a hostile text as each entity of the action's types, then all sinks are safe."""
    parameters = prepare(lab, case.example, tmp_path)
    types = {kind for kind, _ in case.example.entities} or {"FILEHASH"}
    lab.open_case(*((kind, text) for kind in types for text in SHORT.values()))

    run = lab.run(case.action.name, parameters)

    assert_safe(lab, run)
