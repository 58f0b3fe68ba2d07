"""The SDK's HTTP calls (classic mode), and who answers them.

Paths are relative to `/api/external/v1/`. What the real server does beyond the wire shapes is not public: its
rules on unknown cases, entities and oversized values are imitated and marked (inferred).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from . import case_calls, system_calls
from .answers import Answer, Handler, RefusedCall

if TYPE_CHECKING:
    from .shapes import Json, JsonValue
    from .state import PlatformState

SYSTEM_VERSION = "6.3.58.0"
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
        ("GET", r"sdk/CaseMetadata/([^/]+)", case_calls.case_metadata),
        ("GET", r"sdk/CaseFullDetails/([^/]+)/(?:True|False)", case_calls.case_details),
        ("POST", r"sdk/AlertFullDetails", case_calls.alert_details),
        ("GET", r"sdk/AlertsFullDetails/([^/]+)/(?:True|False)", case_calls.alerts_details),
        ("GET", r"sdk/configuration/([^/]+)", system_calls.configuration),
        ("GET", r"sdk/GetCurrentSiemplifyVersion", system_calls.always(SYSTEM_VERSION)),
        ("GET", r"sdk/GetIntegrationVersion/([^/]+)", system_calls.version),
        ("GET", r"sdk/SystemInfo/\d+", system_calls.always({"version": SYSTEM_VERSION})),
        ("GET", r"sdk/GetProxySettings", system_calls.always(NO_PROXY)),
        ("POST", r"sdk/UpdateEntities", case_calls.update_entities),
        ("POST", r"sdk/CreateEntity", case_calls.create_entity),
        ("POST", r"sdk/CreateCaseInsight", case_calls.wall("insight", "title", "content", "triggered_by")),
        ("POST", r"cases/comments", case_calls.wall("comment", "comment")),
        ("GET", r"sdk/GetCaseComments/([^/]+)", case_calls.comments),
        ("POST", r"sdk/AddTag", case_calls.wall("tag", "tag")),
        ("POST", r"sdk/AddAttachment", case_calls.add_attachment),
        ("GET", r"sdk/Attachments/([^/]+)", case_calls.attachments),
        ("GET", r"sdk/AttachmentData/([^/]+)", case_calls.attachment_data),
        ("POST", r"sdk/SetContextProperty", system_calls.set_context(keep=False)),
        ("POST", r"sdk/TrySetContextProperty", system_calls.set_context(keep=True)),
        ("POST", r"sdk/GetContextProperty", system_calls.get_context),
        ("POST", rf"sdk/(?:{RECORDED_ONLY})", system_calls.always(None)),
        ("POST", r"sdk/AnyEntityInCustomList", system_calls.any_listed),
        ("POST", r"sdk/AddEntitiesToCustomList", system_calls.change_lists(add=True)),
        ("POST", r"sdk/RemoveEntitiesFromCustomList", system_calls.change_lists(add=False)),
        ("POST", r"sdk/(?:GetSimilarCasesIds|GetCasesIdByFilter)", system_calls.always([])),
        ("GET", r"sdk/GetCaseTasks/([^/]+)", system_calls.always([])),
    )
]


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
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                return Answer(400, f"malformed request: {error!r}".encode(), "text/plain; charset=utf-8")
    return Answer(404, f"no such call: {method} {path}".encode(), "text/plain; charset=utf-8")
