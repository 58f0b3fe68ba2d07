"""What VMRay already knows of a URL, before it is submitted: found with VMRay's search language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from ...core.api.vmray_client import Client
from ...core.api.vmray_errors import UnsupportedSubjectError
from ...core.api.vmray_models import Sample, text_of
from ...core.api.vmray_request_errors import ForeignResponseError, NotFoundError, RequestRejectedError
from ...core.submissions.vmray_known_sample import NoSearchError, earlier_of_samples
from ...core.submissions.vmray_submit_decision import Earlier
from ...core.submissions.vmray_url_subject import url_subject

_BAD_QUERY: Final = 400
_NO_ENDPOINT: Final = (404, 405)
# What would end the value in a query.
_ENDS_VALUE: Final = re.compile(r'[\s"]')
_DEFAULT_PORT: Final = re.compile(r"(?i)^(?:(http://[^/?#]*):80|(https://[^/?#]*):443)(?=[/?#]|$)")


def earlier_of_url(client: Client, url: str) -> Earlier:
    """Return what VMRay knows of a URL.

    Raises:
        NoSearchError: VMRay cannot be asked.
    """
    return earlier_of_samples(client, find_url(client, url))


def find_url(client: Client, url: str) -> list[Sample]:
    """Return the samples of a URL.

    The comparison of the search ignores case, so each result is compared again: only the spelling of the scheme, the
    host, a default port and an empty path may differ.

    Raises:
        NoSearchError: VMRay cannot be asked.
    """
    spellings = [_ENDS_VALUE.sub(lambda sign: quote(sign.group()), each) for each in _spellings(url)]
    try:
        try:
            found = client.search_samples(_query(spellings))
        except RequestRejectedError as error:
            if error.status != _BAD_QUERY:
                raise
            found = client.search_samples(
                _query(f'"{each}"' for each in spellings)
            )  # some signs need quotes (inferred)
    except (NotFoundError, RequestRejectedError, ForeignResponseError) as error:
        if error.status not in (_BAD_QUERY, *_NO_ENDPOINT):
            raise
        raise NoSearchError from None
    identity = url_subject(url).identity
    return [each for each in found if _identity(text_of(each.raw, "sample_url")) == identity]


def _query(values: Iterable[str]) -> str:
    return " or ".join(f"url == {value}" for value in values)


def _spellings(url: str) -> list[str]:
    """Return a URL, also without its default port; a URL without a path both with and without a slash."""
    found = list(dict.fromkeys([url, _DEFAULT_PORT.sub(r"\1\2", url)]))
    *_, path = url_subject(url).identity
    if path != "/":
        return found
    return [*found, *(each.removesuffix("/") if each.endswith("/") else f"{each}/" for each in found)]


def _identity(url: str) -> tuple[str, ...] | None:
    try:
        return url_subject(url).identity
    except UnsupportedSubjectError:
        return None
