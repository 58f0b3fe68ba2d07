"""The platform's answers to the SDK's HTTP calls (classic mode), one function a call.

Paths are relative to `/api/external/v1/`. What the real server does beyond the wire shapes is not public: its
rules on unknown cases, entities and oversized values are imitated here and marked (inferred).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .shapes import ENTITY_KEYS, Json, JsonValue
from .state import ATTACHMENT_LIMIT, CONTEXT_VALUE_LIMIT, PlatformState

if TYPE_CHECKING:
    from .cases import Alert, Case, WallKind

SYSTEM_VERSION = "6.3.58.0"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a status and its body."""

    status: int
    body: bytes
    content_type: str = "application/json"


class RefusedCall(Exception):  # noqa: N818 (an answer, not a fault)
    """A call that the platform does not accept.

    Attributes:
        status: The HTTP status to answer.
        reason: The text to answer.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def as_json(value: JsonValue) -> Answer:
    """Answer 200 with a JSON value."""
    return Answer(200, json.dumps(value).encode())


def answer(state: PlatformState, method: str, path: str, body: JsonValue) -> Answer:
    """Answer one call.

    Args:
        state: The platform.
        method: The HTTP method.
        path: The path below `/api/external/v1/`, without the query.
        body: The parsed JSON of the request, or None.
    """
    for call_method, pattern, handler in CALLS:
        if call_method == method and (match := pattern.fullmatch(path)):
            try:
                return handler(state, body, *match.groups())
            except RefusedCall as refusal:
                return Answer(refusal.status, refusal.reason.encode(), "text/plain; charset=utf-8")
            except (KeyError, TypeError, ValueError) as error:
                return Answer(400, f"malformed request: {error!r}".encode(), "text/plain; charset=utf-8")
    return Answer(404, f"no such call: {method} {path}".encode(), "text/plain; charset=utf-8")


def _case(state: PlatformState, identifier: object) -> Case:
    case = state.case(identifier)
    if case is None:
        raise RefusedCall(404, f"Case {identifier} was not found")
    return case


def _alert(case: Case, identifier: str) -> Alert:
    alert = case.alert(identifier)
    if alert is None:
        raise RefusedCall(404, f"Alert {identifier} was not found in case {case.identifier}")
    return alert


def _case_metadata(state: PlatformState, _body: JsonValue, case_id: str) -> Answer:
    return as_json(_case(state, case_id).metadata())


def _case_details(state: PlatformState, _body: JsonValue, case_id: str) -> Answer:
    case = _case(state, case_id)
    return as_json({**case.metadata(), "cyber_alerts": [alert.describe() for alert in case.alerts]})


def _alert_details(state: PlatformState, body: JsonValue) -> Answer:
    return as_json(_alert(_case(state, body["case_id"]), body["alert_id_str"]).describe())


def _alerts_details(state: PlatformState, _body: JsonValue, case_id: str) -> Answer:
    return as_json([alert.describe() for alert in _case(state, case_id).alerts])


def _configuration(state: PlatformState, _body: JsonValue, key: str) -> Answer:
    instance = state.instance(key)
    if instance is None:
        raise RefusedCall(404, f"Integration instance {key} was not found")
    return as_json(instance.configuration())


def _version(state: PlatformState, _body: JsonValue, identifier: str) -> Answer:
    instance = state.instance(identifier)
    if instance is None:
        raise RefusedCall(404, f"Integration {identifier} is not installed")
    return as_json(instance.version)


def _update_entities(state: PlatformState, body: JsonValue) -> Answer:
    with state.changes.announce():
        for update in body:
            if wrong := ENTITY_KEYS.symmetric_difference(update):
                raise RefusedCall(
                    400, f"an entity has 13 keys; missing or unknown: {', '.join(sorted(wrong))}"
                )
            case = _case(state, update["case_identifier"])
            stored = _alert(case, update["alert_identifier"]).find(
                update["identifier"], update["entity_type"]
            )
            if stored is None:  # (inferred): an update is not a way to create an entity
                raise RefusedCall(404, f"Entity {update['identifier']} was not found")
            stored.update(update)
            case.post("entity", stored)
    return as_json(None)


def _create_entity(state: PlatformState, body: JsonValue) -> Answer:
    alert = _alert(_case(state, body["case_id"]), body["alert_identifier"])
    flags = {key: body[key] for key in ("is_internal", "is_suspicious", "is_enriched", "is_vulnerable")}
    properties = body.get("properties") or {}
    alert.add_entity(
        body["entity_type"], body["entity_identifier"], additional_properties=properties, **flags
    )
    return as_json(None)


def _wall(kind: WallKind, *required: str) -> Handler:
    def post(state: PlatformState, body: JsonValue) -> Answer:
        case = _case(state, body["case_id"])
        for key in required:
            if not isinstance(body[key], str):
                raise RefusedCall(400, f"{key} is not a text")
        case.post(kind, body)
        return as_json(None)

    return post


def _comments(state: PlatformState, _body: JsonValue, case_id: str) -> Answer:
    return as_json(_case(state, case_id).comments)


def _add_attachment(state: PlatformState, body: JsonValue) -> Answer:
    case = _case(state, body["case_identifier"])
    try:
        content = base64.b64decode(body["base64_blob"], validate=True)
    except binascii.Error as error:
        raise RefusedCall(400, "base64_blob is not base64") from error
    if len(content) > ATTACHMENT_LIMIT:
        raise RefusedCall(400, f"Attachment size is {len(content)} bytes, more than {ATTACHMENT_LIMIT}")
    with state.changes.announce():
        number = sum(len(one.attachments) for one in state.cases()) + 1
        case.post("attachment", {**body, "id": number})
    return as_json(number)


def _attachments(state: PlatformState, _body: JsonValue, case_id: str) -> Answer:
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


def _attachment_data(state: PlatformState, _body: JsonValue, number: str) -> Answer:
    for case in state.cases():
        for stored in case.attachments:
            if str(stored["id"]) == number:
                return Answer(200, base64.b64decode(stored["base64_blob"]), "application/octet-stream")
    raise RefusedCall(404, f"Attachment {number} was not found")


def _set_context(*, keep: bool) -> Handler:
    def store(state: PlatformState, body: JsonValue) -> Answer:
        value = body["PropertyValue"]
        if len(str(value)) > CONTEXT_VALUE_LIMIT:
            raise RefusedCall(400, f"PropertyValue is longer than {CONTEXT_VALUE_LIMIT} characters")
        place = (int(body["ContextType"]), str(body["Identifier"]), str(body["PropertyKey"]))
        return as_json(state.set_context(*place, value, keep=keep))

    return store


def _get_context(state: PlatformState, body: JsonValue) -> Answer:
    value = state.context(int(body["ContextType"]), str(body["Identifier"]), str(body["PropertyKey"]))
    return Answer(204, b"") if value is None else as_json(value)


def _any_listed(state: PlatformState, body: JsonValue) -> Answer:
    return as_json(any(state.is_listed(_list_key(item)) for item in body))


def _change_lists(*, add: bool) -> Handler:
    def change(state: PlatformState, body: JsonValue) -> Answer:
        return as_json([item for item in body if state.set_listed(_list_key(item), listed=add)])

    return change


def _list_key(item: Json) -> tuple[str, str, str]:
    return item["category"], item["identifier"], item["environment"]


def _always(value: JsonValue) -> Handler:
    def reply(_state: PlatformState, _body: JsonValue, *_parts: str) -> Answer:
        return as_json(value)

    return reply


Handler = Callable[..., Answer]
NO_PROXY: Final[Json] = {"proxy_server_address": "", "username": "", "password": "", "ignore_addresses": []}
# Seen and recorded, without an effect of their own: no action of the integration depends on what they do.
RECORDED_ONLY: Final = (
    "AssignUser|ChangeCaseStage|ChangePriority|Close|CloseAlert|DismissAlert|RaiseIncident|Escalate|MarkAsImportant"
    "|UpdateAlertsAdditional|AttacheWorkflowToCase|AddOrUpdateCaseTask|SendSystemNotification"
    "|cases/[^/]+/sla|cases/[^/]+/alerts/[^/]+/sla"
)
CALLS: Final[list[tuple[str, re.Pattern[str], Handler]]] = [
    (method, re.compile(pattern), handler)
    for method, pattern, handler in (
        ("GET", r"sdk/CaseMetadata/([^/]+)", _case_metadata),
        ("GET", r"sdk/CaseFullDetails/([^/]+)/(?:True|False)", _case_details),
        ("POST", r"sdk/AlertFullDetails", _alert_details),
        ("GET", r"sdk/AlertsFullDetails/([^/]+)/(?:True|False)", _alerts_details),
        ("GET", r"sdk/configuration/([^/]+)", _configuration),
        ("GET", r"sdk/GetCurrentSiemplifyVersion", _always(SYSTEM_VERSION)),
        ("GET", r"sdk/GetIntegrationVersion/([^/]+)", _version),
        ("GET", r"sdk/SystemInfo/\d+", _always({"version": SYSTEM_VERSION})),
        ("GET", r"sdk/GetProxySettings", _always(NO_PROXY)),
        ("POST", r"sdk/UpdateEntities", _update_entities),
        ("POST", r"sdk/CreateEntity", _create_entity),
        ("POST", r"sdk/CreateCaseInsight", _wall("insight", "title", "content", "triggered_by")),
        ("POST", r"cases/comments", _wall("comment", "comment")),
        ("GET", r"sdk/GetCaseComments/([^/]+)", _comments),
        ("POST", r"sdk/AddTag", _wall("tag", "tag")),
        ("POST", r"sdk/AddAttachment", _add_attachment),
        ("GET", r"sdk/Attachments/([^/]+)", _attachments),
        ("GET", r"sdk/AttachmentData/([^/]+)", _attachment_data),
        ("POST", r"sdk/SetContextProperty", _set_context(keep=False)),
        ("POST", r"sdk/TrySetContextProperty", _set_context(keep=True)),
        ("POST", r"sdk/GetContextProperty", _get_context),
        ("POST", rf"sdk/(?:{RECORDED_ONLY})", _always(None)),
        ("POST", r"sdk/AnyEntityInCustomList", _any_listed),
        ("POST", r"sdk/AddEntitiesToCustomList", _change_lists(add=True)),
        ("POST", r"sdk/RemoveEntitiesFromCustomList", _change_lists(add=False)),
        ("POST", r"sdk/(?:GetSimilarCasesIds|GetCasesIdByFilter)", _always([])),
        ("GET", r"sdk/GetCaseTasks/([^/]+)", _always([])),
    )
]
