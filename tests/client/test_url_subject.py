"""The URL that a text stands for: spellings, defanged URLs, what is not a URL, which spellings are equal."""

from __future__ import annotations

import re
import time
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hostile.strategies import quick

from vm_ray.core.api.vmray_errors import UnsupportedSubjectError
from vm_ray.core.results.vmray_escape import defang
from vm_ray.core.submissions.vmray_url_subject import url_subject

URL: Final = "http://evil.example/login"
SECURE: Final = "https://www.evil.example:8443/a.exe?x=1&y=b.c#top"

# Spellings of `URL` with additions that are not part of it.
WRAPPED: Final = [
    f" {URL} ",
    f"{URL}\n",
    f"\t{URL}\r\n",
    f"\u00a0{URL}\u3000",
    f"\ufeff{URL}",
    f"{URL}\u200b\u200b",
    f"\u202d{URL}\u202c",
    f"{URL}\u00ad",
    f'"{URL}"',
    f"'{URL}'",
    f"`{URL}`",
    f"“{URL}”",
    f"«{URL}»",
    f"<{URL}>",
    f"< {URL} >",
    f"<URL:{URL}>",
    f"URL: {URL}",
    f'url="{URL}"',
    f"\u200b'\u200b{URL} '\n",
]
# Spellings of `URL` with line ends or invisible characters inside.
INTERRUPTED: Final = [
    "http://evil.exa\nmple/login",
    "http://evil.example/\r\n  login".replace("  ", ""),
    "http://evil.example/lo\tgin",
    "http://ev\u200bil.example/login",
    "http://evil\u2060.example/login",
    "http://evil.example/lo\u00adgin",
    "ht\ufefftp://evil.example/login",
    "http://\u202eevil.example/login",
    "http://evil.example/log\u200din",
    "http://evil.example/lo\x00gin",
]
# Defanged spellings of `URL`.
DEFANGED: Final = [
    "hxxp://evil.example/login",
    "hXXp://evil.example/login",
    "HXXP://evil.example/login",
    "h**p://evil.example/login",
    "htxp://evil.example/login",
    "hxxp://evil[.]example/login",
    "http://evil[.]example/login",
    "http://evil(.)example/login",
    "http://evil{.}example/login",
    "http://evil[dot]example/login",
    "http://evil(dot)example/login",
    "http://evil[DOT]example/login",
    "http://evil [.] example/login",
    "http://evil\\.example/login",
    "http://evil[.example/login",
    "http://evil.]example/login",
    "http[:]//evil.example/login",
    "http[://]evil.example/login",
    "http(:)//evil.example/login",
    "http:[//]evil.example/login",
    "http[:][/][/]evil.example/login",
    "http[:/]/evil.example/login",
    "http:\\\\evil.example/login",
    "http:\\/\\/evil.example\\/login",
    "http://evil.example[/]login",
    "hxxp[:]//evil[.]example[/]login",
    '"hxxp[://]evil[dot]example/login\u200b" ',
    "<URL:hxxp://evil(.)example/login>",
]
# URLs that stay exactly as they are.
EXACT: Final = [
    URL,
    SECURE,
    "HTTP://Evil.EXAMPLE/Login",
    "http://evil.example",
    "http://evil.example.",
    "http://evil.example/a.",
    "http://evil.example/a,",
    "http://evil.example/a)",
    'http://evil.example/"a"',
    "http://evil.example/a b?c d",
    "http://evil.example/%5B.%5D%20",
    "http://evil.example/?a=[.]",
    "http://evil.example/a[.]b/[dot]",
    "http://evil.example/?u=hxxp://b[.]example",
    "http://evil.example/a\\/b",
    "http://user:p[.]w(at)x@evil.example/",
    "http://user@other.example@evil.example/",
    "http://1.2.3.4:8080/",
    "http://2130706433/",
    "http://[::1]/",
    "http://[2001:db8::1]:8443/a",
    "http://[::ffff:1.2.3.4]/",
    "http://[fe80::1%25eth0]/",
    "http://[::]/",
    "http://0300.0250.0.1/",
    "http://255.255.255.255./",
    "http://a.256.256.256/",
    "http://evil.example/a,b;c http",
    "http://evil.example/?text=see http://b.example",
    "http://evil.example/?u=http://b.example,http://c.example",
    f"http://{'a' * 63}.example/",
    "http://localhost/a[.]b",
    "http://my_host.example/",
    "https://bücher.example/ü?ü=ü",
    "https://xn--bcher-kva.example/",
    "https://пример.испытание/",
    "https://fa.example/می\u200cخواهم",  # noqa: RUF001 - another script
    "https://evil.example/👩\u200d👩",
    "http://evil.example?a=1",
    "http://evil.example#a",
    "http://evil.example:/",
    "ftp://evil.example/a.exe",
    "http://evil.example/" + "a" * 5_000,
]
# What is not a URL, and why.
SCHEME: Final = "it has to begin with http://, https:// or ftp://"
NO_HOST: Final = "no host follows the scheme"
TWICE: Final = "a second scheme follows the first"
TWO: Final = "another URL follows after a line end"
ONE_LINE: Final = "two URLs in one text"
EMPTY: Final = "the host has an empty part between two dots or before the first"
IPV4: Final = "the host is not an IPv4 address, because a number is above 255"
IPV6: Final = "the host is not a valid IPv6 address"
SIGNS: Final = {
    ",": "U+002C COMMA",
    ";": "U+003B SEMICOLON",
    "!": "U+0021 EXCLAMATION MARK",
    "'": "U+0027 APOSTROPHE",
    "$": "U+0024 DOLLAR SIGN",
    "%": "U+0025 PERCENT SIGN",
    "*": "U+002A ASTERISK",
    "\uff0c": "U+FF0C FULLWIDTH COMMA",
    "\uff0f": "U+FF0F FULLWIDTH SOLIDUS",
}
REFUSED: Final = {
    "": SCHEME,
    "\u200b": SCHEME,
    "evil.example": SCHEME,
    "www.evil.example/a": SCHEME,
    "evil[.]example/a": SCHEME,
    "//evil.example/a": SCHEME,
    "://evil.example/a": SCHEME,
    "1.2.3.4": SCHEME,
    "http": SCHEME,
    "http:evil.example": SCHEME,
    "http:/evil.example": SCHEME,
    "http[://evil.example": SCHEME,
    "http//evil.example": SCHEME,
    "htp://evil.example": SCHEME,
    "ttp://evil.example": SCHEME,
    "javascript:alert(1)": SCHEME,
    "javascript://evil.example/%0aalert(1)": SCHEME,
    "data:text/html,a": SCHEME,
    "mailto:a@evil.example": SCHEME,
    "file:///etc/passwd": SCHEME,
    "C:\\Users\\a.exe": SCHEME,
    "see http://evil.example": SCHEME,
    "''http://evil.example''": SCHEME,
    "“http://evil.example": f"{SCHEME} (with U+201C LEFT DOUBLE QUOTATION MARK)",
    "httр://evil.example": f"{SCHEME} (with U+0440 CYRILLIC SMALL LETTER ER)",  # noqa: RUF001 - another script
    "http：//evil.example": f"{SCHEME} (with U+FF1A FULLWIDTH COLON)",  # noqa: RUF001 - a full-width sign
    "пример.испытание": f"{SCHEME} (with U+043F CYRILLIC SMALL LETTER PE)",
    "http://": NO_HOST,
    "hxxp://": NO_HOST,
    "http:///a": NO_HOST,
    "http://?a": NO_HOST,
    "http://:80/": NO_HOST,
    "http://user@/": NO_HOST,
    "http://./": NO_HOST,
    "http://___/": NO_HOST,
    "http://<host>/": "U+003C LESS-THAN SIGN cannot be a part of a host",
    "http://{host}/": "U+007B LEFT CURLY BRACKET cannot be a part of a host",
    "http://[Entity.Identifier]/": "U+005B LEFT SQUARE BRACKET cannot be a part of a host",
    "http://[::1/": "U+005B LEFT SQUARE BRACKET cannot be a part of a host",
    "http://evil .example/": "U+0020 SPACE cannot be a part of a host",
    "http://evil\u00a0.example/": "U+00A0 NO-BREAK SPACE cannot be a part of a host",
    "http://a.example http://b.example": ONE_LINE,
    "http://a.example/a  hxxps[:]//b.example/b": ONE_LINE,
    "http://a.example/a, http://b.example/b": ONE_LINE,
    "http://a.example/a; http://b.example/b": ONE_LINE,
    "http://a.example/a ; http://b.example/b": ONE_LINE,
    "http://a.example/a | http://b.example/b": ONE_LINE,
    "http://a.example/a |ftp://b.example/b": ONE_LINE,
    '"http://a.example/a" "http://b.example/b"': ONE_LINE,
    **{f"http://evil{each}.example/": f"{name} cannot be a part of a host" for each, name in SIGNS.items()},
    "http://evil..example/": EMPTY,
    "http://.evil.example/": EMPTY,
    "http://evil.example../": EMPTY,
    "http://evil\u3002\uff0eexample/": EMPTY,
    f"http://{'a' * 64}.example/": "a part of the host has more than 63 characters",
    "http://256.256.256.256/": IPV4,
    "http://1.2.3.1000:80/": IPV4,
    "http://[1:2:3]/": IPV6,
    "http://[:::]/": IPV6,
    "http://[1::2::3]:80/": IPV6,
    "http://[::1.2.3.256]/": IPV6,
    "http://evil.example:65536/": "the port is not a number up to 65535",
    "http://http://evil.example/": TWICE,
    "https://hxxp[:]//evil.example/": TWICE,
    "http://ftp://evil.example/": TWICE,
    "http:// https://evil.example/": TWICE,
    "http://evil.example/a\nhttp://other.example/b": TWO,
    "http://evil.example\r\n hxxps[:]//other.example": TWO,
    "https://evil.example/?u=\u2028https://other.example/": TWO,
    "http://evil.example:http/": "the port is not a number up to 65535",
    "http://evil.example:８０/": "the port is not a number up to 65535",  # noqa: RUF001 - full-width digits
    f"http://evil.example:{'9' * 5000}/": "the port is not a number up to 65535",
}


