"""The table of characters that a reader does not see, and that can reorder or hide the text around them.

The command line and the case wall both use this table. The integration has its own table, because it runs
without the lab; a test compares the two.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Control, format (bidirectional controls, zero width), surrogate, and line and paragraph separators.
_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# What else Unicode calls default ignorable: fillers, joiners, variation selectors, tags. Their categories are
# letter, mark or unassigned, and `unicodedata` does not have the property.
_IGNORABLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)


def is_invisible(character: str) -> bool:
    """Tell whether one character is shown as nothing, or acts on the text around it."""
    return unicodedata.category(character) in _CATEGORIES or _IGNORABLE.match(character) is not None
