"""What VMRay already knows of a URL, before it is submitted: found with VMRay's search language."""

from __future__ import annotations

from ...core.api.vmray_client import Client
from ...core.api.vmray_errors import NoSearchError
from ...core.api.vmray_models import Sample, text_of
from ...core.api.vmray_request_errors import RequestError
from ...core.submissions.vmray_known_sample import earlier_of_samples
from ...core.submissions.vmray_submit_decision import Earlier
from ...core.submissions.vmray_url_search import BAD_QUERY, exact_query, has_no_endpoint, searched


def earlier_of_url(client: Client, url: str) -> Earlier:
    """Return what VMRay knows of a URL.

    Raises:
        NoSearchError: VMRay cannot be asked.
    """
    return earlier_of_samples(client, find_url(client, url))


def find_url(client: Client, url: str) -> list[Sample]:
    """Return the samples of a URL.

    Raises:
        NoSearchError: VMRay cannot be asked.
    """
    query = exact_query(url)
    try:
        found, _ = searched(client.search_samples, query.conditions)
    except RequestError as error:
        if error.status != BAD_QUERY and not has_no_endpoint(error):
            raise
        raise NoSearchError from None
    return [each for each in found if query.matches(text_of(each.raw, "sample_url"))]