@pytest.mark.parametrize("text", WRAPPED, ids=ascii)
def test_what_surrounds_a_url_is_removed(text: str) -> None:
    """Given blanks, invisible characters or quotes around a URL, then it is the URL, and nothing is noted."""
    found = url_subject(text)
    assert (found.url, found.was_defanged, found.was_interrupted) == (URL, False, False)


@pytest.mark.parametrize("text", INTERRUPTED, ids=ascii)
def test_line_ends_and_invisible_characters_inside_are_removed(text: str) -> None:
    """Given a URL that was wrapped or marked, then it is the URL, and the removal is noted."""
    found = url_subject(text)
    assert (found.url, found.was_defanged, found.was_interrupted) == (URL, False, True)


@pytest.mark.parametrize("text", DEFANGED, ids=ascii)
def test_a_defanged_url_is_the_real_one(text: str) -> None:
    """Given one of the usual ways of defanging, then it is the URL, and that is noted."""
    found = url_subject(text)
    assert (found.url, found.was_defanged) == (URL, True)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("hxxps://evil[.]example/a[.]exe?x=1[.]2", "https://evil.example/a.exe?x=1.2"),
        ("hxxp[s]://evil.example/", "https://evil.example/"),
        ("h**ps://evil(.)example/a(.)exe?b=[.]", "https://evil.example/a.exe?b=[.]"),
        ("fxp://evil[.]example/a", "ftp://evil.example/a"),
        ("hxxp://1[.]2[.]3[.]4[:]8080/a", "http://1.2.3.4:8080/a"),
        ("hxxp://user[@]evil[.]example/", "http://user@evil.example/"),
        ("hxxp://user(at)evil(dot)example/", "http://user@evil.example/"),
        ("hxxp://[::1]:80/a[.]b", "http://[::1]:80/a.b"),
        ("hxxp://evil[.]example/?u=hxxp://b[.]example[/]c", "http://evil.example/?u=http://b.example/c"),
        ("hxxp://www.evil.example/a[.]b", "http://www.evil.example/a[.]b"),
        ("hxxp://www.evil[.]example/?a=[.]&b=[@]", "http://www.evil.example/?a=[.]&b=[@]"),
        ("http://evil[.]example/a(.)b", "http://evil.example/a(.)b"),
        ("HXXP://EVIL[.]EXAMPLE/A", "http://EVIL.EXAMPLE/A"),
        ("hxxp://localhost/a[.]b", "http://localhost/a.b"),
    ],
)
def test_other_parts_are_changed_only_if_all_of_the_text_is_defanged(text: str, url: str) -> None:
    """Given signs in path, query and user, then they are undone where the host has none of its dots left."""
    assert url_subject(text).url == url


