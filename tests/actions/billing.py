"""Helpers of the tests of actions whose requests use quota and are no submissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.actions.lab import Lab


def billed(lab: Lab) -> list[tuple[str, int]]:
    """Return what the emulator has executed: the kind of each request, and the id of its object."""
    return [(each["what"], each["id"]) for each in lab.vmray.control.bookings()]


def sent(lab: Lab) -> list[str]:
    """Return the requests of the last run that use quota."""
    return [each for each in lab.seen() if each.startswith("POST ")]
