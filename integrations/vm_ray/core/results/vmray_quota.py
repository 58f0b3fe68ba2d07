"""The rest of the quotas: of the API key, and of the plan for reports and for verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from ...core.api.vmray_client import Client
from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_models import BillingInfo, KeyQuota, PlanQuota, SystemInfo
from ...core.api.vmray_optional import Missing, read_optional
from ...core.results.vmray_escape import csv_cell
from ...core.results.vmray_lock import REFUSALS
from ...core.results.vmray_result import Table

TABLE_TITLE: Final = "VMRay quota"
HEADER: Final = "Quota,Limit,Left"
KEY: Final = "Quota of the API key"
PLAN: Final = "Quotas of the plan"
SERVER: Final = "Server version"
REPORT: Final = "Quota of the plan for reports"
VERDICT: Final = "Quota of the plan for verdicts"
# The parts that a quota comes from: a response, and in the response of the plan one of two quotas.
PARTS: Final = {"Key": (KEY,), "Report": (PLAN, REPORT), "Verdict": (PLAN, VERDICT)}


class Quota(NamedTuple):
    """The quotas; None for a part that could not be read.

    Attributes:
        missing: The parts that could not be read, by name.
    """

    key: KeyQuota | None
    billing: BillingInfo | None
    server: SystemInfo | None
    missing: Mapping[str, Missing]

    @property
    def details(self) -> list[tuple[str, str]]:
        """What could not be read, and why."""
        return [(each.part, f"could not be read: {each.error}") for each in self.missing.values()]

    def why_unknown(self, quota_type: str) -> VMRayError | None:
        """Return the error because of which a quota is not known; None if the API key may not read it, or it is read.

        The second case (403, 404) is part of the setup of the key, and no reason to stop a playbook.
        """
        lost = [self.missing[part].error for part in PARTS[quota_type] if part in self.missing]
        return next((error for error in lost if not isinstance(error, REFUSALS)), None)

    def left(self, quota_type: str) -> int | None:
        """Return how much is left of a quota (``Key``, ``Report`` or ``Verdict``); None for no limit or if unread."""
        quota = self._quotas()[quota_type]
        return quota.left if quota else None

    def to_json(self) -> dict[str, Any]:
        """Return the members of the JSON result; the e-mail address of the user is left out.

        ``cost`` is that of all actions that use or read quota, so that a playbook finds the rest in one place.
        """
        quotas, billing = self._quotas(), self.billing
        key = None if self.key is None else {**_json(self.key), "used": self.key.used}
        return {
            "cost": cost_of(quota_left=self.left("Key")),
            "key": key,
            "report": quotas["Report"] and _json(quotas["Report"]),
            "verdict": quotas["Verdict"] and _json(quotas["Verdict"]),
            "plan": billing and billing.plan,
            "billing_period": billing and billing.billing_period,
            "period_ends": billing and billing.period_ends,
            "server_version": self.server and self.server.version,
        }

    def _quotas(self) -> dict[str, KeyQuota | PlanQuota | None]:
        billing = self.billing
        return {
            "Key": self.key,
            "Report": billing.report if billing and isinstance(billing.report, PlanQuota) else None,
            "Verdict": billing.verdict if billing and isinstance(billing.verdict, PlanQuota) else None,
        }


def cost_of(*, submitted: int = 0, reused: int = 0, unlocked: int = 0, quota_left: int | None) -> dict[str, Any]:
    """Return the member ``cost``: what a run has done that uses quota, and what is left of the quota."""
    return {"submitted": submitted, "reused": reused, "unlocked": unlocked, "quota_left": quota_left}


def read_quota(client: Client) -> Quota:
    """Read all parts. Each part is optional as long as another one can be read.

    Raises:
        VMRayError: No part could be read; or the first one could not, for a reason that concerns all requests.
    """
    parts: dict[str, Callable[[], Any]] = {
        KEY: client.get_key_quota,
        PLAN: client.get_billing_info,
        SERVER: client.get_system_info,
    }
    found: dict[str, Any] = {}
    missing: dict[str, Missing] = {}
    for name, read in parts.items():
        part = read_optional(name, read)
        if not isinstance(part, Missing):
            found[name] = part
            continue
        missing[name] = part
        if not found and part.error.is_fatal and not isinstance(part.error, REFUSALS):
            raise part.error
    if not found:
        raise missing[KEY].error
    plan: BillingInfo | None = found.get(PLAN)
    missing |= _unread_quotas(plan) if plan else {}
    return Quota(found.get(KEY), plan, found.get(SERVER), missing)


def _unread_quotas(plan: BillingInfo) -> dict[str, Missing]:
    """Return the quotas of the plan that are not known although VMRay returned the plan."""
    quotas = {REPORT: plan.report, VERDICT: plan.verdict}
    return {part: Missing(part, quota) for part, quota in quotas.items() if isinstance(quota, VMRayError)}


def quota_table(quota: Quota) -> list[Table]:
    """Return the table: a line for each quota that was read; no table if none was read."""
    members = quota.to_json()
    rows = [(name, members[name]) for name in ("key", "report", "verdict") if members[name]]
    lines = [",".join(csv_cell(cell) for cell in (name.capitalize(), *_cells(part))) for name, part in rows]
    return [Table(TABLE_TITLE, [HEADER, *lines])] if lines else []


def _cells(part: dict[str, Any]) -> tuple[object, object]:
    return ("unlimited", "unlimited") if part["unlimited"] else (part["limit"], part["left"])


def _json(quota: KeyQuota | PlanQuota) -> dict[str, Any]:
    return {"limit": quota.limit, "left": quota.left, "unlimited": quota.limit is None}
