"""The examples of JSON results that the platform shows for an action, taken from a real run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from tools.hub_step import INTEGRATION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tools.performance import Performance

JsonValue: TypeAlias = Any


def path_of(stem: str) -> Path:
    """Return the file of an action's example."""
    return INTEGRATION / "resources" / f"{stem}_JsonResult_example.json"


def json_text(example: JsonValue) -> str:
    """Return an example as the text of its file."""
    return json.dumps(example, indent=4) + "\n"


def json_examples(performances: Iterable[Performance]) -> dict[Path, str]:
    """Return the file and the text of each example: for every action whose usual run has a JSON result."""
    return {path_of(one.action.stem): json_text(one.json) for one in performances if one.json is not None}
