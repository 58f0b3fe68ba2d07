"""The client methods whose requests use quota."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_request_errors import InvalidResponseError, RequestRejectedError

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_client import Client
    from vmray_emulator import EmbeddedEmulator

REASON = {"errors": [{"error_msg": "The quota is exhausted"}]}


@pytest.fixture
def client(emulator: EmbeddedEmulator) -> Client:
    """Return a client of an emulator with a locked sample."""
    emulator.control.add_sample(locked=True)
    return connect(emulator.url, emulator.api_key)


def test_the_reports_of_a_sample_are_unlocked(client: Client) -> None:
    """Given a locked sample, then the ids of its analyses are returned; the second request has no effect."""
    assert (client.unlock_reports(5001), client.unlock_reports(5001)) == ([9001], [])
    assert not client.get_analysis(9001).locked


def test_an_analysis_is_repeated(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given an analysis, then the job is returned, and it is a job of the sample."""
    emulator.control.set_lifecycle("manual")
    job = client.reanalyze(9001)
    assert client.list_jobs_of_sample(5001) == [job]


@pytest.mark.parametrize(
    ("unlock", "reanalysis", "error"),
    [
        (REASON, REASON, RequestRejectedError),
        ({"unlocked_analysis_ids": [], **REASON}, {"job_id": None, **REASON}, RequestRejectedError),
        ({}, {}, InvalidResponseError),
        ({"unlocked_analysis_ids": None}, {"job_id": None}, InvalidResponseError),
        ({"unlocked_analysis_ids": ["9001"]}, {"job_id": "x"}, InvalidResponseError),
        ({"errors": []}, {"errors": "?"}, InvalidResponseError),
    ],
)
def test_a_response_without_a_result(
    client: Client,
    emulator: EmbeddedEmulator,
    unlock: dict[str, Any],
    reanalysis: dict[str, Any],
    error: type[Exception],
) -> None:
    """Given a response without a result, then its reason is the error, else it says nothing; one request."""
    for data, request in ((unlock, client.unlock_reports), (reanalysis, client.reanalyze)):
        body = json.dumps({"result": "ok", "data": data})
        emulator.control.inject({"method": "POST"}, {"kind": "status", "status": 200, "body": body})
        emulator.control.forget_requests()
        with pytest.raises(error) as caught:
            request(9001)
        assert getattr(caught.value, "not_executed", None) is (error is RequestRejectedError)
        assert len(emulator.control.requests()) == 1
