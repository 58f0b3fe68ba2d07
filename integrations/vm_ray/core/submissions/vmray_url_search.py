"""Searches for URLs in VMRay's search language, and the comparison of what they find."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar
from urllib.parse import quote

from ...core.api.vmray_errors import UnsupportedSubjectError
from ...core.api.vmray_request_errors import RequestError, RequestRejectedError
from ...core.submissions.vmray_url_subject import url_subject

Found = TypeVar("Found")

BAD_QUERY: Final = 400
_NO_ENDPOINT: Final = (404, 405)
# What would end the value in a query.
_ENDS_VALUE: Final = re.compile(r'[\s"]')
_DEFAULT_PORT: Final = re.compile(r"(?i)^(?:(http://[^/?#]*):80|(https://[^/?#]*):443)(?=[/?#]|$)")
_NAME_OF_HOST: Final = re.compile(r"^([^:/?#]+://(?:[^/?#@]*@)?)([^/?#:]+)")
_HOST: Final = re.compile(r"[a-z0-9.-]+")
_ADDRESS: Final = re.compile(r"[0-9.]+")
_NO_HOST: Final = "not a host that VMRay can be asked for"
_OTHER_SIGNS: Final = "it has other signs than letters, digits, dots and hyphens"


class Condition(NamedTuple):
    """One condition about the URL of a sample."""

    operator: str
    value: str


class UrlQuery(NamedTuple):
    """A URL or a host that samples are searched for.

    Attributes:
        text: The URL, or the host in its ASCII form.
        match: ``exact`` for a URL, ``host`` for the URLs on a host.
        identity: What all spellings of the URL share; empty for a host.
    """

    text: str
    match: str
    identity: tuple[str, ...] = ()

    @property
    def conditions(self) -> Sequence[Condition]:
        """The conditions of the search, one of which has to be true."""
        if self.match == "exact":
            found = [Condition("==", each) for each in _spellings(self.text)]
            if _ENDS_VALUE.search(self.text):  # VMRay may have the URL as it was sent, with the signs themselves
                found.append(Condition("like", _ENDS_VALUE.sub("%", self.text)))
            return found
        starts = ["//", "@"] if _ADDRESS.fullmatch(self.text) else ["//", ".", "@"]
        return [Condition("like", f"%{each}{self.text}%") for each in starts]

    def matches(self, url: str) -> bool:
        """Return whether a URL is the same, or is on this host or on a part of its domain.

        The search ignores case, and finds a host also in other parts of a URL. So each result is compared again: only
        the spelling of the scheme, the host, a default port, an empty path, white space and quotes may differ.
        """
        identity = _identity(url)
        if self.match == "exact" or identity is None:
            return identity == self.identity
        _, _, host, *_ = identity
        return f".{host.removesuffix('.')}".endswith(f".{self.text}")


def exact_query(url: str) -> UrlQuery:
    """Return the query for a URL.

    Raises:
        UnsupportedSubjectError: The text is not a URL.
    """
    return UrlQuery(url, "exact", _identity_of(url))


def host_query(text: str) -> UrlQuery:
    """Return the query for the URLs on a host: a name or an IPv4 address, which may be defanged.

    Raises:
        UnsupportedSubjectError: The text is no host, or VMRay's search language has no form for the host.
    """
    if text.count(":") > 1:
        raise UnsupportedSubjectError(f"{_NO_HOST}: {_OTHER_SIGNS}")
    try:
        _, user, host, port, path = url_subject(f"http://{text.strip()}").identity
    except UnsupportedSubjectError as error:
        raise UnsupportedSubjectError(f"{_NO_HOST}: {str(error).removeprefix('not a URL: ')}") from None
    if (user, port, path) != ("", "80", "/"):
        raise UnsupportedSubjectError(f"{_NO_HOST}: something precedes or follows the host")
    if not _HOST.fullmatch(host):
        raise UnsupportedSubjectError(f"{_NO_HOST}: {_OTHER_SIGNS}")
    return UrlQuery(host.removesuffix("."), "host")


def searched(search: Callable[[str], Found], conditions: Sequence[Condition]) -> Found:
    """Search; a query that VMRay rejects is sent once more, with its values in quotes (inferred).

    Args:
        search: Sends a query.
        conditions: The conditions, one of which has to be true.
    """
    encoded = [each._replace(value=_encoded(each.value)) for each in conditions]
    try:
        return search(" or ".join(f"url {operator} {value}" for operator, value in encoded))
    except RequestRejectedError as error:
        if error.status != BAD_QUERY:
            raise
        return search(" or ".join(f'url {operator} "{value}"' for operator, value in encoded))


def has_no_endpoint(error: RequestError) -> bool:
    """Return whether the server does not have the endpoint of a search."""
    return error.status in _NO_ENDPOINT


def _spellings(url: str) -> list[str]:
    """Return a URL, also without its default port and with the ASCII form of its host.

    A URL without a path is returned both with and without a slash.
    """
    _, _, host, _, path = url_subject(url).identity
    in_ascii = url if url.isascii() else _NAME_OF_HOST.sub(lambda parts: f"{parts[1]}{host}", url)
    found = list(dict.fromkeys(form for each in (url, in_ascii) for form in (each, _DEFAULT_PORT.sub(r"\1\2", each))))
    if path != "/":
        return found
    return [*found, *(each.removesuffix("/") if each.endswith("/") else f"{each}/" for each in found)]


def _identity(url: str) -> tuple[str, ...] | None:
    try:
        return _identity_of(url)
    except UnsupportedSubjectError:
        return None


def _identity_of(url: str) -> tuple[str, ...]:
    return tuple(map(_encoded, url_subject(url).identity))


def _encoded(text: str) -> str:
    """Return a text with its white space and quotes in percent encoding."""
    return _ENDS_VALUE.sub(lambda sign: quote(sign.group()), text)
