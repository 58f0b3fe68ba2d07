"""Cases with their alerts, entities and wall, safe to read from any thread while an action changes them."""

from __future__ import annotations

import base64
import copy
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from . import payloads
from .file_storage import destination

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .change_feed import ChangeFeed
    from .file_storage import FileStorage
    from .payloads import Json, JsonValue

WallKind = Literal["action", "attachment", "comment", "entity", "insight", "tag"]


@dataclass(frozen=True, slots=True)
class WallItem:
    """One item of a case wall.

    Attributes:
        kind: The kind of item.
        at: The time, unix milliseconds.
        detail: The object the platform received (insight, comment …) or, for `action`, a summary of the run.
    """

    kind: WallKind
    at: int
    detail: Json


class Alert:
    """An alert of a case, with its own entities."""

    def __init__(self, case: Case, identifier: str, name: str, events: list[Json]) -> None:
        self.case = case
        self.identifier = identifier
        self.name = name
        self.created = payloads.now_ms()
        self._events = events
        self._entities: list[Json] = []

    @property
    def entities(self) -> list[Json]:
        """Copies of the alert's entities, in the order they were added."""
        with self.case.changes.lock:
            return copy.deepcopy(self._entities)

    def add_entity(self, entity_type: str, identifier: str, **values: JsonValue) -> Json:
        """Add an entity, or return the existing entity.

        Args:
            entity_type: The platform's name of the type, such as `FILEHASH` or `DestinationURL`.
            identifier: The text as ingested; stored upper-cased.
            **values: Further keys of the entity object, such as `is_suspicious=True`; `additional_properties`
                are added to `OriginalIdentifier`.

        Returns:
            A copy of the stored 13-key object.
        """
        if unknown := values.keys() - payloads.ENTITY_KEYS:
            raise ValueError(f"an entity has no {', '.join(sorted(unknown))}")
        with self.case.changes.announce():
            known = self.find(identifier.upper(), entity_type)
            if known is None:
                case_id, at = self.case.identifier, payloads.now_ms()
                known = payloads.entity(
                    entity_type, identifier, case_id=case_id, alert_id=self.identifier, at=at
                )
                known["additional_properties"].update(values.pop("additional_properties", {}))
                known.update(values)
                self._entities.append(known)
                self.case.post("entity", known)
            return copy.deepcopy(known)

    def find(self, identifier: str, entity_type: str) -> Json | None:
        """Return the stored entity with exactly this identifier and type (hold the lock), or None."""
        for stored in self._entities:
            if stored["identifier"] == identifier and stored["entity_type"] == entity_type:
                return stored
        return None

    def describe(self) -> Json:
        """Return the alert in the form of `AlertFullDetails`."""
        with self.case.changes.lock:
            return payloads.alert(
                self.identifier,
                case_id=self.case.identifier,
                name=self.name,
                environment=self.case.environment,
                at=self.created,
                entities=copy.deepcopy(self._entities),
                events=copy.deepcopy(self._events),
            )


