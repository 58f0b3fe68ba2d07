"""Attachments with times inside: what stands for them where runs at different times are compared."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_UUIDS: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def steady_files(attachments: Mapping[str, str], steady: Callable[[str], str]) -> dict[str, str]:
    """Return what stands for the Base64 text and for the SHA-256 of each attachment.

    Args:
        attachments: Names and contents in Base64.
        steady: Replaces the times in a text. Ids that follow from the content are replaced, too.
    """
    forms = {}
    for text in attachments.values():
        content = base64.b64decode(text)
        usual = _UUIDS.sub("UUID", steady(content.decode("latin-1"))).encode("latin-1")
        forms[text] = base64.b64encode(usual).decode()
        forms[hashlib.sha256(content).hexdigest()] = hashlib.sha256(usual).hexdigest()
    return forms
