"""Safe names for files whose names come from a browser or from a sample."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from secops_lab.invisible import is_invisible

_LONGEST: Final = 150  # bytes
_NOT_IN_A_NAME: Final = re.compile(r'[/\\:,*?"<>|]')


def harmless_name(name: str) -> str:
    """Make a file name safe: no folder, no drive, no invisible character, limited length, never empty."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join("_" if _is_unfit(one) else one for one in last)
    plain = _NOT_IN_A_NAME.sub("_", visible).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if len(plain.encode()) > _LONGEST:
        kept = (stem or ending).encode()[: _LONGEST - 20].decode("utf-8", "ignore")
        plain = f"{kept}{dot}{ending[:10]}" if stem else kept
    return plain or "file"


def _is_unfit(character: str) -> bool:
    return is_invisible(character) or unicodedata.category(character)[0] == "C"
