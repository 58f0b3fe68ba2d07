"""The base of actions whose requests use quota and are no submissions: each request is sent once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar

from soar_sdk.SiemplifyDataModel import EntityTypes

from ...core.api.vmray_errors import ParameterError, ResultUncertainError, VMRayError
from ...core.results.vmray_item_result import Item, item_of_error
from ...core.results.vmray_messages import grouped, kept, none_of_type
from ...core.results.vmray_outcome import OPEN
from ...core.soar.vmray_action import Outcome
from ...core.soar.vmray_outcome_action import OutcomeAction, Presentation
from ...core.soar.vmray_parameters import param
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_subject_kinds import BILLED_SAMPLES, MAX_BILLED
from ...core.soar.vmray_subjects import Subject, SubjectParameters
from ...core.soar.vmray_submit_rows import MORE_QUOTA
from ...core.submissions.vmray_billed_batch import BilledBatch, BilledTask
from ...core.submissions.vmray_submit_decision import BLOCKED, DRY_RUN

MISSED: Final = "missed"


@dataclass(frozen=True)
class BilledParameters(SubjectParameters):
    """The samples of an action whose requests use quota: only a few."""

    samples: tuple[str, ...] = param("Samples", BILLED_SAMPLES)

    def subjects(self, run: Run) -> list[Subject]:
        """Return the subjects in the order given, each once.

        Raises:
            ParameterError: The samples are those of the case, and there are too many.
        """
        found = super().subjects(run)
        if len(found) > MAX_BILLED:
            problem = f"is empty, and this action would have {len(found)} entities of type FILEHASH"
            raise ParameterError("Samples", problem, f"at most {MAX_BILLED}")
        return found


@dataclass(slots=True, kw_only=True)
class SubjectTask(BilledTask):
    """One item, with the subject that it is about."""

    subject: Subject

    @property
    def title(self) -> str:
        """The name in a row: the kind and the id, or the text that was given while the id is not known."""
        is_sample = self.subject.kind == "sample"
        return self.subject.title(self.known_sample_id if is_sample else self.subject.known_number)

    @property
    def known_sample_id(self) -> int | None:
        """The id of its sample, as far as it is known."""
        given = self.subject.known_number if self.subject.kind == "sample" else None
        return given if self.sample_id is None else self.sample_id


Params = TypeVar("Params", bound=BilledParameters)
Task = TypeVar("Task", bound=SubjectTask)


class BilledAction(OutcomeAction[Params], Generic[Params, Task]):
    """Sends a request for each subject, once. An error of one subject does not affect the others.

    Attributes:
        sentences: The beginning of the sentence about each group of items (see ``group_of``).
        none: The sentence if no item has a result.
        deed: What was done to the items for which quota was used, as in "samples were unlocked".
        too_low: The reason of an item that was not sent because of the quota.
    """

    sentences: ClassVar[Mapping[str, str]]
    none: ClassVar[str]
    deed: ClassVar[str]
    too_low: ClassVar[str]

    @abstractmethod
    def batch(self, run: Run, params: Params) -> BilledBatch[Task]:
        """Return the items of the run."""

    @abstractmethod
    def facts_of(self, task: Task, source: Task) -> dict[str, Any]:
        """Return the members of a row, besides those that identify its sample.

        Args:
            task: The item.
            source: The item whose request this item shares; usually the same.
        """

    @abstractmethod
    def answer_of(self, task: Task, source: Task, facts: Mapping[str, Any]) -> Item:
        """Return the item for a subject without an error."""

    @abstractmethod
    def cost(self, items: Sequence[Item], quota_left: int | None) -> dict[str, Any]:
        """Return the member ``cost`` of the JSON result."""

    @abstractmethod
    def overall_outcome(self, outcomes: Sequence[str]) -> str:
        """Return the outcome of the action."""

    def group_of(self, item: Item) -> str:
        """Return the group of an item: the sentence that names it."""
        return MISSED if item.outcome in (*OPEN, "not_found") and item.outcome != BLOCKED else item.outcome

    def notes(self, items: Sequence[Item]) -> list[tuple[str, str]]:  # noqa: ARG002 - for actions that have notes
        """Return notes that concern no single item."""
        return []

    def perform(self, run: Run, params: Params) -> Outcome:
        """Do the work, and report each item, also after an error that ends the action."""
        batch = self.batch(run, params)
        try:
            batch.perform()
        except VMRayError as error:
            items = [self._item(batch, each, error) for each in batch.tasks]
            cost = self.cost(items, None)
            self.write(run, Presentation("failed", items, more={"cost": cost}))
            return self.failed(run, error, self._paid(items, cost))
        items = [self._item(batch, each) for each in batch.tasks]
        named = ((self.group_of(item), item.name) for item in items)
        nothing = [] if items else [none_of_type(EntityTypes.FILEHASH)]
        shown = Presentation(
            self.overall_outcome([item.outcome for item in items]),
            items,
            sentences=grouped(self.sentences, MISSED, self.none, named),
            more={"cost": self.cost(items, batch.quota.left)},
            details=[*nothing, *batch.quota.notes, *self.notes(items)],
        )
        return self.present(run, shown)

    def _paid(self, items: Sequence[Item], cost: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return details about what used quota, or may have used it, before an error that ended the action."""
        uncertain = [(item.name, item.reason) for item in items if item.kind == ResultUncertainError.kind]
        return [*kept(cost["submitted"] + cost["unlocked"], len(items), self.deed), *uncertain]

    def _item(self, batch: BilledBatch[Task], task: Task, fatal: VMRayError | None = None) -> Item:
        source: Task = task.first or task  # type: ignore[assignment]  # an item of the same batch
        name = task.subject.name
        identity = {"subject": task.title, "sample_id": task.known_sample_id}
        facts = {**identity, **self.facts_of(task, source), "entity": task.subject.entity or None}
        problem = task.error or batch.problem_of(source)
        if source.out_of_quota or task.decision == BLOCKED:
            left = f"{source.quota_before} left" if task.decision == BLOCKED else str(problem)
            return Item(name, BLOCKED, facts, reason=f"{self.too_low}: {left}", kind="quota", advice=MORE_QUOTA)
        is_open = not task.is_decided or (task.decision == batch.send_word and source.result is None)
        if (problem := problem or (fatal if is_open else None)) is not None:
            return item_of_error(name, problem, facts)
        return Item(name, DRY_RUN, facts) if task.decision == DRY_RUN else self.answer_of(task, source, facts)
