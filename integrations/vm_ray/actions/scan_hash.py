"""Scan Hash: enrich file hashes with what VMRay knows of them. Reads only; costs no quota."""

from __future__ import annotations

from soar_sdk.SiemplifyDataModel import EntityTypes

from ..core.vmray_action import Run
from ..core.vmray_errors import SampleNotFound
from ..core.vmray_models import best_sample
from ..core.vmray_report import SampleReport, read_settled_report
from ..core.vmray_scan_action import ScanAction
from ..core.vmray_scan_params import ScanParams


class ScanHash(ScanAction):
    """Looks each FILEHASH entity up, and reports the sample with the worst verdict."""

    name = "Scan Hash"
    entity_type = EntityTypes.FILEHASH

    def report(self, run: Run, identifier: str, params: ScanParams) -> SampleReport:
        """Find the sample of one hash, then its IOCs and threat indicators."""
        sample = best_sample(run.client.find_samples(identifier))
        if sample is None:
            raise SampleNotFound
        return read_settled_report(run.client, sample, params.report, run.patience)


def main() -> None:
    """Run as the platform's process."""
    ScanHash().start()


if __name__ == "__main__":
    main()
