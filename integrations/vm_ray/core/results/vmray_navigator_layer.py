"""The layer of the MITRE ATT&CK Navigator: a file in its layer format 4.5 that shows techniques in the matrix."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ...core.api.vmray_text import one_line
from ...core.results.vmray_escape import defang
from ...core.results.vmray_item_result import Item
from ...core.results.vmray_result import Attachment
from ...core.results.vmray_techniques import proofs_of, strongest

FILE_NAME: Final = "vmray-navigator-layer.json"
TITLE: Final = "VMRay MITRE techniques"
# What the format requires: its own version, and the first Navigator that reads it.
_VERSIONS: Final = {"navigator": "4.9.0", "layer": "4.5"}
# Real servers report techniques of this matrix, some of which were retired later. Its version of ATT&CK is inferred
# from another report of the same server, which calls the matrix "v4". The Navigator offers to upgrade such a layer.
_OLD_MATRIX: Final = "2019-04-25"
_OLD_ATTACK: Final = "4"
_GRADIENT: Final = {"colors": ["#ffe766", "#d93025"], "minValue": 0, "maxValue": 5}
_TECHNIQUE_ID: Final = re.compile(r"T[0-9]{4}(?:\.[0-9]{3})?")
_MAX_COMMENT: Final = 500


def navigator_layer(items: Sequence[Item]) -> list[Attachment]:
    """Return one layer with the techniques of all samples; no file if there is no technique with a usual id."""
    found: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for item in items:
        for row in item.facts.get("techniques", ()):
            if _TECHNIQUE_ID.fullmatch(row["technique_id"]):
                found.setdefault(row["technique_id"], []).append((item.facts["sample_id"], row))
    if not found:
        return []
    samples = list(dict.fromkeys(number for rows in found.values() for number, _ in rows))
    layer = {
        "name": f"VMRay sample {samples[0]}" if len(samples) == 1 else f"VMRay: {len(samples)} samples",
        "versions": _versions(row for rows in found.values() for _, row in rows),
        "domain": "enterprise-attack",
        "techniques": [_technique(name, rows) for name, rows in sorted(found.items())],
        "gradient": _GRADIENT,
    }
    return [Attachment(TITLE, FILE_NAME, json.dumps(layer, indent=1).encode("ascii"))]


def _versions(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    is_old = all((row["matrix_version"] or "").startswith(_OLD_MATRIX) for row in rows)
    return {**({"attack": _OLD_ATTACK} if is_old else {}), **_VERSIONS}


def _technique(name: str, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return a technique without a tactic, so that the Navigator shows it under each of its tactics."""
    numbers = dict.fromkeys(number for number, _ in rows)
    found = [row for _, row in rows]
    return {
        "techniqueID": name,
        "score": max(0, min(strongest(found), 5)),
        "comment": one_line(defang("; ".join(proofs_of(found))), _MAX_COMMENT),
        "metadata": [{"name": "VMRay sample", "value": str(number)} for number in numbers],
    }
