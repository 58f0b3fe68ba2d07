"""Whatever an answer looks like, scrubbing leaves its shape and takes its secrets."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tools.record.scrub import Scrubber
from tools.record.shapes import shape_of

SECRETS = ("s3cret-Key-0123", "jane.doe@bank.test", "vmray.bank.test:8443", "vmray.bank.test", "Acme GmbH")
ROOT = "https://vmray.bank.test:8443"
FIELDS = ("sample_id", "submission_ids", "submission_comment", "sample_webif_url", "id", "text", "verdict")
around = st.text(alphabet=" .,:;/<>\"'()[]{}\n", max_size=5)
#: Texts with a secret somewhere in them, in any case, and texts without.
texts = st.one_of(
    st.text(max_size=20),
    st.builds(
        lambda before, secret, after: before + secret + after,
        around,
        st.sampled_from(SECRETS).flatmap(lambda one: st.sampled_from((one, one.upper(), one.lower()))),
        around,
    ),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 10**6), texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(st.lists(values, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_no_secret_is_left_and_the_shape_is(bodies: list[Any]) -> None:
    """Key, address, hosts and an account's name are nowhere in the result; types are as they were."""
    conversation = {str(number): body for number, body in enumerate(bodies)}
    conversation["account"] = {"user_account_name": "Acme GmbH", "user_email": "jane.doe@bank.test"}
    scrubbed = Scrubber(ROOT, SECRETS[0]).scrub(conversation)
    written = json.dumps(scrubbed, ensure_ascii=False).lower()
    for secret in SECRETS:
        assert secret.lower() not in written
    for name, body in conversation.items():
        assert shape_of([scrubbed[name]]) == shape_of([body])


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_ids_are_replaced_one_to_one(ids: list[int]) -> None:
    """The same id becomes the same number wherever it stands, and different ones stay different."""
    body = {"sample_child_sample_ids": ids, "rows": [{"analysis_sample_id": one} for one in ids]}
    scrubbed = Scrubber(ROOT, "key").scrub({"one": body})["one"]
    new = scrubbed["sample_child_sample_ids"]
    assert [row["analysis_sample_id"] for row in scrubbed["rows"]] == new
    assert len(dict(zip(ids, new, strict=True))) == len(set(new)) == len(set(ids))
