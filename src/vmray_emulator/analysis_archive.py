"""The archive of an analysis: summaries, log, report, exports, screenshots.

The members have the names that real archives have.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from vmray_emulator.ioc_exports import as_csv
from vmray_emulator.ioc_filter import IocFilter
from vmray_emulator.sample_documents import pdf, png
from vmray_emulator.summaries import summary_v2
from vmray_emulator.summaries_v1 import summary_v1

if TYPE_CHECKING:
    from vmray_emulator.findings import Findings
    from vmray_emulator.store import Record

_COLOURS: Final = ((16, 64, 128), (224, 224, 224), (160, 32, 32))
INDEX: Final = "screenshots/index.log"


def screenshots_of(analysis: Record) -> dict[str, bytes]:
    """Return the screenshots by name. Static analyses have none (vendor's client)."""
    if analysis["analysis_job_type"].startswith("only_static"):
        return {}
    seed = analysis["analysis_id"] % 256
    pictures = (png(32, 24, (seed, green, blue)) for _, green, blue in _COLOURS)
    return {f"{hashlib.sha1(data, usedforsecurity=False).hexdigest()}.png": data for data in pictures}


def screenshot_members(analysis: Record) -> dict[str, bytes]:
    """Return the screenshots and their index, one line each: `milliseconds | size | hashes | name`.

    The format of the index is known from clients of the vendor.
    """
    pictures = screenshots_of(analysis)
    if not pictures:
        return {}
    lines = []
    for number, (name, data) in enumerate(pictures.items()):
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        sha256 = hashlib.sha256(data).hexdigest()
        hashes = f"md5={md5},sha1={name.removesuffix('.png')},sha256={sha256}"
        lines.append(f"{1000 * number} | {len(data)} | {hashes} | {name}\n")
    return {
        INDEX: "".join(lines).encode(),
        **{f"screenshots/{name}": data for name, data in pictures.items()},
    }


def report_pdf(sample: Record, findings: Findings) -> bytes:
    """Return the report as a PDF document."""
    return pdf(
        [
            "VMRay emulator: analysis report",
            f"Sample: {sample['sample_filename']}",
            f"SHA-256: {sample['sample_sha256hash']}",
            f"Verdict: {findings.verdict or 'n/a'}",
            *(f"VTI {one['score']}/5: {one['category']}: {one['operation']}" for one in findings.indicators),
        ]
    )


def archive_members(sample: Record, analysis: Record, findings: Findings) -> dict[str, bytes]:
    """Return all members of an analysis archive by path.

    Args:
        sample: The sample.
        analysis: A successful analysis of it.
        findings: What the analysis found.
    """
    shots = list(screenshots_of(analysis))
    return {
        "logs/summary_v2.json": json.dumps(summary_v2(sample, analysis, findings, shots)).encode(),
        "logs/summary.json": json.dumps(summary_v1(sample, analysis, findings, shots)).encode(),
        "logs/flog.txt": b"# Log Creation Date: emulated\n",
        "report/report.pdf": report_pdf(sample, findings),
        "report/artifacts/all_iocs.csv": as_csv(findings.iocs, IocFilter()),
        "report/artifacts/all_artifacts.csv": as_csv(findings.iocs, IocFilter(all_artifacts=True)),
        **screenshot_members(analysis),
    }
