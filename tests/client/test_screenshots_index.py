"""The index of screenshots, the choice among them, and the gallery of an insight."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.evidence.vmray_gallery import MAX_CHARACTERS, MAX_PICTURES, Picture, gallery
from vm_ray.core.evidence.vmray_screenshots import Index, Shot, shares, spread

PNG = b"\x89PNG\r\n\x1a\n"


def line(milliseconds: int, sha256: str, name: str = "a.png", size: int = 10) -> str:
    """Return one line of the index."""
    return f"{milliseconds} | {size} | md5={'0' * 32},sha1={'1' * 40},sha256={sha256 * 64} | {name}"


def test_equal_pictures_count_once() -> None:
    """Given equal pictures, then the first one of each counts, in the order of time, and all are counted."""
    text = "\n".join(
        [line(3000, "b", "b.png"), line(0, "a"), line(1000, "A", "c.png"), line(2000, "b", "d.png"), ""]
    )
    index = Index.parse(text.encode())
    assert [each.milliseconds for each in index.different] == [0, 2000]
    assert (index.total, index.skipped) == (4, 0)
    assert index.different[1] == Shot(2000, 10, "b" * 64, "d.png")
    assert index.different[1].member == "screenshots/d.png"


@pytest.mark.parametrize(
    "odd",
    [
        "no line of an index",
        "1 | 2 | sha256=x",
        "1 | 2 | sha256=x | a.png | more",
        "one | 2 | sha256=x | a.png",
        "1 | -2 | sha256=x | a.png",
        "1 | 2 | sha256=x | ../a.png",
        "1 | 2 | sha256=x | ..",
        "1 | 2 | sha256=x | a/b.png",
        f"1 | 2 | sha256=x | {'a' * 129}",
        "1 | 2 | sha256=x | é.png",
        "1 | 2 | sha256=x | ",
    ],
)
def test_a_line_that_describes_no_picture_is_skipped(odd: str) -> None:
    """Given an odd line, then it is counted, and the other lines are read."""
    index = Index.parse(f"{odd}\r\n{line(0, 'a')}\r\n".encode())
    assert ([each.name for each in index.different], index.total, index.skipped) == (["a.png"], 1, 1)


def test_a_line_without_a_hash_is_known_by_its_name() -> None:
    """Given lines without SHA-256, then equal names are equal pictures."""
    index = Index.parse(b"0 | 1 | md5=0 | a.png\n1 | 1 |  | a.png\n2 | 1 | md5=0 | b.png\n")
    assert [each.name for each in index.different] == ["a.png", "b.png"]


@given(content=st.binary(max_size=300))
def test_no_content_breaks_the_index(content: bytes) -> None:
    """Given any bytes, then the names are safe in a path."""
    for each in Index.parse(content).different:
        assert re.fullmatch(r"[0-9A-Za-z._-]{1,128}", each.name)
        assert each.name.strip(".")


@pytest.mark.parametrize(
    ("length", "count", "places"),
    [
        (3, 6, [0, 1, 2]),
        (10, 1, [0]),
        (10, 2, [0, 9]),
        (10, 4, [0, 3, 6, 9]),
        (31, 6, [0, 6, 12, 18, 24, 30]),
        (0, 3, []),
    ],
)
def test_the_first_the_last_and_evenly_between(length: int, count: int, places: list[int]) -> None:
    """Given more items than are wanted, then the first and the last are among the chosen ones."""
    assert spread(range(length), count) == places


@given(length=st.integers(0, 60), count=st.integers(1, 30))
def test_the_choice_has_no_item_twice(length: int, count: int) -> None:
    """Given any numbers, then the choice has as many different items as possible, in order."""
    chosen = spread(range(length), count)
    assert len(set(chosen)) == len(chosen) == min(length, count)
    assert chosen == sorted(chosen)


@pytest.mark.parametrize(
    ("available", "found"), [([6, 6], [2, 1]), ([1, 6], [1, 2]), ([0, 6], [0, 3]), ([1, 1], [1, 1]), ([], [])]
)
def test_each_analysis_has_its_share(available: list[int], found: list[int]) -> None:
    """Given three places, then the analyses take them in turn."""
    assert shares(available, 3) == found


def pictures(analysis_id: int, machine: str, count: int, size: int = 100) -> list[Picture]:
    """Return so many pictures of one analysis."""
    return [Picture(analysis_id, machine, 500 * each, PNG + bytes(size)) for each in range(count)]


def test_the_gallery_shows_three_pictures_with_machine_and_time() -> None:
    """Given two analyses, then both have pictures in the gallery, the first and the last."""
    html = gallery([pictures(901, "win10_64", 4), pictures(902, "", 4)])
    captions = re.findall(r"<p><strong>(.*?)</strong>, (.*?)</p>", html)
    assert captions == [
        ("win10_64", "0 s after the start"),
        ("win10_64", "1.5 s after the start"),
        ("analysis 902", "0 s after the start"),
    ]
    assert html.count('<img src="data:image/png;base64,') == MAX_PICTURES
    assert html.count('" width="480">') == MAX_PICTURES
    assert "alt" not in html


def test_a_picture_that_is_too_large_for_the_insight_is_left_out() -> None:
    """Given pictures of more than 2 MiB in base64 together, then those that fit are shown."""
    large = pictures(901, "m", 2, MAX_CHARACTERS * 3 // 4 * 6 // 10)
    html = gallery([[large[0], large[1], *pictures(901, "m", 1)]])
    assert html.count("<img ") == 2
    assert len(html) < MAX_CHARACTERS + 1_000
    assert gallery([pictures(901, "m", 1, MAX_CHARACTERS)]) == ""
    assert gallery([]) == ""


def test_the_name_of_a_machine_is_escaped() -> None:
    """Given markup as the name of a machine, then the gallery shows it as text; a JPEG is one."""
    html = gallery([[Picture(901, '<b onload="x"> http://c2.invalid', 0, b"\xff\xd8\xff")]])
    assert "<b " not in html
    assert "&lt;b onload=&quot;x&quot;&gt; hxxp://c2.invalid" in html
    assert "data:image/jpeg;base64," in html
