"""Notify all open pages of changes of the platform's state, with one thread for all pages."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from secops_lab.platform import LocalPlatform

_LOOK_UP = 0.5  # seconds between checks whether the thread must end


class Heartbeat:
    """Forwards the platform's revision to an event loop; an asynchronous context manager."""

    def __init__(self, platform: LocalPlatform) -> None:
        self._platform = platform
        self._ended = threading.Event()
        self._changed = asyncio.Condition()
        self._seen = platform.revision
        self._thread: threading.Thread | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._watch, args=(loop,), name="heartbeat", daemon=True)
        self._thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    async def end(self) -> None:
        """End all waiting iterations; may be called more than once."""
        self._ended.set()
        await self._tell(self._seen)

    async def revisions(self, since: int) -> AsyncIterator[int]:
        """Yield the revision after each increase above `since`, until the wall closes."""
        seen = since
        while not self._ended.is_set():
            async with self._changed:
                while self._seen <= seen and not self._ended.is_set():
                    await self._changed.wait()
                seen = self._seen
            if not self._ended.is_set():
                yield seen

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        seen = self._seen
        while not self._ended.is_set():
            revision = self._platform.wait_for_change(seen, _LOOK_UP)
            if revision > seen:
                seen = revision
                asyncio.run_coroutine_threadsafe(self._tell(revision), loop)

    async def _tell(self, revision: int) -> None:
        async with self._changed:
            self._seen = revision
            self._changed.notify_all()
