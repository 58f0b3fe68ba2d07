"""The file storage of the platform: files that the steps of one playbook run hand to each other."""

from __future__ import annotations

import base64
import hashlib
import io

import requests

from soar_sdk.SiemplifyBase import SiemplifyBase

MAX_FILE_SIZE = 20 * 1024 * 1024
_NO_PLAYBOOK = "Default"


def _hashed(name: str) -> str:
    return hashlib.sha512(name.encode()).hexdigest()


class FileStorageCalls(SiemplifyBase):
    """Reads and writes files of the environment and the playbook run; the stored text is base64.

    Without a playbook, as when an analyst runs an action, all runs of the environment share their files.
    """

    _environment: str
    workflow_instance_id: str | None
    parent_workflow_instance_id: str | None
    _storage_session: requests.Session | None = None

    def get_base64_blob(self, identifier: str, is_local: bool = False) -> str:
        """Return a file as base64.

        Raises:
            Exception: The file does not exist; or `is_local`, which only remote agents support.
        """
        self._log_call("GET", identifier)
        if is_local:
            raise Exception("Downloading files from the local file system is forbidden.")
        response = self._storage().get(self._address(), params=self._place(identifier))
        self.validate_siemplify_error(response)
        return response.content.decode()

    def get_bytes_blob(self, identifier: str, is_local: bool = False) -> bytes:
        """Return the content of a file; see `get_base64_blob`."""
        return base64.b64decode(self.get_base64_blob(identifier, is_local))

    def get_string_blob(self, identifier: str, is_local: bool = False) -> str:
        """Return a file of text in UTF-8; see `get_base64_blob`."""
        return self.get_bytes_blob(identifier, is_local).decode()

    def set_base64_blob(self, identifier: str, data: bytes, is_local: bool = False) -> None:
        """Store a file that is given as base64.

        Raises:
            Exception: The base64 has more than 20 MiB; or `is_local`, which only remote agents support.
        """
        self._log_call("SET", identifier)
        if len(data) > MAX_FILE_SIZE:
            raise Exception(
                f"Data size ({len(data)} bytes) exceeds the maximum allowed size ({MAX_FILE_SIZE} bytes)."
            )
        if is_local:
            raise Exception("Uploading files to the local file system is forbidden.")
        file = {"Data": ("file", io.BytesIO(data), "application/octet-stream")}
        response = self._storage().post(self._address(), data=self._place(identifier), files=file)
        self.validate_siemplify_error(response)

    def set_bytes_blob(self, identifier: str, data: bytes, is_local: bool = False) -> None:
        """Store a file; see `set_base64_blob`."""
        self.set_base64_blob(identifier, base64.b64encode(data), is_local)

    def set_string_blob(self, identifier: str, data: str, is_local: bool = False) -> None:
        """Store a text in UTF-8; see `set_base64_blob`."""
        self.set_bytes_blob(identifier, data.encode(), is_local)

    def _storage(self) -> requests.Session:
        """The session for the file storage, created at its first use; its bodies are no JSON."""
        if self._storage_session is None:
            self._storage_session = requests.Session()
            self._storage_session.verify = False
            self._storage_session.headers["AppKey"] = self.api_key
        return self._storage_session

    def _address(self) -> str:
        return f"{self.sdk_config.file_storage_api_root_uri}/webhooks/blob"

    def _place(self, identifier: str) -> dict[str, str]:
        run = self._playbook_run
        parts = (_hashed(self._environment), _hashed(str(run)) if run else _NO_PLAYBOOK, _hashed(identifier))
        return {"EnvironmentName": self._environment, "DestinationPath": "/".join(parts)}

    @property
    def _playbook_run(self) -> str | None:
        return self.parent_workflow_instance_id or self.workflow_instance_id

    def _log_call(self, verb: str, identifier: str) -> None:
        self.LOGGER.info(
            f"Persistent File Storage | {verb} | identifier: {identifier} | "
            f"environment: {self._environment} | workflow instance id: {self._playbook_run}"
        )
