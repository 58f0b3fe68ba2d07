"""`vmray-secops actions`: list the actions in the YAML files of the integration."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from secops_lab.cli.options import IntegrationOption, JsonOption
from secops_lab.cli.terminal import console
from secops_lab.cli.usage_errors import as_usage_errors
from secops_lab.manifest import ActionSpec
from secops_lab.runs import arguments
from secops_lab.runs.lab import read_integration
from secops_lab.runs.run_document import as_json


def actions(
    action: Annotated[str | None, typer.Argument(metavar="[ACTION]", help="Show only this action.")] = None,
    *,
    json_output: JsonOption = False,
    integration: IntegrationOption = None,
) -> None:
    """List the actions with their parameters, types and defaults."""
    spec = read_integration(integration)
    with as_usage_errors():
        chosen = spec.actions if action is None else (arguments.action(spec, action),)
    if json_output:
        typer.echo(as_json([dataclasses.asdict(each) for each in chosen]))
        return
    out = console()
    for each in chosen:
        out.print(_heading(each))
        out.print(Text(each.description), style="dim")
        if each.parameters:
            out.print(_parameters(each))
        out.print()


def _heading(action: ActionSpec) -> Text:
    heading = Text(action.name, style="bold")
    heading.append("  asynchronous: waits for the analysis" if action.is_async else "", style="not bold")
    return heading


def _parameters(action: ActionSpec) -> Table:
    table = Table(Column("Parameter", no_wrap=True), "Type", "Default", "Mandatory", "Meaning")
    for each in action.parameters:
        table.add_row(each.name, each.type, each.default, "yes" if each.mandatory else "no", each.description)
    return table
