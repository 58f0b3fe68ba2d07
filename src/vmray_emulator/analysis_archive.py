"""The archive of an analysis: summaries, log, report, exports, screenshots.

The members have the names that real archives have.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from vmray_emulator.ioc_exports import as_csv
from vmray_emulator.ioc_filter import IocFilter
from vmray_emulator.sample_documents import pdf
from vmray_emulator.screenshots import screenshot_members, screenshots_of
from vmray_emulator.summaries import summary_v2
from vmray_emulator.summaries_v1 import summary_v1

if TYPE_CHECKING:
    from vmray_emulator.findings import Findings
    from vmray_emulator.store import Record


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
        "report/report.pdf": report_pdf(sample, findings, size),
        "report/artifacts/all_iocs.csv": as_csv(findings.iocs, IocFilter()),
        "report/artifacts/all_artifacts.csv": as_csv(findings.iocs, IocFilter(all_artifacts=True)),
        **screenshot_members(analysis, findings, size),
    }
