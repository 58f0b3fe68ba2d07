"""The rest of the quotas: of the API key, and of the plan for reports and for verdicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from ...core.api.vmray_client import Client
from ...core.api.vmray_errors import NotFoundError, PermissionDeniedError, RequestError
from ...core.api.vmray_models import BillingInfo, KeyQuota, PlanQuota, SystemInfo
from ...core.results.vmray_escape import csv_cell
from ...core.results.vmray_result import Table

TABLE_TITLE: Final = "VMRay quota"
HEADER: Final = "Quota,Limit,Left"

Part = TypeVar("Part")


class Quota(NamedTuple):
    """The quotas; None for a part that the API key may not read.

    Attributes:
        details: What could not be read, and why.
    """

    key: KeyQuota | None
    billing: BillingInfo | None
    server: SystemInfo | None
    details: Sequence[tuple[str, str]]

    def left(self, quota_type: str) -> int | None:
        """Return how much is left of a quota (``Key``, ``Report`` or ``Verdict``); None for no limit or if unread."""
        quota = self._quotas()[quota_type]
        return quota.left if quota else None

    def to_json(self) -> dict[str, Any]:
        """Return the members of the JSON result; the e-mail address of the user is left out."""
        key = None if self.key is None else {**_json(self.key), "used": self.key.used}
        billing = self.billing
        return {
            "key": key,
            "report": billing and _json(billing.report),
            "verdict": billing and _json(billing.verdict),
            "plan": billing and billing.plan,
            "billing_period": billing and billing.billing_period,
            "period_ends": billing and billing.period_ends,
            "server_version": self.server and self.server.version,
        }

    def _quotas(self) -> dict[str, KeyQuota | PlanQuota | None]:
        billing = self.billing
        return {
            "Key": self.key,
            "Report": billing.report if billing else None,
            "Verdict": billing.verdict if billing else None,
        }


def read_quota(client: Client) -> Quota:
    """Read all parts. A part that the server rejects (403) or does not have (404) is None, with a detail.

    Raises:
        RequestError: No part could be read.
    """
    details: list[tuple[str, str]] = []
    errors: list[RequestError] = []

    def read(name: str, part: Callable[[], Part]) -> Part | None:
        try:
            return part()
        except (PermissionDeniedError, NotFoundError) as error:
            errors.append(error)
            details.append((name, f"could not be read: {error}"))
            return None

    key = read("Quota of the API key", client.get_key_quota)
    billing = read("Quotas of the plan", client.get_billing_info)
    server = read("Server version", client.get_system_info)
    if (key, billing, server) == (None, None, None):
        raise errors[0]
    return Quota(key, billing, server, details)


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
