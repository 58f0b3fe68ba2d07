"""The objects of the templates: cases, entities and runs with their words and order on the page."""

from __future__ import annotations

import json
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from secops_lab.host import Round, RunState
from secops_lab.runs.attachments import ResultFile, result_files

from .text import table_rows, web_links

if TYPE_CHECKING:
    from secops_lab.platform import Case, WallItem

    from .predefined import PredefinedWidget
    from .run_registry import WallRun

ABOUT_THE_CASE: Final = ""  # instead of an entity
MOST_TABLES: Final = 60
MOST_ROWS: Final = 200
_TONES: Final = {
    RunState.COMPLETED: "good",
    RunState.IN_PROGRESS: "live",
    RunState.TIMED_OUT: "poor",
    RunState.CANCELLED: "poor",
    RunState.FAILED: "bad",
    RunState.CRASHED: "bad",
}


@dataclass(frozen=True, slots=True)
class EntityView:
    """An entity with its enrichment."""

    number: int
    raw: dict[str, Any]

    @property
    def name(self) -> str:
        """The text as it was ingested."""
        return str(self.raw["additional_properties"].get("OriginalIdentifier") or self.raw["identifier"])

    @property
    def enrichment(self) -> dict[str, Any]:
        """The fields that actions have added."""
        own = ("OriginalIdentifier", "IsInternalAsset", "IsEnriched", "IsSuspicious", "IsVulnerable")
        return {key: value for key, value in self.raw["additional_properties"].items() if key not in own}

    @property
    def version(self) -> int:
        """A value that changes with the entity."""
        return zlib.crc32(json.dumps(self.raw, sort_keys=True, default=str).encode())


@dataclass(frozen=True, slots=True)
class Table:
    """A case wall table, limited in size for the page."""

    title: str
    head: list[str]
    rows: list[list[str]]
    more: int


@dataclass(frozen=True, slots=True)
class Insight:
    """An insight and its place on the case's wall."""

    place: int
    title: str
    entity: str


@dataclass(frozen=True, slots=True)
class RunView:
    """A run on the page."""

    run: WallRun
    widgets: list[tuple[int, PredefinedWidget]]

    @property
    def version(self) -> str:
        """A value that changes with the visible state of the run."""
        return f"{len(self.run.rounds)}-{'live' if self.run.live else 'ended'}"

    @property
    def state(self) -> str:
        """The state of the run in words."""
        if self.run.live:
            return "Waiting" if self.run.rounds else "Running"
        if self.run.outcome is None:
            return "Not started"
        return self.run.outcome.state.value.capitalize() + (" without success" if self._in_vain else "")

    @property
    def tone(self) -> str:
        """The category of the state: live, good, poor or bad."""
        if self.run.live:
            return "live"
        if self._in_vain:
            return "poor"
        return _TONES[self.run.outcome.state] if self.run.outcome else "bad"

    @property
    def _in_vain(self) -> bool:
        """Whether the action completed and returned a false result value."""
        return self.run.outcome is not None and self.run.outcome.is_in_vain

    @property
    def message(self) -> str:
        """The message of the run, or of its last finished process."""
        outcome = self.run.outcome
        if outcome and outcome.state is RunState.CANCELLED:
            return f"{outcome.message}; submissions remain in VMRay"
        if outcome:
            return outcome.message
        return self.run.problem or (self.run.rounds[-1].message if self.run.rounds else "")

    @property
    def seconds(self) -> float:
        """The duration with all waiting times."""
        return (self.run.finished or time.time()) - self.run.started

    @property
    def result(self) -> str:
        """The script result in the platform's spelling; empty without a result."""
        outcome = self.run.outcome
        if outcome is None or outcome.state not in (RunState.COMPLETED, RunState.FAILED):
            return ""
        return str(outcome.result_value)

    @property
    def all_tables(self) -> dict[str, list[str]]:
        """Every table of the result."""
        return self.run.outcome.tables if self.run.outcome else {}

    @property
    def tables(self) -> list[Table]:
        """The tables that the page shows."""
        found = []
        for title, lines in list(self.all_tables.items())[:MOST_TABLES]:
            head, *rows = table_rows(lines)
            found.append(Table(title, head, rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS)))
        return found

    @property
    def links(self) -> dict[str, list[str]]:
        """The web links of the result, by title."""
        links = self.run.outcome.links if self.run.outcome else {}
        return {title: good for title, found in links.items() if (good := web_links(found))}

    @property
    def files(self) -> list[ResultFile]:
        """The files that the action attached to its result."""
        return result_files(self.run.outcome) if self.run.outcome else []

    @property
    def json_text(self) -> str:
        """The unchanged JSON result, or an empty text."""
        return json_text(self.run)

    @property
    def insights(self) -> list[Insight]:
        """The insights about the run's entities, then about the case, that were added during the run."""
        if self.run.live:
            return []
        own = [*(identifier for _, identifier in self.run.entities), ABOUT_THE_CASE]
        places = range(self.run.wall_start, self.run.wall_end)
        found = [one for one in insights_of(self.run.case.wall) if one.place in places and one.entity in own]
        return sorted(found, key=lambda one: own.index(one.entity))

    @property
    def last_words(self) -> str:
        """The output of a crashed process."""
        outcome = self.run.outcome
        if outcome is None or outcome.state is not RunState.CRASHED or not outcome.rounds:
            return ""
        return outcome.rounds[-1].stderr

    @staticmethod
    def round_tone(one: Round) -> str:
        """Return the category of a process's state."""
        return _TONES[one.state]


def json_text(run: WallRun) -> str:
    """Return the unchanged JSON result of a run, or an empty text."""
    entry = run.outcome.results.get("JsonResult") if run.outcome else None
    return str(entry["RawJson"] or "") if entry else ""


def insights_of(wall: list[WallItem]) -> list[Insight]:
    """Return the insights of a case with their positions."""
    return [
        Insight(place, str(item.detail.get("title") or ""), str(item.detail.get("entity_identifier") or ""))
        for place, item in enumerate(wall)
        if item.kind == "insight"
    ]


def entities_of(case: Case) -> list[EntityView]:
    """Return the entities of a case in the order of their creation."""
    return [EntityView(number, raw) for number, raw in enumerate(case.entities)]
