"""Differences between the responses of server versions: added fields and removed fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.servers import Server
    from tests.contract.subjects import Subject

OF_2022 = ("account_ids", "is_type_overridden", "lnk_target", "temporary", "verdict_migrated")
SAMPLE = "GET /sample/{id}"
SUBMISSION = "GET /submission/{id}"


@pytest.mark.recorded("a response of about 2022, printed in Google's integration", endpoint=SAMPLE)
@pytest.mark.parametrize("field", OF_2022)
def test_samples_of_2022_have_additional_fields(server: Server, subject: Subject, field: str) -> None:
    """Some fields of a sample exist only in a response of about 2022, not before and not after."""
    there = f"sample_{field}" in subject.sample
    assert there is ((2022, 0, 0) <= server.version < (2026, 0, 0))


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=SAMPLE)
def test_samples_belong_to_clusters_since_2026(server: Server, subject: Subject) -> None:
    """`sample_clusters` is in the document of 2026.2.1 and in no older response."""
    assert ("sample_clusters" in subject.sample) is (server.version >= (2026, 0, 0))


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=SUBMISSION)
@pytest.mark.parametrize("field", ["verdict", "verdict_reason_code", "verdict_reason_description"])
def test_submissions_repeat_the_samples_verdict_since_2026(
    server: Server, subject: Subject, field: str
) -> None:
    """A submission of 2026 has the verdict and the reason of its sample too."""
    assert (f"submission_sample_{field}" in subject.submission) is (server.version >= (2026, 0, 0))


@pytest.mark.recorded("a real submission of server 4.2.0", endpoint=SUBMISSION)
@pytest.mark.parametrize("field", ["quota_type", "recursive", "consumed_quota", "triaged", "used_cache"])
def test_submissions_of_4_2_lack_newer_fields(server: Server, subject: Subject, field: str) -> None:
    """Quota type, recursion, consumed quota, triage and cache are not in a submission of 4.2."""
    if server.version < (4, 3, 0):
        assert f"submission_{field}" not in subject.submission
    elif server.version >= (2026, 0, 0):
        assert f"submission_{field}" in subject.submission


@pytest.mark.recorded("a real submission of server 4.2.0", endpoint=SUBMISSION)
@pytest.mark.parametrize("field", ["analysis_cache_ids", "job_cache_ids", "analyzer_mode_analysis_caching"])
def test_submissions_have_caching_fields_since_4_2(subject: Subject, field: str) -> None:
    """The mode of caching and the IDs of reused analyses are in submissions of all versions."""
    assert f"submission_{field}" in subject.submission


@pytest.mark.inferred("versions since 2022 count by year", endpoint="GET /system_info")
def test_versions_since_2022_begin_with_the_year(server: Server) -> None:
    """The version's first number is 4 or less, or a year."""
    assert server.version[0] <= 4 or server.version[0] >= 2022


@pytest.mark.inferred("the first version with STIX 2.1 is not known", endpoint="GET /analysis/{id}/archive")
@pytest.mark.parametrize(
    ("member", "is_new"), [("stix-report-2-1.json", True), ("artifacts/stix-iocs.json", False)]
)
def test_archives_have_one_export_in_stix(
    server: Server, subject: Subject, member: str, *, is_new: bool
) -> None:
    """The export is in STIX 2.1 since 2023.4, before in STIX 2.0, with another name."""
    response = server.get(f"/analysis/{subject.analysis['analysis_id']}/archive/report/{member}")
    assert (response.status == 200) is (is_new == (server.version >= (2023, 4, 0)))
