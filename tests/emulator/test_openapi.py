"""The emulator's own description, and that it keeps to it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, assume, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from vmray_emulator import SERVER_VERSIONS, EmbeddedEmulator
from vmray_emulator.openapi import openapi
from vmray_emulator.routes import ENDPOINTS
from vmray_emulator.schemas.catalogue import SCHEMAS as KINDS
from vmray_emulator.versions import known_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vmray_emulator.json_types import Json

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
DOCUMENTS = {version: openapi(known_version(version)) for version in SERVER_VERSIONS}


SCHEMAS = {version: schemathesis.openapi.from_dict(document) for version, document in DOCUMENTS.items()}
#: What leads to another operation where it stands in the place of an id.
WORDS = {word for kind in KINDS.values() for word in kind.short_names}
WORDS |= {word for document in DOCUMENTS.values() for path in document["paths"] for word in path.split("/")}
Servers = dict[str, EmbeddedEmulator]
every_version = pytest.mark.parametrize("version", SERVER_VERSIONS)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """A server of each version that knows a few samples, so that some ids exist."""
    with contextlib.ExitStack() as stack:
        running = {
            version: stack.enter_context(EmbeddedEmulator(scenario="known-sample", server_version=version))
            for version in SERVER_VERSIONS
        }
        for emulator in running.values():
            emulator.control.add_known_samples(3)
        yield running


@every_version
def test_the_document_is_served(servers: Servers, version: str) -> None:
    """It lies on the control side and needs no key."""
    answer = requests.get(f"{servers[version].url}/_emulator/openapi.json", timeout=10)
    assert answer.json() == DOCUMENTS[version]


def test_no_version_is_forgotten() -> None:
    """Each version has its random requests below."""
    assert {f"test_any_request_to_{version.replace('.', '_')}" for version in SERVER_VERSIONS} <= set(
        globals()
    )


@every_version
def test_it_describes_each_route_of_the_version(version: str) -> None:
    """Every row of the route table that the version has is an operation, and there are no others."""
    document = DOCUMENTS[version]
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


@every_version
def test_every_pointer_leads_somewhere(version: str) -> None:
    """All references name a schema of the document."""
    assert set(_pointers(DOCUMENTS[version])) <= set(DOCUMENTS[version]["components"]["schemas"])


few = settings(max_examples=3, suppress_health_check=list(HealthCheck))


# Schemathesis makes the tests of one document of one function, so there are as many as versions.
@SCHEMAS["4.2.0"].parametrize()
@few
def test_any_request_to_4_2_0(case: schemathesis.Case[Any], servers: Servers) -> None:
    """Random requests to each operation: no server error, no undescribed status, content type or body."""
    _is_answered_as_described(case, servers["4.2.0"])


@SCHEMAS["2023.4.0"].parametrize()
@few
def test_any_request_to_2023_4_0(case: schemathesis.Case[Any], servers: Servers) -> None:
    """The same of a server in between."""
    _is_answered_as_described(case, servers["2023.4.0"])


@SCHEMAS["2026.2.1"].parametrize()
@few
def test_any_request_to_2026_2_1(case: schemathesis.Case[Any], servers: Servers) -> None:
    """The same of the newest one."""
    _is_answered_as_described(case, servers["2026.2.1"])


def _is_answered_as_described(case: schemathesis.Case[Any], server: EmbeddedEmulator) -> None:
    # Wrong ids are tried as well, and Hypothesis takes words from whichever modules happen to be loaded.
    assume(str(case.path_parameters.get("number")) not in WORDS)
    headers = {"Authorization": f"api_key {server.api_key}"}
    case.call_and_validate(base_url=server.url, checks=CHECKS, headers=headers)


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
def test_answers_about_what_exists_fit_their_schemas(
    servers: Servers, version: str, template: str, number: int
) -> None:
    """Ids that exist have full objects of the described shape."""
    server = servers[version]
    url = f"{server.url}/rest{template.format(number=number)}"
    answer = requests.get(url, headers={"Authorization": f"api_key {server.api_key}"}, timeout=10)
    assert answer.status_code == 200
    SCHEMAS[version][f"/rest{template}"]["GET"].validate_response(answer)
