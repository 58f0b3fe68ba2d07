"""Emulated time: it may stand still, follow the wall clock at any speed, or leap."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

LifecycleMode = Literal["immediate", "reads", "realtime", "manual"]

# A year in half a minute; at much higher speeds time would soon be up.
FASTEST: Final = 1_000_000
# Where emulated time ends: Python knows no year 10000, and a quota's end lies a month after now.
LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How submissions get from queued to finished.

    Attributes:
        mode: `immediate` (finished at the next request), `reads` (after some reads of the submission),
            `realtime` (emulated seconds pass at a chosen speed) or `manual` (only when told to advance).
        amount: Number of reads, or the speed in emulated seconds a second; 0 for the other modes.
    """

    mode: LifecycleMode
    amount: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Lifecycle:
        """Read `immediate`, `reads:N`, `realtime:SPEED` or `manual`.

        Raises:
            ValueError: The text is none of these.
        """
        name, colon, amount = text.partition(":")
        try:
            if name == "immediate" and not colon:
                return cls("immediate")
            if name == "manual" and not colon:
                return cls("manual")
            if name == "reads" and int(amount) >= 0:
                return cls("reads", int(amount))
            if name == "realtime" and 0 < float(amount or "1") <= FASTEST:
                return cls("realtime", float(amount or "1"))
        except ValueError:
            pass
        raise ValueError(
            f"lifecycle is immediate, reads:N, realtime:SPEED or manual, not {text!r}; "
            f"SPEED is above 0 and at most {FASTEST}"
        )

    @property
    def speed(self) -> float:
        """Emulated seconds that pass in a second of the wall clock."""
        return {"manual": 0.0, "realtime": self.amount}.get(self.mode, 1.0)

    @property
    def timed(self) -> bool:
        """Whether things happen because emulated time passes."""
        return self.mode in ("realtime", "manual")

    def __str__(self) -> str:
        return f"{self.mode}:{self.amount:g}" if self.mode in ("reads", "realtime") else self.mode


class Clock:
    """Emulated seconds since 1970, which go back only when the clock is restarted.

    Args:
        speed: Emulated seconds a second of the wall clock; 0 stands still.
        wall: The wall clock, in seconds since 1970.
    """

    def __init__(self, speed: float = 1.0, *, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._speed = speed
        self.restart()

    def now(self) -> float:
        """The emulated time, at most `LATEST`."""
        return min(self._anchor + max(0.0, self._wall() - self._anchor_wall) * self._speed, LATEST)

    def advance(self, seconds: float) -> None:
        """Let emulated time pass at once.

        Raises:
            ValueError: The seconds are negative, or no number.
        """
        if not seconds >= 0:
            raise ValueError("time does not go back")
        self._anchor += seconds

    def leap_to(self, moment: float) -> None:
        """Make it at least that late."""
        self.advance(max(0.0, moment - self.now()))

    def restart(self) -> None:
        """Go on from the wall clock's time, however far time was ahead of it or behind."""
        self._anchor = self._anchor_wall = self._wall()

    def set_speed(self, speed: float) -> None:
        """Go on from now at another speed."""
        self._anchor, self._anchor_wall, self._speed = self.now(), self._wall(), speed

    def anchors(self) -> tuple[float, float]:
        """The pair (emulated, wall) from which `restore` goes on in another process."""
        return self.now(), self._wall()

    def restore(self, anchors: tuple[float, float], speed: float) -> None:
        """Go on from another process's `anchors`, at a speed.

        A running clock has run on in between, but not faster than the wall clock: at 40 times its speed a
        weekend would be a hundred days.
        """
        self._anchor, self._anchor_wall = anchors
        self._speed = min(speed, 1.0)
        self.set_speed(speed)


def timestamp(moment: float) -> str:
    """A moment as VMRay writes it: UTC without a zone, in seconds (a real 4.2.0 answer)."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S")
