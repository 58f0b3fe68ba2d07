"""The state of an action, as text in the platform's database."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_errors import StateError
from vm_ray.core.api.vmray_verdicts import VERDICTS, Verdict
from vm_ray.core.submissions.vmray_detonation import Detonation, Stage, TrackedSubmission
from vm_ray.core.submissions.vmray_state import STATE_VERSION, State

NUMBERS = st.integers(1, 2**53)
WORDS = st.sampled_from(VERDICTS) | st.builds(Verdict, st.text(), st.sampled_from(["", "malicious", "clean"]))
PARTS = st.builds(TrackedSubmission, NUMBERS, NUMBERS, st.none() | NUMBERS, *[st.booleans()] * 6, WORDS)
DETONATIONS = st.builds(
    Detonation,
    item=st.text(),
    name=st.text(),
    key=st.text(),
    stage=st.sampled_from(Stage),
    submissions=st.lists(PARTS, max_size=3),
    known_sample_ids=st.lists(NUMBERS, max_size=3),
    unreached_sample_ids=st.lists(NUMBERS, max_size=3),
    reason=st.text(),
    unresolved_until=st.floats(0, 1e12),
    notes=st.lists(st.text(), max_size=3),
).filter(lambda each: each.sample_ids or each.stage not in (Stage.RUNNING, Stage.READY))


@given(st.lists(DETONATIONS, max_size=3), st.floats(0, 1e12))
def test_the_state_survives_a_round_trip(detonations: list[Detonation], begun: float) -> None:
    """Given any state, then writing and reading return the same state."""
    state = State(begun, detonations)
    assert State.from_text("Scan URL", state.to_text("Scan URL")) == state


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["version", "action", "items", "submissions"]), inner)
    ),
)


@given(JSON)
def test_any_other_json_is_a_state_error(state: object) -> None:
    """Given any other JSON, then it is a `StateError` or an empty state, never another exception."""
    try:
        restored = State.from_text("Scan URL", json.dumps(state))
    except StateError:
        return
    assert restored.detonations == []
    assert isinstance(state, dict)
    assert state["version"] == STATE_VERSION


TRACKED = {"submission_id": 1, "sample_id": 2}


def test_the_state_of_a_version_without_verdicts_is_restored() -> None:
    """Given a state from before an update, then the submissions are tracked on, without a verdict so far."""
    detonation = Detonation("http://a/", "HTTP://A/", "key", Stage.RUNNING, [TrackedSubmission(1, 2)])
    state = json.loads(State(1.0, [detonation]).to_text("Scan URL"))
    for name in ("verdict", "children_rejected"):
        del state["items"][0]["submissions"][0][name]
    del state["items"][0]["unreached_sample_ids"]
    assert State.from_text("Scan URL", json.dumps(state)).detonations == [detonation]


@pytest.mark.parametrize(
    "change",
    [
        {"begun": 10**400},
        {"begun": None},
        {"begun": "1"},
        {"items": [{"stage": "running"}]},
        {"items": [{"stage": "ready"}]},
        {"items": [{"stage": "running", "submissions": [{"submission_id": "1", "sample_id": 2}]}]},
        {"items": [{"unresolved_until": 10**400}]},
        {"items": [{"unreached_sample_ids": ["5001"]}]},
        {"items": [{"stage": "running", "submissions": [TRACKED | {"verdict": None}]}]},
        {"items": [{"stage": "running", "submissions": [TRACKED | {"verdict": {"value": 5}}]}]},
        {"items": [{"stage": "running", "submissions": [TRACKED | {"verdict": {"severity": "high"}}]}]},
        {"items": [{"stage": "running", "submissions": [TRACKED | {"verdict": {"other": "clean"}}]}]},
    ],
    ids=str,
)
def test_a_damaged_state_is_an_error(change: dict[str, Any]) -> None:
    """Given a state with an invalid field, then it is an error, and nothing is submitted again."""
    state = json.loads(State(1.0, [Detonation("http://a/", "HTTP://A/", "key")]).to_text("Scan URL"))
    item = state["items"][0]
    state |= change | {"items": [item | each for each in change.get("items", [{}])]}
    with pytest.raises(StateError, match="damaged; nothing was submitted again"):
        State.from_text("Scan URL", json.dumps(state))


@pytest.mark.parametrize("text", [None, "", "[]", "{", "[" * 100_000], ids=lambda text: str(text)[:5])
def test_a_missing_state_is_an_error(text: object) -> None:
    """Given no state from the platform, then it is an error."""
    with pytest.raises(StateError, match="did not return the state of this action"):
        State.from_text("Scan URL", text)
