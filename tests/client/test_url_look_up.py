"""Look up URLs and hosts: queries, comparison, the age of results, and servers without a search."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from tests.client.vmray_objects import submission

from vm_ray.core.api.vmray_errors import NoSearchError, UnsupportedSubjectError, VMRayError
from vm_ray.core.api.vmray_models import Sample, Submission
from vm_ray.core.api.vmray_request_errors import (
    NotFoundError,
    RequestError,
    RequestRejectedError,
    ServerError,
)
from vm_ray.core.submissions.vmray_url_look_up import MOST_READ, Limits, LookUp, look_up
from vm_ray.core.submissions.vmray_url_search import UrlQuery, exact_query, host_query

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_client import Client

URL: Final = "http://a.example/x"
NOW: Final = datetime(2026, 3, 9, 12, tzinfo=UTC)
ANY: Final = Limits(0, 10)


@dataclass
class Server:
    """A server whose searches find all of its samples.

    Attributes:
        samples: The samples by id.
        submissions: The submissions of all samples.
        errors: The errors of requests, by the name of the method.
        truncates: Whether there are more samples than the searches list.
        deleted: The ids of samples that are not there any more, although submissions of them are.
    """

    samples: dict[int, dict[str, Any]] = field(default_factory=dict)
    submissions: list[Submission] = field(default_factory=list)
    errors: dict[str, VMRayError] = field(default_factory=dict)
    truncates: bool = False
    deleted: set[int] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)

    def search_samples(self, query: str) -> tuple[list[Sample], bool]:
        """Return all samples."""
        self._see("search_samples", query)
        return [self._sample(number) for number in self.samples], self.truncates

    def search_submissions(self, query: str) -> tuple[list[Submission], bool]:
        """Return a submission of each sample."""
        self._see("search_submissions", query)
        found = [
            submission(6000 + number, number, original_url=raw["sample_url"])
            for number, raw in self.samples.items()
        ]
        return found, self.truncates

    def get_sample(self, sample_id: int) -> Sample:
        """Return one sample."""
        self._see("get_sample", sample_id)
        if sample_id in self.deleted:
            raise NotFoundError("no")
        return self._sample(sample_id)

    def list_submissions_of_sample(self, sample_id: int) -> list[Submission]:
        """Return the submissions of one sample."""
        self._see("list_submissions_of_sample", sample_id)
        return [each for each in self.submissions if each.sample_id == sample_id]

    def server_time(self) -> float:
        """Return the time."""
        return NOW.timestamp()

    def _sample(self, number: int) -> Sample:
        return Sample.from_json({"sample_id": number, **self.samples[number]})

    def _see(self, method: str, what: object) -> None:
        self.seen.append(f"{method} {what}")
        if method in self.errors:
            raise self.errors[method]


def urls(*each: str, verdict: str | None = "clean") -> dict[int, dict[str, Any]]:
    """Samples of URLs, from the id 1."""
    return {
        number: {"sample_url": url, "sample_verdict": verdict} for number, url in enumerate(each, start=1)
    }


def status(error: RequestError, code: int) -> RequestError:
    """Return the error with a status."""
    error.status = code
    return error


def found(server: Server, query: UrlQuery, limits: Limits = ANY) -> LookUp:
    """Look up a URL or a host."""
    return look_up(cast("Client", server), query, limits)


def ids(server: Server, query: UrlQuery, limits: Limits = ANY) -> list[int]:
    """The ids of the samples that are found."""
    return [each.sample.sample_id for each in found(server, query, limits).known]


@pytest.mark.parametrize(
    ("text", "host", "query"),
    [
        ("Evil.EXAMPLE", "evil.example", ["//", ".", "@"]),
        ("evil[.]example.", "evil.example", ["//", ".", "@"]),
        ("b\u00fccher.example", "xn--bcher-kva.example", ["//", ".", "@"]),
        ("192[.]0.2.1", "192.0.2.1", ["//", "@"]),
        ("evil.example:80", "evil.example", ["//", ".", "@"]),
    ],
)
def test_the_query_of_a_host(text: str, host: str, query: list[str]) -> None:
    """A host is searched for in ASCII: after the scheme, below another name, and after credentials."""
    server = Server()

    found(server, host_query(text))

    conditions = " or ".join(f"url like %{each}{host}%" for each in query)
    assert server.seen == [f"search_samples {conditions}"]


@pytest.mark.parametrize(
    "text",
    ["", "a b", "a.example/x", "a.example:8080", "u@a.example", "::1", "[::1]", "_dmarc.a.example", "a%"],
)
def test_what_is_no_host_is_not_asked_for(text: str) -> None:
    """Given a path, a port, credentials, or other signs than those of a host, then the text is no host."""
    with pytest.raises(UnsupportedSubjectError, match="not a host that VMRay can be asked for: "):
        host_query(text)


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("http://evil.example/", True),
        ("HTTPS://EVIL.EXAMPLE.:8443/x", True),
        ("http://www.evil.example", True),
        ("http://user:pass@evil.example/", True),
        ("http://notevil.example/", False),
        ("http://evil.example.org/", False),
        ("http://evil.example@other.example/", False),
        ("http://other.example/?u=http://evil.example/", False),
        ("evil.example", False),
        ("", False),
    ],
)
def test_the_host_of_each_result_is_compared(url: str, *, same: bool) -> None:
    """Given URLs that a search for a host finds, then only those on the host, or below it, count."""
    result = found(Server(urls(url)), host_query("evil.example"))

    assert (len(result.known), result.similar) == ((1, 0) if same else (0, 1))


@pytest.mark.parametrize("stored", ['http://a.example/?q="a b"', "http://a.example/?q=%22a%20b%22"])
@pytest.mark.parametrize("asked", ['http://a.example/?q="a b"', "http://a.example/?q=%22a%20b%22"])
def test_white_space_and_quotes_can_be_encoded(asked: str, stored: str) -> None:
    """Given white space and quotes as they are, or encoded, then the URL is the same."""
    assert ids(Server(urls(stored)), exact_query(asked)) == [1]


def test_the_worst_verdicts_come_first() -> None:
    """Given several samples, then the worst and of these the newest are returned, and the rest is named."""
    server = Server(urls(URL, URL, URL))
    server.samples[2]["sample_verdict"] = "malicious"

    result = found(server, exact_query(URL), Limits(0, 2))

    assert [each.sample.sample_id for each in result.known] == [2, 3]
    assert (result.total, result.is_truncated) == (3, True)
    assert ids(server, exact_query(URL), Limits(0, 3)) == [2, 3, 1]


@pytest.mark.parametrize(("days", "expected"), [(0, [1, 2, 3, 4]), (1, [4]), (3, [2, 4]), (30, [1, 2, 4])])
def test_the_newest_result_decides_about_the_age(days: int, expected: list[int]) -> None:
    """Given results of several ages, none, and a first analysis that runs, then the old ones do not count."""
    server = Server(urls(URL, URL, URL, URL))
    server.samples[4]["sample_verdict"] = None
    ended = {1: ["2026-03-01T12:00:00"], 2: ["2026-02-01T12:00:00", "2026-03-07T11:00:00"]}
    server.submissions = [
        submission(6000 + number * 10 + place, number, finished=True, finish_time=moment)
        for number, moments in ended.items()
        for place, moment in enumerate(moments)
    ]
    server.submissions.append(submission(6040, 4, created="2026-03-09T11:00:00"))

    result = found(server, exact_query(URL), Limits(days, 10))

    assert sorted(each.sample.sample_id for each in result.known) == expected
    assert [each.sample.sample_id for each in result.known if each.is_pending] == [4]


def test_a_host_with_many_old_samples_is_not_read_to_the_end() -> None:
    """Given more samples than are read, none of them young, then nothing is found, and the rest is named."""
    server = Server(urls(*[URL] * (MOST_READ + 1)))

    result = found(server, host_query("a.example"), Limits(1, 1))

    assert (result.known, result.is_truncated, len(server.seen)) == ([], True, MOST_READ + 1)


@pytest.mark.parametrize("errors", [{}, {"search_samples": status(NotFoundError("no"), 404)}])
def test_more_results_than_vmray_lists(errors: dict[str, VMRayError]) -> None:
    """Given a list that VMRay truncated, then there may be more samples than those that are read."""
    result = found(Server(urls(URL), errors=errors, truncates=True), exact_query(URL))

    assert (len(result.known), result.has_unread, result.is_truncated) == (1, False, True)


def test_a_deleted_sample_does_not_hide_the_others() -> None:
    """Given a server without the search for samples, then a submission of a deleted sample does not count."""
    server = Server(urls(URL, URL), errors={"search_samples": status(NotFoundError("no"), 404)}, deleted={2})

    assert ids(server, exact_query(URL)) == [1]


def test_submissions_that_cannot_be_read() -> None:
    """Given an error, then the verdict is still the answer, unless the age decides."""
    server = Server(urls(URL), errors={"list_submissions_of_sample": ServerError("no")})

    (known,) = found(server, exact_query(URL)).known

    assert known.missing is not None
    assert known.missing.note == "the submissions could not be read: no"
    with pytest.raises(ServerError):
        found(server, exact_query(URL), Limits(1, 10))


@pytest.mark.parametrize("error", [status(NotFoundError("no"), 404), status(RequestRejectedError("no"), 405)])
def test_the_submissions_are_searched_instead(error: VMRayError) -> None:
    """Given a server without the search for samples, then submissions are searched, and compared."""
    server = Server(urls(URL, URL.upper()), errors={"search_samples": error})

    assert ids(server, exact_query(URL)) == [1]
    assert server.seen[1:] == [
        f"search_submissions url == {URL}",
        "get_sample 1",
        "list_submissions_of_sample 1",
    ]


@pytest.mark.parametrize(
    ("second", "raised"),
    [
        (status(NotFoundError("no"), 404), NoSearchError),
        (status(RequestRejectedError("no"), 400), RequestRejectedError),
    ],
)
def test_a_server_without_both_searches(second: VMRayError, raised: type[VMRayError]) -> None:
    """Given 404 for both searches, then there is no search; another error is the reason itself."""
    errors: dict[str, VMRayError] = {
        "search_samples": status(NotFoundError("no"), 404),
        "search_submissions": second,
    }
    with pytest.raises(raised):
        found(Server(urls(URL), errors=errors), exact_query(URL))
