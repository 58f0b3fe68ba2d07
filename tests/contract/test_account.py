"""The server, the key and its quota."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.servers import Server

    from vmray_emulator import EmbeddedEmulator

KEY_QUOTA = "GET /api_key/quota"
PLAN = "GET /billing_info"


@pytest.mark.recorded("a real response of server 4.2.0", endpoint="GET /system_info")
def test_the_server_returns_its_version_and_limits(server: Server) -> None:
    """The response has the version (text and numbers), page size, maximum list length and sample size."""
    info = server.get("/system_info").data
    numbers = ".".join(str(info[f"version_{part}"]) for part in ("major", "minor", "revision"))
    assert info["version"].startswith(numbers)
    assert 0 < info["api_items_per_request"] <= info["max_api_items"]
    assert info["webif_max_sample_size"] > 0
    assert info["webif_base_url"].startswith("http")


@pytest.mark.documented("VMRay's Splunk SOAR app", endpoint="GET /system_info")
def test_an_older_server_may_return_403_for_its_version(
    emulator: EmbeddedEmulator, emulator_server: Server
) -> None:
    """Older servers return 403 for `system_info` when the key has no administrator rights."""
    emulator.control.configure(refused_paths=[["/system_info", 403]])
    assert emulator_server.get("/system_info").error[0] == 403


@pytest.mark.documented("OpenAPI document 2026.2.1; Polarity's integration", endpoint=KEY_QUOTA)
def test_the_key_has_a_quota(server: Server) -> None:
    """The response has two whole numbers: the limit of the key, and the used part of the limit."""
    quota = server.get("/api_key/quota").data
    assert quota.keys() == {"quota_limit", "used_quota"}
    assert quota["quota_limit"] >= 0
    assert quota["used_quota"] >= 0


@pytest.mark.documented("Polarity's integration", endpoint=KEY_QUOTA)
def test_an_unlimited_key_has_the_limit_0(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """The limit of an unlimited key is 0, not null."""
    assert emulator_server.get("/api_key/quota").data["quota_limit"] == 0
    emulator.control.configure(key_quota_limit=500, quota_used=37)
    assert emulator_server.get("/api_key/quota").data == {"quota_limit": 500, "used_quota": 37}


@pytest.mark.documented("OpenAPI document 2026.2.1; Cortex XSOAR pack VMRay", endpoint=PLAN)
def test_the_plan_has_a_remaining_quota(server: Server) -> None:
    """The response has the report quota and the verdict quota of the plan, and the rest of each quota."""
    info = server.get("/billing_info").data
    assert info.keys() >= {"report_quota", "report_remaining", "verdict_quota", "verdict_remaining"}
    for kind in ("report", "verdict"):
        if info[f"{kind}_quota"] is not None:
            assert 0 <= info[f"{kind}_remaining"] <= info[f"{kind}_quota"]


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=PLAN)
def test_an_unlimited_plan_has_null(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """Quota and remaining quota of an unlimited plan are null."""
    emulator.control.configure(report_quota=None, verdict_quota=50)
    info = emulator_server.get("/billing_info").data
    assert (info["report_quota"], info["report_remaining"]) == (None, None)
    assert (info["verdict_quota"], info["verdict_remaining"]) == (50, 50)


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=PLAN)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("quota", "report_quota"),
        ("remaining", "report_remaining"),
        ("detector_quota", "verdict_quota"),
        ("detector_remaining", "verdict_remaining"),
    ],
)
def test_deprecated_names_have_the_same_values(server: Server, old: str, new: str) -> None:
    """The deprecated names of the quotas have the values of the present names."""
    info = server.get("/billing_info").data
    assert info[old] == info[new]


@pytest.mark.documented("README of the Cortex XSOAR pack VMRay", endpoint=PLAN)
@pytest.mark.parametrize("field", ["today_date", "end_date"])
def test_dates_of_the_plan_are_display_texts(server: Server, field: str) -> None:
    """These dates are texts for people, with the time zone in brackets: `2024-02-03 14:12 (UTC+1)`."""
    text = server.get("/billing_info").data[field]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d \(UTC([+-]\d+(:\d+)?)?\)", text)


@pytest.mark.inferred("a right that a key lacks; a server that is too old", endpoint=KEY_QUOTA)
@pytest.mark.parametrize("path", ["/api_key/quota", "/billing_info"])
@pytest.mark.parametrize("status", [403, 404])
def test_a_server_may_return_an_error_for_quotas(
    emulator: EmbeddedEmulator, emulator_server: Server, path: str, status: int
) -> None:
    """A server may return 403 or 404 for a quota. All other endpoints still work."""
    emulator.control.configure(refused_paths=[[path, status]])
    assert emulator_server.get(path).error[0] == status
    assert emulator_server.get("/system_info").status == 200


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /net_scheme")
def test_network_schemes_are_listed(server: Server) -> None:
    """The response lists the networks for detonations as objects with a name."""
    for scheme in server.get("/net_scheme").data:
        assert scheme["net_scheme_name"]


@pytest.mark.emulator_only("a server without licence and quota", endpoint=KEY_QUOTA)
def test_a_submission_uses_quota_of_the_key(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """Each submission adds 1 to the used quota of the key."""
    assert emulator_server.get("/api_key/quota").data["used_quota"] == 0
    emulator_server.submit(b"MZ counted", "counted.exe")
    assert (
        emulator_server.get("/api_key/quota").data["used_quota"] == emulator.control.counts()["submissions"]
    )


@pytest.mark.inferred("`submission_quota_type` is report or verdict", endpoint=PLAN)
@pytest.mark.parametrize(("kind", "other"), [("report", "verdict"), ("verdict", "report")])
def test_a_submission_uses_quota_of_its_type(
    emulator: EmbeddedEmulator, emulator_server: Server, kind: str, other: str
) -> None:
    """A submission of a Report key uses report quota, one of a Verdict key uses verdict quota."""
    emulator.control.configure(locked=kind == "verdict", report_quota=10, verdict_quota=10, quota_used=2)
    emulator_server.submit(b"MZ counted", "counted.exe")
    info = emulator_server.get("/billing_info").data
    assert (info[f"{kind}_remaining"], info[f"{other}_remaining"]) == (7, 10)


@pytest.mark.inferred("looking up a hash costs nothing in Sekoia's integration", endpoint=KEY_QUOTA)
def test_reading_uses_no_quota(emulator_server: Server) -> None:
    """Reading samples, submissions and quotas does not change the used quota."""
    emulator_server.submit(b"MZ read", "read.exe")
    before = emulator_server.get("/api_key/quota").data
    for path in ("/sample", "/submission", "/billing_info", "/api_key/quota"):
        assert emulator_server.get(path).status == 200
    assert emulator_server.get("/api_key/quota").data == before


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /user/me")
def test_the_user_of_the_key_can_be_read(server: Server) -> None:
    """The response has the user of the key: ID, e-mail address, and whether the API is enabled."""
    assert server.get("/user/me").data.keys() >= {"user_id", "user_email", "user_api_enabled"}
