"""What VMRay knows of a URL: the query, the comparison of the results, and servers without a search."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast

import pytest
from tests.client.stand_in import imported
from tests.client.vmray_objects import submission

from vm_ray.core.api.vmray_errors import NoSearchError, ParameterError
from vm_ray.core.api.vmray_models import Sample, Submission
from vm_ray.core.api.vmray_request_errors import (
    ForeignResponseError,
    NotFoundError,
    RequestError,
    RequestRejectedError,
    ServerError,
)
from vm_ray.core.submissions.vmray_known_sample import earlier_of_file
from vm_ray.core.submissions.vmray_known_url import earlier_of_url, find_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from vm_ray.core.api.vmray_client import Client

NOW: Final = datetime(2026, 3, 9, 12, tzinfo=UTC)


@dataclass
class Searching:
    """A server with samples that every search finds.

    Attributes:
        urls: The URLs of its samples.
        errors: The errors of the next searches.
    """

    urls: list[str] = field(default_factory=list)
    errors: list[RequestError] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)

    def search_samples(self, query: str) -> tuple[list[Sample], bool]:
        """Return all samples."""
        self.queries.append(query)
        if self.errors:
            raise self.errors.pop(0)
        return [
            Sample.from_json({"sample_id": number, "sample_url": url}) for number, url in enumerate(self.urls)
        ], False

    def find_samples(self, _sha256: str) -> list[Sample]:
        """Return all samples."""
        return self.search_samples("")[0]

    def list_submissions_of_sample(self, sample_id: int) -> list[Submission]:
        """Return one finished submission of each sample."""
        created = f"2026-03-0{sample_id + 1}T12:00:00"
        return [submission(6000 + sample_id, sample_id, finished=True, finish_time=created)]

    def server_time(self) -> float:
        """Return the time."""
        return NOW.timestamp()


def found(server: Searching, url: str) -> list[str]:
    """Search for a URL."""
    return [str(each.raw["sample_url"]) for each in find_url(cast("Client", server), url)]


def failing(error: RequestError, status: int) -> RequestError:
    """Return the error with a status."""
    error.status = status
    return error


@pytest.mark.parametrize(
    ("url", "same", "others"),
    [
        (
            "http://A.example/Path?q=1",
            ["http://a.EXAMPLE:80/Path?q=1", "HTTP://A.example/Path?q=1"],
            ["http://a.example/path?q=1", "https://a.example/Path?q=1", "http://a.example/Path", ""],
        ),
        (
            "https://a.example",
            ["https://a.example:443/"],
            ["https://b.example/", "no URL", "https://a.example/?"],
        ),
    ],
)
def test_each_result_is_compared(url: str, same: list[str], others: list[str]) -> None:
    """Given results of a search that ignores case, then only other spellings of the same URL count."""
    assert found(Searching([*others, *same]), url) == same


@pytest.mark.parametrize(
    ("url", "query"),
    [
        ("http://a.example/x", "url == http://a.example/x"),
        ("http://a.example", "url == http://a.example or url == http://a.example/"),
        ("http://a.example/", "url == http://a.example/ or url == http://a.example"),
        ("HTTPS://a.example:443/x", "url == HTTPS://a.example:443/x or url == HTTPS://a.example/x"),
        ("http://[::1]:80/x", "url == http://[::1]:80/x or url == http://[::1]/x"),
        ("http://a.example:443/x", "url == http://a.example:443/x"),
        (
            "http://u@B\u00fccher.example/\u00fc",
            "url == http://u@B\u00fccher.example/\u00fc or url == http://u@xn--bcher-kva.example/\u00fc",
        ),
        ("http://a.example/\u00fc", "url == http://a.example/\u00fc"),
        ('http://a.example/a b"c', "url == http://a.example/a%20b%22c or url like http://a.example/a%b%c"),
    ],
)
def test_the_query(url: str, query: str) -> None:
    """Signs that would end the value are encoded, or a wildcard; other parts can have two spellings."""
    server = Searching()

    assert found(server, url) == []
    assert server.queries == [query]


def test_a_rejected_query_is_sent_once_more_in_quotes() -> None:
    """Given 400, then the value is sent in quotes."""
    server = Searching(["http://a.example/x"], [failing(RequestRejectedError("no"), 400)])

    assert found(server, "http://a.example/x") == ["http://a.example/x"]
    assert server.queries[1] == 'url == "http://a.example/x"'


@pytest.mark.parametrize(
    "errors",
    [
        [failing(NotFoundError("no"), 404)],
        [failing(ForeignResponseError("no"), 404)],
        [failing(RequestRejectedError("no"), 405)],
        [failing(RequestRejectedError("no"), 400), failing(RequestRejectedError("no"), 400)],
    ],
)
def test_a_server_without_a_search(errors: list[RequestError]) -> None:
    """Given 404, 405, or 400 twice, then the server cannot be asked."""
    with pytest.raises(NoSearchError):
        found(Searching(errors=[*errors]), "http://a.example/x")


@pytest.mark.parametrize("error", [ServerError("no"), failing(RequestRejectedError("no"), 413)])
def test_other_errors_are_not_taken_for_a_missing_search(error: RequestError) -> None:
    """Given another error, then it is the reason."""
    with pytest.raises(RequestError, match="no"):
        found(Searching(errors=[error]), "http://a.example/x")


def test_the_submissions_of_all_samples_count() -> None:
    """Given several samples, then the newest submission of all of them counts."""
    server = cast("Client", Searching(["http://a.example/x"] * 3))

    for earlier in (earlier_of_url(server, "http://a.example/x"), earlier_of_file(server, "ab")):
        assert earlier.finished is not None
        assert (earlier.finished.sample_id, earlier.age_days) == (2, 6)


@pytest.fixture(scope="module")
def intake() -> Iterator[ModuleType]:
    """The module with the parameter of URLs."""
    with imported("core.soar.vmray_url_parameters") as modules:
        yield modules["core.soar.vmray_url_parameters"]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("http://a.example/x,y", ["http://a.example/x,y"]),
        ("http://a.example/x,http://b.example/", ["http://a.example/x", "http://b.example/"]),
        ("http://a.example/,\n https://b.example/ ", ["http://a.example/", "https://b.example/"]),
        (
            "hxxp://a[.]example/ , hxxps[:]//b[.]example/",
            ["hxxp://a[.]example/", "hxxps[:]//b[.]example/"],
        ),
        ('["http://a.example/ x", "http://b.example"]', ["http://a.example/ x", "http://b.example"]),
        ("http://a.example/ http://a.example/", ["http://a.example/"]),
        (" \n", []),
    ],
)
def test_a_list_of_urls_is_split(intake: ModuleType, text: str, urls: list[str]) -> None:
    """Given blanks, or commas before a scheme, then they separate URLs; other commas are part of a URL."""
    assert intake.split_urls(text) == urls


def test_too_many_urls_are_an_error(intake: ModuleType) -> None:
    """Given 101 URLs, then the error names the parameter."""
    with pytest.raises(ParameterError) as caught:
        intake.split_urls(" ".join(f"http://a.example/{number}" for number in range(101)))
    assert caught.value.parameter == "URLs"
