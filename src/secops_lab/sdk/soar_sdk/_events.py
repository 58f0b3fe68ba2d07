"""Events and relations of alerts: many keys, of which few are set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(repr=False, eq=False)
class SecurityEventInfo:
    """An event; times are unix milliseconds, every key is optional, unknown keys are rejected."""

    identifier: str | None = None
    creation_time: int | None = None
    modification_time: int | None = None
    case_identifier: str | None = None
    alert_identifier: str | None = None
    name: str | None = None
    description: str | None = None
    event_id: str | None = None
    device_severity: str | None = None
    device_product: str | None = None
    device_vendor: str | None = None
    device_version: str | None = None
    event_class_id: str | None = None
    severity: int | None = None
    start_time: int | None = None
    end_time: int | None = None
    event_type: str | None = None
    rule_generator: str | None = None
    is_correlation: bool | None = None
    device_host_name: str | None = None
    device_address: str | None = None
    source_dns_domain: str | None = None
    source_nt_domain: str | None = None
    source_host_name: str | None = None
    source_address: str | None = None
    source_user_name: str | None = None
    source_user_id: str | None = None
    source_process_name: str | None = None
    destination_dns_domain: str | None = None
    destination_nt_domain: str | None = None
    destination_host_name: str | None = None
    destination_address: str | None = None
    destination_user_name: str | None = None
    destination_url: str | None = None
    destination_port: str | None = None
    destination_process_name: str | None = None
    file_name: str | None = None
    file_hash: str | None = None
    file_type: str | None = None
    email_subject: str | None = None
    usb: str | None = None
    application_protocol: str | None = None
    transport_protocol: str | None = None
    category_outcome: str | None = None
    signature: str | None = None
    deployment: str | None = None
    additional_properties: dict[str, Any] | None = None
    threat_actor: str | None = None
    source_mac_address: str | None = None
    destination_mac_address: str | None = None
    credit_card: str | None = None
    phone_number: str | None = None
    cve: str | None = None
    threat_campaign: str | None = None
    generic_entity: str | None = None
    process: str | None = None
    parent_process: str | None = None
    parent_hash: str | None = None
    child_process: str | None = None
    child_hash: str | None = None
    source_domain: str | None = None
    destination_domain: str | None = None
    ipset: str | None = None
    cluster: str | None = None
    application: str | None = None
    database: str | None = None
    pod: str | None = None
    container: str | None = None
    service: str | None = None

    @property
    def filename(self) -> str | None:
        """The file's name, with the attribute name of the SDK's object."""
        return self.file_name


@dataclass(repr=False, eq=False)
class DomainRelationInfo:
    """A relation between two entities; times are unix milliseconds."""

    identifier: str
    creation_time: int
    modification_time: int
    case_identifier: str
    alert_identifier: str
    security_event_identifier: str
    relation_type: str
    event_id: str
    from_identifier: str
    to_identifier: str
    device_product: str
    device_vendor: str
    event_class_id: str
    severity: int
    start_time: int
    end_time: int
    destination_port: str | None
    category_outcome: str
    additional_properties: dict[str, Any] | None
    to_type: str | None = None
    from_type: str | None = None
