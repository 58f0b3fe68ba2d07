"""For any response, scrubbing keeps the structure and removes the secrets."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from hypothesis import given, settings
from hypothesis import strategies as st
from tools.record.scrub import Scrubber
from tools.record.shapes import shape_of

KEY = "s3cret-Key-0123"
EMAIL = "jane.doe@bank.test"
CERTAIN = (KEY, EMAIL)
SECRETS = ("vmray.bank.test:8443", "vmray.bank.test", "Acme GmbH")
SHORT = ("vmray", "malicious", "suspicious")
ROOT = "https://vmray.bank.test:8443"
FIELDS = ("sample_id", "submission_ids", "submission_comment", "sample_webif_url", "id", "text", "error_msg")
VERDICTS = ("malicious", "vmray", "user", "Acme GmbH")
around = st.text(alphabet=" .,:;/<>\"'()[]{}\n", max_size=5)
inside = st.text(alphabet="aé7_%/ ", max_size=3)


def forms(secret: str) -> st.SearchStrategy[str]:
    """Return a secret in any case, plain or percent-encoded."""
    cases = (secret, secret.upper(), secret.lower())
    written = [form for one in cases for form in (one, quote(one, safe=""), quote_plus(one))]
    return st.sampled_from(written)


# Texts with and without a secret. Keys and e-mail addresses can be inside words too.
texts = st.one_of(
    st.text(max_size=20),
    st.builds("{}{}{}".format, around, st.sampled_from((*CERTAIN, *SECRETS)).flatmap(forms), around),
    st.builds("{}{}{}".format, inside, st.sampled_from(CERTAIN).flatmap(forms), inside),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 10**6), texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4)
    ),
    max_leaves=15,
)


def read(scrubbed: object) -> str:
    """Return all text of the result, also with decoded addresses."""
    written = json.dumps(scrubbed, ensure_ascii=False).lower()
    return "\n".join((written, unquote(written), unquote_plus(written)))


@given(st.lists(values, min_size=1, max_size=3))
@settings(max_examples=60)
def test_no_secret_is_left_and_the_structure_is_kept(bodies: list[Any]) -> None:
    """Key, address, hosts and the account name do not occur in the result; types are unchanged."""
    conversation = {str(number): body for number, body in enumerate(bodies)}
    conversation["account"] = {"user_account_name": "Acme GmbH", "user_email": EMAIL}
    scrubbed = Scrubber(ROOT, KEY).scrub(conversation)
    written = read(scrubbed)
    for secret in (*CERTAIN, *SECRETS):
        assert secret.lower() not in written
    for name, body in conversation.items():
        assert shape_of([scrubbed[name]]) == shape_of([body])


@given(
    st.lists(values, max_size=2), st.sampled_from(SHORT), st.sampled_from(SHORT), st.sampled_from(VERDICTS)
)
@settings(max_examples=60)
def test_short_secrets_are_replaced_as_words_and_never_in_verdicts(
    bodies: list[Any], host: str, account: str, verdict: str
) -> None:
    """Given a short host or name, it is replaced as a separate word; a word of the server stays."""
    body = {
        "user_account_name": account, "user_email": EMAIL, "rows": bodies, "sample_verdict": verdict,
        "text": f"({account}) {host}ish, {host}", "job_result": KEY,
    }  # fmt: skip  # a row of the table is a line
    scrubbed = Scrubber(f"https://{host}", KEY).scrub({"one": body})["one"]
    assert scrubbed.pop("sample_verdict") == verdict
    assert f"{host}ish" in scrubbed["text"]
    written = read(scrubbed)
    assert not {host, account} & set(re.findall("[a-z0-9]+", written))
    for secret in CERTAIN:
        assert secret.lower() not in written


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20))
@settings(max_examples=40)
def test_ids_are_replaced_one_to_one(ids: list[int]) -> None:
    """Equal ids get equal replacements everywhere, and different ids get different ones."""
    body = {"sample_child_sample_ids": ids, "rows": [{"analysis_sample_id": one} for one in ids]}
    scrubbed = Scrubber(ROOT, "key").scrub({"one": body})["one"]
    new = scrubbed["sample_child_sample_ids"]
    assert [row["analysis_sample_id"] for row in scrubbed["rows"]] == new
    assert len(dict(zip(ids, new, strict=True))) == len(set(new)) == len(set(ids))
