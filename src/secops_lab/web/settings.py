"""The settings of the case wall."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WallSettings:
    """The settings of a case wall.

    Attributes:
        vmray: The description of the VMRay, for the page.
        script_timeout: Seconds for one process of an action.
        async_timeout: Seconds for a whole asynchronous action.
        poll_interval: Seconds between two rounds of an asynchronous action.
        upload_limit: Bytes of one file that may be uploaded from the browser.
        uploads_limit: Bytes of all such files together.
        live_runs: The maximum number of simultaneous runs.
    """

    vmray: str
    script_timeout: float = 300.0
    async_timeout: float = 3_600.0
    poll_interval: float = 1.0
    upload_limit: int = 128 * 2**20
    uploads_limit: int = 2**30
    live_runs: int = 8
