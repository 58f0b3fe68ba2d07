"""Scan Hash: enrich file hashes with VMRay's data about their samples. Submits nothing, and costs no quota."""

from __future__ import annotations

from dataclasses import dataclass

from soar_sdk.SiemplifyDataModel import EntityTypes

from ..core.api.vmray_errors import SampleNotFoundError
from ..core.api.vmray_models import best_sample
from ..core.results.vmray_report import SampleReport, read_settled_report
from ..core.soar.vmray_entity_action import EntityAction
from ..core.soar.vmray_parameters import param
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_scan_parameters import IOC_TYPE_FILTER, TYPES, ScanParameters


@dataclass(frozen=True)
class ScanHashParameters(ScanParameters):
    """The parameters of this scan, with its default for the types of IOCs."""

    ioc_types: tuple[str, ...] = param(
        IOC_TYPE_FILTER, TYPES, default="ips, files, emails, urls, domains", mandatory=True
    )


class ScanHash(EntityAction):
    """Looks up each FILEHASH entity, and reports the sample with the worst verdict.

    For a known sample the action returns the sample with its verdict, the IOCs that pass the type and verdict
    filters, and the strongest threat indicators. Entities are enriched, and marked as suspicious if the verdict is
    malicious or suspicious. A table is added to the case wall and, on request, an insight. An unknown hash is not a
    failure: the action completes and names the hash.
    """

    name = "Scan Hash"
    parameters = ScanHashParameters
    entity_type = EntityTypes.FILEHASH

    def report(self, run: Run, identifier: str, params: ScanParameters) -> SampleReport:
        """Find the sample of one hash, then read its IOCs and threat indicators."""
        sample = best_sample(run.client.find_samples(identifier))
        if sample is None:
            raise SampleNotFoundError
        return read_settled_report(run.lists, sample, params.report, run.aggregation_wait)


def main() -> None:
    """Run as the platform's process."""
    ScanHash().start()


if __name__ == "__main__":
    main()
