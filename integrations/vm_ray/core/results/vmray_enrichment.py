"""Create the enrichment of an entity from a report: always exactly the documented fields."""

from __future__ import annotations

from typing import Final

from ...core.api.vmray_models import IOC_TYPES, text_of
from ...core.api.vmray_text import one_line
from ...core.results.vmray_iocs import ioc_names
from ...core.results.vmray_report import SampleReport

ENRICHMENT_PREFIX: Final = "VMRay_"
# The documented enrichment fields that are fields of the sample, in the documented order.
SAMPLE_FIELDS: Final = (
    "sample_vti_score",
    "sample_child_sample_ids",
    "sample_id",
    "sample_sha1hash",
    "sample_classifications",
    "sample_last_md_score",
    "sample_last_vt_score",
    "sample_severity",
    "sample_url",
    "sample_imphash",
    "sample_highest_vti_score",
    "sample_container_type",
    "sample_webif_url",
    "sample_type",
    "sample_created",
    "sample_last_reputation_severity",
    "sample_filesize",
    "sample_parent_sample_ids",
    "sample_ssdeephash",
    "sample_md5hash",
    "sample_sha256hash",
    "sample_highest_vti_severity",
    "sample_priority",
    "sample_is_multipart",
    "sample_score",
    "sample_filename",
)
MAX_ENRICHMENT_LENGTH: Final = 10_000


def enrichment(report: SampleReport) -> dict[str, str]:
    """Return the enrichment fields: always exactly the documented ones, all texts, exact values (not defanged)."""
    fields = {name: _joined(report.sample.raw.get(name)) for name in SAMPLE_FIELDS}
    for ioc_type in IOC_TYPES:
        fields[f"ioc_{ioc_type}"] = _joined(
            [name for ioc in report.iocs[ioc_type] for name in ioc_names(ioc_type, ioc)]
        )
    fields["threat_indicator_operations"] = _joined([text_of(each, "operation") for each in report.indicators])
    fields["threat_indicator_category"] = _joined([text_of(each, "category") for each in report.indicators])
    return {f"{ENRICHMENT_PREFIX}{name}": value for name, value in fields.items()}


def _joined(value: object) -> str:
    """Return an enrichment value as text: null is empty, a list is joined with ``, ``; visible characters only."""
    parts = value if isinstance(value, list) else [value]
    written = ", ".join(one_line(str(part), MAX_ENRICHMENT_LENGTH) for part in parts if part not in (None, ""))
    return one_line(written, MAX_ENRICHMENT_LENGTH)
