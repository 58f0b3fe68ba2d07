"""Random requests to each operation of the OpenAPI document, in this process and without sockets.

The default run covers the newest version, `make test-full` the older ones too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from vmray_emulator import SERVER_VERSIONS
from vmray_emulator.app import CONTROL_ROOT, EmulatorApp
from vmray_emulator.clock import Lifecycle
from vmray_emulator.control import Control
from vmray_emulator.control_http import control_router
from vmray_emulator.openapi import openapi
from vmray_emulator.schemas.catalogue import SCHEMAS as KINDS
from vmray_emulator.state import ServerState
from vmray_emulator.store import Store
from vmray_emulator.versions import known_version

if TYPE_CHECKING:
    from pathlib import Path

API_KEY: Final = "key-of-the-random-requests"
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
DOCUMENTS: Final = {version: openapi(known_version(version)) for version in SERVER_VERSIONS}
SCHEMAS: Final = {
    version: schemathesis.openapi.from_dict(document) for version, document in DOCUMENTS.items()
}
# In the place of an ID, these words select another operation.
WORDS = {word for kind in KINDS.values() for word in kind.short_names}
WORDS |= {word for document in DOCUMENTS.values() for path in document["paths"] for word in path.split("/")}
few = settings(max_examples=3, suppress_health_check=list(HealthCheck))


def application(version: str, folder: Path) -> EmulatorApp:
    """Return an emulator with a few samples, so that some IDs exist."""
    state = ServerState(Store(None), known_version(version), Lifecycle.parse("immediate"), folder)
    app = EmulatorApp(state, API_KEY, control_router(CONTROL_ROOT, lambda: control))
    control = Control(state, app)
    control.load_scenario("known-sample")
    control.add_known_samples(3)
    return app


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, EmulatorApp]:
    """Return an emulator of each version."""
    return {version: application(version, tmp_path_factory.mktemp("content")) for version in SERVER_VERSIONS}


def test_every_version_has_its_random_requests() -> None:
    """Each version of the emulator has a test in this module."""
    assert tuple(SCHEMAS) == SERVER_VERSIONS == ("4.2.0", "2023.4.0", "2026.2.1")


# Schemathesis makes the tests of one document from one function.
@SCHEMAS["2026.2.1"].parametrize()
@few
def test_any_request_to_2026_2_1(case: schemathesis.Case[Any], apps: dict[str, EmulatorApp]) -> None:
    """A request to the newest version causes no server error and no undescribed status, type or body."""
    _check(case, apps["2026.2.1"])


@pytest.mark.full
@SCHEMAS["2023.4.0"].parametrize()
@few
def test_any_request_to_2023_4_0(case: schemathesis.Case[Any], apps: dict[str, EmulatorApp]) -> None:
    """A request to the middle version causes no server error and no undescribed status, type or body."""
    _check(case, apps["2023.4.0"])


@pytest.mark.full
@SCHEMAS["4.2.0"].parametrize()
@few
def test_any_request_to_4_2_0(case: schemathesis.Case[Any], apps: dict[str, EmulatorApp]) -> None:
    """A request to the oldest version causes no server error and no undescribed status, type or body."""
    _check(case, apps["4.2.0"])


def _check(case: schemathesis.Case[Any], app: EmulatorApp) -> None:
    # Wrong IDs are sent too. Hypothesis takes such words from the modules that are loaded.
    assume(str(case.path_parameters.get("number")) not in WORDS)
    case.call_and_validate(app=app, headers={"Authorization": f"api_key {API_KEY}"}, checks=CHECKS)
