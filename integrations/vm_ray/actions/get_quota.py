"""Get Quota: read what is left of the quota of the API key and of the plan."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.results.vmray_quota import Quota, quota_table, read_quota
from ..core.soar.vmray_action import Outcome
from ..core.soar.vmray_outcome_action import OutcomeAction, Presentation
from ..core.soar.vmray_parameters import Parameters, one_of, param, whole_number
from ..core.soar.vmray_run import Run


@dataclass(frozen=True)
class QuotaParameters(Parameters):
    """The quota to compare, and its minimum."""

    minimum: int | None = param("Minimum Remaining", whole_number(0))
    quota_type: str = param("Quota Type", one_of("Key", "Report", "Verdict"), default="Key")


class GetQuota(OutcomeAction[QuotaParameters]):
    """Reads the quota of the API key, the quotas of the plan, and the version of the server.

    A playbook can use the action as a guard: if fewer submissions are left than Minimum Remaining, the outcome is
    blocked_quota. A part that cannot be read is null, and a detail says so.
    """

    name = "Get Quota"
    parameters = QuotaParameters

    def perform(self, run: Run, params: QuotaParameters) -> Outcome:
        """Read all parts, and compare one of them with the minimum."""
        quota: Quota = read_quota(run.client)
        unknown = quota.why_unknown(params.quota_type)
        if params.minimum is not None and unknown is not None:
            raise unknown  # a guard that does not know the quota must not open
        left = quota.left(params.quota_type)
        too_low = params.minimum is not None and left is not None and left < params.minimum
        sentence = "Successfully retrieved the quota from VMRay."
        if too_low:
            sentence = f"The VMRay quota is too low: {left} left, {params.minimum} needed."
        outcome = "blocked_quota" if too_low else "done"
        shown = Presentation(
            outcome, sentences=[sentence], more=quota.to_json(), tables=quota_table(quota), details=quota.details
        )
        return self.present(run, shown)


def main() -> None:
    """Run as the platform's process."""
    GetQuota().start()


if __name__ == "__main__":
    main()
