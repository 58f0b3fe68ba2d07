"""Long lists are read completely, up to a limit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from vm_ray.core.api.vmray_client import Client
from vm_ray.core.api.vmray_pagination import MAX_PAGES
from vm_ray.core.api.vmray_protocol import Response
from vm_ray.core.api.vmray_request_errors import InvalidResponseError

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_transport import Transport


@dataclass
class Endless:
    """A server whose lists always have another page."""

    paths: list[str] = field(default_factory=list)

    def get(self, path: str, _query: object = None, shape: type | None = None) -> Response:
        """Return one page, and the id of the next page."""
        assert shape in (list, None)
        self.paths.append(path)
        item: dict[str, Any] = {"submission_id": len(self.paths), "submission_sample_id": 1}
        return Response([item], "7")


def client_of(server: Endless | OnePage) -> Client:
    """Return a client of the server."""
    return Client(cast("Transport", server))


def test_an_endless_list_is_an_error() -> None:
    """Given an endless list, then it is an error after 1000 pages, because a part is not the list."""
    server = Endless()
    with pytest.raises(InvalidResponseError, match="did not end after 1000 pages"):
        client_of(server).list_submissions_of_sample(1)
    assert len(server.paths) == MAX_PAGES + 1


def test_requests_for_one_page_read_one_page() -> None:
    """Given newest submissions, a look-up by metadata and the connection test, then each is one request."""
    server = Endless()
    client = client_of(server)
    assert len(client.list_newest_submissions(100, lambda _: False)) == 1
    assert len(client.find_submissions_by_metadata("{}", lambda _: False)) == 1
    client.check_access()
    assert server.paths == ["/submission", "/submission", "/analysis"]


def test_a_look_up_reads_pages_while_they_contain_our_submissions() -> None:
    """Given our submissions on a page, then the next page is read; otherwise it is not."""
    server = Endless()
    found = client_of(server).find_submissions_by_metadata("{}", lambda each: each.submission_id < 3)
    assert [each.submission_id for each in found] == [1, 2, 3]


def test_a_truncated_list_of_our_submissions_is_an_error() -> None:
    """Given our submission in a truncated list, then it is an error; if none is ours, it is not."""
    server = OnePage(Response([submission(8, None)], None, truncated=True))
    with pytest.raises(InvalidResponseError, match="truncated the list"):
        client_of(server).find_submissions_by_metadata("{}", lambda _: True)
    assert len(client_of(server).find_submissions_by_metadata("{}", lambda _: False)) == 1


@dataclass
class OnePage:
    """A server with one response."""

    response: Response

    def get(self, _path: str, _query: object = None, shape: type | None = None) -> Response:
        """Return the response."""
        assert isinstance(self.response.data, shape or object)
        return self.response


def submission(number: int, parent: int | None) -> dict[str, Any]:
    """Return a submission that VMRay created from the parent."""
    return {
        "submission_id": number,
        "submission_sample_id": 1,
        "submission_parent_submission_id": parent,
    }


@pytest.mark.parametrize("found", [[], [submission(8, 7)]], ids=["none", "one"])
def test_a_truncated_list_of_children_is_an_error(found: list[dict[str, Any]]) -> None:
    """Given a truncated list of children, then it is an error: the worst one could be missing."""
    with pytest.raises(InvalidResponseError, match="truncated the list"):
        client_of(OnePage(Response(found, None, truncated=True))).list_child_submissions(7)


def test_children_are_selected_if_the_server_ignores_the_filter() -> None:
    """Given a server that ignores the filter, then the children are selected from the newest submissions."""
    found = [submission(8, 7), submission(9, None)]
    children = client_of(OnePage(Response(found, None, truncated=True))).list_child_submissions(7)
    assert [each.submission_id for each in children] == [8]


@pytest.mark.parametrize("found", [[None], [[submission(1, None)]], ["x", 1]])
def test_a_list_without_objects_is_an_error(found: list[object]) -> None:
    """Given a list without objects, then it is an error; an empty list is not."""
    with pytest.raises(InvalidResponseError, match="does not contain the requested objects"):
        client_of(OnePage(Response(found, None))).find_samples("a" * 64)
    assert client_of(OnePage(Response([], None))).find_samples("a" * 64) == []
