"""Differences between the emulated versions of VMRay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.emulator.api import Api

from vmray_emulator import SERVER_VERSIONS, EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=SERVER_VERSIONS)
def server(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Return a client of an emulator of each version."""
    with EmbeddedEmulator(server_version=request.param) as emulator, Api(emulator) as client:
        yield client


def test_the_server_returns_its_version(server: Api) -> None:
    """The version numbers are the same in the version text and in the number fields."""
    info = server.get("/system_info")
    numbers = [info[f"version_{part}"] for part in ("major", "minor", "revision")]
    assert ".".join(map(str, numbers)) == info["version"]
    assert info["version"] in SERVER_VERSIONS


def test_fields_depend_on_the_version(server: Api) -> None:
    """Older servers do not have newer fields. Some fields exist only in 2022."""
    number, sample_id = server.submit_one()
    version = server.get("/system_info")["version"]
    submission, sample = server.get(f"/submission/{number}"), server.get(f"/sample/{sample_id}")
    assert ("submission_used_cache" in submission) is (version != "4.2.0")
    assert ("submission_analyzer_mode_ai_based_phishing_detection" in submission) is (version == "2026.2.1")
    assert ("sample_account_ids" in sample) is (version == "2023.4.0")
    assert "sample_verdict" in sample
    assert "submission_analyzer_mode_analysis_caching" in submission


def test_links_changed_about_2022(server: Api) -> None:
    """The page of a sample has another path on old servers."""
    _, sample = server.submit_one()
    link = server.get(f"/sample/{sample}")["sample_webif_url"]
    old = server.get("/system_info")["version"] == "4.2.0"
    assert link.endswith(f"/user/sample/view?id={sample}" if old else f"/samples/{sample}")


def test_screenshots_have_an_archive_since_2023(server: Api) -> None:
    """Before 2023.4.0 there is no `archive/screenshots`, only single screenshots."""
    number, _ = server.submit_one()
    (dynamic,) = [
        one
        for one in server.get(f"/analysis/submission/{number}")
        if one["analysis_analyzer_name"] == "vmray"
    ]
    archive = f"/analysis/{dynamic['analysis_id']}/archive"
    old = server.get("/system_info")["version"] == "4.2.0"
    assert server.status(f"{archive}/screenshots") == (404 if old else 200)
    assert server.status(f"{archive}/screenshots/index.log") == 200


def test_a_filter_by_an_unknown_column_is_ignored(server: Api) -> None:
    """A server ignores a filter by a field that its version does not have."""
    server.submit_one()
    found = server.get("/submission", submission_used_cache="true")
    assert len(found) == (1 if server.get("/system_info")["version"] == "4.2.0" else 0)


def test_an_unknown_version_is_rejected() -> None:
    """An unknown version is rejected with the list of known versions."""
    with pytest.raises(ValueError, match="is unknown; known are"):
        EmbeddedEmulator(server_version="2025.1.0")
