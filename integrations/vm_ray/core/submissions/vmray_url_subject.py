"""The URL that a text stands for, checked before any quota is spent.

People copy URLs from e-mails and reports: with blanks, in quotes, and defanged, so that nobody opens them by mistake.
All of that is removed. What could be a part of the URL stays exactly as it is, for example a full stop at the end, or
``[.]`` in a query if the host is not defanged in the same way.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import Final, NamedTuple

from ...core.api.vmray_errors import UnsupportedSubjectError
from ...core.api.vmray_protocol import is_utf8_encodable
from ...core.api.vmray_spelling import hidden_cause, name_of, unwrapped, without_invisible

# The schemes that VMRay can open (inferred: VMRay documents examples with http and https only).
_PORTS: Final = {"http": "80", "https": "443", "ftp": "21"}
_HIGHEST_PORT: Final = 65_535
_LONGEST_START: Final = len("https://")
_LONGEST_LABEL: Final = 63
_HIGHEST_BYTE: Final = 255

# Browsers remove these as well, wherever they are.
_LINE_ENDS: Final = re.compile("[\t\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_LABEL: Final = re.compile(r"(?i)url\s{0,9}[:=]\s*(?!//)")
# ``hxxp://``, ``h**ps[:]//``, ``http[://]``, ``http:[//]``, ``http[s]://``; ``http:\/\/`` of JSON; ``http:\\``.
_SCHEME: Final = re.compile(
    r"(?i)(?P<name>[a-z][a-z0-9+.*#_-]{0,30})(?P<s>\[s\]|\(s\))?"
    r"(?P<separator>[\[({<]?:[\])}>]?[\[({]?/[\])}]?[\[({]?/[\])}>]?|:\\/\\/|:\\\\)"
)
_URL_AT_START: Final = re.compile(r"(?i)\s*(?:h[tx*]{2}ps?|ftp)\W{0,3}:\W{0,3}/")
_NEXT_URL: Final = re.compile(r"(?i)\s[,;|<\"']{0,3}(?:h[tx*]{2}ps?|ftp)\W{0,3}:\W{0,3}/")
_QUERY: Final = re.compile("[?#]")
_DEFANGED_SCHEME: Final = re.compile(r"(?:h[tx*#_+-]{2}|f[tx*])p(s?)")
# Up to the path, the query or the fragment; ``\.`` and ``[/]`` are defanged signs.
_AUTHORITY: Final = re.compile(r"(?:\\\.|[\[({](?!/[\])}])|[^\[({/\\?#])*")
_DOT: Final = re.compile(r"(?i)\s{0,3}(?:[\[({]\s?(?:\.|dot)\s?[\])}]|\\\.|[\[({]\.|\.[\])}])\s{0,3}")
_AT: Final = re.compile(r"(?i)\s{0,3}[\[({]\s?(?:@|at)\s?[\])}]\s{0,3}|@")
_COLON: Final = re.compile(r"[\[({]:[\])}]")
_SLASH: Final = re.compile(r"[\[({]/[\])}]")
_ADDRESS: Final = r"\[(?=[^\]]*:[^\]]*:)[0-9a-fA-F:.]+(?:%[^\s\]]*)?\]"
_NO_PART_OF_A_NAME: Final = r"\s\[\](){}<>\"|\\^`@,;!'$%*"
_HOST: Final = re.compile(rf"(?P<name>{_ADDRESS}|[^:{_NO_PART_OF_A_NAME}]+)(?::(?:0*(?P<port>[1-9][0-9]{{0,4}}|0))?)?")
_NOT_IN_HOST: Final = re.compile(f"[{_NO_PART_OF_A_NAME}]")
# What a character of a host stands for after NFKC must not be a sign that ends the host.
_NOT_IN_NAME: Final = re.compile(f"[{_NO_PART_OF_A_NAME}:/?#]")
_FOUR_NUMBERS: Final = re.compile(r"[0-9]+(?:\.[0-9]+){3}")
# IDNA 2003, which Python has, replaces them; IDNA 2008, which browsers use, does not.
_DEVIATIONS: Final = re.compile("[\u00df\u03c2\u200c\u200d]")
_VISIBLE: Final = re.compile(r"[^\W_]")


class UrlSubject(NamedTuple):
    """A URL that can be submitted.

    Attributes:
        url: The URL; the spelling of its parts is the given one.
        identity: The same for each spelling of this URL: scheme, user, host, default port, empty path.
        was_defanged: Whether the URL was spelled so that it could not be opened.
        was_interrupted: Whether line ends or invisible characters inside the URL were removed.
    """

    url: str
    identity: tuple[str, ...]
    was_defanged: bool
    was_interrupted: bool


def url_subject(text: str) -> UrlSubject:
    """Return the URL that a text stands for.

    Raises:
        UnsupportedSubjectError: The text is not a URL with a scheme and a host, or it cannot be sent; nothing was sent.
    """
    given, plain = _visible(text)
    start = _SCHEME.match(plain)
    scheme = _scheme_of(start) if start else ""
    if start is None or scheme.lower() not in _PORTS:
        cause = hidden_cause(plain[:_LONGEST_START])
        raise UnsupportedSubjectError(f"not a URL: it has to begin with http://, https:// or ftp://{cause}")
    rest = plain[start.end() :]
    if _URL_AT_START.match(rest):
        raise UnsupportedSubjectError("not a URL: a second scheme follows the first")
    # A query or a fragment can be any text, also one with a URL.
    if _NEXT_URL.search(_QUERY.split(rest, maxsplit=1)[0]):
        raise UnsupportedSubjectError("not a URL: two URLs in one text")
    if start["separator"] == ":\\/\\/":
        rest = rest.replace("\\/", "/")
    found = _refanged(rest, scheme_was_defanged=f"{scheme}://" != start.group())
    url = f"{scheme}://{found.user}{found.host.group()}{found.tail}"
    return UrlSubject(url, _identity(scheme, found), url != plain, plain != given)


def _visible(text: str) -> tuple[str, str]:
    """Return the text without what surrounds a URL, and the same without line ends and invisible characters inside."""
    given = unwrapped(text)
    label = _LABEL.match(given)
    given = unwrapped(given[label.end() :]) if label else given
    lines = _LINE_ENDS.split(given)
    if any(_URL_AT_START.match(line) for line in lines[1:]):
        raise UnsupportedSubjectError("not a URL: another URL follows after a line end")
    plain = without_invisible("".join(lines))
    if not is_utf8_encodable(plain):
        raise UnsupportedSubjectError("contains characters that cannot be sent to VMRay")
    return given, plain


class _Parts(NamedTuple):
    """The parts of a URL after its scheme; each part has its separator, so that together they are the exact text."""

    user: str
    host: re.Match[str]
    tail: str


def _scheme_of(start: re.Match[str]) -> str:
    """Return the scheme, as it is spelled unless it is defanged; empty if its brackets do not match."""
    name = start["name"]
    brackets = re.sub(r"[^\[\](){}<>]", "", start["separator"])
    if re.sub(r"\[\]|\(\)|\{\}|<>", "", brackets):
        return ""
    if name.lower() in _PORTS and not start["s"]:
        return name
    defanged = _DEFANGED_SCHEME.fullmatch(name.lower())
    if defanged is None:
        return ""
    secure = "s" if defanged[1] or start["s"] else ""
    return f"ftp{secure}" if name.lower().startswith("f") else f"http{secure}"


def _refanged(rest: str, *, scheme_was_defanged: bool) -> _Parts:
    """Split what follows the scheme, and undo the defanging.

    The host has none of the signs that defang, so they are replaced there in any case. The other parts may have them.
    They are only changed if the text is certainly defanged as a whole: no dot of the host was left as it is.
    """
    found = _AUTHORITY.match(rest)
    authority = found.group() if found else ""
    tail = rest[len(authority) :]
    *_, at = [None, *_AT.finditer(authority)]
    user, written = (authority[: at.start()], authority[at.end() :]) if at else ("", authority)
    host = _host(_COLON.sub(":", _DOT.sub(".", written)))
    was_defanged = scheme_was_defanged or host.group() != written or (at is not None and at.group() != "@")
    if was_defanged and "." not in _DOT.sub("", written):
        styles = {_style(dot) for dot in _DOT.finditer(written)} or {"[.]"}
        user, tail = _refanged_text(user, styles), _refanged_text(tail, styles)
    return _Parts(f"{user}@" if at else "", host, _SLASH.sub("/", tail, count=1) if _SLASH.match(tail) else tail)


def _refanged_text(text: str, styles: set[str]) -> str:
    """Undo the defanging in a part that is certainly defanged: dots as in the host, and the signs of other tools."""
    dots = _DOT.sub(lambda dot: "." if _style(dot) in styles else dot.group(), text)
    return re.sub(r"(?i)hxxp(s?):", r"http\1:", dots).replace("[:]//", "://").replace("[@]", "@").replace("[/]", "/")


def _style(dot: re.Match[str]) -> str:
    return dot.group().strip().lower()


def _host(host: str) -> re.Match[str]:
    """Return the name or address of a host, with its port.

    Raises:
        UnsupportedSubjectError: The text is no host.
    """
    found = _HOST.fullmatch(host)
    if found is None or not _has_name(found) or int(found["port"] or 0) > _HIGHEST_PORT:
        if (odd := _NOT_IN_HOST.search(host)) is not None:
            raise UnsupportedSubjectError(f"not a URL: {name_of(odd.group())} cannot be a part of a host")
        if not _VISIBLE.search(host.partition(":")[0]):
            raise UnsupportedSubjectError("not a URL: no host follows the scheme")
        raise UnsupportedSubjectError("not a URL: the port is not a number up to 65535")
    if _is_address(found["name"]):
        _check_address(found["name"])
    else:
        _check_name(found["name"])
    return found


def _is_address(name: str) -> bool:
    return name.startswith("[")


def _has_name(host: re.Match[str]) -> bool:
    return _is_address(host["name"]) or _VISIBLE.search(host["name"]) is not None


def _check_address(name: str) -> None:
    """Check that the address in brackets can exist."""
    try:
        ipaddress.IPv6Address(name[1:-1])
    except ValueError:
        raise UnsupportedSubjectError("not a URL: the host is not a valid IPv6 address") from None


def _check_name(name: str) -> None:
    """Check that a name or an IPv4 address can exist."""
    for each in name:
        if _NOT_IN_NAME.search(unicodedata.normalize("NFKC", each)):
            raise UnsupportedSubjectError(f"not a URL: {name_of(each)} cannot be a part of a host")
    plain = _compatible(name).removesuffix(".")
    labels = plain.split(".")
    if "" in labels:
        raise UnsupportedSubjectError("not a URL: the host has an empty part between two dots or before the first")
    if max(map(len, labels)) > _LONGEST_LABEL:
        raise UnsupportedSubjectError(f"not a URL: a part of the host has more than {_LONGEST_LABEL} characters")
    if _FOUR_NUMBERS.fullmatch(plain) and any(int(each) > _HIGHEST_BYTE for each in labels if each[0] != "0"):
        raise UnsupportedSubjectError(
            f"not a URL: the host is not an IPv4 address, because a number is above {_HIGHEST_BYTE}"
        )


def _compatible(name: str) -> str:
    """Return a name in lower case, with full-width letters and ideographic dots as the usual ones."""
    return unicodedata.normalize("NFKC", name.lower()).lower().replace("\u3002", ".")


def _same_host(name: str) -> str:
    """Return what the spellings of a host share: the short form of an IPv6 address, the ASCII form of a name."""
    if _is_address(name):
        return f"[{ipaddress.IPv6Address(name[1:-1])}]".lower()
    plain = _compatible(name)
    if plain.isascii() or _DEVIATIONS.search(plain):
        return plain
    try:
        return plain.encode("idna").decode("ascii")
    except UnicodeError:
        return plain


def _identity(scheme: str, found: _Parts) -> tuple[str, ...]:
    """Return what all certainly equal spellings of a URL share."""
    port = found.host["port"] or _PORTS[scheme.lower()]
    path = found.tail if found.tail.startswith(("/", "\\")) else f"/{found.tail}"
    user = "" if found.user in ("@", ":@") else found.user
    return scheme.lower(), user, _same_host(found.host["name"]), port, path
