"""The archive of an analysis: summaries, logs, reports, exports, screenshots, payloads.

The members have the names that real archives have.
"""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Final

from vmray_emulator.ioc_exports import as_csv, as_stix, as_stix21
from vmray_emulator.ioc_filter import IocFilter
from vmray_emulator.malware_configurations import malware_configurations
from vmray_emulator.payloads import payload_members
from vmray_emulator.sample_documents import pdf
from vmray_emulator.screenshots import screenshot_members, screenshots_of
from vmray_emulator.summaries import summary_v2
from vmray_emulator.summaries_v1 import summary_v1
from vmray_emulator.versions import V2023_4_0, ServerVersion
from vmray_emulator.zipcrypto import ENTRY_BYTES, zipped

if TYPE_CHECKING:
    from vmray_emulator.findings import Findings
    from vmray_emulator.store import Record

# The member that fills an archive up to the size that its analysis names.
FILLING: Final = "logs/worker.log"


def report_pdf(sample: Record, findings: Findings, size: int = 0) -> bytes:
    """Return the report as a PDF document of a smallest size in bytes."""
    return pdf(
        [
            "VMRay emulator: analysis report",
            f"Sample: {sample['sample_filename']}",
            f"SHA-256: {sample['sample_sha256hash']}",
            f"Verdict: {findings.verdict or 'n/a'}",
            *(f"VTI {one['score']}/5: {one['category']}: {one['operation']}" for one in findings.indicators),
        ],
        size,
    )


def archive_members(sample: Record, analysis: Record, findings: Findings, size: int = 0) -> dict[str, bytes]:
    """Return all members of an analysis archive by path.

    Args:
        sample: The sample.
        analysis: A successful analysis of it.
        findings: What the analysis found.
        size: Smallest size of the report and of each picture in bytes.
    """
    shots = list(screenshots_of(analysis, findings))
    return {
        "logs/summary_v2.json": json.dumps(summary_v2(sample, analysis, findings, shots)).encode(),
        "logs/summary.json": json.dumps(summary_v1(sample, analysis, findings, shots)).encode(),
        "logs/flog.txt": b"# Log Creation Date: emulated\n",
        "logs/flog.xml": b'<?xml version="1.0" encoding="UTF-8"?>\n<analysis log_version="2"/>\n',
        "report/report.pdf": report_pdf(sample, findings, size),
        "report/artifacts/all_iocs.csv": as_csv(findings.iocs, IocFilter()),
        "report/artifacts/all_artifacts.csv": as_csv(findings.iocs, IocFilter(all_artifacts=True)),
        "report/overview.html": _overview(sample).encode(),
        **_stix(analysis, findings),
        **malware_configurations(analysis, findings),
        **payload_members(analysis, findings),
        **screenshot_members(analysis, findings, size),
    }


def whole_archive(members: dict[str, bytes], size: int, password: str | None) -> bytes:
    """Return all members as an archive.

    Args:
        members: The members.
        size: The size of the archive without a password, in bytes, if the members are not larger.
        password: The password of the members.
    """
    missing = size - len(zipped(members, None)) - ENTRY_BYTES - 2 * len(FILLING)
    filling = {FILLING: b"." * missing} if missing >= 0 else {}
    return zipped({**members, **filling}, password, stored=filling)


def _overview(sample: Record) -> str:
    return f"<!DOCTYPE html><html><body><h1>{html.escape(sample['sample_filename'])}</h1></body></html>"


def _stix(analysis: Record, findings: Findings) -> dict[str, bytes]:
    """Return the export in STIX 2.1, or on old servers that in 2.0 (the first version is inferred)."""
    moment, everything = analysis["analysis_created"], IocFilter()
    if ServerVersion.parse(analysis["analysis_analyzer_version"]) >= V2023_4_0:
        return {"report/stix-report-2-1.json": as_stix21(findings.iocs, moment, everything)}
    return {"report/artifacts/stix-iocs.json": as_stix(findings.iocs, moment, everything)}
