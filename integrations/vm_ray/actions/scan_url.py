"""Scan URL: submit URLs, wait for their analyses, and enrich the entities with what VMRay found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from soar_sdk.SiemplifyDataModel import EntityTypes

from ..core.soar.vmray_action import Outcome
from ..core.soar.vmray_parameters import param
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_scan_parameters import IOC_TYPE_FILTER, TYPES, ScanParameters
from ..core.soar.vmray_submission_action import SubmissionAction
from ..core.soar.vmray_submit_parameters import SubmitParameters
from ..core.soar.vmray_url_items import url_items
from ..core.soar.vmray_url_report import report_urls
from ..core.submissions.vmray_detonation import Detonation
from ..core.submissions.vmray_sources import Source, UrlSource


@dataclass(frozen=True)
class ScanURLParameters(ScanParameters, SubmitParameters):  # a dataclass takes the fields of its last base first
    """The submit parameters and the scan parameters."""

    ioc_types: tuple[str, ...] = param(IOC_TYPE_FILTER, TYPES, default="ips, urls, domains", mandatory=True)


class ScanURL(SubmissionAction[ScanURLParameters]):
    """Submits each URL entity once, waits for the results, and reports all URLs together.

    The action returns the sample with its verdict, the IOCs that pass the type and verdict filters, and the strongest
    threat indicators. Entities are enriched, and marked as suspicious if the verdict, or the verdict of content
    reached through the URL, is malicious or suspicious. A table is added to the case wall and, on request, an insight.
    URLs whose analysis is not ready at the deadline are named with their submission; the others are returned.
    """

    name = "Scan URL"
    parameters = ScanURLParameters

    def items(self, run: Run, params: ScanURLParameters) -> list[Detonation]:
        """Return the URLs of the entities, each once."""
        return url_items(run, self.name, EntityTypes.URL, params.options)

    def source(self, _run: Run, detonation: Detonation) -> Source:
        """Return the URL as a source."""
        return UrlSource(detonation.item, detonation.name)

    def report(
        self, run: Run, params: ScanURLParameters, detonations: Sequence[Detonation], *, last: bool
    ) -> Outcome | None:
        """Enrich the entities."""
        return report_urls(run, params, EntityTypes.URL, detonations, last=last)


def main() -> None:
    """Run as the platform's process."""
    ScanURL().start()


if __name__ == "__main__":
    main()
