"""Spellings of values: what is removed from a text, and which hash a text stands for."""

from __future__ import annotations

import json
import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secops_lab.invisible import is_invisible
from vm_ray.core.api.vmray_errors import UnsupportedSubjectError
from vm_ray.core.api.vmray_hash import FileHash, hash_subject
from vm_ray.core.api.vmray_spelling import (
    in_ascii,
    texts_of_list,
    trimmed,
    unwrapped,
    without_invisible,
)
from vm_ray.core.api.vmray_text import one_line

MD5: Final = "0123456789abcdef" * 2
SHA1: Final = "0123456789abcdef01234567" + "89abcdef" * 2
SHA256: Final = "0123456789abcdef" * 4
UNSUPPORTED: Final = "unsupported hash type (expected MD5, SHA-1 or SHA-256): "
# What nobody sees, each with the place where people get it from.
UNSEEN: Final = {
    "a blank": " ",
    "a tab of a spreadsheet": "\t",
    "a line end of Unix": "\n",
    "a line end of Windows": "\r\n",
    "a no-break space of a web page": "\u00a0",
    "an ideographic space": "\u3000",
    "a narrow no-break space": "\u202f",
    "a zero-width space": "\u200b",
    "a zero-width joiner": "\u200d",
    "a word joiner": "\u2060",
    "a byte order mark": "\ufeff",
    "a soft hyphen of a PDF": "\u00ad",
    "a left-to-right mark": "\u200e",
    "a right-to-left override": "\u202e",
    "an isolate of a chat program": "\u2068\u2069",
    "a line separator": "\u2028",
    "a NUL": "\x00",
    "a variation selector": "\ufe0f",
    "a Hangul filler": "\u3164",
    "an empty Braille pattern": "\u2800",
    "a tag": "\U000e0020",
}
QUOTES: Final = ('""', "''", "``", "<>", "“”", "„“", "«»", "‹›", "‘’", "‚‘")  # noqa: RUF001 - the quotes are intended
unseen = pytest.mark.parametrize("unseen", UNSEEN.values(), ids=list(UNSEEN))


@unseen
def test_what_nobody_sees_is_removed_at_both_ends(unseen: str) -> None:
    """Given blanks or invisible characters around a text, then they are removed, and those inside stay."""
    assert trimmed(f"{unseen}a{unseen}b{unseen * 2}") == f"a{unseen}b"
    assert trimmed(unseen) == ""


@given(st.text())
def test_trimming_is_idempotent_and_keeps_the_rest(text: str) -> None:
    """Given any text, then a part of it remains, which begins and ends with a visible character."""
    once = trimmed(text)
    assert trimmed(once) == once
    assert once in text
    assert "\ud800" <= once[:1] <= "\udfff" or once[:1] == one_line(once[:1])


def test_half_of_a_surrogate_pair_stays() -> None:
    """Given damaged text, then it is not repaired: no request could name it."""
    assert (trimmed("\ud800"), without_invisible("a\udfff")) == ("\ud800", "a\udfff")


@given(st.text())
def test_only_invisible_characters_are_removed_inside(text: str) -> None:
    """Given any text, then every visible character stays, and a second pass removes nothing."""
    once = without_invisible(text)
    assert without_invisible(once) == once
    kept = [each for each in text if not is_invisible(each) or each.isspace()]
    assert [each for each in once if not is_invisible(each) or each.isspace()] == [
        each for each in kept if each != "\u2800"
    ]


@pytest.mark.parametrize("text", ["👩‍👩‍👧", "می\u200cخواهم", "❤\ufe0f", "क्\u200dष"])  # noqa: RUF001 - a joiner has a meaning here
def test_joiners_of_emoji_and_scripts_stay(text: str) -> None:
    """Given joiners where they change what is seen, then they stay; beside ASCII they are removed."""
    assert without_invisible(text) == text
    assert without_invisible("ev\u200dil\ufe0f\u200c") == "evil"


