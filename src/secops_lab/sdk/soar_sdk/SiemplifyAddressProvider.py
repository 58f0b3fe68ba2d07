"""The addresses of the platform's SDK calls (classic mode)."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import quote

import _soar_names  # type: ignore[import-not-found]  # noqa: F401 - both spellings, one module

if TYPE_CHECKING:
    from soar_sdk.SiemplifySdkConfig import SiemplifySdkConfig

BASE_SDK_CONTROLLER_URL_FORMAT = "external/v1/sdk/{}"
BASE_1P_SDK_CONTROLLER_VERSION = "v1alpha"
BASE_1P_SDK_CONTROLLER_URL_FORMAT = "legacySdk:legacy{}"
FORMAT_QUERY_PARAM = "format=snake"


class SdkEndpoint(Enum):
    """The calls, with their paths below the SDK's controller."""

    SET_CONTEXT_PROPERTY = "SetContextProperty"
    TRY_SET_CONTEXT_PROPERTY = "TrySetContextProperty"
    GET_CONTEXT_PROPERTY = "GetContextProperty"
    GET_CONNECTOR_PARAMETERS = "connectors/{}/parameters"
    SET_CONNECTOR_PARAMETER = "connectors/{}/parameters/{}"
    SET_INTEGRATION_CONFIGURATION_PROPERTY = "configuration/{}/properties/{}"
    GET_INTEGRATION_CONFIGURATION = "configuration/{}"
    GET_INTEGRATION_VERSION = "GetIntegrationVersion/{}"
    GET_PROXY_SETTINGS = "GetProxySettings"
    UPDATE_ENTITIES = "UpdateEntities"
    GET_SYSTEM_INFO = "SystemInfo/{}"
    GET_SYSTEM_VERSION = "GetCurrentSiemplifyVersion"
    SEND_SYSTEM_NOTIFICATION = "SendSystemNotification"
    ANY_ENTITY_IN_LIST = "AnyEntityInCustomList"
    ADD_ENTITIES_TO_LIST = "AddEntitiesToCustomList"
    REMOVE_ENTITIES_FROM_LIST = "RemoveEntitiesFromCustomList"
    GET_CASE_METADATA = "CaseMetadata/{}"
    GET_CASE_FULL_DETAILS = "CaseFullDetails/{}/{}"
    GET_CASE_ATTACHMENTS = "Attachments/{}"
    GET_ATTACHMENT_DATA = "AttachmentData/{}"
    GET_CASE_COMMENTS = "GetCaseComments/{}"
    GET_ALERT_FULL_DETAILS = "AlertFullDetails"
    GET_ALERTS_FULL_DETAILS = "AlertsFullDetails/{}/{}"
    ASSIGN_USER = "AssignUser"
    ADD_TAG = "AddTag"
    ADD_ATTACHMENT = "AddAttachment"
    CHANGE_CASE_STAGE = "ChangeCaseStage"
    CHANGE_CASE_PRIORITY = "ChangePriority"
    CLOSE_CASE = "Close"
    CLOSE_ALERT = "CloseAlert"
    DISMISS_ALERT = "DismissAlert"
    ESCALATE_CASE = "Escalate"
    UPDATE_ALERT_ADDITIONAL_DATA = "UpdateAlertsAdditional"
    CREATE_CASE_INSIGHT = "CreateCaseInsight"
    MARK_CASE_AS_IMPORTANT = "MarkAsImportant"
    RAISE_INCIDENT = "RaiseIncident"
    SET_CASE_SLA = "cases/{}/sla"
    SET_ALERT_SLA = "cases/{}/alerts/{}/sla"
    CREATE_ENTITY = "CreateEntity"
    ATTACH_WORKFLOW_TO_CASE = "AttacheWorkflowToCase"


# These requests do not have the query for snake case.
_PLAIN = {
    SdkEndpoint.SET_CONTEXT_PROPERTY,
    SdkEndpoint.TRY_SET_CONTEXT_PROPERTY,
    SdkEndpoint.GET_CONTEXT_PROPERTY,
    SdkEndpoint.GET_CONNECTOR_PARAMETERS,
}


class SiemplifyAddressProvider:
    """Builds addresses.

    Args:
        sdk_config: The address of the platform.
        support_one_platform: Whether to use the addresses of Google's front end; the stand-in has none.
    """

    def __init__(self, sdk_config: SiemplifySdkConfig, support_one_platform: bool = False) -> None:
        if support_one_platform:
            raise NotImplementedError("the SDK stand-in has no --onePlatformSupport mode")
        self._root = sdk_config.api_root_uri

    def address(self, endpoint: SdkEndpoint, *parts: object, query: str = "") -> str:
        """The address of a call.

        Args:
            endpoint: The call.
            *parts: The values for the placeholders of its path.
            query: Further query parameters, in front of the format's.
        """
        path = BASE_SDK_CONTROLLER_URL_FORMAT.format(endpoint.value)
        path = path.format(*(quote(str(part), safe="") for part in parts))
        queries = [one for one in (query, "" if endpoint in _PLAIN else FORMAT_QUERY_PARAM) if one]
        return f"{self._root}/{path}" + ("?" + "&".join(queries) if queries else "")

    def comments_address(self) -> str:
        """The address for new comments, which lies outside the SDK's controller."""
        return f"{self._root}/external/v1/cases/comments?{FORMAT_QUERY_PARAM}"
