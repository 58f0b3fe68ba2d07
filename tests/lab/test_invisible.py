"""Compare the invisible characters of the lab, of the integration and of Unicode."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest

from secops_lab.cli.terminal import printable
from secops_lab.invisible import is_invisible
from secops_lab.web.text import visible
from vm_ray.core.api.vmray_text import one_line

EVERY_CHARACTER = [chr(point) for point in range(sys.maxunicode + 1)]
# Parts of the names of default ignorable characters that are not in the Unicode category Cf.
IGNORABLE_NAMES = re.compile("VARIATION SELECTOR|HANGUL.* FILLER|GRAPHEME JOINER|VOWEL INHERENT")


def _hidden_by_core(character: str) -> bool:
    return one_line(f"a{character}b") == "a b" and character != " "


def test_the_lab_and_the_integration_hide_the_same_characters() -> None:
    """The two tables differ only in format characters that have a glyph: the lab hides these too."""
    differing = [one for one in EVERY_CHARACTER if is_invisible(one) != _hidden_by_core(one)]
    assert [one for one in differing if not is_invisible(one)] == []
    assert {unicodedata.category(one) for one in differing} == {"Cf"}
    assert "\u0600" in differing


def test_every_default_ignorable_character_that_has_a_name_is_invisible() -> None:
    """Python has no table of default ignorable characters. The test finds those outside Cf by name."""
    named = [one for one in EVERY_CHARACTER if IGNORABLE_NAMES.search(unicodedata.name(one, ""))]
    assert {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u3164", "\ufe0f", "\uffa0"} <= set(named)
    assert [f"U+{ord(one):04X}" for one in named if not is_invisible(one)] == []


@pytest.mark.parametrize(
    "character", ["\u3164", "\u115f", "\u034f", "\ufe0f", "\u17b4", "\u200b", "\U000e0041"]
)
def test_the_command_line_and_the_case_wall_replace_invisible_characters(character: str) -> None:
    """The command line prints an escape sequence, the case wall shows the code point."""
    assert character not in printable(f"a{character}b")
    assert f"U+{ord(character):04X}" in visible(f"a{character}b")