@pytest.mark.parametrize("pair", QUOTES)
def test_one_pair_around_the_whole_is_removed(pair: str) -> None:
    """Given a pair of quotes or angle brackets, then one pair around all of the text is removed."""
    first, last = pair[0], pair[1]
    assert unwrapped(f" {first} a {last}\u200b") == "a"
    assert unwrapped(f"{first}{first}a{last}{last}") == f"{first}a{last}"
    assert unwrapped(f"{first}a") == f"{first}a"
    assert unwrapped(f"a{last}") == f"a{last}"
    assert unwrapped(first) == first


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ('["a", "b,c"]', ["a", "b,c"]),
        ("[5001, 5002.0]", ["5001", "5002.0"]),
        ("[]", []),
        ('["a"', None),
        ("[[1]]", None),
        ("[true]", None),
        ("['a','b,c']", ["a", "b,c"]),
        ("""['a', "it's", 5001,]""", ["a", "it's", "5001"]),
        (r"['\\a', '\x41\'']", ["\\a", "A'"]),
        ("['a' 'b']", None),
        ("['a'", None),
        ("[['a']]", None),
        ("[True]", None),
        ("[f('a')]", None),
        (r"['\d']", None),
        (r"['\x4']", None),
        ("['a']['b']", None),
        ("[" + "-" * 100_000 + "1]", None),
        ("['" + "a" * 100_000, None),
        ("a,b", None),
        ("[" * 100_000, None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_list_in_json(text: str, texts: list[str] | None) -> None:
    """Given a JSON list of texts and numbers, then these are its texts; any other text is none."""
    assert texts_of_list(text) == texts


@pytest.mark.parametrize(
    ("text", "element"), [("[null]", 1), ('["a", null]', 2), ("['a', 1, None]", 3), ("[null, [1]]", 1)]
)
def test_null_in_a_list_is_named(text: str, element: int) -> None:
    """Given a list with null from a missing value, then the error names the element."""
    with pytest.raises(UnsupportedSubjectError, match=f"^element {element} of the list is null$"):
        texts_of_list(text)


def test_full_width_characters() -> None:
    """Given the signs of an East Asian keyboard, then they are ASCII; other digits stay."""
    assert in_ascii("ｓｈａ１：Ａ９") == "sha1:A9"  # noqa: RUF001 - the confusable characters are intended
    assert in_ascii("²①٣") == "²①٣"


SPELLINGS: Final = {
    "as it is": "{}",
    "single quotes": "'{}'",
    "double quotes": '"{}"',
    "typographic quotes": "“{}”",
    "angle brackets": "<{}>",
    "code": "`{}`",
    "its kind": "{kind}:{}",
    "its kind and a blank": "{kind} {}",
    "its kind and an equals sign": "{kind} = {}",
    "its kind before a quoted hash": '{kind}: "{}"',
    "its kind, quoted": "'{kind}:{}'",
    "its kind with invisible characters": "\u200b{kind}\u2060:\u00a0{}\r\n",
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=list(SPELLINGS))
@pytest.mark.parametrize(
    ("kind", "names", "digits"),
    [
        ("md5", ("md5", "MD5"), MD5),
        ("sha1", ("sha1", "SHA-1"), SHA1),
        ("sha256", ("SHA-256", "sha256", "sha_256"), SHA256),
    ],
)
def test_a_hash_in_another_spelling(kind: str, names: tuple[str, ...], digits: str, spelling: str) -> None:
    """Given quotes, blanks or the name of the kind, then it is the same hash."""
    for name in names:
        for given_digits in (digits, digits.upper()):
            found = hash_subject(spelling.format(given_digits, kind=name))
            assert found == FileHash(kind, given_digits)
            assert found.value == digits


@unseen
def test_a_hash_with_what_nobody_sees(unseen: str) -> None:
    """Given an invisible character or a blank anywhere, then the hash is found."""
    for text in (
        f"{SHA256}{unseen}",
        f"{unseen}{SHA256}",
        f"{SHA256[:9]}{unseen}{SHA256[9:]}",
        unseen.join(SHA256[start : start + 4] for start in range(0, 64, 4)),
    ):
        assert hash_subject(text).value == SHA256


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "0 hexadecimal characters"),
        (SHA256[1:], "63 hexadecimal characters"),
        ("d" * 128, "128 hexadecimal characters"),
        (f"sha512:{'d' * 128}", "128 hexadecimal characters"),
        (
            f"{SHA256[1:]}З",  # noqa: RUF001 - the confusable character is intended
            "64 characters, the first that is not hexadecimal is U+0417 CYRILLIC CAPITAL LETTER ZE",
        ),
        (
            f"{MD5[1:]}О",  # noqa: RUF001 - the confusable character is intended
            "32 characters, the first that is not hexadecimal is U+041E CYRILLIC CAPITAL LETTER O",
        ),
        (
            f"{SHA1[1:]}l",
            "40 characters, the first that is not hexadecimal is U+006C LATIN SMALL LETTER L",
        ),
        (f"{MD5},{MD5}", "65 characters, the first that is not hexadecimal is U+002C COMMA"),
        (f"{MD5}\ue000", "33 characters, the first that is not hexadecimal is U+E000"),
        (f"{MD5}\ud800", "33 characters, the first that is not hexadecimal is U+D800"),
        (f"imphash:{MD5}", "40 characters, the first that is not hexadecimal is U+0069 LATIN SMALL LETTER I"),
        (f"{MD5} {MD5}", "2 hashes in one text"),
        (f"{MD5}\n{SHA1}", "2 hashes in one text"),
        (f"{SHA256}\u00a0{SHA256}", "2 hashes in one text"),
        (f"sha256:{SHA1}", "called SHA256, but it has 40 digits"),
        (f"SHA-1 {MD5}", "called SHA-1, but it has 32 digits"),
        (f"md5={SHA256}", "called MD5, but it has 64 digits"),
    ],
    ids=lambda value: re.sub(r"[^ -~]", "?", str(value))[:40],
)
def test_what_is_not_a_hash_is_explained(text: str, why: str) -> None:
    """Given another text, then one line says what cannot be seen: how many characters, which one is odd."""
    with pytest.raises(UnsupportedSubjectError) as raised:
        hash_subject(text)
    assert str(raised.value) == UNSUPPORTED + why


@given(st.text(max_size=80))
def test_any_text_is_a_hash_or_explained_in_one_visible_line(text: str) -> None:
    """Given any text, then it is a hash in its usual spelling, or the reason has only visible characters."""
    try:
        shown = hash_subject(text).text
    except UnsupportedSubjectError as error:
        shown = str(error)
    else:
        assert hash_subject(shown).text == shown
    assert shown == one_line(shown)
    assert shown.isascii()


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"])), max_size=4))
def test_a_list_in_json_comes_back(texts: list[str]) -> None:
    """Given any texts, then their JSON list has exactly these texts."""
    assert texts_of_list(json.dumps(texts)) == texts
