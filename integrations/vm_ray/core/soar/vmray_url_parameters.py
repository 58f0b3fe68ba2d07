"""The parameter for URLs: what it may contain, and which URL each of its texts stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ...core.api.vmray_errors import ParameterError, UnsupportedSubjectError
from ...core.api.vmray_spelling import texts_of_list, trimmed
from ...core.soar.vmray_parameters import Parameters, param, plain_text
from ...core.submissions.vmray_url_subject import UrlSubject, url_subject

URLS: Final = "URLs"
MAX_URLS: Final = 100
_ALLOWED: Final = "URLs with http or https, separated by blanks, line ends or commas"
_NOT_ANALYZED: Final = "not a URL that VMRay analyses"
_SCHEMES: Final = ("http", "https")
# A comma separates two URLs only if a scheme follows: URLs may contain commas.
_SEPARATOR: Final = re.compile(r"(?i),\s*(?=[a-z][a-z0-9+.*-]{0,30}\W{0,3}:\W{0,3}/)|\s+")


@dataclass(frozen=True)
class UrlParameters(Parameters):
    """The URLs; if none are given, those of the case."""

    urls: str = param(URLS, plain_text(_ALLOWED, keeps_blanks=True))


def split_urls(text: str) -> list[str]:
    """Split a list of URLs, or read a list in JSON or Python.

    Raises:
        ParameterError: There are too many.
    """
    given = texts_of_list(trimmed(text))
    pieces = _SEPARATOR.split(text) if given is None else given
    found = [piece for piece in dict.fromkeys(map(trimmed, pieces)) if piece]
    if len(found) > MAX_URLS:
        raise ParameterError(URLS, f"has {len(found)} entries", f"at most {MAX_URLS}")
    return found


def analyzed_url(text: str) -> UrlSubject:
    """Return the URL that a text stands for.

    Raises:
        UnsupportedSubjectError: The text is not a URL, or its scheme is another one.
    """
    try:
        subject = url_subject(text)
    except UnsupportedSubjectError as error:
        why = str(error).removeprefix("not a URL: ").replace("http://, https:// or ftp://", "http:// or https://")
        raise UnsupportedSubjectError(f"{_NOT_ANALYZED}: {why}") from None
    if subject.identity[0] not in _SCHEMES:
        raise UnsupportedSubjectError(f"{_NOT_ANALYZED}: its scheme is {subject.identity[0]}")
    return subject
