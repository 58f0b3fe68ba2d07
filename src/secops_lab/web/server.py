"""The case wall as a server on loopback, in the foreground or in a thread."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import uvicorn
from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from .feeds import Feeds
from .heartbeat import Heartbeat
from .pages import Pages
from .safety import UPLOAD_PATH, Guard
from .wall import Wall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    from secops_lab.host import ActionHost
    from secops_lab.platform import LocalPlatform

    from .settings import WallSettings

LOOPBACK: Final = "127.0.0.1"


class NumberConvertor(IntegerConvertor):
    """A number in an address, limited in length: Python rejects numbers with thousands of digits."""

    regex = "[0-9]{1,15}"


register_url_convertor("number", NumberConvertor())


class CaseWall:
    """The case wall; binds its port on creation and serves in `serve` or, as a context manager, in a thread.

    Args:
        platform: The started platform.
        host: Starts the actions of the integration.
        settings: The settings of the case wall.
        port: The port on loopback; 0 selects a free port.

    Raises:
        OSError: The port cannot be used.
    """

    def __init__(
        self, platform: LocalPlatform, host: ActionHost, settings: WallSettings, port: int = 0
    ) -> None:
        # asyncio disables Nagle only for an explicit protocol; otherwise two packets take 40 ms more.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((LOOPBACK, port))
            self._socket.listen(128)
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.wall = Wall(platform, host, settings)
        heartbeat = Heartbeat(platform)
        config = uvicorn.Config(
            application(self.wall, heartbeat, self.port),
            loop="asyncio",
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config, heartbeat)
        self._thread = threading.Thread(target=self._answer, name="case-wall", daemon=True)

    def serve(self) -> None:
        """Serve until Ctrl-C or SIGTERM, then stop all runs."""
        with contextlib.suppress(KeyboardInterrupt):
            self._answer()
        self._close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._close()

    def _answer(self) -> None:
        self._server.run(sockets=[self._socket])

    def _close(self) -> None:
        self._socket.close()
        self.wall.close()


class _Server(uvicorn.Server):
    """Closes the streams of changes before waiting for connections: streams never end otherwise."""

    def __init__(self, config: uvicorn.Config, heartbeat: Heartbeat) -> None:
        super().__init__(config)
        self._heartbeat = heartbeat

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._heartbeat.end()
        await super().shutdown(sockets)


def application(wall: Wall, heartbeat: Heartbeat, port: int) -> Starlette:
    """Create the application from pages, feeds and files, protected by the guard."""
    pages, feeds = Pages(wall), Feeds(wall, heartbeat)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with heartbeat:
            yield

    routes = [
        Route("/", pages.cases),
        Route("/cases", pages.open_case, methods=["POST"]),
        Route("/cases/{case:number}", pages.case),
        Route("/cases/{case:number}/parts", pages.parts),
        Route("/cases/{case:number}/changes", feeds.changes),
        Route("/cases/{case:number}/entities", pages.add_entity, methods=["POST"]),
        Route("/cases/{case:number}/attachments", pages.attach, methods=["POST"]),
        Route("/cases/{case:number}/attachments/{place:number}", feeds.case_attachment),
        Route("/cases/{case:number}/runs", pages.start, methods=["POST"]),
        Route("/cases/{case:number}/insights/{place:number}", feeds.insight),
        Route("/runs/{run:number}/cancel", pages.cancel, methods=["POST"]),
        Route("/runs/{run:number}/json", feeds.json),
        Route("/runs/{run:number}/debug", feeds.debug),
        Route("/runs/{run:number}/attachments/{place:number}", feeds.attachment),
        Route("/runs/{run:number}/widgets/{widget:number}", feeds.widget),
        Route(UPLOAD_PATH, feeds.upload, methods=["POST"]),
        Route(UPLOAD_PATH + "/{upload}/forget", feeds.forget, methods=["POST"]),
        Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, port=port)],
        lifespan=lifespan,
        exception_handlers={HTTPException: pages.failure, 500: pages.failure},
    )
