"""Hypothesis strategies: any text, hostile texts, and any JSON."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from tests.hostile.corpus import TEXTS

quick = settings(max_examples=60)
_SHORT = [text for text in TEXTS.values() if len(text) < 5_000]
_SPECIAL_CHARACTERS = "<>&\"'`/=+-@,;:\\\n\r\t\0\x1b\u202e\u2028\u200b\ud800é.[]{}%"
ANY = st.text(max_size=60) | st.text(st.sampled_from(_SPECIAL_CHARACTERS)) | st.sampled_from(_SHORT)
ENCODABLE = ANY.filter(lambda text: not any("\ud800" <= each <= "\udfff" for each in text))
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3),
    max_leaves=8,
)
