"""Several items that are submitted without waiting: look-up, quota, sharing, and what VMRay rejected."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from tests.client.memory_server import Server
from tests.client.vmray_objects import submission

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import NoSearchError, SubmitRejectedError
from vm_ray.core.api.vmray_models import KeyQuota, Submission, SubmitResponse
from vm_ray.core.api.vmray_request_errors import (
    NotFoundError,
    PermissionDeniedError,
    RequestError,
    ResponseTimeoutError,
    ServerError,
)
from vm_ray.core.api.vmray_submit_options import SubmitOptions
from vm_ray.core.submissions.vmray_detonation import Detonation, Stage
from vm_ray.core.submissions.vmray_idempotent_submit import SubmitRequest, Submitter
from vm_ray.core.submissions.vmray_known_sample import NO_SEARCH
from vm_ray.core.submissions.vmray_submission_key import ItemFacts
from vm_ray.core.submissions.vmray_submit_batch import Batch, Context
from vm_ray.core.submissions.vmray_submit_decision import UNKNOWN, Earlier, Rules
from vm_ray.core.submissions.vmray_submit_entry import Entry
from vm_ray.core.submissions.vmray_submit_now import submit_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from vm_ray.core.api.vmray_client import Client
    from vm_ray.core.submissions.vmray_sources import Source

DAY: Final = timedelta(days=1)


@dataclass
class QuotaServer(Server):
    """A server with a quota; `answers` are the responses to the submits of an item by its name."""

    quota: list[KeyQuota | RequestError] = field(default_factory=list)
    latest: list[Submission] = field(default_factory=list)
    quota_reads: int = 0
    forms: list[dict[str, str]] = field(default_factory=list)

    def get_key_quota(self) -> KeyQuota:
        """Return the next quota, or raise the next error."""
        self.quota_reads += 1
        found = self.quota.pop(0)
        if isinstance(found, RequestError):
            raise found
        return found

    def list_submissions_of_sample(self, _sample_id: int) -> list[Submission]:
        """Return the submissions of a known sample."""
        return self.latest


@dataclass(frozen=True)
class Item:
    """A source whose submit has a response of its own, or is stored by the server."""

    server: QuotaServer
    name: str
    answer: SubmitResponse | RequestError | None = None

    def facts(self) -> ItemFacts:
        """Return the name."""
        return ItemFacts(self.name)

    def submit(self, _client: Client, options: SubmitOptions) -> SubmitResponse:
        """Submit once."""
        self.server.forms.append(options.form())
        if isinstance(self.answer, RequestError):
            raise self.answer
        return self.answer or self.server.send(options)

    def sha256(self) -> None:
        """Return None."""


def left(number: int) -> KeyQuota:
    """A quota of ten, of which so many are left."""
    return KeyQuota(10, 10 - number, {})


def entry(server: QuotaServer, name: str, answer: Any = None, sha256: str | None = None) -> Entry:  # noqa: ANN401 - a response or an error
    """One item."""
    found = Entry(name, {"file": name, "sha256": sha256}, cast("Source", Item(server, name, answer)))
    found.detonation = Detonation(name, name, f"key of {name}")
    return found


def perform(
    server: QuotaServer,
    *entries: Entry,
    rules: Rules = Rules(),  # noqa: B008 - cannot be changed
    known: Callable[[Entry], Earlier] = lambda _: UNKNOWN,
) -> Batch:
    """Submit these items."""
    context = Context(cast("Client", server), Deadline(None), rules, SubmitOptions(), known, lambda _: None)
    batch = Batch(context, entries)
    batch.perform()
    return batch


def test_the_quota_is_read_once_and_only_if_an_item_uses_it() -> None:
    """Given a minimum, then items that are reused do not count, and each submit counts one."""
    server = QuotaServer(quota=[left(3)])
    old = Earlier(submission(1, finished=True, verdict="clean"), DAY)
    items = [entry(server, name) for name in ("known", "a", "b", "c")]

    batch = perform(
        server,
        *items,
        rules=Rules(minimum_quota=2),
        known=lambda each: old if each.name == "known" else UNKNOWN,
    )

    assert [each.decision for each in items] == ["reuse", "submit", "submit", "blocked_quota"]
    assert [each.quota_before for each in items] == [None, 3, 2, 1]
    assert (batch.quota_left, server.quota_reads, server.submits) == (1, 1, 2)


def test_a_dry_run_decides_as_the_real_run() -> None:
    """Given a dry run with a minimum, then the item that the real run would not submit is blocked."""
    server = QuotaServer(quota=[left(3)])
    items = [entry(server, name, sha256=content) for name, content in zip("abcd", "xxyz", strict=True)]

    batch = perform(server, *items, rules=Rules(minimum_quota=2, dry_run=True))

    assert [each.decision for each in items] == ["dry_run", "dry_run", "dry_run", "blocked_quota"]
    assert [each.quota_before for each in items] == [3, 2, 2, 1]
    assert (batch.quota_left, server.submits) == (3, 0)


def test_nothing_is_asked_if_nothing_uses_quota() -> None:
    """Given only results that are reused, then the quota is not read."""
    server = QuotaServer()
    old = Earlier(submission(1, finished=True, verdict="clean"), DAY)

    batch = perform(server, entry(server, "a"), rules=Rules(minimum_quota=2), known=lambda _: old)

    assert (server.quota_reads, batch.quota_left) == (0, None)


@pytest.mark.parametrize("error", [PermissionDeniedError("HTTP 403"), NotFoundError("HTTP 404")])
def test_a_key_that_may_not_read_its_quota_submits(error: RequestError) -> None:
    """Given 403 or 404 for the quota, then the item is submitted, and a note says so."""
    server = QuotaServer(quota=[error])

    batch = perform(server, entry(server, "a"), rules=Rules(minimum_quota=2))

    assert server.submits == 1
    assert batch.notes == [("Minimum Remaining Quota", f"not checked, the quota could not be read: {error}")]


def test_a_guard_that_does_not_know_the_quota_does_not_open() -> None:
    """Given another error for the quota, then nothing is submitted."""
    server = QuotaServer(quota=[ServerError("VMRay returned HTTP 500")])

    with pytest.raises(ServerError):
        perform(server, entry(server, "a"), rules=Rules(minimum_quota=2))

    assert server.submits == 0


def test_items_with_the_same_content_are_submitted_once() -> None:
    """Given equal contents, then the second item joins the first one; if all are submitted, it does not."""
    for rules, submits in ((Rules(), 1), (Rules(reuse_days=0), 2)):
        server = QuotaServer()
        first, second = entry(server, "a", sha256="ab"), entry(server, "b", sha256="ab")

        perform(server, first, second, rules=rules)

        assert server.submits == submits
        assert second.decision == ("join" if submits == 1 else "submit")
        assert second.detonation is not None
        assert second.detonation.submission_id == 6000 + submits


def test_an_item_whose_look_up_failed_is_not_submitted() -> None:
    """Given an error of one look-up, then this item costs nothing, and the other is submitted."""
    server = QuotaServer()
    items = [entry(server, "a"), entry(server, "b")]

    def look_up(each: Entry) -> Earlier:
        if each.name == "a":
            raise ServerError("VMRay returned HTTP 500")
        return UNKNOWN

    perform(server, *items, known=look_up)

    assert [each.decision for each in items] == ["", "submit"]
    assert (str(items[0].error), server.submits) == ("VMRay returned HTTP 500", 1)


def test_a_server_without_a_search_submits_with_a_note() -> None:
    """Given a server that cannot be asked, then the item is submitted, and a note says so."""
    server = QuotaServer()
    item = entry(server, "a")

    def look_up(_: Entry) -> Earlier:
        raise NoSearchError

    perform(server, item, known=look_up)

    assert (item.decision, item.notes, server.submits) == ("submit", [NO_SEARCH], 1)


@pytest.mark.parametrize(
    ("answer", "remaining", "expected"),
    [
        (SubmitResponse((), (), (("a", "quota exceeded"),)), 0, True),
        (SubmitResponse((), (), (("a", "unsupported sample type"),)), 5, False),
        (PermissionDeniedError("VMRay denied the request (HTTP 403)", not_executed=True), 0, True),
        (RequestError("VMRay rejected the request: no", not_executed=True), 0, True),
    ],
)
def test_a_rejection_is_explained_by_the_quota(
    answer: SubmitResponse | RequestError, remaining: int, *, expected: bool
) -> None:
    """Given a rejection in one of three forms, then the quota is asked whether it is used up."""
    server = QuotaServer(quota=[left(remaining)])
    item = entry(server, "a", answer)

    batch = perform(server, item)

    assert (item.out_of_quota, batch.quota_left) == (expected, remaining)


def test_a_missing_permission_stays_one() -> None:
    """Given 403 for the submit and quota left, or a quota that cannot be read, then the action ends."""
    denied = PermissionDeniedError("VMRay denied the request (HTTP 403)", not_executed=True)
    for quota in (left(1), KeyQuota(None, 3, {}), ServerError("VMRay returned HTTP 500")):
        server = QuotaServer(quota=[quota])
        with pytest.raises(PermissionDeniedError):
            perform(server, entry(server, "a", denied))


def test_a_known_sample_that_is_not_analyzed_again_has_its_latest_submission() -> None:
    """Given a response that only names a known sample, then its newest submission is read."""
    server = QuotaServer(latest=[submission(4, created="2026-01-02"), submission(5, created="2026-01-01")])
    item = entry(server, "a", SubmitResponse((), (5001,)))

    perform(server, item)

    assert item.latest == {5001: server.latest[0]}


def test_new_analyses_are_requested_for_a_result_that_is_too_old() -> None:
    """Given an old result, then the form says so, and the key of the submit is the same."""
    server = QuotaServer()
    items = [entry(server, "old"), entry(server, "new")]
    old = Earlier(submission(1, finished=True, verdict="clean"), 8 * DAY)

    perform(server, *items, known=lambda each: old if each.name == "old" else UNKNOWN)

    assert sorted(form.get("reanalyze", "") for form in server.forms) == ["", "true"]


@dataclass
class Clock:
    """A clock that only sleeping moves."""

    now: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self.slept.append(seconds)
        self.now += seconds


def settle(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch, ends: float | None = None
) -> Detonation:
    """Submit one item within one run."""
    monkeypatch.setattr("time.time", lambda: clock.now)
    submitter = Submitter(cast("Client", server), Deadline(ends, lambda: clock.now), clock.sleep)
    item = Detonation("a", "a", "key")

    def request_of(_: Detonation) -> SubmitRequest:
        return SubmitRequest("key", SubmitOptions(), cast("Source", Item(cast("QuotaServer", server), "a")))

    submit_now(submitter, [item], request_of, lambda _: None, lambda *_: None)
    return item


LATE: Final = ResponseTimeoutError("VMRay did not respond within 180 seconds")


def test_a_lost_submit_that_appears_later_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a submit that VMRay shows after some seconds, then it is found, and nothing is sent again."""
    server, clock = QuotaServer(faults=[(LATE, True)], appears_after=8), Clock()

    item = settle(server, clock, monkeypatch)

    assert (item.stage, item.submission_id, server.submits) == (Stage.RUNNING, 6001, 1)


