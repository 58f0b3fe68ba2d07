"""Injects the faults of one endpoint, at the moment when each request arrives."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Final

from tests.guarantees.matrix.endpoints import endpoint_of, identity_of, odd_fields

from vmray_emulator.request_log import RecordedRequest, RequestLog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.guarantees.matrix.endpoints import Identity
    from tests.guarantees.matrix.rows import Cell

    from vmray_emulator import EmbeddedEmulator

ALWAYS: Final = 10_000


class FaultInjector(RequestLog):
    """A request log that injects faults.

    Args:
        endpoint: The endpoint whose requests get faults.
        cells: The faults.
        vmray: The emulator.
        shared: Whether each different request gets the next fault; otherwise all requests get the only fault,
            or the attempts of the first request get the faults one after the other.

    Attributes:
        injected: The fault of each request.
        waiting: The faults that no request got.
    """

    def __init__(
        self, endpoint: str, cells: Sequence[Cell], vmray: EmbeddedEmulator, *, shared: bool
    ) -> None:
        super().__init__()
        self._endpoint = endpoint
        self._patches = odd_fields(endpoint).patches
        self._control = vmray.control
        self._shared = shared
        self._lock = threading.Lock()
        self.waiting = list(cells)
        self.injected: dict[Identity, Cell] = {}
        vmray.control._app.log = self

    def arrive(self, request: RecordedRequest) -> None:
        """Record a request, and inject its fault."""
        super().arrive(request)
        if endpoint_of(request) != self._endpoint:
            return
        with self._lock:
            identity = identity_of(request)
            if identity in self.injected:
                return
            for cell in self._next():
                if not cell.fault.gone:
                    self.injected[identity] = cell
                    self._inject(cell, request)

    def _next(self) -> list[Cell]:
        taken = self.waiting[:1] if self._shared else list(self.waiting)
        del self.waiting[: len(taken)]
        if taken or self._shared:
            return taken
        return [cell for cell in self.injected.values() if cell.persistent][:1]

    def _inject(self, cell: Cell, request: RecordedRequest) -> None:
        query = {name: re.sub(r"([*?\[])", r"[\1]", value) for name, value in request.query.items()}
        match = {"method": request.method, "path": request.path, "query": query}
        order = cell.fault.ordered(self._patches, persistent=cell.persistent)
        self._control.inject(match, dict(order), ALWAYS if cell.persistent else 1)

    @property
    def request_line(self) -> str:
        """Return the pattern of the first bytes of a request of the endpoint."""
        path, _, names = self._endpoint.partition("?")
        method, _, template = path.partition(" ")
        # within the name of a member of an archive, the slash is encoded
        escaped = re.escape(template).replace("/", "(?:/|%2F)")
        text = re.sub(r"\\\{.*?\\\}", "[^ ?/]+", escaped)
        query = "".join(rf"(?=[^ ]*[?&]{re.escape(name)}=)" for name in names.split("&") if name)
        return f"{method} /rest{text}{query}[? ]" if names else f"{method} /rest{text} "
