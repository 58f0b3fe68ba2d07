"""Times in the platform's unit: milliseconds since 1970, UTC."""

from __future__ import annotations

import datetime as dt
import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo


def unix_now() -> int:
    """The current time in unix milliseconds."""
    return int(time.time() * 1000)


def utc_now() -> dt.datetime:
    """The current time, aware of its zone."""
    return dt.datetime.now(UTC)


def from_unix_time(unix_ms: int) -> dt.datetime:
    """Unix milliseconds as a naive UTC time."""
    return convert_unixtime_to_datetime(unix_ms).replace(tzinfo=None)


def convert_unixtime_to_datetime(unix_time: int) -> dt.datetime:
    """Unix milliseconds as an aware UTC time."""
    epoch = dt.datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + dt.timedelta(milliseconds=unix_time)


def convert_datetime_to_unix_time(dt: dt.datetime) -> int:
    """A time in unix milliseconds; a naive time is read as UTC."""
    aware = dt if dt.tzinfo else dt.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)


def convert_string_to_datetime(datetime_str: str, timezone_str: str | None = None) -> dt.datetime:
    """Read a time: ISO 8601 or the format of mail headers (the platform's SDK guesses further formats).

    Args:
        datetime_str: The text.
        timezone_str: The zone for a text without a zone, such as `Europe/Berlin`.

    Raises:
        Exception: If the text cannot be read, or no zone is known.
    """
    moment = _parse(datetime_str)
    if timezone_str:
        return moment.replace(tzinfo=ZoneInfo(timezone_str))
    if moment.tzinfo is None:
        raise Exception(
            "convert_string_to_datetime Failed: no timezone info was supplied "
            "(either in input string or optional parameter"
        )
    return moment


def _parse(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        try:
            return parsedate_to_datetime(text)
        except ValueError as error:
            raise Exception(f"convert_string_to_datetime Failed: Unknown string format: {text}") from error


def convert_string_to_unix_time(datetime_str: str) -> int:
    """Read a time with its zone; return unix milliseconds."""
    try:
        return convert_datetime_to_unix_time(convert_string_to_datetime(datetime_str))
    except Exception as error:
        raise Exception(f"convert_string_to_unix_time Failed: {error}") from error


def convert_timezone(source_aware_datetime: dt.datetime, destination_timezone_str: str) -> dt.datetime:
    """The same moment in another zone."""
    return source_aware_datetime.astimezone(ZoneInfo(destination_timezone_str))


def set_utc_timezone_to_naive_datetime(naive_datetime: dt.datetime) -> dt.datetime:
    """Read a naive time as UTC."""
    return naive_datetime.replace(tzinfo=UTC)


def utc_to_local(utc_dt: dt.datetime) -> dt.datetime:
    """A UTC time as a naive local time."""
    return utc_dt.replace(tzinfo=UTC).astimezone().replace(tzinfo=None)
