"""The base of actions that read or change something of each subject; each subject is an item of the result."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar

from soar_sdk.SiemplifyDataModel import EntityTypes

from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_optional import read_optional
from ...core.results.vmray_answer import LOCKED
from ...core.results.vmray_item_result import Collected, Item, item_of_error
from ...core.results.vmray_lock import REFUSALS, is_locked
from ...core.results.vmray_messages import listed_items, none_of_type
from ...core.results.vmray_outcome import VERDICT_WORDS, fetch_outcome, worst_outcome
from ...core.results.vmray_result import Attachment, Table
from ...core.soar.vmray_action import Outcome
from ...core.soar.vmray_outcome_action import OutcomeAction, Presentation
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_subjects import ItemParameters, Subject

Params = TypeVar("Params", bound=ItemParameters)

PLURALS: Final = {"sample": "samples", "submission": "submissions", "analysis": "analyses"}


class Sentences(NamedTuple):
    """The documented sentences of an action; ``{kind}`` stands for the kind of subject, in the plural.

    Attributes:
        done: Before the names of the items with a result.
        missed: Before the names of the items without a result.
        none: If no item has a result.
    """

    done: str
    missed: str
    none: str


def retrieved(noun: str) -> Sentences:
    """Return the sentences of an action that retrieves what this noun names."""
    return Sentences(
        f"Successfully retrieved {noun} for the following {{kind}} from VMRay: ",
        f"Action wasn't able to retrieve {noun} for the following {{kind}} from VMRay: ",
        f"No {noun} were found for the provided {{kind}}.",
    )


class FetchAction(OutcomeAction[Params], Generic[Params]):
    """Reads or changes something of each subject. An error of one subject does not affect the others.

    Attributes:
        sentences: The documented sentences.
        kinds: The kinds of subjects; each row has an id of each kind.
        answers: The outcomes of the items that the first sentence names. Items with the outcome ``empty`` are named
            by no sentence, unless ``empty`` is one of these.
        kept_share: The share of the run that the reading leaves to what follows: requests to the platform.
    """

    sentences: ClassVar[Sentences]
    kinds: ClassVar[tuple[str, ...]] = ("sample",)
    answers: ClassVar[frozenset[str]] = frozenset({"done"})
    kept_share: ClassVar[float] = 0.0

    @abstractmethod
    def fetch(self, run: Run, subject: Subject, number: int, params: Params) -> Item:
        """Read or change what the parameters request of one subject; called from several threads.

        Args:
            run: The current run; its client sends the requests.
            subject: The subject.
            number: The id of the subject in VMRay.
            params: The parameters of the action.

        Raises:
            VMRayError: The reason why there is no result.
        """

    def overall_outcome(self, outcomes: Iterable[str]) -> str:
        """Return the outcome of the action; those about verdicts override this method."""
        return fetch_outcome(outcomes)

    def tables(self, items: Sequence[Item]) -> Sequence[Table]:  # noqa: ARG002 - for actions that have tables
        """Return the tables of the case wall."""
        return ()

    def attachments(self, items: Sequence[Item], params: Params) -> Sequence[Attachment]:  # noqa: ARG002 - for actions that have files about all items
        """Return the files that belong to no single item."""
        return ()

    def more(self, items: Sequence[Item]) -> Mapping[str, Any]:  # noqa: ARG002 - for actions that have more members
        """Return members of the JSON result besides the fixed head."""
        return {}

    def collected(self, items: Sequence[Item], params: Params) -> Collected | None:  # noqa: ARG002 - for actions that merge rows
        """Return the rows that were collected over all items; None if the rows of the JSON result are the items."""
        return None

    def name_of(self, subject: Subject) -> str:
        """Return the name of an item for the analyst."""
        return subject.name

    def extended(self, run: Run, items: list[Item], params: Params) -> list[Item]:  # noqa: ARG002 - for actions that read more
        """Return the items with what is read about all of them together."""
        return items

    def interrupted(self, items: list[Item], error: VMRayError) -> list[Item]:  # noqa: ARG002 - for actions that do more than read
        """Return the items after a fatal error; what was read before it is kept."""
        return items

    def is_answered(self, item: Item) -> bool:
        """Return whether the first sentence names the item: also if all of its parts failed, as VMRay reports."""
        return item.outcome in self.answers or bool(item.parts)

    def facts_of(self, subject: Subject, number: int | None) -> dict[str, Any]:
        """Return the members of a row that identify the item: its name, its ids, and its entity or None."""
        ids: dict[str, int | None] = {f"{kind}_id": number if kind == subject.kind else None for kind in self.kinds}
        return {"subject": subject.title(number), **ids, "entity": subject.entity or None}

    def perform(self, run: Run, params: Params) -> Outcome:
        """Read about all subjects concurrently, and show the items in the given order."""
        subjects = params.subjects(run)
        found: dict[Subject, Item | VMRayError] = {}
        try:
            with run.deadline.reserving(run.deadline.remaining * self.kept_share):
                found.update(map_concurrently(lambda each: self._item(run, each, params), subjects))
        except VMRayError as error:  # a fatal error; the items that were read before it are kept
            items = self.interrupted(self._items(subjects, dict.fromkeys(subjects, error) | found), error)
            collected = self.collected(items, params)
            self.write(run, Presentation("failed", items, more=self.more(items), collected=collected))
            raise
        items = self.extended(run, self._items(subjects, found), params)
        return self.present(run, self.presentation(run, subjects, items, params))

    def presentation(
        self,
        run: Run,  # noqa: ARG002 - for actions that hand something over to the platform
        subjects: Sequence[Subject],
        items: Sequence[Item],
        params: Params,
    ) -> Presentation:
        """Return the content of the result."""
        return Presentation(
            self.overall_outcome(item.outcome for item in items),
            items,
            sentences=told(
                self.sentences, items, self.is_answered, PLURALS[subjects[0].kind if subjects else "sample"]
            ),
            more=self.more(items),
            collected=self.collected(items, params),
            tables=self.tables(items),
            attachments=self.attachments(items, params),
            details=[] if subjects else [none_of_type(EntityTypes.FILEHASH)],
        )

    def _item(self, run: Run, subject: Subject, params: Params) -> Item:
        number = subject.number(run.client)
        try:
            return self.fetch(run, subject, number, params)
        except REFUSALS as error:
            return self._refused(run, subject, number, error)
        except VMRayError as error:
            return self._failed_item(subject, number, error)

    def _refused(self, run: Run, subject: Subject, number: int, error: VMRayError) -> Item:
        """Return the item for a refusal: a locked report, or the error."""
        locked = subject.kind == "sample" and read_optional("the lock", lambda: is_locked(run.client, number))
        if locked is not True:  # also if the lock could not be read: the reason is that of the list
            return self._failed_item(subject, number, error)
        return LOCKED.item(self.name_of(subject), self.facts_of(subject, number))

    def _failed_item(self, subject: Subject, number: int, error: VMRayError) -> Item:
        """Return the item for an error of one subject, with the id that is known by now.

        Raises:
            VMRayError: The error concerns all subjects.
        """
        if error.is_fatal:
            raise error
        return item_of_error(self.name_of(subject), error, self.facts_of(subject, number))

    def _items(self, subjects: Sequence[Subject], found: Mapping[Subject, Item | VMRayError]) -> list[Item]:
        return [
            each if isinstance(each := found[subject], Item) else self._unread(subject, each) for subject in subjects
        ]

    def _unread(self, subject: Subject, error: VMRayError) -> Item:
        return item_of_error(self.name_of(subject), error, self.facts_of(subject, subject.known_number))


def told(
    sentences: Sentences, items: Sequence[Item], is_answered: Callable[[Item], bool], kind: str = "samples"
) -> list[str]:
    """Return the documented sentences about the items.

    Args:
        sentences: The sentences of the action.
        items: The items.
        is_answered: Whether the first sentence names an item.
        kind: The kind of subject, in the plural.
    """
    done = [item.name for item in items if is_answered(item)]
    others = {*VERDICT_WORDS, "done", "empty"}
    missed = [item.name for item in items if not is_answered(item) and item.outcome not in others]
    if not done:
        return [sentences.none.format(kind=kind)]
    names = listed_items(sentences.done.format(kind=kind), done)
    return [names, *([listed_items(sentences.missed.format(kind=kind), missed)] if missed else [])]


class VerdictFetchAction(FetchAction[Params], Generic[Params]):
    """Reads the verdict of each subject: the outcome is the most urgent one, so ``clean`` means that all are clean."""

    answers = VERDICT_WORDS

    def overall_outcome(self, outcomes: Iterable[str]) -> str:
        """Return the most urgent outcome."""
        return worst_outcome(outcomes)

    def _refused(self, run: Run, subject: Subject, number: int, error: VMRayError) -> Item:  # noqa: ARG002 - as in the base class
        """Return the item for a refusal; a locked report is no reason, because its verdict is open."""
        return self._failed_item(subject, number, error)
