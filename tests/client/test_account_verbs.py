"""The client methods for the server, the API key and the plan, and for threat indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_models import BillingInfo, KeyQuota, PlanQuota

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
        ({"quota_limit": "10", "used_quota": True}, None, None),
        ({}, None, None),
    ],
    ids=["0 is unlimited", "null", "overdrawn", "foreign values", "absent"],
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


def test_billing_information_may_lack_fields() -> None:
    """Given a response without fields, then texts are empty and quotas unlimited."""
    assert BillingInfo.from_json({})[:5] == ("", "", "", PlanQuota(None, None), PlanQuota(None, None))


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
