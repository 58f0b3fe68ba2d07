"""The error of a front end that cannot run an action."""

from __future__ import annotations


class CannotRunError(Exception):
    """A requirement of the run is missing or broken; the text explains what to do."""
