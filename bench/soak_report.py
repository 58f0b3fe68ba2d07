"""Write the summary of the soak test: a table on the terminal, and `docs/soak.md`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench.action import MEBI, REAL_SDK
from bench.report import ROOT, machine
from bench.soak_load import KINDS, Done
from bench.soak_messages import parse_details, parse_message

PAGE = ROOT / "docs" / "soak.md"
MAX_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Summary:
    """One soak.

    Attributes:
        seed: Seed of load and faults.
        entities: Number of hashes and URLs.
        uploads: Number of files.
        pace: Mean number of injected faults per second.
        seconds: Wall time.
        done: All jobs.
        wrong: The violations; empty if every check passed.
        faults: Number of requests to hit, by kind of fault.
        unmet: Number of these faults that no request met.
        stored: Number of submissions that VMRay stored.
        not_stored: Number of URLs and files that were not stored.
        peaks: For each action, the median peak memory of the first and of the last third of its full runs.
    """

    seed: int
    entities: int
    uploads: int
    pace: float
    seconds: float
    done: Sequence[Done]
    wrong: Sequence[str]
    faults: Counter[str]
    unmet: int
    stored: int
    not_stored: int
    peaks: Mapping[str, tuple[int, int]]

    @property
    def command(self) -> str:
        """The command that repeats this soak test."""
        sizes = f"--seed {self.seed} --entities {self.entities} --uploads {self.uploads}"
        return f'make soak ARGS="{sizes} --pace {self.pace:g}"'

    def rows(self) -> list[tuple[str, str]]:
        """Return the rows of the table: description and figure."""
        met = sum(self.faults.values()) - self.unmet
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.faults.most_common())
        rounds = [each for one in self.done for attempt in one.attempts for each in attempt.run.rounds]
        submitted = sum(len(one.job.items) for one in self.done if one.job.kind.submits)
        return [
            ("time", f"{self.seconds:.0f} s, {len(rounds)} processes"),
            ("requests that met a fault", f"{met:,} (ordered: {kinds})"),
            *(row for kind in KINDS for row in self._of_action(kind.action)),
            ("URLs and files submitted", f"{submitted:,}"),
            (
                "submissions stored by VMRay",
                f"{self.stored:,}; none twice: {'yes' if not self._twice else 'NO'}",
            ),
            ("not stored, each named with its reason", f"{self.not_stored:,}"),
            ("violations", f"{len(self.wrong):,}"),
        ]

    @property
    def _twice(self) -> bool:
        return any("was submitted " in each for each in self.wrong)

    def _of_action(self, action: str) -> list[tuple[str, str]]:
        ours = [one for one in self.done if one.job.kind.action == action]
        items = sum(len(one.job.items) for one in ours)
        again = sum(len(one.attempts) - 1 for one in ours)
        good = sum(_with_result(one) for one in ours)
        first, last = self.peaks.get(action, (0, 0))
        memory = f"{first / MEBI:.1f} MiB → {last / MEBI:.1f} MiB"
        runs = f"{len(ours)} runs, {again} more after a cause that concerned all (401, 403, redirect)"
        return [
            (f"{action}: items", f"{items:,} in {runs}"),
            (f"{action}: with a result, named with a reason", f"{good:,}, {items - good:,}"),
            (f"{action}: peak memory, first third → last third", memory),
        ]

    def reasons(self) -> Counter[str]:
        """Count the reasons that messages gave for items, with numbers removed."""
        found: Counter[str] = Counter()
        for one in self.done:
            reasons, _ = parse_details(parse_message(one.attempts[-1].run.message).details, one.job.names)
            found.update(_without_numbers(why) for lines in reasons.values() for why in lines)
        return found


def show(summary: Summary) -> None:
    """Print the summary."""
    table = Table("what", "this run", title=f"Soak, seed {summary.seed}")
    for what, figure in summary.rows():
        table.add_row(escape(what), escape(figure))
    Console().print(table)
    for each in summary.wrong[:MAX_SHOWN]:
        print(f"VIOLATION {each}")


def write_page(summary: Summary) -> None:
    """Write the page."""
    sdk = "the real SDK" if REAL_SDK else "the stand-in for the SDK"
    lines = [
        "# Soak",
        "",
        "Written by `make soak`. Actions run as real processes against an emulator that injects random",
        "faults: error statuses, throttling, resets before or after a request took effect, stalls, cut-off",
        "responses, responses not from VMRay, responses that repeat the API key. The seed determines",
        "the load and the order of faults; which request meets a fault depends on timing. A run that fails",
        "with a fatal error (401, 403, a redirect) is repeated, as a playbook would do.",
        "",
        f"Command: `{summary.command}`. Machine: {machine()}. Actions ran on {sdk}.",
        "",
        "| what | this run |",
        "|---|---|",
        *(f"| {what} | {figure} |" for what, figure in summary.rows()),
        "",
        "## Checked",
        "- Each entity and file is named once, as done or with a reason; JSON, entity and message agree.",
        "- VMRay stores at most one submission per URL and file, and exactly one where there is a result.",
        "- Every line of every message and log is a known sentence.",
        "- API key, sample passwords and account ids are in no output, log or call to the platform.",
        "- Processes end by themselves, before their deadline, and their memory does not grow.",
        "",
        "## Explanations of items",
        "| times | text |",
        "|---|---|",
        *(f"| {count:,} | {text} |" for text, count in summary.reasons().most_common()),
        "",
        *(
            ["## Violations", *(f"- `{each[:300]}`" for each in summary.wrong[:MAX_SHOWN]), ""]
            if summary.wrong
            else []
        ),
    ]
    PAGE.write_text("\n".join(lines), "utf-8")


def _with_result(one: Done) -> int:
    last = one.attempts[-1].run
    if one.job.kind.entity_type:
        return len(last.json_result or [])
    return sum(1 for row in (last.json_result or {"files": []})["files"] if row["result"] == "ok")


def _without_numbers(text: str) -> str:
    words = [("N" if word.strip(",;").isdecimal() else word) for word in text.split(" ")]
    return " ".join(words)
