"""Tags, in the documented form and the older one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from tests.contract.test_transport import UNKNOWN

if TYPE_CHECKING:
    from tests.contract.servers import Response, Server

    from vmray_emulator import EmbeddedEmulator

# The form is documented for 2026.2.1. That 2023 has the form and 4.2 does not is (inferred).
FIELD_SINCE = (2023, 4, 0)
newer_servers = pytest.mark.parametrize("emulator", ["2023.4.0", "2026.2.1"], indirect=True)


@pytest.fixture
def submission(emulator: EmbeddedEmulator) -> int:
    """Return the ID of a submission without tags."""
    emulator.control.add_known_samples(1)
    number: int = emulator.control.submissions()[-1]["submission_id"]
    return number


def tags_of(server: Server, number: int) -> list[str]:
    """Return a submission's tags."""
    tags: list[str] = server.get(f"/submission/{number}").data["submission_tags"]
    return tags


def add(server: Server, number: int, tag: str) -> Response:
    """Add a tag in a form that the version of the server accepts."""
    base = f"/submission/{number}/tag"
    if server.version >= FIELD_SINCE:
        return server.post(base, {"tag_name": tag})
    return server.post(f"{base}/{quote(tag, safe='')}")


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="POST /submission/{id}/tag")
@newer_servers
def test_a_tag_is_added_by_field(emulator_server: Server, submission: int) -> None:
    """`tag_name` in the form or the query adds a tag; the response has no data."""
    assert emulator_server.post(f"/submission/{submission}/tag", {"tag_name": "seen"}).json == {
        "result": "ok"
    }
    more = emulator_server.request("POST", f"/submission/{submission}/tag", params={"tag_name": "twice"})
    assert more.json == {"result": "ok"}
    assert tags_of(emulator_server, submission) == ["seen", "twice"]


@pytest.mark.documented("Cortex XSOAR pack VMRay", endpoint="POST /submission/{id}/tag/{tag}")
@pytest.mark.parametrize("tag", ["seen", "case-17", "a.b_c"])
def test_a_tag_is_added_by_path(emulator_server: Server, submission: int, tag: str) -> None:
    """The tag as the last segment of the path adds the tag too."""
    assert emulator_server.post(f"/submission/{submission}/tag/{tag}").json == {"result": "ok"}
    assert tags_of(emulator_server, submission) == [tag]


@pytest.mark.inferred(
    "README of VMRay's connector for Defender: 2026.2 or later; the status is not known",
    endpoint="POST /submission/{id}/tag/{tag}",
)
@pytest.mark.parametrize("tag", ["a/b", "50%", "März", "who?"])
def test_special_characters_in_tags_need_2026_2(emulator_server: Server, submission: int, tag: str) -> None:
    """A tag with other characters than letters, digits, `_`, `.` and `-` is 400 before 2026.2."""
    added = emulator_server.post(f"/submission/{submission}/tag/{quote(tag, safe='')}").status
    allowed = emulator_server.version >= (2026, 2, 0)
    assert added == (200 if allowed else 400)
    assert tags_of(emulator_server, submission) == ([tag] if allowed else [])


@pytest.mark.inferred("adding is not documented to fail", endpoint="POST /submission/{id}/tag")
def test_a_tag_is_stored_once(emulator_server: Server, submission: int) -> None:
    """Adding an existing tag succeeds and changes nothing."""
    for _ in range(2):
        assert add(emulator_server, submission, "seen").status == 200
    assert tags_of(emulator_server, submission) == ["seen"]


@pytest.mark.inferred("the endpoints of Cortex XSOAR pack VMRay's time", endpoint="POST /submission/{id}/tag")
def test_an_old_server_has_only_the_older_form(emulator_server: Server, submission: int) -> None:
    """A server of 4.2 accepts tags only in the path, and returns 404 for the documented form."""
    known = emulator_server.post(f"/submission/{submission}/tag", {"tag_name": "seen"}).status == 200
    assert known is (emulator_server.version >= FIELD_SINCE)


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="DELETE /submission/{id}/tag")
@newer_servers
def test_a_tag_can_be_removed(emulator_server: Server, submission: int) -> None:
    """A DELETE request with `tag_name` in the query removes the tag."""
    add(emulator_server, submission, "seen")
    gone = emulator_server.request("DELETE", f"/submission/{submission}/tag", params={"tag_name": "seen"})
    assert gone.json == {"result": "ok"}
    assert tags_of(emulator_server, submission) == []


@pytest.mark.inferred("not documented: 404, or success", endpoint="DELETE /submission/{id}/tag")
@newer_servers
@pytest.mark.parametrize("status", [404, 200])
def test_removing_a_tag_that_is_not_there_is_404_or_a_success(
    emulator: EmbeddedEmulator, emulator_server: Server, submission: int, status: int
) -> None:
    """The removal of a tag that the object does not have is 404, or a success, as the setting says."""
    emulator.control.configure(absent_tag_is_ok=status == 200)
    gone = emulator_server.request("DELETE", f"/submission/{submission}/tag", params={"tag_name": "other"})
    assert gone.status == status
    assert tags_of(emulator_server, submission) == []


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="POST /submission/{id}/tag")
def test_a_submission_that_is_unknown_cannot_be_tagged(server: Server) -> None:
    """Tagging a submission that does not exist returns 404."""
    assert server.post(f"/submission/{UNKNOWN}/tag", {"tag_name": "seen"}).error == (404, "No such element")


@pytest.mark.inferred(
    "the documented rule for tags; status and text are not known", endpoint="POST /submission/{id}/tag"
)
@pytest.mark.parametrize("tag", ["two words", "x" * 256, "a,b"])
def test_an_invalid_tag_is_rejected_with_400(emulator_server: Server, submission: int, tag: str) -> None:
    """A tag with a space or comma, or with more than 255 characters, returns 400."""
    assert add(emulator_server, submission, tag).error[0] == 400


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /tag/{tag}/submission")
def test_submissions_are_found_by_tag(emulator_server: Server, submission: int) -> None:
    """The submissions with a tag are returned as a list."""
    add(emulator_server, submission, "seen")
    found = emulator_server.get("/tag/seen/submission").data
    assert [one["submission_id"] for one in found] == [submission]


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="POST /analysis/{id}/tag")
def test_analyses_have_tags_too(emulator_server: Server, submission: int) -> None:
    """An analysis is tagged in the same two forms as a submission."""
    number = emulator_server.get(f"/analysis/submission/{submission}").data[0]["analysis_id"]
    base = f"/analysis/{number}/tag"
    by_path = emulator_server.post(f"{base}/seen")
    assert by_path.json == {"result": "ok"}
    known = emulator_server.post(base, {"tag_name": "twice"}).status == 200
    assert known is (emulator_server.version >= FIELD_SINCE)
    tags = emulator_server.get(f"/analysis/{number}").data["analysis_tags"]
    assert tags == (["seen", "twice"] if known else ["seen"])
