"""The server and the key: `system_info`, quota, billing, the user, network schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vmray_emulator.clock import timestamp
from vmray_emulator.endpoints.api_request import ApiRequest, Endpoint, ok
from vmray_emulator.net_schemes import NET_SCHEMES
from vmray_emulator.quota import used_quota

if TYPE_CHECKING:
    from vmray_emulator.state import ServerState

_FAMILY = "Account and server"


def _system_info(request: ApiRequest) -> dict[str, Any]:
    settings, version = request.state.settings, request.state.version
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


def _quota(request: ApiRequest) -> dict[str, Any]:
    return ok(
        {"quota_limit": request.state.settings.key_quota_limit, "used_quota": used_quota(request.state)}
    )


def _plan_quota(state: ServerState) -> dict[str, int | None]:
    """Quota of the plan and what is left of it, under the present names and the deprecated ones."""
    report, verdict = state.settings.report_quota, state.settings.verdict_quota
    report_left = None if report is None else max(0, report - used_quota(state, "report"))
    verdict_left = None if verdict is None else max(0, verdict - used_quota(state, "verdict"))
    return {
        "report_quota": report,
        "report_remaining": report_left,
        "verdict_quota": verdict,
        "verdict_remaining": verdict_left,
        "quota": report,
        "remaining": report_left,
        "detector_quota": verdict,
        "detector_remaining": verdict_left,
    }


def _billing(request: ApiRequest) -> dict[str, Any]:
    now = request.state.clock.now()
    today, end = timestamp(now), timestamp(now + 30 * 86400)
    return ok(
        {
            "billing_period": "monthly",
            "product_plan_name": "Emulated",
            **_plan_quota(request.state),
            "ppu_report_quota_used": 0,
            "ppu_verdict_quota_used": 0,
            "today_date": f"{today[:10]} {today[11:16]} (UTC)",
            "end_date": f"{end[:10]} {end[11:16]} (UTC)",
            "next_plan_start_date": None,
            "user_email": request.state.settings.user_email,
            "user_expiry_date": None,
        }
    )


def _me(request: ApiRequest) -> dict[str, Any]:
    role = {"role_id": 2, "name": "User", "comment": "", "is_builtin": True, "account_id": None}
    return ok(
        {
            "user_id": 1,
            "user_email": request.state.settings.user_email,
            "user_role": role,
            "user_api_enabled": True,
            "user_enabled": True,
            "user_created": "2020-01-01T00:00:00",
            "user_last_api_access": request.state.stamp(),
        }
    )


def _download_password(request: ApiRequest) -> dict[str, Any]:
    return ok(request.state.settings.sample_password)


def _net_schemes(_request: ApiRequest) -> dict[str, Any]:
    schemes = enumerate(NET_SCHEMES, start=1)
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
    Endpoint(
        "GET", "/system_info", _system_info, "Version and limits of the server.", "system_info", _FAMILY
    ),
    Endpoint("GET", "/api_key/quota", _quota, "Quota of the key in use.", "quota", _FAMILY),
    Endpoint("GET", "/billing_info", _billing, "The plan and its remaining quota.", "billing_info", _FAMILY),
    Endpoint("GET", "/user/me", _me, "Owner of the key.", "user", _FAMILY),
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