class Case:
    """A case: alerts, a wall with the items of actions and analysts, and the files of its playbook run.

    Attributes:
        workflow_instance: The id of the playbook run to which all actions of the case belong.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what identifies a case, and what all cases share
        self,
        changes: ChangeFeed,
        identifier: int,
        title: str,
        environment: str,
        files: FileStorage,
        attachment_numbers: Iterator[int],
    ) -> None:
        self.changes = changes
        self.identifier = identifier
        self.title = title
        self.environment = environment
        self.workflow_instance = str(uuid.uuid4())
        self.created = payloads.now_ms()
        self._files = files
        self._attachment_numbers = attachment_numbers
        self._alerts: list[Alert] = []
        self._wall: list[WallItem] = []

    @property
    def alerts(self) -> list[Alert]:
        """The alerts, oldest first."""
        with self.changes.lock:
            return list(self._alerts)

    @property
    def entities(self) -> list[Json]:
        """Copies of the entities of all alerts: `additional_properties` holds the enrichment."""
        return [entity for alert in self.alerts for entity in alert.entities]

    @property
    def wall(self) -> list[WallItem]:
        """The items of the wall, oldest first."""
        with self.changes.lock:
            return copy.deepcopy(self._wall)

    @property
    def insights(self) -> list[Json]:
        """The posted insights, unchanged, with `title`, `content` (HTML), `entity_identifier`."""
        return self._details("insight")

    @property
    def comments(self) -> list[Json]:
        """The posted comments, unchanged: `comment`, `alert_identifier`."""
        return self._details("comment")

    @property
    def tags(self) -> list[str]:
        """The names of the tags, without duplicates."""
        return list(dict.fromkeys(detail["tag"] for detail in self._details("tag")))

    @property
    def attachments(self) -> list[Json]:
        """The attachments of the wall with `id`, `name`, `type` (with its dot) and `base64_blob`."""
        return self._details("attachment")

    def _details(self, kind: WallKind) -> list[Json]:
        return [item.detail for item in self.wall if item.kind == kind]

    def new_alert(
        self,
        name: str = "Suspicious activity",
        entities: Iterable[tuple[str, str]] = (),
        events: Iterable[Json] = (),
    ) -> Alert:
        """Add an alert.

        Args:
            name: The alert's name, which is also its rule.
            entities: Pairs of type and identifier.
            events: Event objects with any of the SDK's event keys.
        """
        with self.changes.announce():
            alert_id = f"CASE_{self.identifier}_ALERT_{len(self._alerts) + 1}"
            alert = Alert(self, alert_id, name, [dict(event) for event in events])
            self._alerts.append(alert)
            for entity_type, identifier in entities:
                alert.add_entity(entity_type, identifier)
            return alert

    def add_entity(self, entity_type: str, identifier: str, **values: JsonValue) -> Json:
        """Add an entity to the case's first alert; see `Alert.add_entity`."""
        return self.alerts[0].add_entity(entity_type, identifier, **values)

    def alert(self, identifier: str | None) -> Alert | None:
        """Return the alert with this identifier, or None."""
        return next((alert for alert in self.alerts if alert.identifier == identifier), None)

    def attach(self, name: str, content: bytes) -> int:
        """Add a file to the wall as a person does in the browser; return its number.

        The name is split like that of an action's attachment: `a.tar.gz` is `a.tar` of the type `.gz`. A
        person's file may have more than 5 MB (inferred), and several files may have the same name.
        """
        blob = base64.b64encode(content).decode()
        attachment = payloads.attachment(name, blob, case_id=self.identifier, size=len(content))
        return self.add_attachment(attachment)

    def add_attachment(self, attachment: Json) -> int:
        """Add an attachment in the platform's form to the wall; return its number."""
        with self.changes.announce():
            number = next(self._attachment_numbers)
            self.post("attachment", {**attachment, "id": number})
            return number

    def store_file(self, identifier: str, content: bytes) -> None:
        """Store a file in the file storage, where the actions of this case read it by its identifier."""
        path = destination(self.environment, self.workflow_instance, identifier)
        self._files.write(self.environment, path, base64.b64encode(content))

    def stored_file(self, identifier: str) -> bytes | None:
        """Return a file that this case or one of its actions has stored in the file storage, or None."""
        data = self._files.read(
            self.environment, destination(self.environment, self.workflow_instance, identifier)
        )
        return None if data is None else base64.b64decode(data)

    def post(self, kind: WallKind, detail: Json) -> None:
        """Add an item to the wall."""
        with self.changes.announce():
            self._wall.append(WallItem(kind, payloads.now_ms(), copy.deepcopy(detail)))

    def metadata(self) -> Json:
        """Return the case in the form of `CaseMetadata`."""
        with self.changes.lock:
            entities = self.entities
            return payloads.case_metadata(
                self.identifier,
                title=self.title,
                environment=self.environment,
                at=self.created,
                modified=max([self.created, *(item.at for item in self._wall)]),
                alert_count=len(self._alerts),
                suspicious=any(entity["is_suspicious"] for entity in entities),
            )
