"""What keeps the host from starting an action at all."""

from __future__ import annotations


class HostError(Exception):
    """The action cannot be started: unknown action or parameter, unusable integration or SDK folder."""
