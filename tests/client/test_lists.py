"""Long lists: read to their end, and no further than anybody's patience."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from vm_ray.core.api.vmray_client import Client
from vm_ray.core.api.vmray_errors import InvalidResponseError
from vm_ray.core.api.vmray_pagination import MAX_PAGES
from vm_ray.core.api.vmray_protocol import Response

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_transport import Transport


@dataclass
class Endless:
    """A server whose lists always have another page."""

    asked: list[str] = field(default_factory=list)

    def get(self, path: str, _query: object = None, shape: type | None = None) -> Response:
        """One page, and where the next one is."""
        assert shape in (list, None)
        self.asked.append(path)
        item: dict[str, Any] = {"submission_id": len(self.asked), "submission_sample_id": 1}
        return Response([item], "7")


def client_of(server: Endless | OnePage) -> Client:
    """A client of it."""
    return Client(cast("Transport", server))


def test_a_list_without_an_end_is_no_answer() -> None:
    """Half of a list would be taken for the whole: it is an error after a thousand pages."""
    server = Endless()
    with pytest.raises(InvalidResponseError, match="did not end after 1000 pages"):
        client_of(server).list_submissions_of_sample(1)
    assert len(server.asked) == MAX_PAGES + 1


def test_what_is_asked_for_a_first_page_reads_no_other() -> None:
    """The newest submissions, a look-up by metadata and the test of the connection are one request each."""
    server = Endless()
    client = client_of(server)
    assert len(client.list_newest_submissions(100, lambda _: False)) == 1
    assert len(client.find_submissions_by_metadata("{}", lambda _: False)) == 1
    client.check_access()
    assert server.asked == ["/submission", "/submission", "/analysis"]


def test_a_list_is_read_on_as_long_as_it_is_ours() -> None:
    """Of an archive there can be more than one page; those of others are not looked through."""
    server = Endless()
    found = client_of(server).find_submissions_by_metadata("{}", lambda each: each.submission_id < 3)
    assert [each.submission_id for each in found] == [1, 2, 3]


def test_what_is_ours_and_not_given_out_to_the_end_is_no_answer() -> None:
    """The malicious member could be missing; where a server lacks the filter, it says nothing."""
    server = OnePage(Response([submission(8, None)], None, truncated=True))
    with pytest.raises(InvalidResponseError, match="truncated the list"):
        client_of(server).find_submissions_by_metadata("{}", lambda _: True)
    assert len(client_of(server).find_submissions_by_metadata("{}", lambda _: False)) == 1


@dataclass
class OnePage:
    """A server with one answer."""

    answer: Response

    def get(self, _path: str, _query: object = None, shape: type | None = None) -> Response:
        """The answer."""
        assert isinstance(self.answer.data, shape or object)
        return self.answer


def submission(number: int, parent: int | None) -> dict[str, Any]:
    """One that VMRay made out of the parent."""
    return {
        "submission_id": number,
        "submission_sample_id": 1,
        "submission_parent_submission_id": parent,
    }


@pytest.mark.parametrize("found", [[], [submission(8, 7)]], ids=["none", "one"])
def test_children_that_are_not_all_given_out_are_no_answer(found: list[dict[str, Any]]) -> None:
    """The worst could be among those that are missing."""
    with pytest.raises(InvalidResponseError, match="truncated the list"):
        client_of(OnePage(Response(found, None, truncated=True))).list_child_submissions(7)


def test_children_are_chosen_where_a_server_does_not_know_the_filter() -> None:
    """It gives out the newest of all submissions; that there are more of them says nothing."""
    found = [submission(8, 7), submission(9, None)]
    children = client_of(OnePage(Response(found, None, truncated=True))).list_child_submissions(7)
    assert [each.submission_id for each in children] == [8]


@pytest.mark.parametrize("found", [[None], [[submission(1, None)]], ["x", 1]])
def test_a_list_without_any_object_is_no_answer(found: list[object]) -> None:
    """It is not the same as an empty one: that would mean that VMRay knows nothing."""
    with pytest.raises(InvalidResponseError, match="does not contain the requested objects"):
        client_of(OnePage(Response(found, None))).find_samples("a" * 64)
    assert client_of(OnePage(Response([], None))).find_samples("a" * 64) == []
