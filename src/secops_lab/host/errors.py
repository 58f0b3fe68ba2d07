"""The error of a host that cannot start an action."""

from __future__ import annotations


class HostError(Exception):
    """An action cannot be started: unknown action or parameter, unusable integration or SDK folder."""
