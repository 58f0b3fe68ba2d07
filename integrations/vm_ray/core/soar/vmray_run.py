"""One run of an action: the context of the platform and a client for its configuration."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from soar_sdk.SiemplifyAction import SiemplifyAction

from ...core.api.vmray_client import Client
from ...core.api.vmray_connect import connect
from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_text import is_recognisable, one_line
from ...core.results.vmray_aggregation_wait import AggregationWait
from ...core.results.vmray_bounded_lists import BoundedLists, Lists
from ...core.soar.vmray_configuration import Configuration
from ...core.submissions.vmray_schedule import end_of_run

if TYPE_CHECKING:
    from soar_sdk.SiemplifyDataModel import DomainEntityInfo

PROVIDER: Final = "VMRay"
DEFAULT_MAX_RESULT: Final = 15
# The look-ups and the lists of so many entities are in flight at the same time, so that none waits for another.
FEW_ENTITIES: Final = 4


class Run:
    """One run of an action: the context of the platform, and the client for this configuration."""

    def __init__(self, siemplify: SiemplifyAction) -> None:
        """Read the platform's context; no request is sent yet."""
        self.siemplify = siemplify
        self.parameters = siemplify.parameters
        self.deadline = Deadline(
            end_of_run(siemplify.execution_deadline_unix_time_ms, siemplify.async_total_duration_deadline)
        )
        self.aggregation_wait = AggregationWait(self.deadline)
        self._secret = ""

    @cached_property
    def client(self) -> Client:
        """Read the configuration, once, and return the client.

        Raises:
            ParameterError: The configuration of the integration is wrong.
        """
        configuration = Configuration.parse(self.siemplify.get_configuration(PROVIDER))
        if is_recognisable(configuration.api_key):
            self._secret = configuration.api_key
        return connect(
            configuration.api_root, configuration.api_key, verify=configuration.verify_ssl, deadline=self.deadline
        )

    @cached_property
    def lists(self) -> Lists:
        """The client for the lists of samples; bounded in time if many entities wait for their verdicts."""
        is_many = len(self.siemplify.target_entities) > FEW_ENTITIES
        return BoundedLists(self.client, self.deadline) if is_many else self.client

    @property
    def max_result_bytes(self) -> float:
        """The maximum length of the JSON result; the platform replaces a longer result, and counts in MiB."""
        return float(self.siemplify.max_json_result_size or DEFAULT_MAX_RESULT) * 2**20

    def entities(self, entity_type: str) -> list[DomainEntityInfo]:
        """Return the entities of this run that have one type."""
        return [entity for entity in self.siemplify.target_entities if entity.entity_type == entity_type]

    def log(self, text: str) -> None:
        """Write one line to the log."""
        self.siemplify.LOGGER.info(self.redacted(one_line(text)))

    def redacted(self, text: str) -> str:
        """Remove the API key from a text, in case a server has put it there."""
        return text.replace(self._secret, "***") if self._secret else text
