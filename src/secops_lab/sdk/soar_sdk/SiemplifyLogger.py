"""The scripts' logger: to the log file, to stderr, and with `print()` to the debug output."""

from __future__ import annotations

import logging
import logging.handlers
import sys
import traceback
from typing import Any

import _soar_names  # type: ignore[import-not-found]  # noqa: F401 - both spellings, one module

from soar_sdk._clock import unix_now
from soar_sdk.SiemplifyDataModel import LogRow

_DEFAULT_PATH = "/var/log/siemplify/scripting/script.log"
_FILE_SIZE = 5 * 1024 * 1024
_FILES = 10


class LogLevelEnum:
    """The numbers of the levels in log rows."""

    DEBUG = 0
    INFO = 1
    WARN = 2
    ERROR = 3


class SiemplifyLogger:
    """Logs messages as they are: arguments for placeholders are ignored, as in the platform's SDK.

    Attributes:
        module: The script's name.
        log_rows: All logged messages.
        error_logged: Whether an error was logged.

    Args:
        log_path: The log file; empty means the platform's own.
        log_location: The kind of script that logs.
        module: The script's name.
        debug_mode: Whether `debug` logs anything.
    """

    DEFAULT_LOGGER_NAME = "siemplify_default_logger"
    DEFAULT_LOG_LOCATION = "SDK"

    def __init__(
        self,
        log_path: str | None,
        log_location: str = DEFAULT_LOG_LOCATION,
        module: str | None = None,
        debug_mode: bool | None = None,
    ) -> None:
        self.module = module
        self.log_location = log_location
        self.log_rows: list[LogRow] = []
        self.error_logged = False
        self._debug_mode = bool(debug_mode)
        self._logger = logging.getLogger(self.DEFAULT_LOGGER_NAME)
        self._logger.setLevel(logging.DEBUG if debug_mode else logging.INFO)
        self._logger.handlers.clear()
        self._add_handler(logging.StreamHandler(sys.stderr))
        try:
            path = log_path or _DEFAULT_PATH
            self._add_handler(
                logging.handlers.RotatingFileHandler(path, maxBytes=_FILE_SIZE, backupCount=_FILES)
            )
        except OSError:
            sys.stderr.write("LOGGER: loadConfigFromFile FAILED\n")
            traceback.print_exc()

    def _add_handler(self, handler: logging.Handler) -> None:
        form = logging.Formatter("[%(asctime)s %(levelname)s] %(message)s", "%Y-%m-%d,%H:%M:%S,000")
        handler.setFormatter(form)
        self._logger.addHandler(handler)

    def info(self, message: Any, *_args: Any, **_kwargs: Any) -> None:
        """Log a message of level info."""
        self._log(logging.INFO, LogLevelEnum.INFO, message)

    def warn(self, message: Any, *_args: Any, **_kwargs: Any) -> None:
        """Log a warning."""
        self._log(logging.WARNING, LogLevelEnum.WARN, message)

    def error(self, message: Any, *_args: Any, **_kwargs: Any) -> None:
        """Log an error."""
        self.error_logged = True
        self._log(logging.ERROR, LogLevelEnum.ERROR, message)

    def exception(self, message: Any, *_args: Any, **_kwargs: Any) -> None:
        """Log an error with the trace of the exception that is being handled."""
        self.error_logged = True
        self._log(logging.ERROR, LogLevelEnum.ERROR, message, with_trace=True)
        if isinstance(message, BaseException):
            traceback.print_exception(message, file=sys.stdout)

    def debug(self, message: Any, *_args: Any, **_kwargs: Any) -> None:
        """Log details, in debug mode only."""
        if self._debug_mode:
            self._log(logging.DEBUG, LogLevelEnum.DEBUG, message)

    def _log(self, level: int, row_level: int, message: Any, with_trace: bool = False) -> None:
        text = str(message)
        self._logger.log(level, "%s", text, exc_info=with_trace)
        sys.stdout.write(f"{text}\n")
        self.log_rows.append(LogRow(text, row_level, unix_now()))
