"""Submit several items without waiting: look each one up, decide, submit once, and explain what VMRay rejected.

The steps follow each other for all items, so that the quota is read once and counts each submit of the run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_errors import NoSearchError, VMRayError
from ...core.api.vmray_models import SubmitResponse, newest_submission, text_of
from ...core.api.vmray_request_errors import PermissionDeniedError
from ...core.api.vmray_submit_options import SubmitOptions
from ...core.submissions.vmray_detonation import Detonation, Stage
from ...core.submissions.vmray_idempotent_submit import SubmitRequest, Submitter
from ...core.submissions.vmray_known_sample import NO_SEARCH
from ...core.submissions.vmray_quota_guard import QuotaGuard
from ...core.submissions.vmray_submit_decision import DRY_RUN, JOIN, SUBMIT, Earlier, Rules, decide
from ...core.submissions.vmray_submit_entry import Entry
from ...core.submissions.vmray_submit_now import submit_now
from ...core.submissions.vmray_workflow import Submitted


class Context(NamedTuple):
    """What all items of a run share.

    Attributes:
        rules: The rules for the decision.
        options: The options of each submit; the key and ``reanalyze`` are added.
        look_up: Returns what VMRay knows of an item.
    """

    client: Client
    deadline: Deadline
    rules: Rules
    options: SubmitOptions
    look_up: Callable[[Entry], Earlier]
    log: Callable[[str], None]


class Batch:
    """The items of one run."""

    def __init__(self, context: Context, entries: Sequence[Entry]) -> None:
        """Start with items of which nothing is known yet; items with the same content share their submissions."""
        self._context = context
        self._entries = entries
        self._share_submissions()
        self._quota = QuotaGuard(
            lambda: context.client.get_key_quota().left, "Minimum Remaining Quota", context.rules.minimum_quota
        )

    @property
    def quota_left(self) -> int | None:
        """How many submissions are left of the quota of the API key; None for no limit, or if it was not read."""
        return self._quota.left

    @property
    def notes(self) -> list[tuple[str, str]]:
        """Notes that concern no single item."""
        return self._quota.notes

    def perform(self) -> None:
        """Look up, decide, and submit.

        Raises:
            VMRayError: A fatal error; what was found and submitted before it is in the items.
        """
        deadline = self._context.deadline
        with deadline.reserving(deadline.remaining / 2):  # one slow look-up does not take the time of the other items
            self._look_up()
        self._decide()
        try:
            self._submit()
        except PermissionDeniedError as error:
            if not self._quota.is_used_up():
                raise
            for each in self._submitted():
                if each.detonation is not None and each.detonation.stage is Stage.WAITING:
                    each.out_of_quota, each.rejection = True, error
        self._explain_rejected()
        self._read_latest()

    def _usable(self) -> list[Entry]:
        return [each for each in self._entries if each.error is None and each.detonation is not None]

    def _share_submissions(self) -> None:
        """Let items with the same content share their submissions; if every item is submitted, those with one key."""
        first: dict[object, Detonation] = {}
        for entry in self._usable():
            if entry.detonation is not None:
                content = entry.facts.get("sha256") if self._context.rules.reuse_days else None
                entry.detonation = first.setdefault(content or entry.detonation.key, entry.detonation)

    def _with_decision(self, word: str) -> list[Entry]:
        return [each for each in self._usable() if each.decision == word]

    def _submitted(self) -> list[Entry]:
        """Return the items that were submitted, with those that share their submissions."""
        sent = {each.detonation.key for each in self._with_decision(SUBMIT) if each.detonation}
        return [each for each in self._usable() if each.decision in (SUBMIT, JOIN) and each.key in sent]

    def _look_up(self) -> None:
        """Look up all items concurrently; if nothing is to be reused, no item is looked up."""
        if not self._context.rules.reuse_days:
            return

        def look_up(entry: Entry) -> Earlier | None:
            try:
                return self._context.look_up(entry)
            except NoSearchError:
                return None

        for entry, found in map_concurrently(look_up, self._usable()):
            if isinstance(found, VMRayError):
                entry.error = found  # without the look-up it is not certain that the item costs no quota
            elif found is None:
                entry.notes.append(NO_SEARCH)
            else:
                entry.earlier = found

    def _decide(self) -> None:
        """Decide in the order of the items; the quota is read before the first one that would use it.

        A dry run counts what it would submit, so that its decisions are those of the real run; the rest stays.
        """
        rules = self._context.rules
        planned: set[str] = set()
        for entry in self._usable():
            left = entry.quota_before = self._quota.before() if self._uses_quota(entry) else None
            word, entry.reanalyze = decide(entry.earlier, rules, left)
            if entry.key in planned:
                word = DRY_RUN if rules.dry_run else JOIN  # an item before this one has the same content
            elif word == DRY_RUN:
                self._quota.plan()
            elif word == SUBMIT:
                self._quota.use()
            if word in (SUBMIT, DRY_RUN):
                planned.add(entry.key)
            entry.decision = word

    def _uses_quota(self, entry: Entry) -> bool:
        free_rules = self._context.rules._replace(minimum_quota=None, dry_run=False)
        return decide(entry.earlier, free_rules).word == SUBMIT

    def _submit(self) -> None:
        entries = {each.detonation.key: each for each in self._with_decision(SUBMIT) if each.detonation}
        options = self._context.options

        def request_of(detonation: Detonation) -> SubmitRequest:
            entry = entries[detonation.key]
            assert entry.source is not None  # noqa: S101 - for the type: an item without a source has an error
            return SubmitRequest(detonation.key, options._replace(reanalyze=entry.reanalyze), entry.source)

        def ended(detonation: Detonation, found: Submitted | VMRayError) -> None:
            for entry in self._usable():
                if entry.detonation is detonation:
                    entry.rejection = found if isinstance(found, VMRayError) else None
                    entry.adopted = not isinstance(found, VMRayError) and found[1]
                    entry.links = {} if isinstance(found, VMRayError) else _links(found[0])

        submitter = Submitter(self._context.client, self._context.deadline)
        detonations = [each.detonation for each in entries.values() if each.detonation]
        submit_now(submitter, detonations, request_of, self._context.log, ended)

    def _explain_rejected(self) -> None:
        """If VMRay rejected a submission, ask whether the quota is used up: the text of VMRay is not documented."""
        rejected = [each for each in self._submitted() if each.was_rejected]
        if rejected and self._quota.is_used_up():
            for each in rejected:
                each.out_of_quota = True

    def _read_latest(self) -> None:
        """Read the newest submission of each sample that VMRay did not analyze again, because it knows the sample."""
        known = [(each, number) for each in self._submitted() for number in each.known_sample_ids]
        client = self._context.client
        for (entry, number), found in map_concurrently(lambda pair: client.list_submissions_of_sample(pair[1]), known):
            entry.latest[number] = found if isinstance(found, VMRayError) else newest_submission(found)


def _links(response: SubmitResponse) -> dict[int, str]:
    return {each.sample_id: text_of(each.raw, "submission_webif_url") for each in response.submissions}
