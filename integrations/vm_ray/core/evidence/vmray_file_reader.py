"""Read files for the result within one budget, which the subjects of the action share.

Each subject has an equal share of the budget. Files within the share are read as soon as they are known, so that no
subject waits for another one. What the shares leave goes to the remaining files in their order. So the sizes and the
order decide which files fit, never the speed of a response.

A known size decides before the file is requested. A larger file of unknown size announces its size, and is requested
again if it fits. Nothing is read without a limit, and no file is cut off.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_rate_limiter import MAX_CONCURRENCY
from ...core.api.vmray_request_errors import TooLargeError
from ...core.results.vmray_answer import Answer
from ...core.results.vmray_result_budget import USABLE_SHARE

# Of the result, for JSON and tables.
RESERVED: Final = 2**20
_KIB: Final = 1024
_MIB: Final = 1024 * 1024

Content: TypeAlias = bytes | Answer | VMRayError


@dataclass(eq=False)
class File:
    """One file.

    Attributes:
        read: Reads the file; the argument is the largest size in bytes.
        size: The size in bytes, if VMRay named or announced it.
        growth: How many bytes larger the response can be: encryption adds some to the size that VMRay names.
        content: The content, or why there is none; None if the file is not read yet.
    """

    read: Callable[[int], bytes | Answer]
    size: int | None = None
    growth: int = 0
    content: Content | None = None

    @property
    def room(self) -> int | None:
        """The bytes that the file needs; None if its size is not known."""
        return None if self.size is None else self.size + self.growth


def budget_of(max_result_bytes: float) -> int:
    """Return how many bytes the files of a result may have: in base64 each three bytes are four characters."""
    return max(0, int((max_result_bytes * USABLE_SHARE - RESERVED) * 3 / 4))


def too_large(size: int | None, limit: int) -> Answer:
    """Return the answer about a file without room; a size that is not known is larger than the limit."""
    amount = f"more than {_amount(limit, math.floor)}" if size is None else _amount(size, math.ceil)
    reason = f"too large: {amount}; the whole is in VMRay, see web_link"
    return Answer("failed", reason, TooLargeError.kind, TooLargeError.remedy)


def _amount(size: int, rounded: Callable[[float], int]) -> str:
    unit, name = (_MIB, "MiB") if size >= _MIB else (_KIB, "KiB")
    return f"{rounded(size / unit)} {name}"


class FileReader:
    """Reads the files of one result."""

    def __init__(self, budget: int, subjects: int) -> None:
        """Set the budget in bytes, and the number of subjects that share the budget."""
        self._budget = budget
        self._share = budget // max(1, subjects)
        self._threads = max(1, MAX_CONCURRENCY // max(1, subjects))

    def read_share(self, files: Sequence[File]) -> None:
        """Read the files of one subject that are within its share; can be called from several threads.

        Files of unknown size have equal parts of the share.
        """
        left = self._share
        equal = left // max(1, len(files))
        limits = {}
        for file in files:
            limit = equal if file.room is None else file.room
            if limit <= left:
                limits[file] = limit
                left -= limit
        self._read(limits, self._threads)

    def read_rest(self, files: Sequence[File]) -> None:
        """Read the remaining files of all subjects, and set an answer for those without room."""
        left = self._budget - sum(len(file.content) for file in files if isinstance(file.content, bytes))
        admitted = {}
        for file in files:
            if file.content is None and file.size is None:  # the room of the later files depends on this one
                self._read({file: left}, 1)
                left -= len(file.content) if isinstance(file.content, bytes) else 0
            if file.content is None and file.room is not None and file.room <= left:
                admitted[file] = file.room
                left -= file.room
            elif file.content is None:
                file.content = too_large(file.size, left)
        self._read(admitted, MAX_CONCURRENCY)
        for file in admitted:
            if file.content is None:  # larger than VMRay announced
                file.content = too_large(file.size, left)

    def _read(self, limits: dict[File, int], threads: int) -> None:
        """Read files; a file that is larger than its limit gets its size, if VMRay announced it."""
        for file, content in map_concurrently(lambda each: each.read(limits[each]), limits, threads=threads):
            if isinstance(content, TooLargeError):
                file.size, file.growth = content.size, 0
            else:
                file.content = content
