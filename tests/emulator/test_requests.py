"""Requests: keys, unknown IDs and routes, and the forms of parameters."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from tests.emulator.api import Api

    from vmray_emulator import EmbeddedEmulator

NO_SUCH_ELEMENT = {"result": "error", "error_msg": "No such element"}


@pytest.mark.parametrize("authorization", [None, "", "api_key", "api_key wrong", "Bearer {key}", "{key}"])
def test_a_missing_or_malformed_key_returns_401(
    emulator: EmbeddedEmulator, authorization: str | None
) -> None:
    """A request without the header `api_key KEY` returns 401 with an error body, before any other check."""
    headers = {} if authorization is None else {"Authorization": authorization.format(key=emulator.api_key)}
    response = requests.get(f"{emulator.url}/rest/nowhere", headers=headers, timeout=5)
    assert response.status_code == 401
    assert response.json()["result"] == "error"
    assert response.json()["error_msg"]
    assert emulator.api_key not in response.text


@pytest.mark.parametrize(
    "path",
    [
        "/sample/1",
        "/submission/1",
        "/analysis/1",
        "/job/1",
        "/job/None",
        "/sample/1/iocs",
        "/sample/1/vtis",
        "/analysis/1/archive",
        "/analysis/1/archive/logs/summary.json",
        "/sample/1/file",
        "/continuation/1",
        "/nowhere",
        "/submission/1/nothing",
        "/sample/nocolumn/5",
        "/sample/99999999999999999999999999",
    ],
)
def test_an_unknown_id_or_route_returns_404(api: Api, path: str) -> None:
    """Unknown ids, columns and routes give 404 with the real server's sentence."""
    response = api.send("GET", path)
    assert (response.status_code, response.json()) == (404, NO_SUCH_ELEMENT)


def test_an_unknown_hash_is_an_empty_list(api: Api) -> None:
    """A list request for an unknown hash returns an empty list, not 404."""
    assert api.get("/sample/sha256/" + "0" * 64) == []
    assert api.get("/analysis", _limit="1") == []


def test_a_wrong_method_is_not_allowed(api: Api) -> None:
    """A known path with another method returns 405 with the allowed methods."""
    response = api.send("DELETE", "/system_info")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert response.json()["result"] == "error"


def test_post_parameters_can_be_in_the_query_and_in_the_form(api: Api) -> None:
    """Query and form of a POST request are merged. A value in the form replaces one in the query."""
    files = {"sample_file": ("a.txt", b"hello")}
    response = api.send(
        "POST",
        "/sample/submit",
        params={"tags": "one", "comment": "query"},
        data={"comment": "form"},
        files=files,
    )
    (submission,) = response.json()["data"]["submissions"]
    assert submission["submission_tags"] == ["one"]
    assert submission["submission_comment"] == "form"


@pytest.mark.parametrize("in_query", [True, False])
def test_a_url_is_submitted_as_form_or_query(api: Api, *, in_query: bool) -> None:
    """A URL submission needs no multipart body."""
    fields = {"sample_url": "https://www.example.net/"}
    response = api.send("POST", "/sample/submit", **{"params" if in_query else "data": fields})
    assert response.json()["data"]["samples"][0]["sample_url"] == "https://www.example.net/"


@pytest.mark.parametrize("field", ["part", "alone"])
def test_file_names_may_be_sent_in_base64(api: Api, field: str) -> None:
    """`sample_filename_b64enc` contains file names that a header cannot contain."""
    name = "Rechnung über €.txt"
    encoded = base64.b64encode(name.encode()).decode()
    part = "@param=sample_filename_b64enc" if field == "part" else "other.bin"
    sample = api.submit(b"hi", part, sample_filename_b64enc=encoded)["samples"][0]
    assert sample["sample_filename"] == name
    assert sample["submission_filename"] == name


@pytest.mark.parametrize("spelling", ["true", "True", "1"])
def test_booleans_have_several_spellings(api: Api, spelling: str) -> None:
    """`True` and `true` mean the same, in forms and in paths."""
    number, sample = api.submit_one(shareable=spelling)
    assert api.get(f"/submission/{number}")["submission_shareable"] is True
    plain = api.get(f"/sample/{sample}/iocs")["iocs"]["ips"]
    everything = api.get(f"/sample/{sample}/iocs/all_artifacts/{spelling}")["iocs"]["ips"]
    assert len(everything) > len(plain)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"sample_url": "http://www.example.net", "with_file": "yes"},
        {"sample_url": "http://www.example.net", "tags": "two words"},
        {"sample_url": "http://www.example.net", "analysis_caching": "sometimes"},
        {"sample_url": "http://www.example.net", "max_recursive_samples": "many"},
        {"sample_url": "http://www.example.net", "submission_metadata": "[1]"},
        {"sample_url": "http://www.example.net", "user_config": "{"},
        {"sample_url": "http://www.example.net", "shareable": "perhaps"},
    ],
)
def test_bad_parameters_return_400_and_store_nothing(api: Api, params: dict[str, str]) -> None:
    """An invalid submit request returns 400 with an error body and stores nothing."""
    files = {"sample_file": ("a", b"a")} if params.pop("with_file", None) else None
    response = api.send("POST", "/sample/submit", data=params, files=files)
    assert response.status_code == 400
    assert response.json()["result"] == "error"
    assert api.control.counts()["submissions"] == 0


def test_a_malformed_multipart_body_returns_400(api: Api) -> None:
    """A body that is not multipart although its header says so returns 400."""
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert api.send("POST", "/sample/submit", data=b"nonsense", headers=headers).status_code == 400


def test_the_key_is_never_in_the_request_log(emulator: EmbeddedEmulator, api: Api) -> None:
    """The request log of the control interface does not contain the key."""
    api.get("/system_info")
    (seen,) = emulator.control.requests()
    assert (seen.method, seen.path, seen.status) == ("GET", "/rest/system_info", 200)
    assert emulator.api_key not in str(seen)
