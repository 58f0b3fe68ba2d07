"""The requests that read cases and add items to their walls."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from .payloads import ENTITY_KEYS, Json, JsonValue
from .responses import Handler, RejectedRequestError, Response, as_json
from .state import ATTACHMENT_LIMIT, PlatformState

if TYPE_CHECKING:
    from .cases import Alert, Case, WallKind


def _case(state: PlatformState, identifier: object) -> Case:
    case = state.case(identifier)
    if case is None:
        raise RejectedRequestError(404, f"Case {identifier} was not found")
    return case


def _alert(case: Case, identifier: str) -> Alert:
    alert = case.alert(identifier)
    if alert is None:
        raise RejectedRequestError(404, f"Alert {identifier} was not found in case {case.identifier}")
    return alert


def case_metadata(state: PlatformState, _body: JsonValue, case_id: str) -> Response:
    """Return the case without its alerts."""
    return as_json(_case(state, case_id).metadata())


def case_details(state: PlatformState, _body: JsonValue, case_id: str) -> Response:
    """Return the case with all its alerts."""
    case = _case(state, case_id)
    return as_json({**case.metadata(), "cyber_alerts": [alert.describe() for alert in case.alerts]})


def alert_details(state: PlatformState, body: JsonValue) -> Response:
    """One alert."""
    return as_json(_alert(_case(state, body["case_id"]), body["alert_id_str"]).describe())


def alerts_details(state: PlatformState, _body: JsonValue, case_id: str) -> Response:
    """Return all alerts of a case."""
    return as_json([alert.describe() for alert in _case(state, case_id).alerts])


def update_entities(state: PlatformState, body: JsonValue) -> Response:
    """Store changed entities; each must exist and have all 13 keys, otherwise none is stored."""
    with state.changes.announce():
        found = [(_case(state, update.get("case_identifier")), update) for update in body]
        stored = [_stored(case, update) for case, update in found]
        for (case, update), entity in zip(found, stored, strict=True):
            entity.update(update)
            case.post("entity", entity)
    return as_json(None)


def _stored(case: Case, update: Json) -> Json:
    if wrong := ENTITY_KEYS.symmetric_difference(update):
        raise RejectedRequestError(
            400, f"an entity has 13 keys; missing or unknown: {', '.join(sorted(wrong))}"
        )
    entity = _alert(case, update["alert_identifier"]).find(update["identifier"], update["entity_type"])
    if entity is None:  # (inferred): an update is not a way to create an entity
        raise RejectedRequestError(404, f"Entity {update['identifier']} was not found")
    return entity


def create_entity(state: PlatformState, body: JsonValue) -> Response:
    """Add an entity to an alert; one with the same type and identifier stays as it is (inferred)."""
    alert = _alert(_case(state, body["case_id"]), body["alert_identifier"])
    flags = {key: body[key] for key in ("is_internal", "is_suspicious", "is_enriched", "is_vulnerable")}
    properties = body.get("properties") or {}
    alert.add_entity(
        body["entity_type"], body["entity_identifier"], additional_properties=properties, **flags
    )
    return as_json(None)


def wall(kind: WallKind, *required: str) -> Handler:
    """Return a handler that adds the body to the wall if the required keys are texts."""

    def post(state: PlatformState, body: JsonValue) -> Response:
        case = _case(state, body["case_id"])
        for key in required:
            if not isinstance(body[key], str):
                raise RejectedRequestError(400, f"{key} must be a text")
        case.post(kind, body)
        return as_json(None)

    return post


def comments(state: PlatformState, _body: JsonValue, case_id: str) -> Response:
    """Return the comments of a case."""
    return as_json(_case(state, case_id).comments)


def add_attachment(state: PlatformState, body: JsonValue) -> Response:
    """Store a file of less than 5 MB of base64 on the wall; return its number."""
    case = _case(state, body["case_identifier"])
    blob = body["base64_blob"]
    try:
        base64.b64decode(blob, validate=True)
    except binascii.Error as error:
        raise RejectedRequestError(400, "base64_blob is not base64") from error
    if len(blob) >= ATTACHMENT_LIMIT:
        raise RejectedRequestError(
            400, f"Attachment size is {len(blob)} after encoding, not less than {ATTACHMENT_LIMIT}"
        )
    return as_json(case.add_attachment(body))


def attachments(state: PlatformState, _body: JsonValue, case_id: str) -> Response:
    """Return the files on the wall without their contents."""
    return as_json(
        [
            {
                "id": stored["id"],
                "type": stored["type"],
                "description": stored["description"] or "",
                "is_favorite": stored["is_favorite"],
                "name": stored["name"],
                "evidenceId": stored["id"],
            }
            for stored in _case(state, case_id).attachments
        ]
    )


def attachment_data(state: PlatformState, _body: JsonValue, number: str) -> Response:
    """Return the content of a file on the wall."""
    for case in state.cases():
        for stored in case.attachments:
            if str(stored["id"]) == number:
                return Response(200, base64.b64decode(stored["base64_blob"]), "application/octet-stream")
    raise RejectedRequestError(404, f"Attachment {number} was not found")
