"""The SDK's HTTP requests (classic mode) and their handlers.

Paths are relative to `/api/external/v1/`. The real server's rules for unknown cases,
entities and oversized values are not public; the imitated rules are marked (inferred).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from . import case_routes, system_routes
from .responses import Handler, RejectedRequestError, Response

if TYPE_CHECKING:
    from .payloads import Json, JsonValue
    from .state import PlatformState

SYSTEM_VERSION = "6.3.58.0"
NO_PROXY: Final[Json] = {"proxy_server_address": "", "username": "", "password": "", "ignore_addresses": []}
# Recorded without an effect: no action of the integration depends on these requests.
RECORDED_ONLY: Final = (
    "AssignUser|ChangeCaseStage|ChangePriority|Close|CloseAlert|DismissAlert|RaiseIncident|Escalate|MarkAsImportant"
    "|UpdateAlertsAdditional|AttacheWorkflowToCase|AddOrUpdateCaseTask|SendSystemNotification"
    "|cases/[^/]+/sla|cases/[^/]+/alerts/[^/]+/sla"
)
CALLS: Final[list[tuple[str, re.Pattern[str], Handler]]] = [
    (method, re.compile(pattern), handler)
    for method, pattern, handler in (
        ("GET", r"sdk/CaseMetadata/([^/]+)", case_routes.case_metadata),
        ("GET", r"sdk/CaseFullDetails/([^/]+)/(?:True|False)", case_routes.case_details),
        ("POST", r"sdk/AlertFullDetails", case_routes.alert_details),
        ("GET", r"sdk/AlertsFullDetails/([^/]+)/(?:True|False)", case_routes.alerts_details),
        ("GET", r"sdk/configuration/([^/]+)", system_routes.configuration),
        ("GET", r"sdk/GetCurrentSiemplifyVersion", system_routes.always(SYSTEM_VERSION)),
        ("GET", r"sdk/GetIntegrationVersion/([^/]+)", system_routes.version),
        ("GET", r"sdk/SystemInfo/\d+", system_routes.always({"version": SYSTEM_VERSION})),
        ("GET", r"sdk/GetProxySettings", system_routes.always(NO_PROXY)),
        ("POST", r"sdk/UpdateEntities", case_routes.update_entities),
        ("POST", r"sdk/CreateEntity", case_routes.create_entity),
        ("POST", r"sdk/CreateCaseInsight", case_routes.wall("insight", "title", "content", "triggered_by")),
        ("POST", r"cases/comments", case_routes.wall("comment", "comment")),
        ("GET", r"sdk/GetCaseComments/([^/]+)", case_routes.comments),
        ("POST", r"sdk/AddTag", case_routes.wall("tag", "tag")),
        ("POST", r"sdk/AddAttachment", case_routes.add_attachment),
        ("GET", r"sdk/Attachments/([^/]+)", case_routes.attachments),
        ("GET", r"sdk/AttachmentData/([^/]+)", case_routes.attachment_data),
        ("POST", r"sdk/SetContextProperty", system_routes.set_context(keep=False)),
        ("POST", r"sdk/TrySetContextProperty", system_routes.set_context(keep=True)),
        ("POST", r"sdk/GetContextProperty", system_routes.get_context),
        ("POST", rf"sdk/(?:{RECORDED_ONLY})", system_routes.always(None)),
        ("POST", r"sdk/AnyEntityInCustomList", system_routes.any_listed),
        ("POST", r"sdk/AddEntitiesToCustomList", system_routes.change_lists(add=True)),
        ("POST", r"sdk/RemoveEntitiesFromCustomList", system_routes.change_lists(add=False)),
        ("POST", r"sdk/(?:GetSimilarCasesIds|GetCasesIdByFilter)", system_routes.always([])),
        ("GET", r"sdk/GetCaseTasks/([^/]+)", system_routes.always([])),
    )
]


def respond(state: PlatformState, method: str, path: str, body: JsonValue) -> Response:
    """Return the response to one request.

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
            except RejectedRequestError as error:
                return Response(error.status, error.reason.encode(), "text/plain; charset=utf-8")
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                return Response(400, f"malformed request: {error!r}".encode(), "text/plain; charset=utf-8")
    return Response(404, f"no such call: {method} {path}".encode(), "text/plain; charset=utf-8")
