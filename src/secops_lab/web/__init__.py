"""The case wall in the browser: cases, entities and runs as an analyst sees them, on loopback only.

This package is the extra `web`; nothing outside it imports its libraries.
"""

from __future__ import annotations

from .server import CaseWall
from .settings import WallSettings

__all__ = ["CaseWall", "WallSettings"]
