"""Faults that tests order: queued, matched with requests, used one by one, listed while they wait."""

from __future__ import annotations

import fnmatch
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Kind of fault to its options and their defaults. `stored`: the request is executed before the fault.
KINDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "status": {
        "status": 500,
        "headers": {},
        "body": None,
        "content_type": "application/json",
        "stored": False,
    },
    "throttle": {"retry_after": "1", "stored": False},
    "reset_before": {"stored": False},
    "reset_mid_request": {},
    "reset_mid_body": {},
    "stall": {"seconds": 1.0, "stored": False},
    "redirect": {"location": "/", "status": 302},
    "html": {"body": None},
    "truncated_json": {},
    "data_null": {},
    "result_error": {"error_msg": "Internal error", "stored": False},
    "unencrypted": {"last_only": False},
    "endless": {"bytes": 64 * 2**20},
    "patch": {"set": {}, "remove": []},
}


@dataclass(slots=True)
class Fault:
    """One ordered fault.

    Attributes:
        method: HTTP method of the requests that it waits for, or `*`.
        path: Pattern of the path; `*` stands for any text, slashes included.
        query: Patterns of query parameters by name. Each of them must be present and match.
        kind: Key of `KINDS`.
        options: The kind's options, defaults filled in.
        times: Number of requests that will still fail.
    """

    method: str
    path: str
    query: Mapping[str, str]
    kind: str
    options: dict[str, Any]
    times: int

    def matches(self, method: str, path: str, query: Mapping[str, str]) -> bool:
        """Whether the fault waits for such a request."""
        return (
            self.method in ("*", method)
            and fnmatch.fnmatchcase(path, self.path)
            and all(
                name in query and fnmatch.fnmatchcase(query[name], pattern)
                for name, pattern in self.query.items()
            )
        )

    def as_json(self) -> dict[str, Any]:
        """Return the fault in the form in which it was ordered."""
        return {
            "match": {
                "method": self.method,
                "path": self.path,
                **({"query": dict(self.query)} if self.query else {}),
            },
            "fault": {"kind": self.kind, **self.options},
            "times": self.times,
        }


def new_fault(match: Mapping[str, Any], fault: Mapping[str, Any], times: int = 1) -> Fault:
    """Check the order of a fault.

    Args:
        match: `method` and `path`, both `*` by default; `query`, an object of patterns, empty by default.
        fault: `kind` and its options.
        times: Number of matching requests that fail.

    Raises:
        ValueError: The kind, an option or the number is not allowed.
    """
    kind = fault.get("kind", "")
    if kind not in KINDS:
        raise ValueError(f"there is no fault {kind!r}; there are {', '.join(KINDS)}")
    options = {name: value for name, value in fault.items() if name != "kind"}
    unknown = sorted(set(options) - set(KINDS[kind])) + sorted(set(match) - {"method", "path", "query"})
    if unknown:
        raise ValueError(f"fault {kind!r} has no option {', '.join(unknown)}")
    if times < 1:
        raise ValueError(f"a fault needs times of 1 or more, not {times}")
    return Fault(
        match.get("method", "*").upper(),
        match.get("path", "*"),
        dict(match.get("query", {})),
        kind,
        {**KINDS[kind], **options},
        times,
    )


@dataclass
class FaultQueue:
    """The faults that wait for requests, oldest first."""

    _waiting: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> None:
        """Add a fault."""
        with self._lock:
            self._waiting.append(fault)

    def take(self, method: str, path: str, query: Mapping[str, str]) -> Fault | None:
        """Return the oldest fault that waits for such a request, and count the request."""
        if not self._waiting:
            return None
        with self._lock:
            fault = next((one for one in self._waiting if one.matches(method, path, query)), None)
            if fault is not None:
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
            return fault

    def pending(self) -> list[Fault]:
        """Return the faults that still wait."""
        with self._lock:
            return list(self._waiting)

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._waiting.clear()
