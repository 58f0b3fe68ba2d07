"""The requests of an action for its case and alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from soar_sdk._case_state_calls import CaseStateCalls
from soar_sdk._timestamp_calls import TimestampCalls
from soar_sdk.Siemplify import INSIGHT_DEFAULT_THREAT_SOURCE
from soar_sdk.SiemplifyAddressProvider import SdkEndpoint
from soar_sdk.SiemplifyDataModel import Alert, DomainEntityInfo, InsightSeverity, InsightType

_CASE_CONTEXT = 1
_ALERT_CONTEXT = 2


class ActionCalls(TimestampCalls, CaseStateCalls):
    """Fills in the current case and alert.

    `add_comment` and `add_tag` use a given case and alert; all other methods ignore these
    arguments, as in the platform's SDK.
    """

    if TYPE_CHECKING:
        integration_identifier: str

        @property
        def current_alert(self) -> Alert | None: ...

    def add_comment(self, comment: str, case_id: Any = None, alert_identifier: str | None = None) -> None:
        """Comment on a case."""
        self._add_comment(comment, case_id or self.case_id, alert_identifier or self.alert_id)

    def add_tag(self, tag: str, case_id: Any = None, alert_identifier: str | None = None) -> None:
        """Tag a case."""
        self._add_tag(tag, case_id or self.case_id, alert_identifier or self.alert_id)

    def get_case_comments(self, case_id: Any = None) -> list[dict[str, Any]]:
        """The comments of a case."""
        return self._comments(case_id or self.case_id)

    def add_attachment(
        self,
        file_path: str,
        case_id: Any = None,
        alert_identifier: str | None = None,
        description: str | None = None,
        is_favorite: bool = False,
    ) -> Any:
        """Put a file on the case wall; only `file_path` counts. Returns the attachment's id.

        Raises:
            Exception: If the file has 5 MB or more in base64.
        """
        del case_id, alert_identifier, description, is_favorite
        return self._attach(file_path, self.case_id, self.alert_id)

    def get_attachments(self, case_id: Any = None) -> list[dict[str, Any]]:
        """The attachments of the case wall, without their contents."""
        del case_id
        return self._attachments(self.case_id)

    def add_entity_insight(
        self,
        domain_entity_info: DomainEntityInfo,
        message: str,
        triggered_by: str | None = None,
        original_requesting_user: str | None = None,
    ) -> bool:
        """Post an insight about an entity; `message` is HTML. Returns True."""
        source = (domain_entity_info.additional_properties or {}).get("ThreatSource")
        author = triggered_by or source or self.integration_identifier or INSIGHT_DEFAULT_THREAT_SOURCE
        _ = self.current_alert
        return self.create_case_insight_internal(
            case_id=self.case_id,
            alert_identifier=self.alert_id,
            triggered_by=author,
            title="Entity insight",
            content=message,
            entity_identifier=domain_entity_info.identifier,
            severity=InsightSeverity.WARN,
            insight_type=InsightType.Entity,
            original_requesting_user=original_requesting_user,
            entity_type=domain_entity_info.entity_type,
        )

    def create_case_insight(
        self,
        triggered_by: str,
        title: str,
        content: str,
        entity_identifier: str,
        severity: int,
        insight_type: int,
        additional_data: Any = None,
        additional_data_type: Any = None,
        additional_data_title: str | None = None,
    ) -> bool:
        """Post an insight about the case; `content` is HTML. Returns True."""
        return self.create_case_insight_internal(
            self.case_id,
            self.alert_id,
            triggered_by,
            title,
            content,
            entity_identifier,
            severity,
            insight_type,
            additional_data,
            additional_data_type,
            additional_data_title,
        )

    def add_entity_to_case(
        self,
        entity_identifier: str,
        entity_type: str,
        is_internal: bool,
        is_suspicous: bool,
        is_enriched: bool,
        is_vulnerable: bool,
        properties: dict[str, Any],
        case_id: Any = None,
        alert_identifier: str | None = None,
        environment: str | None = None,
    ) -> None:
        """Add an entity to the current alert.

        Raises:
            Exception: If there is no current alert.
        """
        del case_id, alert_identifier, environment
        if self.current_alert is None:
            raise Exception("Cannot Create Entity without given alert identifier.")
        body = {
            **self._here(),
            "entity_identifier": entity_identifier,
            "entity_type": entity_type,
            "is_internal": is_internal,
            "is_suspicious": is_suspicous,
            "is_enriched": is_enriched,
            "is_vulnerable": is_vulnerable,
            "properties": properties,
            "environment": self.environment,
        }
        self._post_call(SdkEndpoint.CREATE_ENTITY, body)

    def get_case_context_property(self, property_key: str) -> Any:
        """A value kept with the case, or None."""
        return self.get_context_property(_CASE_CONTEXT, self.case_id, property_key)

    def set_case_context_property(self, property_key: str, property_value: Any) -> None:
        """Keep a value with the case."""
        self.set_context_property(_CASE_CONTEXT, self.case_id, property_key, property_value)

    def try_set_case_context_property(self, property_key: str, property_value: Any) -> bytes:
        """Keep a value with the case if none exists."""
        return self.try_set_context_property(_CASE_CONTEXT, self.case_id, property_key, property_value)

    def get_alert_context_property(self, property_key: str) -> Any:
        """A value kept with the alert, or None."""
        return self.get_context_property(_ALERT_CONTEXT, self._alert_group(), property_key)

    def set_alert_context_property(self, property_key: str, property_value: Any) -> None:
        """Keep a value with the alert."""
        self.set_context_property(_ALERT_CONTEXT, self._alert_group(), property_key, property_value)

    def try_set_alert_context_property(self, property_key: str, property_value: Any) -> bytes:
        """Keep a value with the alert if none exists."""
        return self.try_set_context_property(
            _ALERT_CONTEXT, self._alert_group(), property_key, property_value
        )

    def _alert_group(self) -> str | None:
        alert = self.current_alert
        return alert.alert_group_identifier if alert else None

    def _timestamp_place(self) -> tuple[int, str | None]:
        return _ALERT_CONTEXT, self._alert_group()
