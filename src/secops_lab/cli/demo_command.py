"""`vmray-secops demo`: run a chosen set of actions on a real file, each as a process, on the emulator."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from secops_lab.cli.exit_codes import ExitCode
from secops_lab.cli.options import DEFAULT_LIFECYCLE, IntegrationOption, LifecycleOption, SdkOption
from secops_lab.cli.progress import show_progress
from secops_lab.cli.terminal import cell, console, printable
from secops_lab.cli.view import show_crash, show_run, state_text
from secops_lab.host import RunState
from secops_lab.runs.lab import Lab, Order, Times, open_lab, read_integration
from secops_lab.runs.verdict_summary import VerdictRow, verdict_rows
from secops_lab.runs.vmray import embedded_vmray, emulator_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from secops_lab.host import ActionRun
    from secops_lab.host.outcome import JsonValue

DEFAULT_FILE = Path("/bin/ls")
URL = "http://phishing.example/login"
ANOTHER_URL = "http://phishing.example/invoice"
TAG = "secops-demo"


def demo(
    *,
    file: Annotated[
        Path,
        typer.Option(
            "--file", metavar="FILE", exists=True, dir_okay=False, readable=True, help="The file to upload."
        ),
    ] = DEFAULT_FILE,
    lifecycle: LifecycleOption = DEFAULT_LIFECYCLE,
    sdk: SdkOption = None,
    integration: IntegrationOption = None,
) -> None:
    """Upload, scan, tag and ping; then take a tour: submit, wait, read why, collect evidence."""
    spec = read_integration(integration)
    out = console()
    out.print(
        "The demo uploads a file, scans its hash and a URL, tags the submission and tests the connection.\n"
        "Then it takes a tour of the single steps: submit, wait, read why, collect evidence, export IOCs.\n"
        "Each action of the VMRay integration is a separate process, on an embedded emulator.\n"
        "The emulator decides verdicts by fixed rules: they say nothing about your file, and the links to\n"
        f"reports lead nowhere. Other limits: {printable(emulator_limits())}\n",
        soft_wrap=True,
    )
    with embedded_vmray("default", lifecycle) as vmray, open_lab(vmray, spec.folder, sdk) as lab:
        show = _Demo(lab, out)
        show.play(file.absolute())
        if all(worked(run) for run in show.runs):  # otherwise the tour fails for the same reason
            show.tour(file.absolute())
    show.sum_up()
    all_done = all(worked(run) for run in show.runs)
    raise typer.Exit(ExitCode.DONE if all_done else ExitCode.ACTION_FAILED)


def worked(run: ActionRun) -> bool:
    """Return whether the action completed, and not without success."""
    return run.state is RunState.COMPLETED and not run.is_in_vain


def _worst_sample(json_result: JsonValue) -> str:
    """Return the id of the worst sample in the result of a wait; empty if there is none."""
    worst = (json_result or {}).get("worst") or {}
    return str(worst.get("sample_id") or "")


@dataclass(slots=True)
class _Demo:
    lab: Lab
    out: Console
    runs: list[ActionRun] = field(default_factory=list)

    def play(self, file: Path) -> None:
        """Run the actions of the demo; a failed action does not stop the demo."""
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        self._say(f"upload {file} and wait for its analysis")
        uploaded = self._run("Upload File And Get Report", parameters={"Sample File Path": str(file)})
        submission = next((finding.submission_id for finding in uploaded), "")
        self._say("look up its SHA-256")
        self._run("Scan Hash", [("FILEHASH", sha256)])
        self._say(f"submit {URL} and wait for its analysis")
        self._run("Scan URL", [("DestinationURL", URL)])
        self._say(f"tag the file's submission {submission or '(there is none)'}")
        self._run("Add Tag to Submission", parameters={"Submission ID": submission, "Tag Name": TAG})
        self._say("test the connection")
        self._run("Ping")

    def tour(self, file: Path) -> None:
        """Run the single steps, as a playbook with its own conditions combines them."""
        self._say(f"tour: submit {file} and {ANOTHER_URL} without waiting")
        again = {"Reuse Younger Than Days": "0"}  # the file was analysed just now
        submitted = self._run("Submit File", parameters={"Files": str(file), **again})
        submitted += self._run("Submit URL", parameters={"URLs": ANOTHER_URL})
        submissions = ",".join(row.submission_id for row in submitted if row.submission_id)
        self._say("tour: wait for both")
        self._run("Wait For Submission", parameters={"Submission IDs": submissions})
        worst = {"Samples": _worst_sample(self.runs[-1].json_result)}
        self._say("tour: read why the worst sample has its verdict")
        self._run("Get Sample Report", parameters=worst)
        self._say("tour: attach its report and a screenshot")
        self._run("Get Report PDF", parameters=worst)
        self._run("Get Screenshots", parameters={**worst, "Max Screenshots": "1"})
        self._say("tour: show what the sample did")
        self._run("Get Behavior Details", parameters=worst)
        self._say("tour: hand over its IOCs, as a file and as entities of the case")
        self._run("Export IOCs", parameters=worst)
        self._run("Add IOCs As Entities", parameters=worst)
        self._say("tour: tag both submissions")
        self._run("Update Tags", parameters={"Submission IDs": submissions, "Tags To Add": TAG})
        self._say("tour: show what is left of the quota")
        self._run("Get Quota", tables=True)

    def _say(self, what: str) -> None:
        self.out.print(Text(f"Step {len(self.runs) + 1}: {printable(what)}", style="cyan"), soft_wrap=True)

    def _run(
        self,
        name: str,
        entities: Sequence[tuple[str, str]] = (),
        parameters: dict[str, str] | None = None,
        *,
        tables: bool = False,
    ) -> list[VerdictRow]:
        with show_progress(name) as progress:
            run, case = self.lab.run(Order(name, entities, parameters or {}), Times(), progress.round_done)
        show_run(self.out, run, case, tables=tables)
        if run.state is RunState.CRASHED:
            show_crash(self.out, run)
        self.out.print()
        self.runs.append(run)
        return verdict_rows(run.json_result)

    def sum_up(self) -> None:
        """Print one line for each action."""
        table = Table(
            "Action", "State", "Result", "Verdict", "Processes", "Seconds", box=None, pad_edge=False
        )
        for run in self.runs:
            verdicts = ", ".join(finding.verdict for finding in verdict_rows(run.json_result))
            seconds = sum(each.duration for each in run.rounds)
            cells = cell(run.result_value), cell(verdicts), Text(str(len(run.rounds))), Text(f"{seconds:.1f}")
            table.add_row(Text(run.action), state_text(run.state), *cells)
        self.out.print(Rule(Text("Summary", style="bold"), align="left"))
        self.out.print(table)
        good = sum(worked(run) for run in self.runs)
        self.out.print(f"\n{good} of {len(self.runs)} actions succeeded. Next: vmray-secops run --help")
