"""The exit codes of `vmray-secops` and their meaning."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes, the same for every command.

    `meaning` is the sentence that the help and the README show.
    """

    DONE = 0
    ACTION_FAILED = 1
    BAD_USAGE = 2
    NOT_RUN = 3
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """The meaning as one clause."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.DONE: "done",
    ExitCode.ACTION_FAILED: "the action failed or timed out",
    ExitCode.BAD_USAGE: "bad usage: an unknown action, parameter or type, or a wrong option",
    ExitCode.NOT_RUN: "the action could not be run",
    ExitCode.INTERRUPTED: "interrupted; submissions remain in VMRay",
}
