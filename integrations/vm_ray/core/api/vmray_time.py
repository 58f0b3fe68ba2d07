"""The times of VMRay's objects: texts in UTC, without a time zone."""

from __future__ import annotations

from datetime import datetime


def parsed_time(text: str) -> datetime | None:
    """Return the time of VMRay's text; None if the text is not a time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
