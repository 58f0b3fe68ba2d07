"""The base of actions that submit and do not wait: they end with the ids, and another action waits for the results."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import ClassVar, Final, Generic, TypeVar

from ...core.api.vmray_errors import ParameterError, VMRayError
from ...core.api.vmray_optional import Missing, read_optional
from ...core.api.vmray_request_errors import RequestError
from ...core.api.vmray_text import one_line
from ...core.results.vmray_item_result import Item
from ...core.results.vmray_messages import MAX_NAME_LENGTH
from ...core.results.vmray_outcome import worst_outcome
from ...core.results.vmray_submit_summary import cost, sentences, submission_table
from ...core.soar.vmray_action import Outcome
from ...core.soar.vmray_detonations import existing_submissions
from ...core.soar.vmray_outcome_action import OutcomeAction, Presentation
from ...core.soar.vmray_parameters import quoted
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_submit_controls import NETWORK_SCHEME, SubmitControls
from ...core.soar.vmray_submit_rows import items_of, with_links_once
from ...core.submissions.vmray_submit_batch import Batch, Context
from ...core.submissions.vmray_submit_decision import Earlier
from ...core.submissions.vmray_submit_entry import Entry

Params = TypeVar("Params", bound=SubmitControls)

# The share of the run that an optional request before the submits leaves to them, if there is no response.
KEPT_SHARE: Final = 0.75


class SubmitNowAction(OutcomeAction[Params], Generic[Params]):
    """Submits each item once, or reuses what VMRay knows; a lost response is settled within the run.

    Attributes:
        noun: What the items are, in the plural.
        column: The first column of the table.
        member: The member of a row that the first column shows.
    """

    noun: ClassVar[str]
    column: ClassVar[str]
    member: ClassVar[str]

    @abstractmethod
    def entries(self, run: Run, params: Params) -> AbstractContextManager[Sequence[Entry]]:
        """Return the items to submit, in the given order; their files exist inside the context."""

    @abstractmethod
    def look_up(self, run: Run, entry: Entry) -> Earlier:
        """Return what VMRay knows of an item."""

    def nothing_given(self) -> tuple[str, str]:
        """Return the detail for a run without items."""
        return self.noun.capitalize(), "none given"

    def reason_of_only(self, name: str, reason: str) -> str:
        """Return the reason with the name: "does not exist" alone does not say what."""
        return f"{one_line(name, MAX_NAME_LENGTH)}: {reason}"

    def check(self, run: Run, entries: Sequence[Entry]) -> None:
        """Check the items with the limits of the server; an item that cannot be submitted gets an error."""

    def perform(self, run: Run, params: Params) -> Outcome:
        """Submit, and report the submissions, also after an error that ends the action."""
        with self.entries(run, params) as entries:
            options = params.options
            try:
                batch = self._performed(run, params, entries)
            except VMRayError as error:
                items = with_links_once(item for each in entries for item in items_of(each, options, error))
                self.write(run, Presentation("failed", items, more={"cost": cost(items, None)}))
                if isinstance(error, RequestError):
                    error.what = options.without_passwords(error.what)
                stored = {each.key: each.detonation for each in entries if each.detonation}
                return self.failed(run, error, existing_submissions(list(stored.values())))
            items = with_links_once(item for each in entries for item in items_of(each, options))
            return self.present(run, self._presentation(items, batch))

    def _performed(self, run: Run, params: Params, entries: Sequence[Entry]) -> Batch:
        """Do the work, and return the batch with what it knows of the quota.

        Raises:
            VMRayError: A fatal error; what was found and submitted before it is in the items.
        """
        for each in entries:
            each.notes += params.notes if each.error is None else []
        is_useful = any(each.error is None for each in entries)
        scheme = ""
        if is_useful:
            with run.deadline.reserving(run.deadline.remaining * KEPT_SHARE):
                scheme = _spelled_scheme(run, params.network_scheme)
            with run.deadline.reserving(run.deadline.remaining * KEPT_SHARE):
                self.check(run, entries)
        context = Context(
            client=run.client,
            deadline=run.deadline,
            rules=params.rules,
            options=params.options_with(scheme),
            look_up=lambda entry: self.look_up(run, entry),
            log=lambda text: run.log(params.options.without_passwords(text)),
        )
        batch = Batch(context, entries)
        if is_useful:
            batch.perform()
        return batch

    def _presentation(self, items: Sequence[Item], batch: Batch) -> Presentation:
        return Presentation(
            worst_outcome(item.outcome for item in items),
            items,
            sentences=sentences(self.noun, items),
            more={"cost": cost(items, batch.quota_left)},
            tables=submission_table(self.column, items, self.member, is_address=self.member == "url"),
            details=[*([] if items else [self.nothing_given()]), *batch.notes],
        )


def _spelled_scheme(run: Run, given: str) -> str:
    """Return a network scheme as the server spells it; as given if the server does not list its schemes.

    Raises:
        ParameterError: The server has no such network scheme.
    """
    if not given:
        return ""
    names = read_optional("the network schemes", run.client.list_network_schemes)
    if isinstance(names, Missing):
        run.log(names.note)
        return given
    for name in names:
        if name.lower() == given.lower():
            return name
    raise ParameterError(NETWORK_SCHEME, quoted(given, "is not a network scheme of this VMRay"), ", ".join(names))
