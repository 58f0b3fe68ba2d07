"""The state of the platform: cases, installed integrations, context values and received requests."""

from __future__ import annotations

import copy
import itertools
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from .cases import Case
from .change_feed import ChangeFeed
from .file_storage import FileStorage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .payloads import JsonValue

CONTEXT_VALUE_LIMIT = 3_000_000
"""Characters of a context value; the SDK has the same limit."""
ATTACHMENT_LIMIT = 5 * 1024 * 1024
"""Characters of base64 that an action's case wall attachment stays below; the SDK's error text is
`Attachment size should be < 5MB`. That the limit is on the base64 is (inferred)."""


class PlatformRequest(NamedTuple):
    """An HTTP request that the platform received.

    Attributes:
        method: `GET` or `POST`.
        path: The path without the query, such as `/api/external/v1/sdk/UpdateEntities`.
        body: The parsed JSON of the request, or None; for the file storage, the fields of its query or form.
    """

    method: str
    path: str
    body: JsonValue


@dataclass(slots=True)
class Instance:
    """An integration instance with its configuration."""

    identifier: str
    version: float = 1.0
    defaults: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    @property
    def instance_id(self) -> str:
        """The uuid of the instance, constant for the same integration in every run."""
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{self.identifier}.integrations.local"))

    def configuration(self) -> dict[str, str | None]:
        """The flat object that `GET configuration/…` returns: all values are strings."""
        return {**self.defaults, **self.values, "AgentIdentifier": None}


class PlatformState:
    """The state of the platform; every method acquires the lock."""

    def __init__(self) -> None:
        self.changes = ChangeFeed()
        self.files = FileStorage()
        self._attachment_numbers = itertools.count(1)
        self._cases: dict[int, Case] = {}
        self._instances: dict[str, Instance] = {}
        self._context: dict[tuple[int, str, str], Any] = {}
        self._requests: list[PlatformRequest] = []
        self._custom_lists: set[tuple[str, str, str]] = set()

    def new_case(self, title: str, environment: str, entities: Iterable[tuple[str, str]]) -> Case:
        """Create a case with one alert that contains the entities."""
        with self.changes.announce():
            number = len(self._cases) + 1
            case = Case(self.changes, number, title, environment, self.files, self._attachment_numbers)
            self._cases[case.identifier] = case
            case.new_alert(name=title, entities=entities)
            return case

    def cases(self) -> list[Case]:
        """Return all cases, oldest first."""
        with self.changes.lock:
            return list(self._cases.values())

    def case(self, identifier: object) -> Case | None:
        """Return the case with this number (int or text), or None."""
        with self.changes.lock:
            return next(
                (case for case in self._cases.values() if str(case.identifier) == str(identifier)), None
            )

    def install(self, identifier: str, version: float, defaults: Mapping[str, str]) -> Instance:
        """Add an integration with its version and the defaults of its configuration."""
        with self.changes.announce():
            instance = self._instances.setdefault(identifier, Instance(identifier))
            instance.version = version
            instance.defaults = dict(defaults)
            return instance

    def configure(self, identifier: str, values: Mapping[str, str]) -> None:
        """Set configuration values of an integration; the other values stay."""
        with self.changes.announce():
            self._instances.setdefault(identifier, Instance(identifier)).values.update(values)

    def instance(self, key: str) -> Instance | None:
        """Return the integration with this identifier or instance id, or None."""
        with self.changes.lock:
            return next(
                (one for one in self._instances.values() if key in {one.identifier, one.instance_id}), None
            )

    def set_context(
        self, scope: int, identifier: str, key: str, value: JsonValue, *, keep: bool = False
    ) -> bool:
        """Store a context value; with `keep`, never replace a value.

        Returns:
            Whether the value was stored.
        """
        with self.changes.announce():
            place = (scope, identifier, key)
            if keep and place in self._context:
                return False
            self._context[place] = value
            return True

    def context(self, scope: int, identifier: str, key: str) -> JsonValue:
        """Return a context value, or None if the value is missing."""
        with self.changes.lock:
            return copy.deepcopy(self._context.get((scope, identifier, key)))

    def is_listed(self, item: tuple[str, str, str]) -> bool:
        """Return whether (category, identifier, environment) is on a custom list."""
        with self.changes.lock:
            return item in self._custom_lists

    def set_listed(self, item: tuple[str, str, str], *, listed: bool) -> bool:
        """Add an item to its custom list or remove it; return whether the list changed."""
        with self.changes.announce():
            if (item in self._custom_lists) is listed:
                return False
            (self._custom_lists.add if listed else self._custom_lists.discard)(item)
            return True

    def record(self, request: PlatformRequest) -> None:
        """Store a received request."""
        with self.changes.lock:
            self._requests.append(request)

    def requests(self) -> list[PlatformRequest]:
        """Return the requests in the order of arrival."""
        with self.changes.lock:
            return list(self._requests)

    def clear_requests(self) -> None:
        """Clear the list of requests."""
        with self.changes.lock:
            self._requests.clear()
