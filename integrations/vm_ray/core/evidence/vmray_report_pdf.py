"""The PDF report of a sample or of an analysis, and why there is none.

The status for a locked or missing report is not documented. So the reason for a refusal is read from the analyses and
submissions of the sample.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ...core.api.vmray_client import Client
from ...core.api.vmray_models import Analysis, Sample
from ...core.api.vmray_optional import read_optional
from ...core.api.vmray_protocol import FileType
from ...core.api.vmray_request_errors import NotFoundError
from ...core.evidence.vmray_analysis_choice import failed_analysis, is_unfinished
from ...core.evidence.vmray_evidence import OneFile, sha256_of
from ...core.evidence.vmray_file_reader import File
from ...core.results.vmray_answer import LOCKED, Answer
from ...core.results.vmray_lock import REFUSALS, is_locked
from ...core.results.vmray_sample_fields import ANALYSIS_LINK, web_link

MEMBER: Final = "report/report.pdf"
NO_PDF: Final = Answer("empty", "VMRay made no PDF")
UNFINISHED: Final = Answer("pending", "VMRay has not finished the newest submission of this sample")
# The members of a row without a report.
NO_REPORT: Final[Mapping[str, Any]] = {
    "verdict": None,
    "attachment": None,
    "size": None,
    "sha256": None,
    "saved_to_case_wall": False,
    "web_link": None,
}


@dataclass(frozen=True)
class PdfReport(OneFile):
    """One PDF report.

    Attributes:
        name: The name of the attachment.
        read: Reads the report; the argument is the largest size in bytes.
    """

    name: str
    read: Callable[[int], bytes | Answer]

    def files(self) -> list[File]:
        """Return the report; its size is not known."""
        return [File(self.read)]

    def name_of(self, content: bytes) -> str:  # noqa: ARG002 - every report has this name
        """Return the name of the attachment."""
        return self.name

    def facts_of(self, content: bytes) -> dict[str, Any]:
        """Return the hash of the report."""
        return {"sha256": sha256_of(content)}


def pdf_of_sample(client: Client, sample: Sample, facts: Mapping[str, Any], title: str) -> PdfReport:
    """Return the combined report of a sample."""
    about = {"verdict": sample.verdict.in_json, "web_link": web_link(sample.raw)}
    label = f"sample {sample.sample_id}"
    name = f"vmray-sample-{sample.sample_id}-report.pdf"
    return PdfReport({**facts, **about}, title, label, name, partial(read_sample_report, client, sample.sample_id))


def pdf_of_analysis(client: Client, analysis: Analysis, facts: Mapping[str, Any], title: str) -> list[PdfReport]:
    """Return the report of one analysis."""
    about = {"verdict": analysis.verdict.in_json, "web_link": web_link(analysis.raw, ANALYSIS_LINK)}
    label = f"analysis {analysis.analysis_id}"
    name = f"vmray-analysis-{analysis.analysis_id}-report.pdf"
    return [PdfReport({**facts, **about}, title, label, name, partial(read_analysis_report, client, analysis))]


def read_sample_report(client: Client, sample_id: int, limit: int) -> bytes | Answer:
    """Read the combined report of a sample; return why there is none."""
    try:
        return client.download_sample_report(sample_id, limit)
    except REFUSALS as error:
        if not isinstance(error, NotFoundError):
            if read_optional("the lock", lambda: is_locked(client, sample_id)) is True:
                return LOCKED
            raise
    if is_locked(client, sample_id):
        return LOCKED
    return UNFINISHED if is_unfinished(client.list_submissions_of_sample(sample_id)) else NO_PDF


def read_analysis_report(client: Client, analysis: Analysis, limit: int) -> bytes | Answer:
    """Read the report of one analysis; return why there is none."""
    if not analysis.succeeded:
        return failed_analysis(analysis)
    if analysis.raw.get("analysis_pdf_created") is False:
        return NO_PDF
    try:
        return client.download_archive_member(analysis.analysis_id, MEMBER, limit, FileType.PDF)
    except REFUSALS as error:
        if analysis.locked:
            return LOCKED
        if not isinstance(error, NotFoundError):
            raise
    return NO_PDF
