"""Read the address of the platform from the environment and `sdk_config.ini` beside this module."""

from __future__ import annotations

import configparser
import os
import tempfile
from pathlib import Path

import _soar_names  # type: ignore[import-not-found]  # noqa: F401 - both spellings, one module


class SiemplifySdkConfig:
    """The configuration of one process.

    Attributes:
        api_root_uri: The platform's API, such as `http://127.0.0.1:8443/api`. `APP_USE_SSL`, `APP_IP` and
            `APP_PORT` of the environment have priority over the file's `[ServerService]`.
        file_storage_api_root_uri: The root of the file storage. On the platform, where the environment has
            `CLIENT_ADDRESS`, its host has the name `webhooks`.
        run_folder_path: The folder under which scripts get their run folders.
        ignore_ca_bundle: Whether certificates of the platform are never verified.
        is_remote_publisher_sdk: Whether this is a remote agent; always false in the stand-in.
    """

    config_file_path = str(Path(__file__).resolve().parent / "sdk_config.ini")

    def __init__(self) -> None:
        parser = configparser.ConfigParser()
        parser.read(self.config_file_path)
        use_ssl = os.environ.get("APP_USE_SSL", parser.get("ServerService", "UseSsl", fallback="True"))
        host = os.environ.get("APP_IP", parser.get("ServerService", "Host", fallback="localhost"))
        port = os.environ.get("APP_PORT", parser.get("ServerService", "Port", fallback="8443"))
        scheme = "https" if use_ssl.lower() == "true" else "http"
        self.api_root_uri = f"{scheme}://{host}:{port}/api"
        on_platform = "CLIENT_ADDRESS" in os.environ
        self.file_storage_api_root_uri = f"{scheme}://webhooks" if on_platform else "https://localhost:8310"
        fallback = str(Path(tempfile.gettempdir()) / "siemplify_scripting")
        self.run_folder_path = parser.get("ExecutionConfig", "runFolderPath", fallback=fallback)
        self.ignore_ca_bundle = parser.getboolean("ExecutionConfig", "IgnoreCaBundle", fallback=False)
        self.is_remote_publisher_sdk = False
