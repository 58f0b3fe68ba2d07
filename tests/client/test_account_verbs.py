"""The client methods for the server, the API key and the plan, and for threat indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_models import BillingInfo, KeyQuota, PlanQuota
from vm_ray.core.api.vmray_request_errors import InvalidResponseError

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_client import Client
    from vmray_emulator import EmbeddedEmulator


@pytest.fixture
def client(emulator: EmbeddedEmulator) -> Client:
    """Return a client of the emulator."""
    return connect(emulator.url, emulator.api_key)


def test_the_quota_of_the_key(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given a limit and a used part, then the rest is the difference."""
    emulator.control.configure(key_quota_limit=500, quota_used=37)
    quota = client.get_key_quota()
    assert (quota.limit, quota.used, quota.left) == (500, 37, 463)


@pytest.mark.parametrize(
    ("raw", "limit", "left"),
    [
        ({"quota_limit": 0, "used_quota": 37}, None, None),
        ({"quota_limit": None, "used_quota": None}, None, None),
        ({"quota_limit": 10, "used_quota": 12}, 10, 0),
        ({"quota_limit": "10", "used_quota": 4.0}, 10, 6),
    ],
    ids=["0 is unlimited", "null", "overdrawn", "other notations"],
)
def test_an_unlimited_key_has_neither_limit_nor_rest(
    raw: dict[str, object], limit: int | None, left: int | None
) -> None:
    """Given an unlimited key, then limit and rest are None; given an overdrawn key, the rest is 0."""
    quota = KeyQuota.from_json(raw)
    assert (quota.limit, quota.left) == (limit, left)


def test_the_quotas_of_the_plan(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given the plan, then reports and verdicts are separate, and null means unlimited."""
    emulator.control.configure(report_quota=1000, verdict_quota=None, quota_used=188)
    info = client.get_billing_info()
    assert info.report == PlanQuota(limit=1000, left=812)
    assert info.verdict == PlanQuota(limit=None, left=None)
    assert (info.plan, info.billing_period) == ("Emulated", "monthly")
    assert info.period_ends.endswith("(UTC)")


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({}, "quota_limit"),
        ({"quota_limit": 10}, "used_quota"),
        ({"quota_limit": 10, "used_quota": None}, "used_quota"),
        ({"quota_limit": -1, "used_quota": 0}, "quota_limit"),
        ({"quota_limit": 10.5, "used_quota": 0}, "quota_limit"),
        ({"quota_limit": 10, "used_quota": True}, "used_quota"),
        ({"quota_limit": "", "used_quota": 0}, "quota_limit"),
    ],
)
def test_only_null_and_zero_mean_no_limit(raw: dict[str, object], field: str) -> None:
    """Given another value than a number, then the quota is not known."""
    with pytest.raises(InvalidResponseError, match=f"number of at least 0 in {field}$"):
        KeyQuota.from_json(raw)


@pytest.mark.parametrize("left", [-3, None, [], "few"])
def test_each_quota_of_the_plan_is_known_without_the_other(left: object) -> None:
    """Given one quota that is not understood, then the other one is known; texts may be missing."""
    verdict = {"verdict_quota": "10.0", "verdict_remaining": "0"}
    info = BillingInfo.from_json({"report_quota": 10, "report_remaining": left, **verdict})
    assert info[:3] == ("", "", "")
    assert "report_remaining" in str(info.report)
    assert info.verdict == PlanQuota(limit=10, left=0)


def test_the_server_names_its_version_and_its_limit(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given one response, then it has the version and the maximum sample size."""
    emulator.control.configure(webif_max_sample_size=1024)
    info = client.get_system_info()
    assert (info.version, info.max_sample_size) == (info.raw["version"], 1024)
    assert client.get_max_sample_size() == 1024


def test_threat_indicators_of_a_sample_a_submission_and_an_analysis(
    client: Client, emulator: EmbeddedEmulator
) -> None:
    """Given one analysis with all indicators, then the three lists are equal."""
    emulator.control.add_sample(indicators=[{"score": 4}])
    (sample,) = client.find_samples("0" * 64) or [client.get_sample(5001)]
    (submission,) = client.list_submissions_of_sample(sample.sample_id)
    analysis = client.list_analyses_of_submission(submission.submission_id)[0]

    of_sample = client.get_threat_indicators(sample.sample_id)

    assert of_sample.content
    assert client.get_threat_indicators_of_submission(submission.submission_id) == of_sample
    assert client.get_threat_indicators_of_analysis(analysis.analysis_id) == of_sample
