"""All faults of the matrix, each in one place: what VMRay, or the network before it, does to a request."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

API_KEY: Final = "5ec2e7a91b3c4d5e6f708192a3b4c5d6"
ELSEWHERE: Final = "http://127.0.0.1:9/rest/somewhere/else"
STALL_SECONDS: Final = 60.0
_ECHO: Final = f"</script><b>Authorization: api_key {API_KEY}\n\u202eerror"

Order = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        name: As it stands in the table.
        order: What the emulator is told; a text names a patch that each request defines for itself.
        again: The same for a fault that does not go away; the same order where it is None.
        slow: Whether the request lasts for longer than the run.
        gone: Whether nobody listens any more from this request on.
        like: The fault whose persistent form is the same to the client, and is run in its place.
    """

    name: str
    order: Order | str | Callable[[], Order]
    again: Order | Callable[[], Order] | None = None
    slow: bool = False
    gone: bool = False
    like: str = ""

    def ordered(self, patches: Mapping[str, Order], *, always: bool) -> Order:
        """What to tell the emulator, for a request with these patches."""
        order = self.again if always and self.again is not None else self.order
        if callable(order):
            return order()
        return patches[order] if isinstance(order, str) else order


def _status(status: int, *, stored: bool = False, headers: Mapping[str, str] | None = None) -> Order:
    body = json.dumps({"result": "error", "error_msg": _ECHO})
    return {"kind": "status", "status": status, "body": body, "stored": stored, "headers": headers or {}}


def _at(seconds: float) -> Order:
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return {"kind": "throttle", "retry_after": format_datetime(moment, usegmt=True)}


_ALL: Final = (
    Fault(
        "429, Retry-After in seconds",
        {"kind": "throttle", "retry_after": "1"},
        again={"kind": "throttle", "retry_after": "0"},
    ),
    Fault(
        "429, Retry-After as a date",
        lambda: _at(2.0),
        again=lambda: _at(-60.0),
        like="429, Retry-After in seconds",
    ),
    Fault(
        "429 without Retry-After",
        {"kind": "throttle", "retry_after": None},
        like="429, Retry-After in seconds",
    ),
    Fault("500", _status(500)),
    Fault("501", _status(501), like="500"),
    Fault("502", _status(502), like="500"),
    Fault("503", _status(503), like="500"),
    Fault(
        "503 with Retry-After",
        _status(503, headers={"Retry-After": "1"}),
        again=_status(503, headers={"Retry-After": "0"}),
    ),
    Fault("504", _status(504)),
    Fault("500, carried out", _status(500, stored=True)),
    Fault("connection refused", {}, gone=True),
    Fault("reset before the answer", {"kind": "reset_before"}),
    Fault("reset before the answer, carried out", {"kind": "reset_before", "stored": True}),
    Fault("reset in the request", {"kind": "reset_mid_request"}, like="reset before the answer"),
    Fault("reset in the answer", {"kind": "reset_mid_body"}),
    Fault("stall", {"kind": "stall", "seconds": STALL_SECONDS}, slow=True),
    Fault("stall, carried out", {"kind": "stall", "seconds": STALL_SECONDS, "stored": True}, slow=True),
    Fault("redirect", {"kind": "redirect", "location": ELSEWHERE}),
    Fault("HTML with 200", {"kind": "html", "body": f"<html>{_ECHO}</html>"}),
    Fault("truncated JSON", {"kind": "truncated_json"}),
    Fault("data: null", {"kind": "data_null"}),
    Fault("result: error", {"kind": "result_error", "error_msg": _ECHO}),
    Fault("result: error, carried out", {"kind": "result_error", "error_msg": _ECHO, "stored": True}),
    Fault("missing field", "missing"),
    Fault("unknown fields", "unknown"),
    Fault("null for a list", "null"),
    Fault("401", _status(401)),
    Fault("403", _status(403)),
    Fault("404", _status(404)),
)
FAULTS: Final[Mapping[str, Fault]] = {fault.name: fault for fault in _ALL}