@pytest.mark.parametrize("url", EXACT, ids=lambda url: ascii(url)[:50])
def test_a_clean_url_is_unchanged(url: str) -> None:
    """Given a URL without additions, then each character of it is submitted."""
    found = url_subject(url)
    assert (found.url, found.was_defanged, found.was_interrupted) == (url, False, False)


@pytest.mark.parametrize(("text", "why"), REFUSED.items(), ids=lambda value: ascii(value)[:40])
def test_what_is_not_a_url_is_refused(text: str, why: str) -> None:
    """Given a text without a usable scheme or host, then one sentence says which part is wrong."""
    with pytest.raises(UnsupportedSubjectError) as raised:
        url_subject(text)
    assert str(raised.value) == f"not a URL: {why}"


def test_an_unencodable_url_is_refused() -> None:
    """Given half of a surrogate pair, then the URL cannot be sent, wherever the half is."""
    for text in ("http://evil.example/\ud800", "http://\udfff.example/", "\ud800http://evil.example/"):
        with pytest.raises(UnsupportedSubjectError, match="contains characters that cannot be sent to VMRay"):
            url_subject(text)


@pytest.mark.parametrize(
    "spellings",
    [
        (URL, *WRAPPED, *INTERRUPTED, *DEFANGED, "HTTP://EVIL.EXAMPLE/login", "http://evil.example:80/login"),
        ("http://evil.example", "http://evil.example/", "http://EVIL.example:80", "http://evil.example:/"),
        ("https://evil.example:443/a", "HTTPS://evil.example/a", "https://evil.example:0443/a"),
        ("ftp://evil.example:21/a", "ftp://evil.example/a"),
        ("http://evil.example?a", "http://evil.example/?a"),
        (
            "http://[2001:DB8::1]/",
            "http://[2001:db8::1]:80",
            "http://[2001:0db8:0:0:0:0:0:1]/",
            "http://[2001:db8::0.0.0.1]/",
        ),
        (
            "http://bücher.example/",
            "http://BÜCHER.example/",
            "http://bu\u0308cher.example/",
            "http://xn--bcher-kva.example/",
            "http://XN--BCHER-KVA.EXAMPLE/",
        ),
        (
            *(URL, "http://evil\u3002example/login", "http://evil\uff0eexample/login"),
            *("http://\uff45\uff56il.example/login", "http://evil\uff61example/login"),
            *("http://@evil.example/login", "http://:@evil.example/login"),
        ),
    ],
    ids=lambda each: each[0],
)
def test_equal_urls_have_one_identity(spellings: tuple[str, ...]) -> None:
    """Given spellings that certainly mean the same URL, then they have one identity."""
    assert len({url_subject(each).identity for each in spellings}) == 1


