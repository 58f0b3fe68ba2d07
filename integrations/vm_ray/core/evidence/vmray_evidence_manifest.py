"""The manifest of the evidence: what was handed over, with the SHA-256 of each file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from ...core.results.vmray_item_result import Item
from ...core.results.vmray_result import Attachment

NAME: Final = "vmray-evidence-manifest.json"
TITLE: Final = "VMRay evidence"
_MEMBERS: Final = (
    *("attachment", "analysis_id", "sample_id", "sample_sha256", "members"),
    *("size", "sha256", "encrypted", "fetched_at"),
)
# The largest size of one row in bytes, besides the paths of the members.
_ROW_BYTES: Final = 768


def manifest_of(items: Iterable[Item]) -> list[Attachment]:
    """Return the manifest of the files of these items, each once; without files, there is no manifest."""
    found = {each.name: item.facts for item in items for each in item.attachments}
    rows = [{name: facts[name] for name in _MEMBERS} for facts in found.values()]
    return [Attachment(TITLE, NAME, json.dumps(rows, indent=2).encode("ascii"))] if rows else []


def reserved_for(paths: Iterable[str]) -> int:
    """Return how many bytes a file with these members can need in the manifest, and again in the JSON result."""
    return 2 * _ROW_BYTES + 3 * len(json.dumps(list(paths), indent=2))
