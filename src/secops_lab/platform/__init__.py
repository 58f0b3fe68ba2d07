"""The platform: cases, alerts and entities, and the HTTP calls the SDK makes, answered on loopback."""

from __future__ import annotations

from .cases import Alert, Case, WallItem
from .server import LocalPlatform
from .state import PlatformCall

__all__ = ["Alert", "Case", "LocalPlatform", "PlatformCall", "WallItem"]