def test_other_urls_have_another_identity() -> None:
    """Given a difference that can lead to another page, then the identities differ."""
    urls = [
        *(URL, f"{URL}/", f"{URL}?", f"{URL}#", f"{URL}#a", f"{URL}.", "http://evil.example/Login"),
        *(
            "https://evil.example/login",
            "http://evil.example:8080/login",
            "http://evil.example:0/login",
            "http://evil.example:443/login",
        ),
        *("http://www.evil.example/login", "http://evil.example./login", "http://user@evil.example/login"),
        *("http://User@evil.example/login", "http://evil.example/l%6Fgin", "http://evil.example//login"),
        *("http://straße.example/", "http://strasse.example/", "http://[::1]/", "http://[::2]/"),
        *("http://evil.example/a?b&c", "http://evil.example/a?c&b", "http://evil.example"),
    ]
    assert len({url_subject(url).identity for url in urls}) == len(urls)


LABELS: Final = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
HOSTS: Final = st.lists(LABELS, min_size=1, max_size=4).map(".".join).filter(
    lambda host: re.fullmatch(r"[0-9]+(\.[0-9]+){3}", host) is None
) | st.just("[2001:db8::1]")
TAIL: Final = st.text(st.characters(blacklist_categories=["Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp", "Mn"]))
TAILS: Final = (TAIL | st.text("aZ09./:@[]()?&=%-_~;,!'\"<>", max_size=30)).map(lambda text: f"/{text}a")
USERS: Final = st.just("") | st.from_regex(r"[a-zA-Z0-9._:-]{1,10}@", fullmatch=True)
URLS: Final = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https", "ftp", "HTTP", "Https"]),
    USERS,
    HOSTS,
    st.sampled_from(["", ":", ":80", ":8443", ":65535"]),
    st.just("") | TAILS,
)
# Signs that a URL could have only if somebody had defanged it before.
AMBIGUOUS: Final = re.compile(r"(?i)\[\.|\.\]|\.\.|\[dot|\[@|\[:|\[/|hxxp|http|://|\s\.|\.\s|\.$")
HIDDEN: Final = re.compile("[\u115f\u1160\u3164\uffa0\u2800]")
visible_urls = URLS.filter(lambda url: not HIDDEN.search(url))


