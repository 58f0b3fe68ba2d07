"""The report of Wait For Submission: sentences, table, insight, and the link to the worst sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ...core.api.vmray_verdicts import Verdict
from ...core.results.vmray_escape import csv_cell, html_text, unclickable
from ...core.results.vmray_insight import headline, verdict_html
from ...core.results.vmray_item_result import Item, rows_of
from ...core.results.vmray_messages import listed_items, waiting
from ...core.results.vmray_outcome import VERDICT_WORDS, worst_outcome
from ...core.results.vmray_result import Insight, Link, Table
from ...core.results.vmray_sample_fields import readable_name
from ...core.soar.vmray_outcome_action import Presentation
from ...core.soar.vmray_wait_items import Found, is_pending, worst_of_items

DONE: Final = "Successfully retrieved the results for the following submissions from VMRay: "
MISSED: Final = "Action wasn't able to retrieve the results for the following submissions from VMRay: "
NONE: Final = "No results were retrieved from VMRay."
HEADER: Final = "Submission ID,Job ID,Sample ID,Name,Outcome,Status,Quota Used,Locked,Reason"
MAX_LINES: Final = 50
MAX_WORD_LENGTH: Final = 120


def presentation(items: Sequence[Item], found: Found, *, insight: bool) -> Presentation:
    """Return the content of the result.

    Args:
        items: The items.
        found: What was read at the end.
        insight: Whether an insight is wanted.
    """
    rows = rows_of(items)
    bad = worst_of_items(items, found)
    path = bad[1] if bad else []
    worst = {"sample_id": path[-1]["sample_id"], "verdict": bad[0].verdict.in_json, "path": path} if bad else None
    is_answered = any(row.outcome in VERDICT_WORDS for row in rows)
    return Presentation(
        "failed" if found.error else worst_outcome(item.outcome for item in items),
        items,
        sentences=_sentences(items),
        more={"worst": worst, "pending": _pending(rows)},
        tables=[Table("VMRay submissions", [HEADER, *map(_line, rows)])] if bad else [],
        links=_links(rows, path),
        insights=[_insight(rows, path, bad[0].verdict)] if insight and bad and is_answered else [],
    )


def _pending(rows: Sequence[Item]) -> dict[str, list[int]]:
    """Return the ids to wait for in a later run of the action."""
    facts = [row.facts for row in rows if is_pending(row)]
    return {
        "submission_ids": [each["submission_id"] for each in facts if each["job_id"] is None],
        "job_ids": [each["job_id"] for each in facts if each["job_id"] is not None],
    }


def _sentences(items: Sequence[Item]) -> list[str]:
    """Return the documented sentences: what is done, what is not, and what is still being analyzed."""
    own = {item.name: (item.parts[0] if item.parts else item).outcome for item in items}
    done = [name for name, outcome in own.items() if outcome in VERDICT_WORDS]
    missed = [name for name, outcome in own.items() if outcome not in {*VERDICT_WORDS, "pending"}]
    pending = [row.name for row in rows_of(items) if is_pending(row)]
    sentences = [listed_items(DONE, done)] if done else [NONE]
    sentences += [listed_items(MISSED, missed)] if done and missed else []
    return [*sentences, *([waiting(pending)] if pending else [])]


def _links(rows: Sequence[Item], path: Sequence[dict[str, Any]]) -> list[Link]:
    """Return the link to the sample with the worst verdict; no link if VMRay did not return its address."""
    number = path[-1]["sample_id"] if path else None
    address = next((row.facts["web_link"] for row in rows if number and row.facts["sample_id"] == number), None)
    return [Link(f"VMRay sample {number}", address)] if address else []


def _line(row: Item) -> str:
    facts = row.facts
    name = readable_name(facts["name"] or "")
    ids = (facts["submission_id"], facts["job_id"], facts["sample_id"])
    others = (row.outcome, unclickable(facts["status"] or ""), facts["consumed_quota"])
    cells = (*ids, name, *others, "yes" if facts["locked"] else "no", unclickable(row.reason))
    return ",".join(csv_cell("" if cell is None else cell) for cell in cells)


def _insight(rows: Sequence[Item], path: Sequence[dict[str, Any]], verdict: Verdict) -> Insight:
    """Return the insight of the case: the worst verdict, the path to it, and a line for each row."""
    parts = [headline("Worst verdict", verdict_html(verdict))]
    parts.append(f"<p><strong>{' → '.join(map(_step, path))}</strong></p>")
    parts += [f"<p>{_named(row)}: {row.outcome}</p>" for row in rows[:MAX_LINES]]
    parts += [f"<p>… and {len(rows) - MAX_LINES} more</p>"] if len(rows) > MAX_LINES else []
    return Insight(f"VMRay sample {path[-1]['sample_id']}", "".join(parts))


def _step(step: dict[str, Any]) -> str:
    relation = f"{html_text(unclickable(step['relation']), MAX_WORD_LENGTH)}: " if step["relation"] else ""
    return f"{relation}{_shown(step['name'])}(sample {step['sample_id']})"


def _named(row: Item) -> str:
    return f"{row.name} {_shown(row.facts['name'])}".strip()


def _shown(name: str | None) -> str:
    return f"{html_text(readable_name(name), MAX_WORD_LENGTH)} " if name else ""
