"""Scan URL: submit URLs, wait for their analyses, and enrich the entities with what VMRay found."""

from __future__ import annotations

from collections.abc import Sequence

from soar_sdk.SiemplifyDataModel import EntityTypes

from ..core.api.vmray_submit_options import SubmitOptions
from ..core.soar.vmray_action import Outcome
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_scan_parameters import ScanParameters
from ..core.soar.vmray_submission_action import SubmissionAction
from ..core.soar.vmray_url_report import report_urls
from ..core.submissions.vmray_detonation import Detonation
from ..core.submissions.vmray_idempotent_submit import SubmitRequest
from ..core.submissions.vmray_submission_key import submission_key


class ScanURL(SubmissionAction):
    """Submits each URL entity once, and reports all of them together."""

    name = "Scan URL"

    def items(self, run: Run, options: SubmitOptions) -> list[Detonation]:
        """Take the URL entities, in the spelling they had before the platform upper-cased them."""
        ScanParameters.parse(run.parameters)  # what is wrong there is refused before anything is submitted
        detonations = []
        for entity in run.entities(EntityTypes.URL):
            url = entity.additional_properties.get("OriginalIdentifier") or entity.identifier
            key = submission_key(run.siemplify.case_id, run.siemplify.alert_id, self.name, url, options)
            detonations.append(Detonation(item=url, name=entity.identifier, key=key))
        return detonations

    def submit_request(self, run: Run, detonation: Detonation, options: SubmitOptions) -> SubmitRequest:
        """Submit the URL."""
        return SubmitRequest(detonation.key, options, lambda given: run.client.submit_url(detonation.item, given))

    def report(self, run: Run, detonations: Sequence[Detonation], *, last: bool) -> Outcome | None:
        """Enrich the entities."""
        return report_urls(run, ScanParameters.parse(run.parameters), EntityTypes.URL, detonations, last=last)


def main() -> None:
    """Run as the platform's process."""
    ScanURL().start()


if __name__ == "__main__":
    main()
