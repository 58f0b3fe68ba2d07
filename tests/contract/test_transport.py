"""Rules for every endpoint: key, envelope, errors and throttling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.servers import Server
    from tests.contract.subjects import Subject

    from vmray_emulator import EmbeddedEmulator

# An ID that does not exist on any server (IDs count up from 1).
UNKNOWN = 2_000_000_000


@pytest.mark.documented("vendor client vmray_rest_api 6.0.0; OpenAPI document 2026.2.1", endpoint="ANY /")
def test_the_key_is_sent_after_the_word_api_key(server: Server) -> None:
    """A request with the header `Authorization: api_key KEY` returns `result` "ok" and `data`."""
    response = server.get("/analysis", _limit=1)
    assert response.status == 200
    assert response.json["result"] == "ok"
    assert isinstance(response.data, list)


@pytest.mark.documented("VMRay's connectors for Microsoft Defender and Sentinel", endpoint="ANY /")
def test_a_wrong_key_is_401(server: Server) -> None:
    """A key that does not exist returns 401."""
    refused = server.request("GET", "/analysis", headers={"Authorization": "api_key no-such-key"})
    assert refused.error[0] == 401


@pytest.mark.inferred("the header's documented form", endpoint="ANY /")
@pytest.mark.parametrize("header", ["", "Bearer {key}", "{key}", "API_KEY{key}"])
def test_another_form_of_the_header_is_401(server: Server, header: str) -> None:
    """A valid key without the word `api_key` before it, or a missing header, returns 401 too."""
    refused = server.request("GET", "/analysis", headers={"Authorization": header.format(key=server.api_key)})
    assert refused.status == 401


@pytest.mark.documented("OpenAPI document 2026.2.1; Cortex XSOAR pack VMRay", endpoint="ANY /")
@pytest.mark.parametrize("kind", ["sample", "submission", "analysis", "job"])
def test_an_unknown_id_is_404_no_such_element(server: Server, kind: str) -> None:
    """An ID that is unknown or not visible to the key returns 404 with "No such element"."""
    assert server.get(f"/{kind}/{UNKNOWN}").error == (404, "No such element")


@pytest.mark.inferred("the response for unknown ids", endpoint="ANY /")
def test_an_unknown_path_is_404(server: Server) -> None:
    """A path without an endpoint returns 404."""
    assert server.get("/no_such_endpoint").status == 404


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="ANY /")
@pytest.mark.parametrize(
    "path",
    [
        f"/analysis/submission/{UNKNOWN}",
        f"/submission/sample/{UNKNOWN}",
        f"/job/submission/{UNKNOWN}",
        f"/reputation_lookup/submission/{UNKNOWN}",
    ],
)
def test_a_list_of_nothing_is_an_empty_list(server: Server, path: str) -> None:
    """A list endpoint returns 200 and an empty list when nothing matches, not 404."""
    assert server.get(path).data == []


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="ANY /")
def test_responses_are_json(server: Server, subject: Subject) -> None:
    """Successes and errors have the content type `application/json`."""
    good, bad = server.get(f"/sample/{subject.sample_id}"), server.get(f"/sample/{UNKNOWN}")
    for response in (good, bad):
        assert response.headers["Content-Type"].startswith("application/json")


@pytest.mark.recorded("real responses of server 4.2.0 and later", endpoint="ANY /")
def test_ids_are_numbers_and_times_have_no_zone(subject: Subject) -> None:
    """Ids are JSON integers; timestamps are ISO 8601 in seconds without a zone."""
    assert isinstance(subject.submission["submission_id"], int)
    assert isinstance(subject.submission["submission_sample_id"], int)
    for stamp in (subject.sample["sample_created"], subject.submission["submission_finish_time"]):
        assert len(stamp) == len("2021-02-17T15:07:49")
        assert stamp[10] == "T"


@pytest.mark.documented(
    "unit tests of the Cortex XSOAR pack VMRay; observed live by others", endpoint="ANY /"
)
def test_throttling_returns_the_seconds_to_wait(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """A throttled request returns 429 with `Retry-After` in whole seconds, also in the sentence."""
    emulator.control.inject(
        {"method": "GET", "path": "/rest/analysis"}, {"kind": "throttle", "retry_after": "2"}
    )
    response = emulator_server.get("/analysis")
    assert response.error == (429, "Request was throttled. Expected available in 2 seconds.")
    assert response.headers["Retry-After"] == "2"
    assert emulator_server.get("/analysis").status == 200


@pytest.mark.documented("vendor client vmray_rest_api 6.0.0 (`str()` of a bool)", endpoint="ANY /")
@pytest.mark.parametrize("spelling", ["True", "true", "False", "false"])
def test_booleans_have_two_spellings(server: Server, subject: Subject, spelling: str) -> None:
    """Booleans can be written as `True` or `true`."""
    response = server.get(f"/sample/{subject.sample_id}/iocs/all_artifacts/{spelling}")
    assert response.data["status"] == "finished"
