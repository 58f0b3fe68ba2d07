"""The platform: cases, alerts, entities, and the HTTP API on loopback that the SDK needs."""

from __future__ import annotations

from .cases import Alert, Case, WallItem
from .server import LOOPBACK, LocalPlatform
from .state import PlatformRequest

__all__ = ["LOOPBACK", "Alert", "Case", "LocalPlatform", "PlatformRequest", "WallItem"]
