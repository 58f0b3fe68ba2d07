"""References inside `logs/summary_v2.json`: objects that name the path to another part of the document."""

from __future__ import annotations

from typing import Any, Final

SOURCE: Final = "logs/summary_v2.json"


def reference(*path: str) -> dict[str, Any]:
    """Return a reference to another part of the summary."""
    return {"_type": "reference", "source": SOURCE, "path": list(path)}
