"""The base of actions that attach files of VMRay: reports and screenshots of samples or analyses."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar

from soar_sdk.SiemplifyDataModel import EntityTypes

from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_encrypted_zip import PASSWORD
from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_models import Analysis
from ...core.evidence.vmray_analysis_choice import choose_analyses, is_any
from ...core.evidence.vmray_evidence import Evidence, NoEvidence, with_one_copy
from ...core.evidence.vmray_file_reader import Content, File, FileReader, budget_of
from ...core.results.vmray_answer import Answer, answer_of
from ...core.results.vmray_item_result import Item, item_of_error
from ...core.results.vmray_messages import none_of_type
from ...core.results.vmray_outcome import fetch_outcome
from ...core.results.vmray_result import Attachment, Insight, Result, Table
from ...core.soar.vmray_action import Outcome
from ...core.soar.vmray_fetch_action import PLURALS, Sentences, told
from ...core.soar.vmray_outcome_action import OutcomeAction, Presentation
from ...core.soar.vmray_parameters import param
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_saved_files import save_to_case_wall, unsaved_notes
from ...core.soar.vmray_subject_kinds import IDS
from ...core.soar.vmray_subjects import Subject, SubjectParameters

ON_CASE_WALL: Final = "saved_to_case_wall"


@dataclass(frozen=True)
class EvidenceParameters(SubjectParameters):
    """The samples or analyses of an action; if analyses are given, the samples do not count."""

    analysis_ids: tuple[str, ...] = param("Analysis IDs", IDS)

    def subjects(self, run: Run) -> list[Subject]:
        """Return the subjects in the order given, each once."""
        return [Subject(each, "analysis") for each in self.analysis_ids] or super().subjects(run)


Params = TypeVar("Params", bound=SubjectParameters)


class Row(NamedTuple):
    """One row of the result: a subject, or one of several analyses of it.

    Attributes:
        subject: The subject.
        name: The name of the item.
        evidence: The files, or why it is not known which there are.
        files: The files.
    """

    subject: Subject
    name: str
    evidence: Evidence | VMRayError
    files: Sequence[File]

    def contents(self, missing: VMRayError | None = None) -> list[Content]:
        """Return the content of each file, or why there is none; ``missing`` is the reason for a file not read."""
        found = (missing if file.content is None else file.content for file in self.files)
        return [each for each in found if each is not None]


class EvidenceAction(OutcomeAction[Params], Generic[Params]):
    """Attaches files of VMRay. An error of one subject does not affect the others.

    Attributes:
        sentences: The documented sentences.
        kinds: The kinds of objects; each row has an id of each kind.
        no_files: The members of a row without files, besides its name and its ids.
    """

    sentences: ClassVar[Sentences]
    kinds: ClassVar[tuple[str, ...]] = ("sample", "analysis")
    no_files: ClassVar[Mapping[str, Any]]

    @abstractmethod
    def evidence(self, run: Run, subject: Subject, params: Params) -> Sequence[Evidence]:
        """Return the files of one subject, which are not read yet; called from several threads.

        Args:
            run: The current run; its client sends the requests.
            subject: The subject.
            params: The parameters of the action.

        Raises:
            VMRayError: The reason why it is not known which files there are.
        """

    def of_analyses(
        self,
        run: Run,
        subject: Subject,
        count: int,
        make: Callable[[Analysis, Mapping[str, Any], str], Sequence[Evidence]],
        is_wanted: Callable[[Analysis], bool] = is_any,
    ) -> Sequence[Evidence]:
        """Return the files of the best analyses of a subject, or of the analysis that is the subject.

        Args:
            run: The current run.
            subject: The subject.
            count: The largest number of analyses of a sample.
            make: Returns the files of one analysis; also receives the facts of its rows, and their title.
            is_wanted: Which analyses of a sample have files.
        """
        chosen: Sequence[Analysis] | Answer
        if subject.kind == "analysis":
            chosen = [run.client.get_analysis(int(subject.name))]
            sample_id = chosen[0].sample_id
        else:
            sample_id = subject.number(run.client)
            chosen = choose_analyses(run.client, sample_id, count, is_wanted)
        if isinstance(chosen, Answer):
            return [NoEvidence(self.facts_of(subject, sample_id), "", "", chosen)]

        return [each for analysis in chosen for each in self._of_analysis(subject, sample_id, analysis, make)]

    def saves(self, params: Params) -> bool:  # noqa: ARG002 - for actions that can save files
        """Return whether the files are also saved to the case wall."""
        return False

    def insights(self, rows: Sequence[Row], params: Params) -> Sequence[Insight]:  # noqa: ARG002 - for actions that have insights
        """Return the insights about the rows."""
        return ()

    def tables(self, items: Sequence[Item]) -> Sequence[Table]:  # noqa: ARG002 - for actions that have tables
        """Return the tables of the case wall."""
        return ()

    def facts_of(
        self, subject: Subject, sample_id: int | None = None, analysis_id: int | None = None
    ) -> dict[str, Any]:
        """Return the members of a row without files."""
        number = sample_id if subject.kind == "sample" else analysis_id
        found = {"sample": sample_id, "analysis": analysis_id}
        ids = {f"{kind}_id": found[kind] for kind in self.kinds}
        return {"subject": subject.title(number), **ids, "entity": subject.entity or None, **self.no_files}

    def budget(self, run: Run, subjects: Sequence[Subject], params: Params) -> int:  # noqa: ARG002 - for actions that need room for more
        """Return how many bytes the files of VMRay may have."""
        return budget_of(run.max_result_bytes)

    def made(self, items: Sequence[Item]) -> Sequence[Attachment]:  # noqa: ARG002 - for actions that write files about the files
        """Return the files that the action writes itself; they come last."""
        return ()

    def notes(self, items: Sequence[Item]) -> Sequence[tuple[str, str]]:  # noqa: ARG002 - for actions that explain their files
        """Return names with notes about them."""
        return ()

    def result(self, run: Run, shown: Presentation) -> Result:
        """Return the result within the size limit; what the action writes about files is about those that are left."""
        found = super().result(run, shown)
        names = {each.name for each in found.attachments}
        left = [item for item in shown.items if names.issuperset(each.name for each in item.attachments)]
        made = {each.name: each for each in self.made(left)}
        dropped = {each.name for each in shown.attachments} - made.keys()
        attachments = [made.get(each.name, each) for each in found.attachments if each.name not in dropped]
        return replace(found, attachments=attachments)

    def perform(self, run: Run, params: Params) -> Outcome:
        """Find and read the files of all subjects concurrently, and show the items in the given order."""
        subjects = params.subjects(run)
        reader = FileReader(self.budget(run, subjects, params), len(subjects))
        found: dict[Subject, list[Row] | VMRayError] = {}
        try:
            found.update(map_concurrently(lambda each: self._rows(run, each, params, reader), subjects))
            reader.read_rest([file for row in _in_order(subjects, found) for file in row.files])
        except VMRayError as error:  # a fatal error; the files that were read before it are kept
            rows = _in_order(subjects, dict.fromkeys(subjects, error) | found)
            items = self._items(rows, error)
            self.write(run, Presentation("failed", items, attachments=self.made(items)))
            raise
        return self._shown(run, params, subjects, _in_order(subjects, found))

    def _rows(self, run: Run, subject: Subject, params: Params, reader: FileReader) -> list[Row]:
        """Return the rows of one subject, with the files that are within its share of the budget."""
        found = self.evidence(run, subject, params)
        names = [subject.name if len(found) == 1 else f"{subject.name} ({each.label})" for each in found]
        rows = [Row(subject, name, each, each.files()) for name, each in zip(names, found, strict=True)]
        reader.read_share([file for row in rows for file in row.files])
        return rows

    def _of_analysis(
        self,
        subject: Subject,
        sample_id: int | None,
        analysis: Analysis,
        make: Callable[[Analysis, Mapping[str, Any], str], Sequence[Evidence]],
    ) -> Sequence[Evidence]:
        number = analysis.analysis_id
        facts = self.facts_of(subject, sample_id, number)
        try:
            return make(analysis, facts, title_of(subject, sample_id, number))
        except VMRayError as error:
            if error.is_fatal:
                raise
            return [NoEvidence(facts, "", f"analysis {number}", answer_of(error))]

    def _shown(self, run: Run, params: Params, subjects: Sequence[Subject], rows: Sequence[Row]) -> Outcome:
        kind = PLURALS[subjects[0].kind if subjects else "sample"]
        items = self._items(rows)
        made = self.made(items)
        files = [*(each for item in items for each in item.attachments), *made]
        unsaved = save_to_case_wall(run, files) if self.saves(params) else {}
        items = [_saved(item, unsaved) for item in items] if self.saves(params) else items
        details = [*self.notes(items), *unsaved_notes(unsaved)]
        return self.present(
            run,
            Presentation(
                fetch_outcome(item.outcome for item in items),
                items,
                sentences=told(self.sentences, _of_subjects(rows, items), lambda item: item.outcome == "done", kind),
                attachments=made,
                tables=self.tables(items),
                insights=self.insights(rows, params),
                details=details if subjects else [none_of_type(EntityTypes.FILEHASH)],
            ),
        )

    def _items(self, rows: Sequence[Row], missing: VMRayError | None = None) -> list[Item]:
        """Return the items of the rows."""
        return with_one_copy([self._item(row, missing) for row in rows], self.no_files)

    def _item(self, row: Row, missing: VMRayError | None = None) -> Item:
        """Return the item of a row.

        Args:
            row: The row.
            missing: The error that ended the action before all files were read.
        """
        if isinstance(row.evidence, Evidence):
            return row.evidence.item(row.name, row.contents(missing))
        ids = {f"{row.subject.kind}_id": row.subject.known_number}
        return item_of_error(row.name, row.evidence, self.facts_of(row.subject, **ids))


def passwords_of(items: Iterable[Item]) -> list[tuple[str, str]]:
    """Return a note with the password of each file of these items; the files are encrypted ZIPs."""
    names = dict.fromkeys(each.name for item in items for each in item.attachments)
    return [(name, f"encrypted, password {PASSWORD}") for name in names]


def title_of(subject: Subject, sample_id: int | None, analysis_id: int | None = None) -> str:
    """Return the title of attachments and insights: the entity of the subject, else our own name of its sample."""
    return subject.entity or (f"VMRay analysis {analysis_id}" if sample_id is None else f"VMRay sample {sample_id}")


def _in_order(subjects: Sequence[Subject], found: Mapping[Subject, list[Row] | VMRayError]) -> list[Row]:
    """Return the rows of the result."""
    rows = []
    for subject in subjects:
        each = found[subject]
        rows += [Row(subject, subject.name, each, [])] if isinstance(each, VMRayError) else each
    return rows


def _saved(item: Item, unsaved: Mapping[str, str]) -> Item:
    """Return the item with the fact that its file is on the case wall, if rows of this action contain this fact."""
    if ON_CASE_WALL not in item.facts or not item.attachments:
        return item
    is_saved = not any(each.name in unsaved for each in item.attachments)
    return replace(item, facts={**item.facts, ON_CASE_WALL: is_saved})


def _of_subjects(rows: Sequence[Row], items: Sequence[Item]) -> list[Item]:
    """Return one item for each subject: a subject is done if one of its rows is."""
    outcomes: dict[str, list[str]] = {}
    for row, item in zip(rows, items, strict=True):
        outcomes.setdefault(row.subject.name, []).append(item.outcome)
    return [Item(name, fetch_outcome(each)) for name, each in outcomes.items()]
