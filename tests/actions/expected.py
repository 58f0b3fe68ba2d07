"""The expected outputs of the specification, written independently of the code of the integration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

JsonValue: TypeAlias = Any
Json = dict[str, Any]
SECRETS = ("sample_password", "sample_account_ids")

IOC_TYPES = ("domains", "emails", "files", "ips", "mutexes", "processes", "registry", "urls")

# The documented fields of the scan actions.
ENRICHMENT_FIELDS = {
    "VMRay_sample_vti_score",
    "VMRay_sample_child_sample_ids",
    "VMRay_sample_id",
    "VMRay_sample_sha1hash",
    "VMRay_sample_classifications",
    "VMRay_sample_last_md_score",
    "VMRay_sample_last_vt_score",
    "VMRay_sample_severity",
    "VMRay_sample_url",
    "VMRay_sample_imphash",
    "VMRay_sample_highest_vti_score",
    "VMRay_sample_container_type",
    "VMRay_sample_webif_url",
    "VMRay_sample_type",
    "VMRay_sample_created",
    "VMRay_sample_last_reputation_severity",
    "VMRay_sample_filesize",
    "VMRay_sample_parent_sample_ids",
    "VMRay_sample_ssdeephash",
    "VMRay_sample_md5hash",
    "VMRay_sample_sha256hash",
    "VMRay_sample_highest_vti_severity",
    "VMRay_sample_priority",
    "VMRay_sample_is_multipart",
    "VMRay_sample_score",
    "VMRay_sample_filename",
    "VMRay_ioc_domains",
    "VMRay_ioc_ips",
    "VMRay_ioc_urls",
    "VMRay_ioc_files",
    "VMRay_ioc_emails",
    "VMRay_ioc_mutexes",
    "VMRay_ioc_processes",
    "VMRay_ioc_registry",
    "VMRay_threat_indicator_operations",
    "VMRay_threat_indicator_category",
}

ENRICHED = "Successfully enriched the following entities using information from VMRay: "
NOT_ENRICHED = "Action wasn't able to enrich the following entities using information from VMRay: "
NONE_ENRICHED = "None of the provided entities were enriched."
SUBMITTED = "Successfully submitted the following files to VMRay: "
WAITING = "Waiting for the results for: "


def details(*lines: str) -> str:
    """Return the `Details:` paragraph that follows the documented sentences."""
    return "\n".join(["", "", "Details:", *lines])


def entity_result(
    sample: Json, iocs: Mapping[str, Sequence[Json]] | None = None, indicators: Sequence[Json] = ()
) -> Json:
    """Return the `EntityResult` of a sample with these IOCs and indicators."""
    shown = {name: value for name, value in sample.items() if name not in SECRETS}
    lists = {name: list((iocs or {}).get(name, [])) for name in IOC_TYPES}
    return {**shown, "iocs": lists, "threat_indicators": list(indicators)}


def sample_table(sample: Json) -> list[str]:
    """Return the table of a sample: one line for each field, `; ` between list items, defanged addresses."""
    return ["Key,Value", *(f"{name},{_cell(name, value)}" for name, value in flat(sample))]


def flat(value: Json, prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Return the fields of a sample with flattened relations: `sample_child_relations_1_relation_id`."""
    for name, member in value.items():
        if isinstance(member, dict):
            yield from flat(member, f"{prefix}{name}_") if member else [(prefix + name, None)]
        elif isinstance(member, list) and member and isinstance(member[0], dict):
            for number, item in enumerate(member, start=1):
                yield from flat(item, f"{prefix}{name}_{number}_")
        else:
            yield prefix + name, member


def _cell(name: str, value: JsonValue) -> str:
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)
    text = "" if value is None else str(value)
    if name.endswith(("sample_url", "sample_display_url")):
        text = re.sub(r"^http", "hxxp", text).replace(".", "[.]")
    return text.replace(",", " ")
