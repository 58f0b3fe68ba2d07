"""Look up a URL, or the URLs on a host: their samples with the age of their results. Nothing is submitted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from ...core.api.vmray_client import Client
from ...core.api.vmray_errors import NoSearchError
from ...core.api.vmray_models import Sample, Submission, newest_submission, text_of
from ...core.api.vmray_optional import Missing, read_optional
from ...core.api.vmray_request_errors import NotFoundError, RequestError
from ...core.api.vmray_verdicts import Verdict
from ...core.submissions.vmray_known_sample import server_now
from ...core.submissions.vmray_submit_decision import Earlier, earlier_of
from ...core.submissions.vmray_url_search import UrlQuery, has_no_endpoint, searched

# If samples are too old, the next ones are read; a host can have thousands of samples.
MOST_READ: Final = 100


class Limits(NamedTuple):
    """Which samples count.

    Attributes:
        younger_than_days: The newest result has to be younger; 0 for any age.
        max_samples: How many samples are returned.
    """

    younger_than_days: int
    max_samples: int


class KnownUrl(NamedTuple):
    """One sample that was found.

    Attributes:
        earlier: Its newest result.
        newest: Its newest submission without a result, if it has no result; else None.
        missing: Why its submissions are not known; None if they are known.
    """

    sample: Sample
    earlier: Earlier
    newest: Submission | None = None
    missing: Missing | None = None

    @property
    def is_pending(self) -> bool:
        """Whether the first analysis still runs."""
        return self.newest is not None and self.sample.verdict == Verdict.NONE


class LookUp(NamedTuple):
    """What VMRay knows.

    Attributes:
        known: The samples, the worst verdict first.
        total: How many samples match, also those that are not returned.
        similar: How many results of the search are about other URLs.
        has_unread: Whether there are samples that were not read.
        has_unlisted: Whether VMRay has more results than it lists.
    """

    known: Sequence[KnownUrl]
    total: int
    similar: int
    has_unread: bool
    has_unlisted: bool

    @property
    def is_truncated(self) -> bool:
        """Whether there may be samples that are not returned."""
        return self.has_unread or self.has_unlisted


class _Matches(NamedTuple):
    samples: Sequence[Sample]
    similar: int
    has_unlisted: bool


def look_up(client: Client, query: UrlQuery, limits: Limits) -> LookUp:
    """Search, compare, and read the submissions of the samples with the worst verdicts.

    Raises:
        NoSearchError: The server has no search.
        VMRayError: The search or a required request failed.
    """
    found, similar, has_unlisted = _matches(client, query)
    candidates = sorted(found, key=lambda each: (each.verdict.rank, -each.sample_id))
    known: list[KnownUrl] = []
    read = 0
    for each in _known(client, candidates[:MOST_READ], limits):
        read += 1
        known += [each] if _is_young(each, limits) else []
        if len(known) == limits.max_samples:
            break
    return LookUp(known, len(candidates), similar, read < len(candidates), has_unlisted)


def _matches(client: Client, query: UrlQuery) -> _Matches:
    """Search for samples; a server without this search is asked for submissions.

    Raises:
        NoSearchError: The server has neither search.
    """
    try:
        found, has_unlisted = searched(client.search_samples, query.conditions)
    except RequestError as error:
        if not has_no_endpoint(error):
            raise
        return _matches_of_submissions(client, query)
    same = [each for each in found if query.matches(text_of(each.raw, "sample_url"))]
    return _Matches(same, len(found) - len(same), has_unlisted)


def _matches_of_submissions(client: Client, query: UrlQuery) -> _Matches:
    try:
        found, has_unlisted = searched(client.search_submissions, query.conditions)
    except RequestError as error:
        if not has_no_endpoint(error):
            raise
        raise NoSearchError from None
    urls = {each.sample_id: text_of(each.raw, "submission_original_url") for each in found}
    same = sorted((number for number, url in urls.items() if query.matches(url)), reverse=True)
    samples = [each for number in same[:MOST_READ] if (each := _sample(client, number))]
    return _Matches(samples, len(urls) - len(same), has_unlisted or len(same) > MOST_READ)


def _sample(client: Client, number: int) -> Sample | None:
    """Return a sample; None if it was deleted: its submissions can still be listed."""
    try:
        return client.get_sample(number)
    except NotFoundError:
        return None


def _known(client: Client, samples: Sequence[Sample], limits: Limits) -> Iterator[KnownUrl]:
    """Yield each sample with its submissions; they are required if the age decides, else they are optional."""
    for sample in samples:
        found = read_optional("the submissions", lambda: client.list_submissions_of_sample(sample.sample_id))  # noqa: B023 - called at once
        if isinstance(found, Missing):
            if limits.younger_than_days:
                raise found.error
            yield KnownUrl(sample, Earlier(), missing=found)
            continue
        earlier = earlier_of(found, server_now(client))
        yield KnownUrl(sample, earlier, None if earlier.finished else newest_submission(found))


def _is_young(known: KnownUrl, limits: Limits) -> bool:
    """Return whether a sample counts; a first analysis that still runs does."""
    days = limits.younger_than_days
    age = known.earlier.age
    return not days or known.is_pending or (age is not None and age < timedelta(days=days))
