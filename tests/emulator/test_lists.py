"""Lists: filters in the query and in the path, ranges, windows, pages and continuations."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from tests.emulator.api import Api


def ids(records: list[dict[str, int]], kind: str = "submission") -> list[int]:
    return [record[f"{kind}_id"] for record in records]


@pytest.fixture
def submissions(api: Api) -> list[int]:
    """Make five submissions, three malicious and two clean."""
    names = ["a.exe", "b.txt", "c.exe", "d.txt", "e.exe"]
    api.control.configure(profile_rules=[("*.exe", "malicious-exe"), ("*", "clean-document")])
    return [api.submit_one(name.encode(), name)[0] for name in names]


def test_every_column_filters(api: Api, submissions: list[int]) -> None:
    """A column's full name in the query keeps the objects that have the value."""
    assert len(api.get("/submission", submission_verdict="malicious")) == 3
    assert len(api.get("/submission", submission_verdict="clean", submission_finished="true")) == 2
    assert api.get("/submission", submission_filename="a.exe")[0]["submission_id"] == submissions[0]
    assert api.get("/submission", submission_parent_submission_id="1") == []
    assert len(api.get("/submission", submission_comment="null")) == 5


def test_metadata_filters_exactly(api: Api) -> None:
    """`submission_submission_metadata` finds the submissions with exactly this text."""
    text = '{"playbook": "7f3a", "file": 1}'
    number, _ = api.submit_one(b"x", "x", submission_metadata=text)
    api.submit_one(b"y", "y", submission_metadata='{"playbook": "other"}')
    (found,) = api.get("/submission", submission_submission_metadata=text)
    assert found["submission_id"] == number
    assert found["submission_submission_metadata"] == text


@pytest.mark.parametrize("form", ["path", "full name", "query"])
def test_columns_have_filters_in_the_path(api: Api, submissions: list[int], form: str) -> None:
    """A filter can be in the path under its short name, with more filters in the query."""
    sample = api.get(f"/submission/{submissions[0]}")["submission_sample_id"]
    if form == "query":
        found = api.get("/analysis", analysis_sample_id=str(sample), analysis_platform="windows")
    else:
        word = "sample" if form == "path" else "sample_id"
        found = api.get(f"/analysis/{word}/{sample}", analysis_platform="windows")
    assert {one["analysis_sample_id"] for one in found} == {sample}
    assert api.get(f"/analysis/sample/{sample}", analysis_platform="linux") == []


def test_values_in_the_path_are_decoded(api: Api) -> None:
    """A value in the path can contain encoded spaces and brackets."""
    api.submit_one()
    kind = "Windows Exe (x86-64)"
    (found,) = api.get(f"/sample/type/{quote(kind, safe='')}")
    assert found["sample_type"] == kind


def test_ranges_have_two_ends_and_either_may_be_open(api: Api) -> None:
    """`from~to` works on times and numbers, in the query and in the path."""
    for size in (10, 20, 30):
        api.submit(bytes(size), f"{size}.bin")

    def sizes(**params: str) -> list[int]:
        return sorted(one["sample_filesize"] for one in api.get("/sample", **params))

    assert sizes(sample_filesize="15~25") == [20]
    assert sizes(sample_filesize="~20") == [10, 20]
    assert sizes(sample_filesize="20~") == [20, 30]
    assert [one["sample_filesize"] for one in api.get("/sample/filesize/~10")] == [10]
    assert len(api.get("/submission", submission_created="2000-01-01T00:00:00~2999-01-01 00:00:00")) == 3
    assert api.get("/submission/finish_time/~2001-01-01T00:00:00") == []


def test_order_and_windows(api: Api, submissions: list[int]) -> None:
    """The newest objects are first by default. Windows include both ends."""
    assert ids(api.get("/submission")) == submissions[::-1]
    assert ids(api.get("/submission", _order="asc", _limit="2")) == submissions[:2]
    assert ids(api.get("/submission", _min_id=str(submissions[3]))) == submissions[:2:-1]
    assert ids(api.get("/submission", _max_id=str(submissions[1]))) == submissions[1::-1]


@pytest.mark.parametrize(
    "params",
    [{"_limit": "x"}, {"_limit": "-1"}, {"_order": "up"}, {"submission_id": "x"}, {"_min_id": "9" * 30}],
)
def test_invalid_list_parameters_return_400(api: Api, params: dict[str, str]) -> None:
    """An invalid list parameter returns 400."""
    assert api.status("/submission", **params) == 400


def test_a_continuation_id_can_be_used_once(api: Api, submissions: list[int]) -> None:
    """A page has a single-use continuation ID. The last page has none."""
    api.control.configure(api_items_per_request=2)
    first = api.send("GET", "/submission").json()
    second = api.send("GET", f"/continuation/{first['continuation_id']}").json()
    third = api.send("GET", f"/continuation/{second['continuation_id']}").json()
    assert ids(first["data"] + second["data"] + third["data"]) == submissions[::-1]
    assert "continuation_id" not in third
    assert second["continuation_id"] != first["continuation_id"]
    assert api.status(f"/continuation/{first['continuation_id']}") == 404


@pytest.mark.usefixtures("submissions")
def test_a_limit_within_a_page_needs_no_continuation(api: Api) -> None:
    """A limit up to the page size gives one page. A larger one gives several pages."""
    api.control.configure(api_items_per_request=2)
    assert "continuation_id" not in api.send("GET", "/submission", params={"_limit": "2"}).json()
    body = api.send("GET", "/submission", params={"_limit": "3"}).json()
    rest = api.send("GET", f"/continuation/{body['continuation_id']}").json()
    assert len(body["data"]) + len(rest["data"]) == 3
    assert "continuation_id" not in rest


@pytest.mark.usefixtures("submissions")
def test_the_cap_truncates(api: Api) -> None:
    """A list ends at the hard cap, and the response has `truncated`."""
    api.control.configure(max_api_items=3)
    body = api.send("GET", "/submission").json()
    assert (len(body["data"]), body["truncated"]) == (3, True)
    assert "continuation_id" not in body
    assert "truncated" not in api.send("GET", "/submission", params={"_limit": "3"}).json()


def test_the_feed_gives_finished_submissions_in_order_of_completion(api: Api) -> None:
    """`_last_id` omits unfinished submissions and sorts by the time of completion, not by ID."""
    api.control.set_lifecycle("manual")
    slow, _ = api.submit_one(b"slow", "slow", user_config='{"timeout": 1000}')
    quick, _ = api.submit_one(b"quick", "quick", user_config='{"timeout": 10}')

    def feed(last: int) -> list[int]:
        return ids(api.get("/submission", _last_id=str(last), _order="asc"))

    assert feed(0) == []
    api.control.advance(100)
    assert feed(0) == [quick]
    api.control.advance(2000)
    assert feed(0) == [quick, slow]
    assert feed(quick) == [slow]
    assert feed(slow) == []
