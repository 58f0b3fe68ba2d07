"""Lists: windows, order, pages, continuation and the hard cap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.servers import Server
    from tests.contract.subjects import Subject

    from vmray_emulator import EmbeddedEmulator

ENDPOINT = "GET /submission"


def ids(response: list[dict[str, int]], kind: str = "submission") -> list[int]:
    """Return the ids of listed objects."""
    return [item[f"{kind}_id"] for item in response]


@pytest.fixture
def five(emulator: EmbeddedEmulator) -> list[int]:
    """Make five finished submissions and return their IDs, oldest first. A page has two items."""
    emulator.control.add_known_samples(5)
    emulator.control.configure(api_items_per_request=2)
    return ids(emulator.control.submissions())


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ENDPOINT)
def test_limit_bounds_the_number_of_items(server: Server, subject: Subject) -> None:
    """`_limit` is the maximum number of returned items."""
    assert subject.submission_id
    assert len(server.get("/submission", _limit=1).data) == 1


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ENDPOINT)
def test_order_can_be_requested(emulator_server: Server, five: list[int]) -> None:
    """`_order` sorts by id: `asc` or `desc`."""
    assert ids(emulator_server.get("/submission", _order="asc", _limit=2).data) == five[:2]
    assert ids(emulator_server.get("/submission", _order="desc", _limit=2).data) == five[:-3:-1]


@pytest.mark.inferred("VMRay's Chronicle connector takes the first element for the latest", endpoint=ENDPOINT)
def test_newest_come_first_by_default(emulator_server: Server, five: list[int]) -> None:
    """Without `_order` the newest objects are first."""
    assert ids(emulator_server.get("/submission", _limit=2).data) == five[:-3:-1]


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ENDPOINT)
def test_min_id_is_part_of_the_window(server: Server, subject: Subject) -> None:
    """`_min_id` returns the object with this ID and those with larger IDs."""
    found = server.get("/submission", _min_id=subject.submission_id, _order="asc", _limit=1).data
    assert ids(found) == [subject.submission_id]


@pytest.mark.inferred("`_min_id` is inclusive", endpoint=ENDPOINT)
def test_max_id_is_part_of_the_window(server: Server, subject: Subject) -> None:
    """`_max_id` returns the object with this ID and those with smaller IDs."""
    found = server.get("/submission", _max_id=subject.submission_id, _order="desc", _limit=1).data
    assert ids(found) == [subject.submission_id]


@pytest.mark.documented(
    "OpenAPI document 2026.2.1; vendor client vmray_rest_api 6.0.0 (since 4.0.1)", endpoint=ENDPOINT
)
def test_last_id_returns_the_objects_after_an_object(emulator_server: Server, five: list[int]) -> None:
    """`_last_id` returns the objects after this object, without the object itself."""
    found = emulator_server.get("/submission", _last_id=five[2], _order="asc", _limit=10).data
    assert ids(found) == five[3:]


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ENDPOINT)
def test_the_feed_is_sorted_by_completion_and_omits_unfinished_submissions(
    emulator: EmbeddedEmulator, emulator_server: Server
) -> None:
    """With `_last_id` submissions are sorted by completion, and unfinished ones are omitted."""
    emulator.control.add_known_samples(1)
    known = ids(emulator.control.submissions())
    emulator.control.set_lifecycle("manual")
    waiting = emulator_server.submit(b"%PDF-1.4 waiting", "waiting.pdf")["submissions"][0]["submission_id"]
    assert ids(emulator_server.get("/submission", _last_id=known[0], _order="asc").data) == []
    emulator.control.finish_all()
    assert ids(emulator_server.get("/submission", _last_id=known[0], _order="asc").data) == [waiting]


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /analysis")
def test_analyses_have_the_feed_too(server: Server, subject: Subject) -> None:
    """With `_last_id` analyses are sorted by ID, in the order of creation."""
    first = min(ids(subject.analyses, "analysis"))
    found = server.get("/analysis", _last_id=first - 1, _order="asc", _limit=1).data
    assert ids(found, "analysis") == [first]


@pytest.mark.documented("vendor client vmray_rest_api 6.0.0", endpoint="GET /continuation/{id}")
def test_the_rest_of_a_list_is_read_with_continuation_ids(emulator_server: Server, five: list[int]) -> None:
    """Each page but the last one has a `continuation_id`, which returns the next page."""
    response = emulator_server.get("/submission", _order="asc")
    found = list(response.data)
    while "continuation_id" in response.json:
        assert isinstance(response.json["continuation_id"], int)
        response = emulator_server.get(f"/continuation/{response.json['continuation_id']}")
        found += response.data
    assert ids(found) == five


@pytest.mark.documented(
    "vendor client vmray_rest_api 6.0.0 (its loop ends with the key)", endpoint="GET /continuation/{id}"
)
def test_the_last_page_has_no_continuation_id(server: Server, subject: Subject) -> None:
    """The key `continuation_id` is missing on the last page; it is not null."""
    assert "continuation_id" not in server.get(f"/analysis/submission/{subject.submission_id}").json


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /continuation/{id}")
def test_a_continuation_id_works_once(emulator_server: Server, five: list[int]) -> None:
    """A `continuation_id` that was used returns 404."""
    number = emulator_server.get("/submission").json["continuation_id"]
    assert len(emulator_server.get(f"/continuation/{number}").data) == 2
    assert emulator_server.get(f"/continuation/{number}").error == (404, "No such element")
    assert len(five) == 5


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="ANY /")
def test_beyond_the_hard_cap_a_list_is_truncated(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """A list longer than `max_api_items` has `truncated`. The further objects are on no page."""
    emulator.control.add_known_samples(4)
    emulator.control.configure(max_api_items=3)
    response = emulator_server.get("/submission")
    assert response.json["truncated"] is True
    assert len(response.data) == 3


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ENDPOINT)
def test_columns_filter_in_the_query(server: Server, subject: Subject) -> None:
    """The full name of a column is a filter in the query."""
    found = server.get("/submission", submission_sample_id=subject.sample_id).data
    assert subject.submission_id in ids(found)
    assert {item["submission_sample_id"] for item in found} == {subject.sample_id}


@pytest.mark.documented(
    "OpenAPI document 2026.2.1; several connectors", endpoint="GET /submission/sample/{id}"
)
def test_columns_filter_in_the_path(server: Server, subject: Subject) -> None:
    """The path form of a filter returns the same list as the query form."""
    by_path = server.get(f"/submission/sample/{subject.sample_id}").data
    by_query = server.get("/submission", submission_sample_id=subject.sample_id).data
    assert sorted(ids(by_path)) == sorted(ids(by_query))


@pytest.mark.documented("OpenAPI document 2026.2.1; VMRay's connector for Sentinel", endpoint=ENDPOINT)
def test_times_filter_by_range(server: Server, subject: Subject) -> None:
    """A range of times is written with a tilde; a range around the finish time finds the submission."""
    finished = subject.submission["submission_finish_time"]
    wide = f"{finished[:10]}T00:00:00~{finished[:10]}T23:59:59"
    window = {"_min_id": subject.submission_id, "_max_id": subject.submission_id}
    found = server.get("/submission", submission_finish_time=wide, **window).data
    assert ids(found) == [subject.submission_id]
    past = server.get("/submission", submission_finish_time="1999-01-01T00:00:00~1999-01-02T00:00:00").data
    assert past == []


@pytest.mark.inferred("the end of a range is not documented", endpoint=ENDPOINT)
def test_a_range_includes_both_ends(server: Server, subject: Subject) -> None:
    """A range from a moment to the same moment contains it."""
    finished = subject.submission["submission_finish_time"]
    window = {"_min_id": subject.submission_id, "_max_id": subject.submission_id}
    found = server.get("/submission", submission_finish_time=f"{finished}~{finished}", **window).data
    assert ids(found) == [subject.submission_id]
