"""The requests for one case: comments, tags, attachments, insights and other wall items."""

from __future__ import annotations

import io
from typing import Any

from soar_sdk.SiemplifyAddressProvider import SdkEndpoint
from soar_sdk.SiemplifyBase import SiemplifyBase
from soar_sdk.SiemplifyDataModel import Attachment


class CaseCalls(SiemplifyBase):
    """Requests that name their case and alert; `SiemplifyAction` adds both."""

    def _post_call(self, endpoint: SdkEndpoint, body: Any) -> Any:
        return self._post(self.address_provider.address(endpoint), body)

    def _add_comment(self, comment: str, case_id: Any, alert_identifier: str | None) -> None:
        body = {"case_id": case_id, "alert_identifier": alert_identifier, "comment": comment}
        self._post(self.address_provider.comments_address(), body)

    def _add_tag(self, tag: str, case_id: Any, alert_identifier: str | None) -> None:
        body = {"case_id": case_id, "alert_identifier": alert_identifier, "tag": tag}
        self._post_call(SdkEndpoint.ADD_TAG, body)

    def _comments(self, case_id: Any) -> list[dict[str, Any]]:
        address = self.address_provider.address(
            SdkEndpoint.GET_CASE_COMMENTS, case_id, query="fetchUpdates=False"
        )
        comments: list[dict[str, Any]] = self._get(address).json()
        return comments

    def _attachments(self, case_id: Any) -> list[dict[str, Any]]:
        address = self.address_provider.address(SdkEndpoint.GET_CASE_ATTACHMENTS, case_id)
        attachments: list[dict[str, Any]] = self._get(address).json()
        return attachments

    def get_attachment(self, attachment_id: int | str) -> io.BytesIO:
        """The content of an attachment of the case wall."""
        address = self.address_provider.address(SdkEndpoint.GET_ATTACHMENT_DATA, attachment_id)
        return io.BytesIO(self._get(address).content)

    def _attach(self, file_path: str, case_id: Any, alert_identifier: str | None) -> Any:
        attachment = Attachment.fromfile(file_path, case_id, alert_identifier)
        address = self.address_provider.address(SdkEndpoint.ADD_ATTACHMENT)
        response = self.session.post(address, json=attachment.to_dict())
        try:
            self.validate_siemplify_error(response)
        except Exception as error:
            if "Attachment size" in str(error):
                raise Exception(
                    f"Attachment size should be < 5MB. Original file size: {attachment.orig_size}. "
                    f"Size after encoding: {attachment.size}."
                ) from error
            raise
        return response.json()

    def create_case_insight_internal(
        self,
        case_id: Any,
        alert_identifier: str | None,
        triggered_by: str,
        title: str,
        content: str,
        entity_identifier: str | None,
        severity: int,
        insight_type: int,
        additional_data: Any = None,
        additional_data_type: Any = None,
        additional_data_title: str | None = None,
        original_requesting_user: str | None = None,
        entity_type: str | None = None,
    ) -> bool:
        """Post an insight; `content` is HTML. Returns True."""
        body = {
            "case_id": case_id,
            "alert_identifier": alert_identifier,
            "triggered_by": triggered_by,
            "title": title,
            "content": content,
            "entity_identifier": entity_identifier,
            "severity": severity,
            "type": insight_type,
            "entity_type": entity_type,
            "additional_data": additional_data,
            "additional_data_type": additional_data_type,
            "additional_data_title": additional_data_title,
            "original_requesting_user": original_requesting_user,
        }
        self._post_call(SdkEndpoint.CREATE_CASE_INSIGHT, body)
        return True
