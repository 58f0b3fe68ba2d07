"""The result of an action, formatted for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from secops_lab.cli.insight_text import insight_text
from secops_lab.cli.terminal import cell, printable, shortened
from secops_lab.host import RunState
from secops_lab.runs.attachments import result_files, wall_files
from secops_lab.runs.verdict_summary import verdict_rows

if TYPE_CHECKING:
    from rich.console import Console

    from secops_lab.host import ActionRun
    from secops_lab.platform import Case

_VERDICT_STYLES = {"malicious": "bold red", "suspicious": "bold yellow", "clean": "green"}
# Words of items and files for which VMRay gave no verdict.
_NO_VERDICTS = frozenset(
    ("pending", "error", "done", "failed", "not_found", "locked", "blocked_quota", "dry_run", "empty")
)
_ENRICHMENT_PREFIX = "VMRay_"


def show_run(out: Console, run: ActionRun, case: Case, *, tables: bool) -> None:
    """Print a result: state, message, verdicts, entities, insights and tables.

    Args:
        out: The console to print to.
        run: The finished run.
        case: The case of the run.
        tables: Print the case wall tables in full; otherwise only their titles and lengths.
    """
    _show_heading(out, run)
    out.print(Text(printable(run.message, multiline=True)), soft_wrap=True)
    _show_findings(out, run)
    _show_entities(out, case)
    _show_insights(out, case)
    _show_attachments(out, run, case)
    if tables:
        for title, lines in run.tables.items():
            _show_table(out, title, lines)
    elif run.tables:
        _name_tables(out, run, case)


def state_text(state: RunState) -> Text:
    """Return the state in the analyst's words, coloured."""
    return Text(state.value, style="bold green" if state is RunState.COMPLETED else "bold red")


def show_crash(out: Console, run: ActionRun) -> None:
    """Print the end of stderr of a process that exited without a result."""
    last = run.rounds[-1] if run.rounds else None
    if last is None:
        return
    out.print(
        Text(f"The action's process ended with exit code {last.exit_code} and no result. End of stderr:")
    )
    words = printable(last.stderr or run.debug_output or "(none)", multiline=True).strip()
    out.print(Text("\n".join(words.splitlines()[-15:]), style="dim"), soft_wrap=True)


def _show_heading(out: Console, run: ActionRun) -> None:
    rounds = len(run.rounds)
    seconds = sum(each.duration for each in run.rounds)
    heading = Text(f"{run.action}  ", style="bold")
    heading.append(state_text(run.state))
    heading.append(
        f"  {rounds} {'process' if rounds == 1 else 'processes'}, {seconds:.1f} s", style="not bold dim"
    )
    out.print(Rule(heading, align="left"))
    result = printable(str(run.result_value))
    if run.state is RunState.COMPLETED:
        out.print(Text(f"{printable(run.result_name)}: {result}", style="dim"), soft_wrap=True)


def _show_findings(out: Console, run: ActionRun) -> None:
    for finding in verdict_rows(run.json_result):
        verdict = Text("Outcome: " if finding.verdict in _NO_VERDICTS else "Verdict: ").append(
            cell(finding.verdict, _VERDICT_STYLES.get(finding.verdict.lower(), "bold"))
        )
        verdict.append(" · ").append(cell(finding.subject))
        if finding.submission_id and finding.subject != f"submission {finding.submission_id}":
            verdict.append(" · submission ").append(cell(finding.submission_id))
        out.print(verdict, soft_wrap=True)
        if finding.link:
            out.print(Text("Report: ").append(cell(finding.link, "underline")), soft_wrap=True)


def _show_entities(out: Console, case: Case) -> None:
    for entity in case.entities:
        enrichment = [key for key in entity["additional_properties"] if key.startswith(_ENRICHMENT_PREFIX)]
        line = (
            Text("Entity: ")
            .append(cell(entity["identifier"]))
            .append(f" ({printable(entity['entity_type'])}) · ")
        )
        line.append("enriched" if entity["is_enriched"] else "not enriched")
        line.append(f" with {len(enrichment)} fields" if enrichment else "").append(" · ")
        line.append("suspicious", "bold red") if entity["is_suspicious"] else line.append("not suspicious")
        out.print(line, soft_wrap=True)


def _show_insights(out: Console, case: Case) -> None:
    for insight in case.insights:
        heading = Text("Insight: ", style="bold").append(cell(insight.get("title") or ""))
        if insight.get("entity_identifier"):
            heading.append(" · ").append(cell(insight["entity_identifier"]))
        out.print(heading, soft_wrap=True)
        for line in insight_text(str(insight.get("content") or "")).split("\n"):
            out.print(Text("  ").append_text(line), soft_wrap=True)


def _show_attachments(out: Console, run: ActionRun, case: Case) -> None:
    for where, files in (("Attachment", result_files(run)), ("On the case wall", wall_files(case))):
        for file in files:
            out.print(
                Text(f"{where}: ").append(cell(file.name)).append(f" ({file.size:,} bytes)"), soft_wrap=True
            )


def _name_tables(out: Console, run: ActionRun, case: Case) -> None:
    """Print the names and lengths of the tables, without the entity at the start of each name."""
    named = []
    for title, lines in run.tables.items():
        name = title
        for entity in case.entities:
            name = name.removeprefix(entity["identifier"]).removeprefix(" - ")
        named.append(f"{shortened(printable(name or 'Sample'), 40)} {max(len(lines) - 1, 0)}")
    out.print(Text(f"Tables and their rows: {', '.join(named)}", style="dim"), soft_wrap=True)


def _show_table(out: Console, title: str, lines: list[str]) -> None:
    rows = [line.split(",") for line in lines]  # the platform does not support quoting (inferred)
    if not rows:
        return
    columns = max(len(row) for row in rows)
    table = Table(title=cell(title, "bold"), title_justify="left", show_lines=False)
    for heading in rows[0] + [""] * (columns - len(rows[0])):
        table.add_column(cell(heading), overflow="fold")
    for row in rows[1:]:
        table.add_row(*(cell(value) for value in row))
    out.print(table)
