"""A job: a script that runs at intervals, without a case."""

from __future__ import annotations

import json
import sys
from typing import Any

import _soar_names  # type: ignore[import-not-found]  # noqa: F401 - both spellings, one module

from soar_sdk._timestamp_calls import TimestampCalls
from soar_sdk.Siemplify import Siemplify
from soar_sdk.SiemplifyUtils import extract_script_param

_JOB_CONTEXT = 3


class SiemplifyJob(TimestampCalls, Siemplify):
    """The running job. Its context comes from stdin; it ends with `end_script()`.

    Attributes:
        parameters: The job's parameters, texts by name.
        unique_identifier: The identifier of this installation of the job.
    """

    def __init__(self) -> None:
        super().__init__()
        context: dict[str, Any] = json.loads(sys.stdin.buffer.read().decode("utf-8-sig"))
        self.parameters: dict[str, Any] = context["parameters"] or {}
        self.unique_identifier: str = context["unique_identifier"]
        self.use_proxy_settings: bool = context.get("use_proxy_settings", False)
        self.vault_settings: dict[str, Any] | None = context.get("vault_settings")
        self.job_api_key: str | None = context.get("job_api_key")
        if self.vault_settings is not None:
            raise NotImplementedError("the SDK stand-in resolves no vault settings")
        if self.use_proxy_settings:
            self.init_proxy_settings()

    @property
    def log_location(self) -> str:
        """The kind of script."""
        return "SDK_Jobs"

    def extract_job_param(
        self,
        param_name: str,
        default_value: Any = None,
        input_type: type = str,
        is_mandatory: bool = False,
        print_value: bool = False,
    ) -> Any:
        """Read a parameter of the job; see `SiemplifyUtils.extract_script_param`."""
        return extract_script_param(
            self, self.parameters, param_name, default_value, input_type, is_mandatory, print_value
        )

    def add_comment(self, comment: str, case_id: Any, alert_identifier: str) -> None:
        """Comment on a case."""
        self._add_comment(comment, case_id, alert_identifier)

    def add_tag(self, tag: str, case_id: Any, alert_identifier: str) -> None:
        """Tag a case."""
        self._add_tag(tag, case_id, alert_identifier)

    def get_case_comments(self, case_id: Any) -> list[dict[str, Any]]:
        """The comments of a case."""
        return self._comments(case_id)

    def get_attachments(self, case_id: Any) -> list[dict[str, Any]]:
        """The attachments of a case's wall, without their contents."""
        return self._attachments(case_id)

    def add_attachment(self, file_path: str, case_id: Any, alert_identifier: str) -> Any:
        """Put a file on a case's wall; returns the attachment's id."""
        return self._attach(file_path, case_id, alert_identifier)

    def get_job_context_property(self, identifier: str, property_key: str) -> Any:
        """A value kept with a job, or None."""
        return self.get_context_property(_JOB_CONTEXT, identifier, property_key)

    def set_job_context_property(self, identifier: str, property_key: str, property_value: Any) -> None:
        """Keep a value with a job."""
        self.set_context_property(_JOB_CONTEXT, identifier, property_key, property_value)

    def get_scoped_job_context_property(self, property_key: str) -> Any:
        """A value kept with this installation of the job, or None."""
        return self.get_job_context_property(self.unique_identifier, property_key)

    def set_scoped_job_context_property(self, property_key: str, property_value: Any) -> None:
        """Keep a value with this installation of the job."""
        self.set_job_context_property(self.unique_identifier, property_key, property_value)

    def _timestamp_place(self) -> tuple[int, str | None]:
        return _JOB_CONTEXT, self.script_name
