"""The OpenAPI document of the emulator, and responses about objects that exist."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
import requests

from vmray_emulator import SERVER_VERSIONS, EmbeddedEmulator
from vmray_emulator.openapi import openapi
from vmray_emulator.routes import ENDPOINTS
from vmray_emulator.versions import known_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis.schemas import BaseSchema

    from vmray_emulator.json_types import Json

DOCUMENTS = {version: openapi(known_version(version)) for version in SERVER_VERSIONS}
Servers = dict[str, EmbeddedEmulator]
every_version = pytest.mark.parametrize("version", SERVER_VERSIONS)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Start a server of each version with a few samples, so that some ids exist."""
    with contextlib.ExitStack() as stack:
        running = {
            version: stack.enter_context(EmbeddedEmulator(scenario="known-sample", server_version=version))
            for version in SERVER_VERSIONS
        }
        for emulator in running.values():
            emulator.control.add_known_samples(3)
        yield running


@pytest.fixture(scope="module")
def schemas() -> dict[str, BaseSchema]:
    """Return the documents as Schemathesis reads them."""
    import schemathesis  # noqa: PLC0415 - only one test wants it, and importing it takes seconds

    return {version: schemathesis.openapi.from_dict(document) for version, document in DOCUMENTS.items()}


@every_version
def test_the_document_is_served(servers: Servers, version: str) -> None:
    """The control interface serves the document without a key."""
    response = requests.get(f"{servers[version].url}/_emulator/openapi.json", timeout=10)
    assert response.json() == DOCUMENTS[version]


@every_version
def test_the_document_describes_each_route_of_the_version(version: str) -> None:
    """The operations are exactly the routes that the version has."""
    document = DOCUMENTS[version]
    described = sum(len(operations) for operations in document["paths"].values())
    assert described == sum(one.since <= known_version(version) for one in ENDPOINTS)
    assert document["openapi"].startswith("3.1")
    assert ("/rest/submission/{number}/tag" in document["paths"]) is (version != "4.2.0")


def _references(part: Json) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].rsplit("/", 1)[1]
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _references(one)


@every_version
def test_every_reference_has_a_target(version: str) -> None:
    """Each reference names a schema of the document."""
    assert set(_references(DOCUMENTS[version])) <= set(DOCUMENTS[version]["components"]["schemas"])


@every_version
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
def test_responses_about_existing_objects_match_their_schemas(
    servers: Servers, schemas: dict[str, BaseSchema], version: str, template: str, number: int
) -> None:
    """The response for an existing id is a full object that matches its schema."""
    server = servers[version]
    url = f"{server.url}/rest{template.format(number=number)}"
    response = requests.get(url, headers={"Authorization": f"api_key {server.api_key}"}, timeout=10)
    assert response.status_code == 200
    schemas[version][f"/rest{template}"]["GET"].validate_response(response)
