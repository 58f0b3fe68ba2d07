"""What VMRay already knows of a file, before it is submitted; see ``vmray_known_url`` for URLs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from ...core.api.vmray_client import Client
from ...core.api.vmray_models import Sample
from ...core.submissions.vmray_submit_decision import Earlier, earlier_of

NO_SEARCH: Final = "this VMRay cannot be asked for URLs, so nothing was reused"


def server_now(client: Client) -> datetime:
    """Return the time of VMRay's clock in UTC, without a time zone, as VMRay writes it."""
    return datetime.fromtimestamp(client.server_time(), UTC).replace(tzinfo=None)


def earlier_of_file(client: Client, sha256: str) -> Earlier:
    """Return what VMRay knows of a file."""
    return earlier_of_samples(client, client.find_samples(sha256))


def earlier_of_samples(client: Client, samples: Sequence[Sample]) -> Earlier:
    """Return what VMRay knows of the samples of one item."""
    submissions = [found for each in samples for found in client.list_submissions_of_sample(each.sample_id)]
    return earlier_of(submissions, server_now(client))
