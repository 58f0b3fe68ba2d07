"""Tags: adding and removing them in each form, and the rule for valid tags."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from tests.emulator.api import Api

from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests


def by_path(api: Api, method: str, target: str, tag: str) -> requests.Response:
    return api.send(method, f"{target}/tag/{quote(tag, safe='')}")


def by_query(api: Api, method: str, target: str, tag: str) -> requests.Response:
    return api.send(method, f"{target}/tag", params={"tag_name": tag})


def by_form(api: Api, method: str, target: str, tag: str) -> requests.Response:
    if method == "DELETE":
        return by_query(api, method, target, tag)
    return api.send(method, f"{target}/tag", data={"tag_name": tag})


FORMS = pytest.mark.parametrize("form", [by_path, by_query, by_form])


@FORMS
@pytest.mark.parametrize("tag", ["phish", "a/b", "q?x=1", "50%", "müll", "#1", "a.b!c;d:e+f-g", "C:\\x"])
def test_a_tag_can_be_added_and_removed(api: Api, form: Callable[..., requests.Response], tag: str) -> None:
    """Each valid tag can be added, read and removed in each form."""
    number, _ = api.submit_one()
    target = f"/submission/{number}"
    assert form(api, "POST", target, tag).json() == {"result": "ok"}
    assert form(api, "POST", target, tag).status_code == 200
    assert api.get(target)["submission_tags"] == [tag]
    assert {"tag_name": tag} in api.get("/tag")
    assert form(api, "DELETE", target, tag).json() == {"result": "ok"}
    assert api.get(target)["submission_tags"] == []
    assert form(api, "DELETE", target, tag).status_code == 404


@FORMS
def test_analyses_can_be_tagged(api: Api, form: Callable[..., requests.Response]) -> None:
    """An analysis can be tagged in each form, and analyses can be listed by tag."""
    number, _ = api.submit_one()
    analysis = api.get(f"/analysis/submission/{number}")[0]["analysis_id"]
    form(api, "POST", f"/analysis/{analysis}", "seen")
    assert api.get(f"/analysis/{analysis}")["analysis_tags"] == ["seen"]
    assert [one["analysis_id"] for one in api.get("/tag/seen/analysis")] == [analysis]
    assert api.get("/tag/seen/submission") == []
    assert api.get("/tag/seen") == {"tag_name": "seen"}
    assert api.status("/tag/unseen") == 404


@pytest.mark.parametrize("tag", ["two words", "tab\there", "a" * 256, "", "<b>"])
def test_an_invalid_tag_returns_400(api: Api, tag: str) -> None:
    """A tag with spaces or angle brackets, or with more than 255 characters, returns 400."""
    number, _ = api.submit_one()
    assert by_form(api, "POST", f"/submission/{number}", tag).status_code == 400
    assert api.get(f"/submission/{number}")["submission_tags"] == []


@FORMS
def test_an_unknown_submission_cannot_be_tagged(api: Api, form: Callable[..., requests.Response]) -> None:
    """Tagging an unknown submission returns 404."""
    assert form(api, "POST", "/submission/1", "a").status_code == 404


def test_an_old_server_accepts_only_the_path_form() -> None:
    """In version 4.2.0 the field form is an unknown route, and the path form works."""
    with EmbeddedEmulator(server_version="4.2.0") as emulator, Api(emulator) as api:
        number, _ = api.submit_one()
        assert by_form(api, "POST", f"/submission/{number}", "a").status_code == 404
        assert by_path(api, "POST", f"/submission/{number}", "a").status_code == 200
        assert api.get(f"/submission/{number}")["submission_tags"] == ["a"]
