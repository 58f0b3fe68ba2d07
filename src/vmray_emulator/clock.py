"""Emulated time: it can stand still, follow the wall clock at any speed, or jump."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

LifecycleMode = Literal["immediate", "reads", "realtime", "manual"]

# A year takes half a minute. At much higher speeds `LATEST` would be reached soon.
FASTEST: Final = 1_000_000
# The end of emulated time: Python has no year 10000, and the end of a quota is a month after now.
LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How submissions progress from queued to finished.

    Attributes:
        mode: `immediate` (finished at the next request), `reads` (after some reads of the submission),
            `realtime` (emulated seconds pass at a chosen speed) or `manual` (time passes only by `advance`).
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
        """Emulated seconds for each second of the wall clock."""
        return {"manual": 0.0, "realtime": self.amount}.get(self.mode, 1.0)

    @property
    def timed(self) -> bool:
        """Whether submissions progress because emulated time passes."""
        return self.mode in ("realtime", "manual")

    def __str__(self) -> str:
        return f"{self.mode}:{self.amount:g}" if self.mode in ("reads", "realtime") else self.mode


class Clock:
    """Emulated seconds since 1970. They go back only when the clock is restarted.

    Args:
        speed: Emulated seconds for each second of the wall clock. 0: the clock stands still.
        wall: The wall clock, in seconds since 1970.
    """

    def __init__(self, speed: float = 1.0, *, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._speed = speed
        self.restart()

    def now(self) -> float:
        """Return the emulated time, at most `LATEST`."""
        return min(self._anchor + max(0.0, self._wall() - self._anchor_wall) * self._speed, LATEST)

    def advance(self, seconds: float) -> None:
        """Move emulated time forward.

        Raises:
            ValueError: The seconds are negative or not a number.
        """
        if not seconds >= 0:
            raise ValueError(f"seconds must be 0 or more, not {seconds!r}: emulated time does not go back")
        self._anchor += seconds

    def leap_to(self, moment: float) -> None:
        """Move emulated time to a moment, unless that moment has passed."""
        self.advance(max(0.0, moment - self.now()))

    def restart(self) -> None:
        """Set emulated time to the time of the wall clock."""
        self._anchor = self._anchor_wall = self._wall()

    def set_speed(self, speed: float) -> None:
        """Continue from now at another speed."""
        self._anchor, self._anchor_wall, self._speed = self.now(), self._wall(), speed

    def anchors(self) -> tuple[float, float]:
        """Return the pair (emulated, wall) from which `restore` continues in another process."""
        return self.now(), self._wall()

    def restore(self, anchors: tuple[float, float], speed: float) -> None:
        """Continue from the `anchors` of another process, at a speed.

        Between the two processes a running clock continues, but no faster than the wall clock: at 40 times
        its speed a weekend would become a hundred days.
        """
        self._anchor, self._anchor_wall = anchors
        self._speed = min(speed, 1.0)
        self.set_speed(speed)


def timestamp(moment: float) -> str:
    """Format a moment as VMRay does: UTC without a zone, in seconds (recorded from server 4.2.0)."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S")
