"""The base of actions that read something about each subject and show it; each subject is an item of the result."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, Generic, TypeVar

from soar_sdk.SiemplifyDataModel import EntityTypes

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_models import VERDICT_ONLY_NOTE
from ...core.api.vmray_optional import read_optional
from ...core.results.vmray_item_result import Item, item_of_error
from ...core.results.vmray_lock import REFUSALS, is_locked
from ...core.results.vmray_messages import listed, none_of_type
from ...core.results.vmray_outcome import fetch_outcome
from ...core.results.vmray_result import Table
from ...core.soar.vmray_action import Outcome
from ...core.soar.vmray_outcome_action import OutcomeAction, Presentation
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_subjects import Subject, SubjectParameters

Params = TypeVar("Params", bound=SubjectParameters)

PLURALS: Final = {"sample": "samples", "submission": "submissions", "analysis": "analyses"}
# If there are more names than this, each name gets its own line.
MAX_ON_A_LINE: Final = 3


class FetchAction(OutcomeAction[Params], Generic[Params]):
    """Reads something about each subject. An error of one subject does not affect the others.

    Attributes:
        noun: What the action reads, in the plural.
    """

    noun: ClassVar[str]

    @abstractmethod
    def fetch(self, client: Client, subject: Subject, number: int, params: Params) -> Item:
        """Read the requested data about one subject.

        Args:
            client: The client for the requests.
            subject: The subject.
            number: The id of the subject in VMRay.
            params: The parameters of the action.

        Raises:
            VMRayError: The reason why there is no result.
        """

    def tables(self, items: Sequence[Item]) -> Sequence[Table]:  # noqa: ARG002 - for actions that have tables
        """Return the tables of the case wall."""
        return ()

    def perform(self, run: Run, params: Params) -> Outcome:
        """Read about all subjects concurrently, and show the items in the given order."""
        subjects = params.subjects(run)
        found: dict[Subject, Item | VMRayError] = {}
        try:
            found.update(map_concurrently(lambda each: self._item(run.client, each, params), subjects))
        except VMRayError as error:  # a fatal error; the items that were read before it are kept
            self.write(run, Presentation("failed", _items(subjects, dict.fromkeys(subjects, error) | found)))
            raise
        return self.present(run, self._presentation(subjects, _items(subjects, found)))

    def _presentation(self, subjects: Sequence[Subject], items: Sequence[Item]) -> Presentation:
        kind = PLURALS[subjects[0].kind if subjects else "sample"]
        outcome = fetch_outcome(item.outcome for item in items)
        return Presentation(
            outcome,
            items,
            sentences=self._sentences(items, kind),
            tables=self.tables(items),
            details=[] if subjects else [none_of_type(EntityTypes.FILEHASH)],
        )

    def _item(self, client: Client, subject: Subject, params: Params) -> Item:
        number = subject.number(client)
        try:
            return self.fetch(client, subject, number, params)
        except REFUSALS:
            locked = subject.kind == "sample" and read_optional("the lock", lambda: is_locked(client, number))
            if locked is not True:  # also if the lock could not be read: the reason is that of the list
                raise
            facts = facts_of(subject, number)
            return Item(
                subject.name,
                "locked",
                facts,
                reason=VERDICT_ONLY_NOTE,
                kind="locked",
                advice="Unlock the report in VMRay; this uses quota.",
            )

    def _sentences(self, items: Sequence[Item], kind: str) -> list[str]:
        done = [item.name for item in items if item.outcome == "done"]
        missed = [item.name for item in items if item.outcome not in ("done", "empty")]
        if not done:
            return [f"No {self.noun} were found for the provided {kind}."]
        sentences = [_names(f"Successfully retrieved {self.noun} for the following {kind} from VMRay: ", done)]
        if missed:
            start = f"Action wasn't able to retrieve {self.noun} for the following {kind} from VMRay: "
            sentences.append(_names(start, missed))
        return sentences


def facts_of(subject: Subject, number: int | None) -> dict[str, int | str | None]:
    """Return the members of a row that identify the item: its id and, if there is one, its entity."""
    facts: dict[str, int | str | None] = {f"{kind}_id": number if kind == subject.kind else None for kind in PLURALS}
    if number is not None:
        facts = {"subject": f"{subject.kind} {number}", **facts}
    return {**facts, "entity": subject.entity} if subject.entity else facts


def _items(subjects: Sequence[Subject], found: Mapping[Subject, Item | VMRayError]) -> list[Item]:
    return [_item_of(each, found[each]) for each in subjects]


def _item_of(subject: Subject, found: Item | VMRayError) -> Item:
    return found if isinstance(found, Item) else item_of_error(subject.name, found, facts_of(subject, None))


def _names(start: str, names: Sequence[str]) -> str:
    return listed(start, names) if len(names) > MAX_ON_A_LINE else listed(start, [", ".join(names)])
