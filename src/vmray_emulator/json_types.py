"""What `json.loads` gives and `json.dumps` takes."""

from __future__ import annotations

from typing import Any, TypeAlias

# Any JSON value. Endpoints pass them through without looking, which no narrower type would allow.
Json: TypeAlias = Any
