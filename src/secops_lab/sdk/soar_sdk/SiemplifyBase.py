"""The common part of all scripts: arguments, session, logger, context values, timestamps."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import getopt
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import _soar_names  # type: ignore[import-not-found]  # noqa: F401 - both spellings, one module
import requests

from soar_sdk import _clock
from soar_sdk.SiemplifyAddressProvider import SdkEndpoint, SiemplifyAddressProvider
from soar_sdk.SiemplifyLogger import SiemplifyLogger
from soar_sdk.SiemplifySdkConfig import SiemplifySdkConfig
from soar_sdk.SiemplifyUtils import validate_property_value

if TYPE_CHECKING:
    from types import FrameType

HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
REQUEST_CA_BUNDLE = "REQUESTS_CA_BUNDLE"
NO_CONTENT_STATUS_CODE = 204
_OPTIONS = ("logPath=", "correlationId=", "traceId=", "baggage=", "useElastic", "onePlatformSupport")


class MaximumContextLengthException(Exception):
    """A context value has more than 3,000,000 characters."""


class SiemplifyBase:
    """A script's connection to the platform.

    Attributes:
        api_key: The key from the command line.
        session: The HTTP session that carries it.
        API_ROOT: The platform's API.
        script_name: The script's name; names the log module and the run folder.

    Args:
        is_connector: Whether the command line has the connectors' order: flag, key.
    """

    TIMESTAMP_KEY = "timestamp"
    SIGNAL_CODES: ClassVar[dict[int, int]] = {signal.SIGTERM: 143, signal.SIGINT: 130}

    def __init__(self, is_connector: bool = False) -> None:
        self.api_key = sys.argv[2 if is_connector else 1]
        self.sdk_config = SiemplifySdkConfig()
        self.API_ROOT = self.sdk_config.api_root_uri
        self.RUN_FOLDER = self.sdk_config.run_folder_path
        self.script_name = ""
        self.is_remote = False
        self._logger: SiemplifyLogger | None = None
        options = _read_options(sys.argv[1:])
        self._log_path = options.pop("logPath", None)
        self.address_provider = SiemplifyAddressProvider(self.sdk_config, "onePlatformSupport" in options)
        self.session = self.create_session(self.api_key)
        self.session.headers.update(_trace_headers(options))
        for number, handler in (
            (signal.SIGTERM, self.termination_signal_handler),
            (signal.SIGINT, self.cancellation_signal_handler),
        ):
            with contextlib.suppress(ValueError):  # not the main thread: no signals here
                signal.signal(number, handler)
        if REQUEST_CA_BUNDLE in os.environ:
            self.LOGGER.warn(
                f"Environment Variables cannot contain key {REQUEST_CA_BUNDLE}, please remove it."
            )

    @staticmethod
    def create_session(api_key: str) -> requests.Session:
        """A session with the key that verifies no certificates, like the session of the platform's SDK."""
        session = requests.Session()
        session.verify = False
        session.headers.update({**HEADERS, "AppKey": api_key})
        return session

    @staticmethod
    def validate_siemplify_error(response: requests.Response) -> None:
        """Check a response of the platform.

        Raises:
            Exception: If it is an error; the text has the status and the body.
        """
        try:
            response.raise_for_status()
        except requests.HTTPError as error:
            raise Exception(f"{error}: {response.content!r}") from error

    @property
    def LOGGER(self) -> SiemplifyLogger:
        """The logger, created at its first use."""
        if self._logger is None:
            self._logger = SiemplifyLogger(self._log_path, self.log_location)
        return self._logger

    @property
    def log_location(self) -> str:
        """The kind of script."""
        return "SDK"

    @property
    def platform_url(self) -> str:
        """The address of the platform for browsers.

        Raises:
            Exception: The environment variable is missing.
        """
        if "CLIENT_ADDRESS" not in os.environ:
            raise Exception("Environment CLIENT_ADDRESS not found")
        return f"https://{os.environ['CLIENT_ADDRESS']}/"

    @property
    def run_folder(self) -> str:
        """The folder of the script, created at its first use.

        Raises:
            Exception: If the script has not set its name.
        """
        if not self.script_name:
            raise Exception(
                "Cannot build run_folder when script_name has not been defined first. "
                "Try addind: siemplify.script_name='name'"
            )
        folder = Path(self.RUN_FOLDER) / type(self).__name__ / self.script_name
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    def _get(self, address: str) -> requests.Response:
        response = self.session.get(address)
        self.validate_siemplify_error(response)
        return response

    def _post(self, address: str, body: Any) -> requests.Response:
        response = self.session.post(address, json=body)
        self.validate_siemplify_error(response)
        return response

    def get_context_property(self, context_type: int | None, identifier: Any, property_key: str) -> Any:
        """A context value, or None; types: 0 global, 1 case, 2 alert, 3 job, 4 connector."""
        body = {"ContextType": context_type, "Identifier": identifier, "PropertyKey": property_key}
        response = self._post(self.address_provider.address(SdkEndpoint.GET_CONTEXT_PROPERTY), body)
        if response.status_code == NO_CONTENT_STATUS_CODE:
            self.LOGGER.info(f"No data found for property key: {property_key}")
            return None
        return response.json()

    def set_context_property(
        self, context_type: int | None, identifier: Any, property_key: str, value: Any
    ) -> None:
        """Store a context value.

        Raises:
            MaximumContextLengthException: If it is too long.
        """
        self._store(SdkEndpoint.SET_CONTEXT_PROPERTY, context_type, identifier, property_key, value)

    def try_set_context_property(
        self, context_type: int | None, identifier: Any, property_key: str, value: Any
    ) -> bytes:
        """Store a context value if none exists; return the platform's unchanged response.

        Raises:
            MaximumContextLengthException: If it is too long.
        """
        return self._store(
            SdkEndpoint.TRY_SET_CONTEXT_PROPERTY, context_type, identifier, property_key, value
        )

    def _store(self, call: SdkEndpoint, kind: int | None, identifier: Any, key: str, value: Any) -> bytes:
        if not validate_property_value(value):
            method = "set" if call is SdkEndpoint.SET_CONTEXT_PROPERTY else "try_set"
            place = f"{method}_context_property"
            raise MaximumContextLengthException(
                f"Exception was thrown in {place}: property value has reached maximum length"
            )
        body = {"ContextType": kind, "Identifier": identifier, "PropertyKey": key, "PropertyValue": value}
        return self._post(self.address_provider.address(call), body).content

    def _fetch_timestamp(self, kind: int, identifier: Any, as_datetime: bool, zone: Any) -> Any:
        stored = self.get_context_property(kind, identifier, self.TIMESTAMP_KEY)
        value = json.loads(stored) if isinstance(stored, str) else (stored or 0)
        if not as_datetime:
            return value
        moment = _clock.convert_unixtime_to_datetime(value)
        return _clock.convert_timezone(moment, zone) if zone else moment

    def _save_timestamp(self, kind: int, identifier: Any, moment: int | dt.datetime | None) -> None:
        value = _clock.unix_now() if moment is None else moment
        if isinstance(value, dt.datetime):
            value = _clock.convert_datetime_to_unix_time(value)
        self.set_context_property(kind, identifier, self.TIMESTAMP_KEY, json.dumps(value))

    def termination_signal_handler(self, number: int, _frame: FrameType | None) -> None:
        """End the process as the platform's SDK does on SIGTERM."""
        sys.exit(-self.SIGNAL_CODES[number])

    def cancellation_signal_handler(self, number: int, _frame: FrameType | None) -> None:
        """Continue after SIGINT."""
        self.LOGGER.info(f"Signal {number} received and ignored")


def _read_options(arguments: list[str]) -> dict[str, str]:
    """The long options; any unknown one is a `GetoptError`."""
    options, _rest = getopt.gnu_getopt(arguments, "", list(_OPTIONS))
    return {name.removeprefix("--"): value.strip('"') for name, value in options}


def _trace_headers(options: dict[str, str]) -> dict[str, str]:
    headers = {"correlationId": "correlation_id", "traceId": "traceparent"}
    found = {header: options[option] for option, header in headers.items() if option in options}
    if "baggage" in options:
        found["baggage"] = base64.b64decode(options["baggage"]).decode()
    return found
