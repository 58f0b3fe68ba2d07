"""One lock for all of a platform's state, and a way to wait until that state changes."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class ChangeFeed:
    """Counts changes, so that a reader can wait for the next change instead of polling."""

    def __init__(self) -> None:
        self.lock = threading.Condition(threading.RLock())
        self._revision = 0

    @property
    def revision(self) -> int:
        """The number of changes so far."""
        with self.lock:
            return self._revision

    @contextmanager
    def announce(self) -> Iterator[None]:
        """Run the block under the lock, count one change and wake all waiting threads."""
        with self.lock:
            yield
            self._revision += 1
            self.lock.notify_all()

    def wait(self, since: int, timeout: float | None = None) -> int:
        """Wait until the revision is greater than `since`.

        Args:
            since: The last revision that the reader has seen.
            timeout: Seconds to wait at most; None waits without a limit.

        Returns:
            The current revision, which is `since` after a timeout.
        """
        with self.lock:
            self.lock.wait_for(lambda: self._revision > since, timeout)
            return self._revision
