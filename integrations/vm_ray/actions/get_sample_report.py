"""Get Sample Report: read everything that VMRay knows about samples, and why they have their verdicts."""

from __future__ import annotations

from ..core.soar.vmray_report_action import ReportAction


class GetSampleReport(ReportAction):
    """Reads the complete report of each sample: verdict, IOCs, threat indicators, techniques, child samples.

    The report says why the sample has its verdict, what speaks against a threat, and what is missing. Without Samples,
    the action reads about the FILEHASH entities of the case, and enriches them. The action submits nothing and costs no
    quota.
    """

    name = "Get Sample Report"


def main() -> None:
    """Run as the platform's process."""
    GetSampleReport().start()


if __name__ == "__main__":
    main()
