"""What is left of a quota for the items of one run: read at most once, and counted for each item that uses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ...core.api.vmray_optional import Missing, read_optional
from ...core.api.vmray_request_errors import NotFoundError, PermissionDeniedError

# A key that may not read its quota is part of the setup, and no reason to stop a playbook.
_UNREADABLE: Final = (PermissionDeniedError, NotFoundError)


class QuotaGuard:
    """The quota that an action uses.

    Attributes:
        left: What is left; None if there is no limit, or if the quota was not read.
        notes: Notes that concern no single item.
    """

    def __init__(self, read: Callable[[], int | None], parameter: str, minimum: int | None) -> None:
        """Start without a request.

        Args:
            read: Returns what is left; None for no limit.
            parameter: The parameter with the minimum.
            minimum: How much has to be left; None for no minimum: then the quota is not read.
        """
        self._read = read
        self._parameter = parameter
        self._minimum = minimum
        self._planned = 0
        self._is_read = False
        self.left: int | None = None
        self.notes: list[tuple[str, str]] = []

    def before(self) -> int | None:
        """Return what is left before an item that would use quota, also after those of a dry run.

        Raises:
            VMRayError: The quota could not be read: a guard that does not know it does not open.
        """
        if self._minimum is not None and not self._is_read:
            self._is_read = True
            try:
                self.left = self._read()
            except _UNREADABLE as error:
                self.notes.append((self._parameter, f"not checked, the quota could not be read: {error}"))
        return None if self.left is None else max(0, self.left - self._planned)

    def use(self, amount: int = 1) -> None:
        """Count what an item uses."""
        self.left = None if self.left is None else max(0, self.left - amount)

    def plan(self, amount: int = 1) -> None:
        """Count what an item of a dry run would use; the rest stays."""
        self._planned += amount

    def is_used_up(self) -> bool:
        """Read again whether nothing is left: VMRay's text of a rejection is not documented."""
        found = read_optional("quota", self._read)
        if isinstance(found, Missing) or found is None:
            return False
        self.left = found
        return found == 0