@quick
@given(visible_urls)
def test_any_clean_url_is_unchanged(url: str) -> None:
    """Given any URL of visible characters, then each character of it is submitted."""
    assert url_subject(url).url == url


@quick
@given(visible_urls.filter(lambda url: not AMBIGUOUS.search(url.partition("://")[2])))
def test_a_url_that_we_defanged_comes_back(url: str) -> None:
    """Given a URL as the case wall shows it, then it is the URL again; the case of the scheme is lost."""
    scheme, _, rest = url.partition("://")
    found = url_subject(defang(url))
    assert found.url == f"{scheme.lower() if scheme.lower() != 'ftp' else scheme}://{rest}"
    assert found.identity == url_subject(url).identity


@quick
@given(st.text() | st.builds("{}{}{}".format, st.text(max_size=3), st.sampled_from(DEFANGED), st.text()))
def test_cleaning_is_idempotent(text: str) -> None:
    """Given any text, then it is refused, or its URL needs no further cleaning."""
    try:
        found = url_subject(text)
    except UnsupportedSubjectError:
        return
    again = url_subject(found.url)
    assert (again.url, again.identity) == (found.url, found.identity)
    assert not again.was_interrupted


@pytest.mark.parametrize(
    "text",
    [
        *("http://" + "a" * 100_000 + " ", "http://" + " " * 100_000, "http://" + "[.]" * 50_000),
        *("http://" + "a@" * 50_000, "\u200b" * 100_000 + "x" + " " * 100_000 + "y", "url" + " " * 100_000),
        *("http://" + "a." * 50_000, "http://" + "ü." * 50_000, "http://a/" + " ," * 50_000),
        *("http://" + "ü" * 100_000, f"http://[{'1:' * 50_000}]"),
        *("h" * 100_000 + "://", "hxxp://x/" + "[.]" * 50_000, "hxxp://x/" + " " * 100_000),
    ],
    ids=lambda text: text[:12],
)
def test_a_long_text_takes_little_time(text: str) -> None:
    """Given a hostile text, then the time is linear in its length."""
    began = time.process_time()
    try:
        url_subject(text)
    except UnsupportedSubjectError as error:
        assert len(str(error)) < 200  # noqa: PT017 - some of the texts are URLs
    assert time.process_time() - began < 3
