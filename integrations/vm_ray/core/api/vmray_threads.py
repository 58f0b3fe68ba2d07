"""The threads of the integration, and the wait for them at the end of the process.

The threads are daemon threads: a request that hangs must not keep the process alive. Python 3.11 can crash when a
daemon thread returns while the interpreter shuts down. So the process waits at its end, for a short time only.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from typing import Final

from ...core.api.vmray_timing import TIMING

_NAME: Final = "vmray"


def start_thread(work: Callable[[], object]) -> None:
    """Call a function in a new thread."""
    threading.Thread(target=work, name=_NAME, daemon=True).start()


@atexit.register
def wait_for_threads() -> None:
    """Wait until all threads of the integration have ended, together at most ``TIMING.thread_end``."""
    end = time.monotonic() + TIMING.thread_end
    for thread in threading.enumerate():
        if thread.name == _NAME:
            thread.join(max(0.0, end - time.monotonic()))
