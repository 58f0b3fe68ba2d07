"""A case wall with a tiny integration, and the requests of a browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import requests
from tests.lab.toy_integration import Toy
from tests.support.warm_start import forked_actions  # noqa: F401 - a fixture for all tests of this folder
from tests.waiting import PATIENT

from secops_lab.web import CaseWall, WallSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from secops_lab.platform import LocalPlatform


@dataclass
class Visitor:
    """Sends requests to the case wall as its own page does; options send them in another way."""

    wall: CaseWall
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def token(self) -> str:
        """The secret of the wall's pages."""
        return self.wall.wall.token.text

    def get(self, path: str, **options: Any) -> requests.Response:  # noqa: ANN401 - passed on
        """Send a GET request; redirects are not followed."""
        return self.session.get(self.wall.url + path, timeout=PATIENT, allow_redirects=False, **options)

    def post(
        self,
        path: str,
        form: dict[str, Any] | None = None,
        *,
        origin: str | None = "own",
        **options: Any,  # noqa: ANN401 - any value is passed on
    ) -> requests.Response:
        """Send a form with the secret, from the wall's own page."""
        headers = dict(options.pop("headers", {}))
        if origin is not None:
            headers["Origin"] = self.wall.url if origin == "own" else origin
        data = options.pop("data", {"token": self.token, **(form or {})})
        url = self.wall.url + path
        return self.session.post(
            url, data=data, headers=headers, timeout=PATIENT, allow_redirects=False, **options
        )

    def upload(self, name: str, content: bytes, **headers: str) -> requests.Response:
        """Upload a file."""
        return self.post(
            "/uploads", data=content, headers={"X-Token": self.token, "X-File-Name": name, **headers}
        )


@pytest.fixture
def platform_cases(platform: LocalPlatform) -> Callable[[], int]:
    """Return a function that counts the cases."""
    return lambda: len(platform.cases())


@pytest.fixture
def open_wall(tmp_path: Path, platform: LocalPlatform) -> Iterator[Callable[..., Visitor]]:
    """Return a function that opens a wall; its integration has one action with the given body."""
    opened: list[CaseWall] = []

    def open_it(
        body: str = 'siemplify.end("done", True)',
        *,
        parameters: dict[str, str] | None = None,
        is_async: bool = False,
        **settings: Any,  # noqa: ANN401 - passed on to WallSettings
    ) -> Visitor:
        host = Toy(tmp_path, platform, None).host(body, parameters=parameters, is_async=is_async)
        wall = CaseWall(platform, host, WallSettings("nobody", **{"poll_interval": 0.05, **settings}))
        opened.append(wall)
        return Visitor(wall.__enter__())

    yield open_it
    for wall in opened:
        wall.__exit__(None, None, None)
