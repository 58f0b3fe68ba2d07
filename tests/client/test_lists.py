"""Long lists: read to their end, and no further than anybody's patience."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from vm_ray.core.vmray_client import MAX_PAGES, Client
from vm_ray.core.vmray_errors import AnswerUnreadable
from vm_ray.core.vmray_wire import Answer

if TYPE_CHECKING:
    from vm_ray.core.vmray_transport import Transport


@dataclass
class Endless:
    """A server whose lists always have another page."""

    asked: list[str] = field(default_factory=list)

    def get(self, path: str, _query: object = None, shape: type | None = None) -> Answer:
        """One page, and where the next one is."""
        assert shape in (list, None)
        self.asked.append(path)
        item: dict[str, Any] = {"submission_id": len(self.asked), "submission_sample_id": 1}
        return Answer([item], "7")


def client_of(server: Endless) -> Client:
    """A client of it."""
    return Client(cast("Transport", server))


def test_a_list_without_an_end_is_no_answer() -> None:
    """Half of a list would be taken for the whole: it is an error after a thousand pages."""
    server = Endless()
    with pytest.raises(AnswerUnreadable, match="had no end after 1000 pages"):
        client_of(server).submissions_of_sample(1)
    assert len(server.asked) == MAX_PAGES + 1


def test_what_is_asked_for_a_first_page_reads_no_other() -> None:
    """The newest submissions, a look-up by metadata and the test of the connection are one request each."""
    server = Endless()
    client = client_of(server)
    assert len(client.newest_submissions(100)) == 1
    assert len(client.submissions_with_metadata("{}")) == 1
    client.check_access()
    assert server.asked == ["/submission", "/submission", "/analysis"]
