"""The server, the key and its quota."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.servers import Server

    from vmray_emulator import EmbeddedEmulator


@pytest.mark.recorded("a real answer of server 4.2.0", endpoint="GET /system_info")
def test_the_server_tells_its_version_and_limits(server: Server) -> None:
    """Version (as text and as numbers), page size, hard cap and the largest sample in bytes are told."""
    info = server.get("/system_info").data
    numbers = ".".join(str(info[f"version_{part}"]) for part in ("major", "minor", "revision"))
    assert info["version"].startswith(numbers)
    assert 0 < info["api_items_per_request"] <= info["max_api_items"]
    assert info["webif_max_sample_size"] > 0
    assert info["webif_base_url"].startswith("http")


@pytest.mark.documented("OpenAPI document 2026.2.1; Polarity's integration", endpoint="GET /api_key/quota")
def test_the_key_tells_its_quota(server: Server) -> None:
    """The quota of the key in use: its limit, 0 for none, and what is used."""
    quota = server.get("/api_key/quota").data
    assert quota.keys() == {"quota_limit", "used_quota"}
    assert quota["used_quota"] >= 0


@pytest.mark.documented("OpenAPI document 2026.2.1; Cortex XSOAR pack VMRay", endpoint="GET /billing_info")
def test_the_plan_tells_what_is_left(server: Server) -> None:
    """Report and verdict quota, each with what remains; null where they are unlimited."""
    info = server.get("/billing_info").data
    assert info.keys() >= {"report_quota", "report_remaining", "verdict_quota", "verdict_remaining"}


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /net_scheme")
def test_network_schemes_are_listed(server: Server) -> None:
    """The networks that a detonation may use are a list of objects with a name."""
    for scheme in server.get("/net_scheme").data:
        assert scheme["net_scheme_name"]


@pytest.mark.emulator_only("a server without licence and quota", endpoint="GET /api_key/quota")
def test_a_submission_uses_quota(twin: EmbeddedEmulator, twin_server: Server) -> None:
    """Each submission counts one."""
    assert twin_server.get("/api_key/quota").data["used_quota"] == 0
    twin_server.submit(b"MZ counted", "counted.exe")
    assert twin_server.get("/api_key/quota").data["used_quota"] == twin.control.counts()["submissions"]


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /user/me")
def test_the_key_tells_whose_it_is(server: Server) -> None:
    """The user of the key: id, e-mail address, whether the API is open to them."""
    assert server.get("/user/me").data.keys() >= {"user_id", "user_email", "user_api_enabled"}
