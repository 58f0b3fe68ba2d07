"""What a row of a URL says about samples that were not read or not listed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from tests.client.stand_in import imported

from vm_ray.core.api.vmray_models import Sample
from vm_ray.core.submissions.vmray_submit_decision import Earlier
from vm_ray.core.submissions.vmray_url_look_up import KnownUrl, LookUp
from vm_ray.core.submissions.vmray_url_search import host_query

if TYPE_CHECKING:
    from collections.abc import Iterator

KNOWN = KnownUrl(Sample.from_json({"sample_id": 1, "sample_verdict": "clean"}), Earlier())


@pytest.fixture(scope="module")
def rows() -> Iterator[SimpleNamespace]:
    """The modules, which need the SDK."""
    names = ("core.soar.vmray_look_up_rows", "core.soar.vmray_look_up_parameters")
    with imported(*names) as modules:
        made, parameters = (modules[name] for name in names)
        yield SimpleNamespace(
            item_of=made.item_of, asked=parameters.Asked("a.example", host_query("a.example"))
        )


@pytest.mark.parametrize(
    ("found", "reason", "complete"),
    [
        (LookUp([KNOWN], 1, 0, has_unread=False, has_unlisted=False), "", True),
        (
            LookUp([KNOWN] * 9, 300, 0, has_unread=True, has_unlisted=False),
            "9 of 300 samples are returned; the limit is Max Samples",
            True,
        ),
        (
            LookUp([KNOWN], 300, 0, has_unread=True, has_unlisted=False),
            "300 samples were found; only the age of the worst 100 was read",
            True,
        ),
        (
            LookUp([KNOWN], 300, 0, has_unread=False, has_unlisted=True),
            "VMRay has more samples than it lists",
            False,
        ),
    ],
)
def test_what_may_be_missing(rows: SimpleNamespace, found: LookUp, reason: str, *, complete: bool) -> None:
    """Given samples that are not in the row, then it says why; one that is not listed can be worse."""
    item = rows.item_of(rows.asked, found, SimpleNamespace(max_samples=9, create_insight=False))

    assert (item.outcome, item.reason, item.complete) == ("clean", reason, complete)
