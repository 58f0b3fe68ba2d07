"""Schemathesis sends valid and invalid requests to each operation of the OpenAPI document.

Schemathesis runs as a process: its plug-in for pytest makes all requests while the tests are collected, in
each process of the test run. `make test` sends the examples and random requests to the newest version. `make
test-full` also sends a request for each bound of each parameter (the phase `coverage`), to all versions.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from vmray_emulator import SERVER_VERSIONS, EmbeddedEmulator
from vmray_emulator.openapi import openapi
from vmray_emulator.versions import known_version

NEWEST: Final = SERVER_VERSIONS[-1]
CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
OPTIONS: Final = (
    *("--max-examples", "8", "--continue-on-failure"),
    *("--checks", ",".join(CHECKS), "--suppress-health-check", "all", "--warnings", "off", "--no-color"),
    *("--generation-deterministic", "--seed", "1"),
)
RANDOM: Final = ("--phases", "examples,fuzzing")
EVERY_BOUND: Final = ("--phases", "examples,coverage,fuzzing")
SCHEMATHESIS: Final = Path(sys.executable).with_name("schemathesis")


def send_requests(
    emulator: EmbeddedEmulator, version: str, folder: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    """Let Schemathesis send its requests, and return the finished process."""
    description = folder / "openapi.json"
    description.write_text(json.dumps(openapi(known_version(version))), encoding="utf-8")
    key = f"Authorization: api_key {emulator.api_key}"
    command = [
        str(SCHEMATHESIS),
        "run",
        str(description),
        "--url",
        emulator.url,
        "--header",
        key,
        *OPTIONS,
        *options,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def number_after(word: str, report: str) -> int:
    """Return a number of Schemathesis's report."""
    (found,) = re.findall(rf"\b{word}: (\d+)|(\d+) {word}\b", report)
    return int("".join(found))


@pytest.mark.parametrize(
    ("version", "phases"),
    [
        (NEWEST, RANDOM),
        *(pytest.param(version, EVERY_BOUND, marks=pytest.mark.full) for version in SERVER_VERSIONS),
    ],
)
def test_any_request_gets_a_described_response(version: str, phases: tuple[str, ...], tmp_path: Path) -> None:
    """Given any request, then there is no server error, and status, type and body are as described."""
    with EmbeddedEmulator(scenario="known-sample", lifecycle="immediate", server_version=version) as emulator:
        emulator.control.add_known_samples(3)  # so that some IDs exist
        ended = send_requests(emulator, version, tmp_path, *phases)

    operations = sum(len(methods) for methods in openapi(known_version(version))["paths"].values())
    assert ended.returncode == 0, ended.stdout
    assert number_after("Tested", ended.stdout) == operations
    assert number_after("generated", ended.stdout) > 6 * operations


def test_a_response_that_is_not_described_is_found(tmp_path: Path) -> None:
    """Given one fault of the server, then the run fails and names the operation."""
    with EmbeddedEmulator(lifecycle="immediate") as emulator:
        emulator.control.inject({"path": "/rest/system_info"}, {"kind": "status", "status": 500}, times=1000)
        ended = send_requests(emulator, NEWEST, tmp_path, "--include-path", "/rest/system_info")

    assert ended.returncode == 1
    assert "GET /rest/system_info" in ended.stdout
