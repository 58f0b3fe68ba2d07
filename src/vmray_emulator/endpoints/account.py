"""The server and the key: `system_info`, quota, billing, the user, network schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vmray_emulator.clock import timestamp
from vmray_emulator.endpoints.api_request import Call, Endpoint, ok

if TYPE_CHECKING:
    from vmray_emulator.state import ServerState

_FAMILY = "Account and server"
_SCHEMES = ("Default", "Isolated", "Random VPN", "Germany (VPN)")


def _system_info(call: Call) -> dict[str, Any]:
    settings, version = call.state.settings, call.state.version
    return ok(
        {
            "api_items_per_request": settings.api_items_per_request,
            "file_param_http_scheme_enabled": False,
            "max_api_items": settings.max_api_items,
            "version": str(version),
            "version_major": version.major,
            "version_minor": version.minor,
            "version_revision": version.revision,
            "webif_alias": "vmray-emulator",
            "webif_base_url": settings.webif_base_url,
            "webif_max_sample_size": settings.webif_max_sample_size,
            "webif_max_upload_size": settings.webif_max_upload_size,
        }
    )


def _used(state: ServerState) -> int:
    sql = "SELECT total(json_extract(body, '$.submission_consumed_quota')) FROM submission"
    return int(state.store.db.execute(sql).fetchone()[0])


def _quota(call: Call) -> dict[str, Any]:
    return ok({"quota_limit": call.state.settings.key_quota_limit, "used_quota": _used(call.state)})


def _billing(call: Call) -> dict[str, Any]:
    settings, now = call.state.settings, call.state.clock.now()
    used = _used(call.state)

    def remaining(quota: int | None) -> int | None:
        return None if quota is None else max(0, quota - used)

    report, verdict = settings.report_quota, settings.verdict_quota
    today, end = timestamp(now), timestamp(now + 30 * 86400)
    return ok(
        {
            "billing_period": "monthly",
            "product_plan_name": "Emulated",
            "report_quota": report,
            "report_remaining": remaining(report),
            "verdict_quota": verdict,
            "verdict_remaining": remaining(verdict),
            "quota": report,
            "remaining": remaining(report),
            "detector_quota": verdict,
            "detector_remaining": remaining(verdict),
            "ppu_report_quota_used": 0,
            "ppu_verdict_quota_used": 0,
            "today_date": f"{today[:10]} {today[11:16]} (UTC)",
            "end_date": f"{end[:10]} {end[11:16]} (UTC)",
            "next_plan_start_date": None,
            "user_email": settings.user_email,
            "user_expiry_date": None,
        }
    )


def _me(call: Call) -> dict[str, Any]:
    role = {"role_id": 2, "name": "User", "comment": "", "is_builtin": True, "account_id": None}
    return ok(
        {
            "user_id": 1,
            "user_email": call.state.settings.user_email,
            "user_role": role,
            "user_api_enabled": True,
            "user_enabled": True,
            "user_created": "2020-01-01T00:00:00",
            "user_last_api_access": call.state.stamp(),
        }
    )


def _download_password(call: Call) -> dict[str, Any]:
    return ok(call.state.settings.sample_password)


def _net_schemes(_call: Call) -> dict[str, Any]:
    schemes = enumerate(_SCHEMES, start=1)
    return ok(
        [
            {
                "net_scheme_id": number,
                "net_scheme_name": name,
                "net_scheme_enabled": True,
                "net_scheme_description": None,
            }
            for number, name in schemes
        ]
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/system_info", _system_info, "The server and its limits.", "system_info", _FAMILY),
    Endpoint("GET", "/api_key/quota", _quota, "Quota of the key in use.", "quota", _FAMILY),
    Endpoint("GET", "/billing_info", _billing, "The plan and what is left of it.", "billing_info", _FAMILY),
    Endpoint("GET", "/user/me", _me, "The user whose key it is.", "user", _FAMILY),
    Endpoint(
        "GET",
        "/download_password",
        _download_password,
        "Password of downloads.",
        "download_password",
        _FAMILY,
    ),
    Endpoint(
        "GET", "/net_scheme", _net_schemes, "Network schemes of virtual machines.", "net_schemes", _FAMILY
    ),
)
