"""What keeps a front end from running an action."""

from __future__ import annotations


class CannotRunError(Exception):
    """Something that the run needs is missing or broken; the text says what to do about it."""