def test_a_lost_submit_that_never_appears_is_sent_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a submit that VMRay did not store, then it is sent again after 30 seconds, and not before."""
    server, clock = QuotaServer(faults=[(LATE, False)]), Clock()

    item = settle(server, clock, monkeypatch)

    assert (item.stage, server.submits) == (Stage.RUNNING, 2)
    assert 30 <= sum(clock.slept) <= 40


def test_submits_that_are_always_lost_end_without_certainty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given two lost submits, then the item stays unresolved: the run does not go on for ever."""
    server, clock = QuotaServer(faults=[(LATE, False)] * 9), Clock()

    item = settle(server, clock, monkeypatch)

    assert (item.stage, server.submits) == (Stage.UNRESOLVED, 2)


def test_the_end_of_the_run_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given ten seconds, then nothing is sent again, because it is not certain that nothing was stored."""
    server, clock = QuotaServer(faults=[(LATE, False)]), Clock()

    item = settle(server, clock, monkeypatch, ends=1_010.0)

    assert (item.stage, server.submits) == (Stage.UNRESOLVED, 1)
    assert clock.now < 1_010


def test_a_rejected_submit_is_not_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a rejection, then the item has failed at once."""
    refused = RequestError("VMRay rejected the request: no", not_executed=True)
    server, clock = QuotaServer(faults=[(refused, False)]), Clock()

    item = settle(server, clock, monkeypatch)

    assert (item.stage, item.reason, clock.slept) == (
        Stage.FAILED,
        str(SubmitRejectedError(str(refused))),
        [],
    )
