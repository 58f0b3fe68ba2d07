"""The requests that change the state of a case: stage, priority, owner, custom lists, open or closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from soar_sdk.Siemplify import Siemplify
from soar_sdk.SiemplifyAddressProvider import SdkEndpoint
from soar_sdk.SiemplifyDataModel import CustomList

if TYPE_CHECKING:
    from soar_sdk.SiemplifyDataModel import DomainEntityInfo


class CaseStateCalls(Siemplify):
    """Acts on the current case and alert.

    Only `assign_case` uses a given case and alert; the others ignore these arguments, as in the
    platform's SDK.
    """

    if TYPE_CHECKING:
        case_id: Any
        alert_id: str | None

        @property
        def environment(self) -> str: ...

        @property
        def target_entities(self) -> list[DomainEntityInfo]: ...

    def _here(self, **more: Any) -> dict[str, Any]:
        return {"case_id": self.case_id, "alert_identifier": self.alert_id, **more}

    def assign_case(self, user: str, case_id: Any = None, alert_identifier: str | None = None) -> None:
        """Assign a case to a user or a role."""
        body = self._here(user_id=user, case_id=str(case_id or self.case_id))
        if alert_identifier:
            body["alert_identifier"] = alert_identifier
        self._post_call(SdkEndpoint.ASSIGN_USER, body)

    def change_case_stage(self, stage: str, case_id: Any = None, alert_identifier: str | None = None) -> None:
        """Move the case to a stage."""
        del case_id, alert_identifier
        self._post_call(SdkEndpoint.CHANGE_CASE_STAGE, self._here(stage=stage))

    def change_case_priority(
        self, priority: int, case_id: Any = None, alert_identifier: str | None = None
    ) -> None:
        """Set the case's priority: -1, 40, 60, 80 or 100."""
        del case_id, alert_identifier
        self._post_call(SdkEndpoint.CHANGE_CASE_PRIORITY, self._here(priority=priority))

    def close_case(
        self,
        root_cause: str,
        comment: str,
        reason: str,
        case_id: Any = None,
        alert_identifier: str | None = None,
    ) -> None:
        """Close the case."""
        del case_id, alert_identifier
        body = self._here(root_cause=root_cause, comment=comment, reason=reason)
        self._post_call(SdkEndpoint.CLOSE_CASE, body)

    def close_alert(
        self,
        root_cause: str,
        comment: str,
        reason: str,
        case_id: Any = None,
        alert_id: str | None = None,
    ) -> Any:
        """Close the alert; return the platform's response."""
        del case_id, alert_id
        body = {
            "source_case_id": str(self.case_id),
            "alert_identifier": self.alert_id,
            "root_cause": root_cause,
            "reason": reason,
            "comment": comment,
        }
        return self._post_call(SdkEndpoint.CLOSE_ALERT, body).json()

    def dismiss_alert(
        self,
        alert_group_identifier: str,
        should_close_case_if_all_alerts_were_dismissed: bool,
        case_id: Any = None,
    ) -> None:
        """Dismiss an alert of the case."""
        body = {
            "case_id": str(case_id or self.case_id),
            "alert_group_identifier": alert_group_identifier,
            "should_close_case_if_all_alerts_were_dismissed": should_close_case_if_all_alerts_were_dismissed,
        }
        self._post_call(SdkEndpoint.DISMISS_ALERT, body)

    def escalate_case(self, comment: str, case_id: Any = None, alert_identifier: str | None = None) -> None:
        """Escalate the case."""
        del case_id, alert_identifier
        self._post_call(SdkEndpoint.ESCALATE_CASE, self._here(comment=comment))

    def mark_case_as_important(self, case_id: Any = None, alert_identifier: str | None = None) -> None:
        """Mark the case as important."""
        del case_id, alert_identifier
        self._post_call(SdkEndpoint.MARK_CASE_AS_IMPORTANT, self._here())

    def raise_incident(self, case_id: Any = None, alert_identifier: str | None = None) -> None:
        """Make the case an incident."""
        del case_id, alert_identifier
        self._post_call(SdkEndpoint.RAISE_INCIDENT, self._here())

    def update_alerts_additional_data(
        self, alerts_additional_data: dict[str, Any], case_id: Any = None
    ) -> None:
        """Set further data of alerts, by alert identifier."""
        del case_id
        body = {"case_id": self.case_id, "alerts_additional_data": alerts_additional_data}
        self._post_call(SdkEndpoint.UPDATE_ALERT_ADDITIONAL_DATA, body)

    def attach_workflow_to_case(
        self, workflow_name: str, cyber_case_id: Any = None, indicator_identifier: str | None = None
    ) -> None:
        """Start a playbook on an alert of the case."""
        body = {
            "wf_name": workflow_name,
            "should_run_automatic": True,
            "cyber_case_id": str(cyber_case_id or self.case_id),
            "alert_identifier": indicator_identifier or self.alert_id,
        }
        self._post_call(SdkEndpoint.ATTACH_WORKFLOW_TO_CASE, body)

    def any_alert_entities_in_custom_list(self, category_name: str) -> bool:
        """Whether one of the target entities is on a custom list of this category."""
        items = self._custom_list_items(category_name)
        return bool(self._post_call(SdkEndpoint.ANY_ENTITY_IN_LIST, items).json())

    def add_alert_entities_to_custom_list(self, category_name: str) -> list[CustomList]:
        """Put the target entities on the custom list of a category; returns the items that were added."""
        return self._change_lists(SdkEndpoint.ADD_ENTITIES_TO_LIST, category_name)

    def remove_alert_entities_from_custom_list(self, category_name: str) -> list[CustomList]:
        """Remove the target entities from the custom list of a category; return the removed items."""
        return self._change_lists(SdkEndpoint.REMOVE_ENTITIES_FROM_LIST, category_name)

    def _change_lists(self, call: SdkEndpoint, category: str) -> list[CustomList]:
        changed = self._post_call(call, self._custom_list_items(category)).json()
        return [CustomList(one["identifier"], one["category"], one["environment"]) for one in changed]

    def set_case_sla(
        self,
        period_time: int | str,
        period_type: str,
        critical_period_time: int | str,
        critical_period_type: str,
        case_id: Any = None,
    ) -> None:
        """Set the SLA period of the case; units: Minutes, Hours, Days."""
        address = self.address_provider.address(SdkEndpoint.SET_CASE_SLA, case_id or self.case_id)
        self._post(address, _sla(period_time, period_type, critical_period_time, critical_period_type))

    def set_alert_sla(
        self,
        period_time: int | str,
        period_type: str,
        critical_period_time: int | str,
        critical_period_type: str,
        case_id: Any = None,
        alert_id: str | None = None,
    ) -> None:
        """Set the SLA period of the alert; units: Minutes, Hours, Days."""
        place = (case_id or self.case_id, alert_id or self.alert_id)
        address = self.address_provider.address(SdkEndpoint.SET_ALERT_SLA, *place)
        self._post(address, _sla(period_time, period_type, critical_period_time, critical_period_type))

    def _custom_list_items(self, category: str) -> list[dict[str, Any]]:
        none = dict.fromkeys(("creation_time", "modification_time", "additional_properties"))
        return [
            {
                "identifier": entity.identifier,
                **none,
                "category": category,
                "environment": self.environment,
            }
            for entity in self.target_entities
        ]


def _sla(time: int | str, unit: str, critical_time: int | str, critical_unit: str) -> dict[str, Any]:
    return {
        "period_time": time,
        "period_type": unit,
        "critical_period_time": critical_time,
        "critical_period_type": critical_unit,
    }
