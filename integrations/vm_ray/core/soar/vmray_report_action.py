"""The base of the action that reads complete reports: rendered one by one as they are read, with enriched entities.

Its items are short, and their rows are in ``ReportRows``: so thousands of reports need little memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from soar_sdk.SiemplifyDataModel import EntityTypes

from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import SampleNotFoundError, VMRayError
from ...core.api.vmray_models import best_sample
from ...core.results.vmray_bounded_lists import AllLists, BoundedLists
from ...core.results.vmray_full_report import FullReport, read_full_report
from ...core.results.vmray_item_result import Item, item_of_error
from ...core.results.vmray_messages import ENTITIES_ENRICHED, kept, none_of_type
from ...core.results.vmray_outcome import VERDICT_WORDS, worst_outcome
from ...core.results.vmray_report_rows import ReportRows
from ...core.results.vmray_result import Result
from ...core.soar.vmray_action import Outcome
from ...core.soar.vmray_fetch_action import Sentences, told
from ...core.soar.vmray_outcome_action import OutcomeAction, Presentation
from ...core.soar.vmray_report_parameters import ReportParameters
from ...core.soar.vmray_report_wall import LOST, Rendered, ReportWall, facts_of, render
from ...core.soar.vmray_run import FEW_ENTITIES, Run
from ...core.soar.vmray_subjects import Subject

SENTENCES: Final = Sentences(
    "Successfully retrieved the reports for the following samples from VMRay: ",
    "Action wasn't able to retrieve the reports for the following samples from VMRay: ",
    "No reports were retrieved from VMRay.",
)
UNEXPECTED: Final = "internal error in the integration; see the debug output"


@dataclass(frozen=True, slots=True)
class ReportPresentation(Presentation):
    """The content of a result whose rows were rendered before."""

    rows: ReportRows | None = None


class ReportAction(OutcomeAction[ReportParameters]):
    """Reads the complete report of each sample. An error of one sample does not affect the others."""

    parameters = ReportParameters

    def perform(self, run: Run, params: ReportParameters) -> Outcome:
        """Read all reports concurrently, and show each as soon as it is read."""
        subjects = params.subjects(run)
        wall = ReportWall(run)
        found: dict[Subject, Item] = {}
        fatal: Exception | None = None
        try:
            for subject, each in _read_all(run, subjects, params):
                found[subject] = wall.show(each) if isinstance(each, Rendered) else _unread(subject, each)
        except Exception as error:  # noqa: BLE001 - reports that were read are kept after any error
            fatal = error
        notes = wall.finish([each.name for each in subjects])
        items = [found.get(each) or _unread(each, fatal) for each in subjects]
        if fatal is None:
            return self.present(run, _presentation(items, wall.rows, notes))
        notes += self.write(run, ReportPresentation("failed", items, rows=wall.rows))
        entities = sum(bool(each.entity) for each in subjects)
        return self.failed(run, fatal, [*kept(wall.enriched, entities, ENTITIES_ENRICHED), *notes])

    def result(self, run: Run, shown: Presentation) -> Result:
        """Return the result with the rows that were rendered before."""
        rows = shown.rows if isinstance(shown, ReportPresentation) else None
        return rows.result(shown.outcome, shown.items) if rows else super().result(run, shown)

    def write(self, run: Run, shown: Presentation) -> list[tuple[str, str]]:
        """Write the result, then the insights; return notes for the message, also about rows that were lost."""
        notes = super().write(run, shown)
        lost = shown.rows.lost if isinstance(shown, ReportPresentation) and shown.rows else {}
        return [*notes, *((name, f"{LOST}: {reason}") for name, reason in lost.items())]


def _read_all(
    run: Run, subjects: Sequence[Subject], params: ReportParameters
) -> Iterator[tuple[Subject, Rendered | VMRayError]]:
    """Read and render the reports of all subjects concurrently; if there are many, their lists are bounded in time."""
    if not subjects:
        return
    is_many = len(subjects) > FEW_ENTITIES
    lists: AllLists = BoundedLists(run.client, run.deadline) if is_many else run.client
    yield from map_concurrently(lambda each: render(params, each, _read(run, lists, each, params)), subjects)


def _read(run: Run, lists: AllLists, subject: Subject, params: ReportParameters) -> FullReport:
    """Read the report of one subject.

    Raises:
        SampleNotFoundError: VMRay has no sample with this hash.
        VMRayError: The sample could not be read.
    """
    number = subject.known_number
    if number is not None:
        find = partial(run.client.get_sample, number)
        return read_full_report(lists, number, find, params.report, run.aggregation_wait)
    sample = best_sample(run.client.find_samples(subject.name))
    if sample is None:
        raise SampleNotFoundError
    return read_full_report(lists, sample.sample_id, lambda: sample, params.report, run.aggregation_wait)


def _unread(subject: Subject, error: Exception | None) -> Item:
    """Return the item of a subject without a report."""
    told = error if isinstance(error, VMRayError) else VMRayError(UNEXPECTED)
    return item_of_error(subject.name, told, facts_of(subject, subject.known_number))


def _presentation(items: Sequence[Item], rows: ReportRows, notes: Sequence[tuple[str, str]]) -> Presentation:
    return ReportPresentation(
        worst_outcome(item.outcome for item in items),
        items,
        sentences=told(SENTENCES, items, lambda item: item.outcome in VERDICT_WORDS),
        details=[*notes, *([] if items else [none_of_type(EntityTypes.FILEHASH)])],
        rows=rows,
    )
