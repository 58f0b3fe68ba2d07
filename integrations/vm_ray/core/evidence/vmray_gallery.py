"""The gallery of an insight: some screenshots as images, each with its machine and its time.

Only the bytes of the pictures and our own words are in the HTML, besides the escaped name of the machine. Pictures are
not resized; one that is too large for the insight is only attached.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final, NamedTuple

from ...core.api.vmray_protocol import FileType, has_type
from ...core.evidence.vmray_screenshots import shares, spread
from ...core.results.vmray_escape import html_text, unclickable

MAX_PICTURES: Final = 3
MAX_CHARACTERS: Final = 2 * 1024 * 1024


class Picture(NamedTuple):
    """One picture.

    Attributes:
        machine: The name of the machine; empty if VMRay named none.
        milliseconds: The time since the start of the analysis.
    """

    analysis_id: int
    machine: str
    milliseconds: int
    content: bytes

    @property
    def characters(self) -> int:
        """The length of the picture in base64."""
        return -(-len(self.content) // 3) * 4

    @property
    def html(self) -> str:
        """The picture with its caption."""
        where = html_text(unclickable(self.machine)) or f"analysis {self.analysis_id}"
        seconds = f"{self.milliseconds / 1000:.1f}".removesuffix(".0")
        kind = "png" if has_type(self.content, FileType.PNG) else "jpeg"
        data = base64.b64encode(self.content).decode("ascii")
        caption = f"<p><strong>{where}</strong>, {seconds} s after the start</p>"
        return f'{caption}<p><img src="data:image/{kind};base64,{data}" width="480"></p>'


def gallery(analyses: Sequence[Sequence[Picture]]) -> str:
    """Return the HTML for the pictures of some analyses, each analysis in turn; empty if there are none."""
    counts = shares([len(each) for each in analyses], MAX_PICTURES)
    left = MAX_CHARACTERS
    parts = []
    for pictures, count in zip(analyses, counts, strict=True):
        for each in spread(pictures, count) if count else ():
            if each.characters <= left:
                left -= each.characters
                parts.append(each.html)
    return "".join(parts)
