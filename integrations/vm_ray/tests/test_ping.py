"""Ping returns the documented message after one request; the network is replaced."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import MagicMock

import pytest
import requests
from soar_sdk.ScriptResult import EXECUTION_STATE_COMPLETED, EXECUTION_STATE_FAILED
from urllib3 import HTTPResponse

from ..actions import ping
from ..core.soar import vmray_action

if TYPE_CHECKING:
    from collections.abc import Callable

CONFIG = json.loads((Path(__file__).parent / "config.json").read_text(encoding="utf-8"))
Sent = list[requests.PreparedRequest]


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> MagicMock:
    """Return the platform of a run, with the configuration; its calls are recorded."""
    siemplify = MagicMock(parameters={}, execution_deadline_unix_time_ms=0, async_total_duration_deadline=0)
    siemplify.get_configuration.return_value = CONFIG
    monkeypatch.setattr(vmray_action, "SiemplifyAction", lambda: siemplify)
    return siemplify


@pytest.fixture
def vmray(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, object], Sent]:
    """Return a function that sets the response to every request, and returns the list of the requests."""

    def responses(status: int, body: object) -> Sent:
        sent: Sent = []

        def send(
            _: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, **__: object
        ) -> requests.Response:
            sent.append(request)
            return _response(request, status, json.dumps(body).encode())

        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
        return sent

    return responses


def _response(request: requests.PreparedRequest, status: int, body: bytes) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.headers["Content-Type"] = "application/json"
    response.raw = HTTPResponse(io.BytesIO(body), status=status, preload_content=False)
    response.request = request
    response.url = request.url or ""
    return response


def test_a_working_connection_is_reported(platform: MagicMock, vmray: Callable[[int, object], Sent]) -> None:
    """One authenticated request to the configured host, then the documented sentence."""
    sent = vmray(200, {"result": "ok", "data": []})
    ping.main()
    platform.end.assert_called_once_with("Successfully tested connectivity.", True, EXECUTION_STATE_COMPLETED)  # noqa: FBT003 - as the SDK takes it
    assert [(request.url or "").startswith(CONFIG["Api Root"]) for request in sent] == [True]
    assert sent[0].headers["Authorization"] == f"api_key {CONFIG['Api Key']}"


def test_a_rejected_key_fails_the_action(platform: MagicMock, vmray: Callable[[int, object], Sent]) -> None:
    """The message contains the reason and never the key."""
    vmray(401, {"result": "error", "error_msg": "Authentication required"})
    ping.main()
    message, value, state = platform.end.call_args.args
    assert message.startswith("Failed to test connectivity. Error is ")
    assert CONFIG["Api Key"] not in message
    assert (value, state) == (False, EXECUTION_STATE_FAILED)
