"""The timestamp that a script keeps between its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import _soar_names  # type: ignore[import-not-found]  # noqa: F401 - both spellings, one module

from soar_sdk.SiemplifyBase import SiemplifyBase

if TYPE_CHECKING:
    import datetime as dt


class TimestampCalls(SiemplifyBase):
    """What actions, connectors and jobs offer alike; each kind keeps the timestamp in another place."""

    def _timestamp_place(self) -> tuple[int, str | None]:
        """The type and the identifier of the context that the timestamp is kept in."""
        raise NotImplementedError

    def fetch_timestamp(self, datetime_format: bool = False, timezone: Any = False) -> Any:
        """The kept timestamp: unix milliseconds, or an aware time; 0 where there is none."""
        return self._fetch_timestamp(*self._timestamp_place(), datetime_format, timezone)

    def save_timestamp(
        self,
        datetime_format: bool = False,
        timezone: Any = False,
        new_timestamp: int | dt.datetime | None = None,
    ) -> None:
        """Keep a timestamp: unix milliseconds or a time; None means now."""
        del datetime_format, timezone
        self._save_timestamp(*self._timestamp_place(), new_timestamp)

    def fetch_and_save_timestamp(
        self,
        datetime_format: bool = False,
        timezone: Any = False,
        new_timestamp: int | dt.datetime | None = None,
    ) -> Any:
        """The kept timestamp, which is then replaced."""
        before = self.fetch_timestamp(datetime_format, timezone)
        self.save_timestamp(datetime_format, timezone, new_timestamp)
        return before
