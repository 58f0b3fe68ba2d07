"""One lock for all of a platform's state, and a way to wait until that state changes."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Changes:
    """Counts changes, so that a reader can wait for the next one instead of asking again and again."""

    def __init__(self) -> None:
        self.lock = threading.Condition(threading.RLock())
        self._revision = 0

    @property
    def revision(self) -> int:
        """How many changes there have been."""
        with self.lock:
            return self._revision

    @contextmanager
    def announce(self) -> Iterator[None]:
        """Change something under the lock and wake everybody who waits."""
        with self.lock:
            yield
            self._revision += 1
            self.lock.notify_all()

    def wait(self, since: int, timeout: float | None = None) -> int:
        """Wait until the revision is greater than `since`.

        Args:
            since: The revision the reader has seen.
            timeout: Seconds to wait at most; None waits for ever.

        Returns:
            The current revision, which is `since` when the time is up.
        """
        with self.lock:
            self.lock.wait_for(lambda: self._revision > since, timeout)
            return self._revision
