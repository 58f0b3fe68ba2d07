"""A plain HTTP client for the servers of the contract tests."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import requests

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]
LIVE: Final = "live"
LIVE_ROOT: Final = "VMRAY_LIVE_ROOT"
LIVE_KEY: Final = "VMRAY_LIVE_KEY"
LIVE_SUBMIT: Final = "VMRAY_LIVE_SUBMIT"
LIVE_VERIFY: Final = "VMRAY_LIVE_VERIFY_SSL"
TIMEOUT: Final = 60.0
# A small file that servers detect as a Windows executable: the `MZ` mark without executable code.
PROGRAM: Final = b"MZ" + b"\0" * 58 + b"\x80\0\0\0" + b"\0" * 64 + b"PE\0\0\x64\x86" + b"\0" * 200


@dataclass(frozen=True, slots=True)
class Response:
    """One response.

    Attributes:
        status: HTTP status.
        headers: Headers, found in any case.
        content: The body's bytes.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    json: Any = None

    @property
    def data(self) -> Any:
        """Return `data` of the envelope of a success."""
        assert self.status == 200, (self.status, self.content[:200])
        assert self.json["result"] == "ok"
        return self.json["data"]

    @property
    def error(self) -> tuple[int, str]:
        """Return status and error sentence, from the documented envelope."""
        assert self.json["result"] == "error"
        return self.status, self.json["error_msg"]


@dataclass
class Server:
    """A VMRay server, emulated or real, with its root and its key.

    Attributes:
        root: Root without `/rest`.
        api_key: A valid key.
        live: Whether the server is a real one.
    """

    root: str
    api_key: str
    live: bool = False
    session: requests.Session = field(default_factory=requests.Session)

    def request(self, method: str, path: str, **more: Any) -> Response:
        """Send a request below `/rest`; keyword arguments are those of `requests`."""
        headers = {"Authorization": f"api_key {self.api_key}", **more.pop("headers", {})}
        url = f"{self.root}/rest{path}"
        response = self.session.request(
            method, url, headers=headers, timeout=TIMEOUT, allow_redirects=False, verify=_verify(), **more
        )
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        return Response(
            response.status_code, response.headers, response.content, response.json() if is_json else None
        )

    def get(self, path: str, **query: Any) -> Response:
        """Send a GET request."""
        return self.request("GET", path, params=query)

    def post(self, path: str, form: Mapping[str, Any] | None = None, **more: Any) -> Response:
        """Send a POST request with a form."""
        return self.request("POST", path, data=form or {}, **more)

    def submit(self, content: bytes, name: str, **form: str) -> Json:
        """Submit a file and return `data` of the response."""
        response = self.post("/sample/submit", form, files={"sample_file": (name, content)})
        found: Json = response.data
        return found

    @cached_property
    def version(self) -> tuple[int, int, int]:
        """Return major, minor and revision from the response of the server."""
        info = self.get("/system_info").data
        return info["version_major"], info["version_minor"], info["version_revision"]


def _verify() -> bool:
    return os.environ.get(LIVE_VERIFY, "true").lower() not in ("0", "false", "no")


def live_server() -> Server | None:
    """Return the real server that the environment names, or None."""
    root, key = os.environ.get(LIVE_ROOT, ""), os.environ.get(LIVE_KEY, "")
    if not root or not key:
        return None
    return Server(root.rstrip("/").removesuffix("/rest"), key, live=True)
