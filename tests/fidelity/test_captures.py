"""The emulator's responses have the same structure as real ones, and real ones match its OpenAPI document."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from tests.fidelity.captures import KNOWN, OMITTED, VARIABLE, emulated, located, nearest, sets
from tools.record.shapes import differences, shape_of

from vm_ray.core.api.vmray_protocol import decipher
from vmray_emulator.openapi import openapi
from vmray_emulator.versions import known_version

if TYPE_CHECKING:
    from pathlib import Path

    from tools.record.folders import Capture, CaptureSet

every_set = pytest.mark.parametrize("captured", sets())


@cache
def emulated_responses(version: str | None) -> dict[str, list[dict[str, Any]]]:
    """Request the responses of one emulator version, once."""
    return emulated(version)


@every_set
def test_captures_have_a_known_kind(captured: CaptureSet) -> None:
    """Each captured body has a known kind, and the folder contains the version of the server."""
    assert captured.version
    assert [one.name for one in captured.captures if one.kind == "other"] == []


@every_set
def test_the_emulator_has_the_structure_of_the_real_server(captured: CaptureSet) -> None:
    """Given captures, fields and types are equal in both directions, as far as both sides have values."""
    responses = emulated_responses(captured.version)
    kinds = {one.kind for one in captured.captures}
    found = {
        kind: differences(shape_of(captured.objects(kind)), shape_of(responses[kind]), KNOWN.get(kind))
        for kind in sorted(kinds & responses.keys())
    }
    assert {kind: lines for kind, lines in found.items() if lines} == {}
    assert kinds <= responses.keys()


@every_set
def test_the_emulator_has_every_captured_field(captured: CaptureSet) -> None:
    """Each object of the emulator has each top-level field of the real objects of its kind."""
    responses = emulated_responses(captured.version)
    for kind in ("sample", "submission", "analysis", "system_info"):
        for real in captured.objects(kind):
            for own in responses[kind]:
                assert real.keys() - own.keys() == set(), kind


@every_set
def test_real_responses_are_valid_in_the_openapi_document(captured: CaptureSet) -> None:
    """Each captured response is valid in the OpenAPI document that the emulator serves for its version."""
    schemas = openapi(known_version(nearest(captured.version)))["components"]
    found = []
    for capture in captured.captures:
        response = {"data": capture.body["data"], "result": "ok"}
        schema = {"$ref": f"#/components/schemas/{_response_name(capture)}", "components": schemas}
        errors = [error.message for error in jsonschema_rs.Draft202012Validator(schema).iter_errors(response)]
        found += [f"{capture.name}: {error}" for error in errors if not _is_known(error)]
    assert found == []


def _is_known(error: str) -> bool:
    return any(f'"{field}" is a required' in error for field in OMITTED)


def _response_name(capture: Capture) -> str:
    """Return the name of a response of that kind in the OpenAPI document."""
    aggregates = {"vtis": "indicators", "mitre_attack": "techniques"}
    name = aggregates.get(capture.kind, capture.kind)
    if name in ("sample", "submission", "analysis", "job", "reputation_lookup"):
        name += "_list" if isinstance(capture.body["data"], list) else "_item"
    return f"{name}_response"


@every_set
def test_the_client_reads_real_bodies(captured: CaptureSet) -> None:
    """Given a real body, the client returns its data unchanged."""
    for capture in captured.captures:
        assert deciphered(capture) == capture.body["data"]


def deciphered(capture: Capture) -> object:
    """Read a body as the client does.

    One capture was saved without the envelope's `result`, probably by hand (inferred). The client rejects a
    response without this mark, so the mark is added.
    """
    body = json.dumps({"result": "ok", **capture.body}).encode()
    return decipher(200, {"Content-Type": "application/json"}, body).data


def test_each_folder_is_one_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each folder with JSON files below the configured folder is one server."""
    for version in ("4.2.0", "2026.2.1"):
        (tmp_path / version).mkdir()
        body = {"result": "ok", "data": {"version": version, "version_major": 1}}
        (tmp_path / version / "any-name.json").write_text(json.dumps(body))
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert {one.folder.name: one.version for one in located()} == {
        "4.2.0": "4.2.0", "2026.2.1": "2026.2.1",
    }  # fmt: skip  # a row of the table is a line
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nothing"))
    assert located() == []
    (skipped,) = sets()
    assert VARIABLE in skipped.marks[0].kwargs["reason"]


def test_captures_are_compared_with_the_nearest_version() -> None:
    """Responses of a server are compared with the newest emulated version that is not newer."""
    assert nearest("4.2.0") == "4.2.0"
    assert nearest("4.1.1") == "4.2.0"
    assert nearest("2023.4.1") == "2023.4.0"
    assert nearest("2027.1.0") == nearest(None) == "2026.2.1"


def test_differences_are_found() -> None:
    """A missing field, an unexpected field and another type are reported with their path; null fits all."""
    real = shape_of([{"id": 1, "name": None, "hashes": [{"md5": "0"}], "score": 1}])
    own = shape_of([{"id": "1", "name": "x", "hashes": [{"sha1": "0"}], "score": None, "more": True}])
    assert differences(real, own) == [
        "hashes[].md5: the real one has it (string), the emulator has not",
        "hashes[].sha1: the emulator has it (string), the real one has not",
        "id: really integer, emulated string",
        "more: the emulator has it (boolean), the real one has not",
    ]
    assert differences(real, real) == []
    assert differences(shape_of([{"l": []}]), shape_of([{"l": [{"a": 1}]}])) == []
