"""The emulator's own description, and that it keeps to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from vmray_emulator import SERVER_VERSIONS, EmbeddedEmulator
from vmray_emulator.openapi import openapi
from vmray_emulator.routes import ENDPOINTS
from vmray_emulator.versions import V2026_2_1, known_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vmray_emulator.json_types import Json

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
DOCUMENT = openapi(V2026_2_1)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedEmulator]:
    """A server that knows a few samples, so that some ids exist."""
    with EmbeddedEmulator(scenario="known-sample") as emulator:
        emulator.control.add_known_samples(3)
        yield emulator


def test_the_document_is_served(server: EmbeddedEmulator) -> None:
    """It lies on the control side and needs no key."""
    assert requests.get(f"{server.url}/_emulator/openapi.json", timeout=10).json() == DOCUMENT


@pytest.mark.parametrize("version", SERVER_VERSIONS)
def test_it_describes_each_route_of_the_version(version: str) -> None:
    """Every row of the route table that the version has is an operation, and there are no others."""
    document = openapi(known_version(version))
    described = sum(len(operations) for operations in document["paths"].values())
    assert described == sum(one.since <= known_version(version) for one in ENDPOINTS)
    assert document["openapi"].startswith("3.1")
    assert ("/rest/submission/{number}/tag" in document["paths"]) is (version != "4.2.0")


def _pointers(part: Json) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].rsplit("/", 1)[1]
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _pointers(one)


def test_every_pointer_leads_somewhere() -> None:
    """All references name a schema of the document."""
    assert set(_pointers(DOCUMENT)) <= set(DOCUMENT["components"]["schemas"])


@SCHEMA.parametrize()
@settings(
    max_examples=3, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
def test_any_request_gets_a_described_answer(case: schemathesis.Case[Any], server: EmbeddedEmulator) -> None:
    """Random requests to each operation: no server error, no undescribed status, content type or body."""
    headers = {"Authorization": f"api_key {server.api_key}"}
    case.call_and_validate(base_url=server.url, checks=CHECKS, headers=headers)


@pytest.mark.parametrize(
    ("template", "number"),
    [
        ("/sample/{number}", 5001),
        ("/sample/{number}/iocs", 5001),
        ("/sample/{number}/mitre_attack", 5001),
        ("/analysis/{number}", 9001),
        ("/submission/{number}", 6001),
        ("/sample", 0),
    ],
)
def test_answers_about_what_exists_fit_their_schemas(
    server: EmbeddedEmulator, template: str, number: int
) -> None:
    """Ids that exist have full objects of the described shape."""
    url = f"{server.url}/rest{template.format(number=number)}"
    answer = requests.get(url, headers={"Authorization": f"api_key {server.api_key}"}, timeout=10)
    assert answer.status_code == 200
    SCHEMA[f"/rest{template}"]["GET"].validate_response(answer)
