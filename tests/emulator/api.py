"""A small HTTP client for the emulator's tests: it sends the key and returns `data` of the envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import requests

if TYPE_CHECKING:
    from types import TracebackType

    from vmray_emulator import EmbeddedEmulator
    from vmray_emulator.json_types import Json

PE64 = b"MZ".ljust(0x3C, b"\0") + b"\x40\0\0\0" + b"PE\0\0\x64\x86" + bytes(18)
PE32 = b"MZ".ljust(0x3C, b"\0") + b"\x40\0\0\0" + b"PE\0\0\x4c\x01" + bytes(18)


class Api:
    """A client of one emulator."""

    def __init__(self, emulator: EmbeddedEmulator) -> None:
        self.url = f"{emulator.url}/rest"
        self.control = emulator.control
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"api_key {emulator.api_key}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()

    def send(self, method: str, path: str, **more: Json) -> requests.Response:
        """Send any request. Redirects are not followed."""
        return self.session.request(method, self.url + path, allow_redirects=False, timeout=30, **more)

    def get(self, path: str, **params: str) -> Json:
        """Return the data of a successful GET."""
        response = self.send("GET", path, params=params)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def status(self, path: str, **params: str) -> int:
        """Return the status of a GET."""
        return self.send("GET", path, params=params).status_code

    def submit(self, data: bytes = PE64, name: str = "invoice.exe", **params: str) -> Json:
        """Submit a file, and return the data of the response."""
        response = self.send("POST", "/sample/submit", data=params, files={"sample_file": (name, data)})
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def submit_one(self, data: bytes = PE64, name: str = "invoice.exe", **params: str) -> tuple[int, int]:
        """Submit a file, and return submission id and sample id."""
        (submission,) = self.submit(data, name, **params)["submissions"]
        return submission["submission_id"], submission["submission_sample_id"]

    def submit_url(self, url: str, **params: str) -> Json:
        """Submit a URL, and return the data of the response."""
        response = self.send("POST", "/sample/submit", data={"sample_url": url, **params})
        assert response.status_code == 200, response.text
        return response.json()["data"]
