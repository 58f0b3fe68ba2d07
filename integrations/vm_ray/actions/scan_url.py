"""Scan URL: submit URLs, wait for their analyses, and enrich the entities with what VMRay found."""

from __future__ import annotations

from collections.abc import Sequence

from soar_sdk.SiemplifyDataModel import EntityTypes

from ..core.vmray_action import Outcome, Run
from ..core.vmray_client import SubmitOptions
from ..core.vmray_detonation import Detonation
from ..core.vmray_detonation_action import DetonationAction
from ..core.vmray_scan_params import ScanParams
from ..core.vmray_submission_key import submission_key
from ..core.vmray_submit import OneSubmit
from ..core.vmray_url_report import report_urls


class ScanURL(DetonationAction):
    """Submits each URL entity once, and reports all of them together."""

    name = "Scan URL"

    def items(self, run: Run, options: SubmitOptions) -> list[Detonation]:
        """Take the URL entities, in the spelling they had before the platform upper-cased them."""
        ScanParams.parse(run.parameters)  # what is wrong there is refused before anything is submitted
        detonations = []
        for entity in run.entities(EntityTypes.URL):
            url = entity.additional_properties.get("OriginalIdentifier") or entity.identifier
            key = submission_key(run.siemplify.case_id, run.siemplify.alert_id, self.name, url, options)
            detonations.append(Detonation(item=url, name=entity.identifier, key=key))
        return detonations

    def one_submit(self, run: Run, detonation: Detonation, options: SubmitOptions) -> OneSubmit:
        """Submit the URL."""
        return OneSubmit(detonation.key, options, lambda given: run.client.submit_url(detonation.item, given))

    def report(self, run: Run, detonations: Sequence[Detonation], *, last: bool) -> Outcome | None:
        """Enrich the entities."""
        return report_urls(run, ScanParams.parse(run.parameters), EntityTypes.URL, detonations, last=last)


def main() -> None:
    """Run as the platform's process."""
    ScanURL().start()


if __name__ == "__main__":
    main()
