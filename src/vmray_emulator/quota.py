"""Quota: what submissions, reanalyses and unlocks have consumed, what is left, and the refusal without quota.

Three responses to an exhausted quota are possible, and none is documented. The setting `quota_refusal` says
which one the emulator returns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.errors import ApiError

if TYPE_CHECKING:
    from vmray_emulator.state import ServerState

# The wording is inferred.
EXHAUSTED: Final = "The quota is exhausted"


def used_quota(state: ServerState, quota_type: str | None = None) -> int:
    """Return the quota that submissions of one type, or of all types, have consumed."""
    sql = """SELECT total(json_extract(body, '$.submission_consumed_quota')) FROM submission
             WHERE ?1 IS NULL OR json_extract(body, '$.submission_quota_type') = ?1"""
    consumed = int(state.store.db.execute(sql, (quota_type,)).fetchone()[0])
    consumed += sum(int(one["amount"]) for one in bookings(state) if quota_type in (None, one["quota_type"]))
    return consumed + (state.settings.quota_used if quota_type in (None, type_of_key(state)) else 0)


def type_of_key(state: ServerState) -> str:
    """Return the type of quota that submissions of the key consume."""
    return "verdict" if state.settings.locked else "report"


def bookings(state: ServerState) -> list[dict[str, Any]]:
    """Return the reanalyses and unlocks that were executed, oldest first (see `book`)."""
    found: list[dict[str, Any]] = state.store.recall("bookings", [])
    return found


def book(state: ServerState, what: str, number: int, quota_type: str, amount: int) -> None:
    """Book a request that uses quota and is no submission (inferred: VMRay does not document what it uses).

    Args:
        state: The server.
        what: `unlock` or `reanalysis`.
        number: The id of the sample that was unlocked, or of the analysis that was repeated.
        quota_type: The quota that it uses.
        amount: How much. A request without effect is booked with 0, so that tests can count it.
    """
    one = {"what": what, "id": number, "quota_type": quota_type, "amount": amount}
    state.store.remember("bookings", [*bookings(state), one])


def quota_left(state: ServerState, quota_type: str | None = None) -> int | None:
    """Return how much is left of the key's quota and of the plan's. None: both are unlimited.

    Args:
        state: The server.
        quota_type: The quota of the plan; by default the one of submissions.
    """
    settings, own = state.settings, quota_type or type_of_key(state)
    plan = settings.verdict_quota if own == "verdict" else settings.report_quota
    limits = [(settings.key_quota_limit or None, None), (plan, own)]
    left = [limit - used_quota(state, of) for limit, of in limits if limit is not None]
    return max(0, min(left)) if left else None


def consume(state: ServerState, submission_id: int, unit: str, amount: int) -> None:
    """Book a consumption, if it is counted in this unit, on the first submission of a recursion."""
    if state.settings.quota_unit != unit:
        return
    sql = "SELECT root_id FROM schedule WHERE submission_id = ?"
    (root,) = state.store.db.execute(sql, (submission_id,)).fetchone()
    submission = state.store.get("submission", root)
    if submission is not None:
        consumed = submission["submission_consumed_quota"] + amount
        state.store.change("submission", root, consumed_quota=consumed)


def is_refused(state: ServerState, quota_type: str | None = None) -> bool:
    """Whether a submission, or what else uses quota, is refused in `errors` because no quota is left.

    Raises:
        ApiError: It is refused with a status.
    """
    refusal = state.settings.quota_refusal
    if refusal == "none" or quota_left(state, quota_type) != 0:
        return False
    if refusal == "errors":
        return True
    raise ApiError(int(refusal), EXHAUSTED)
