"""`vmray-secops actions`: what can be run, read from the YAML files of the integration."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from secops_lab.cli import arguments
from secops_lab.cli.json_output import as_json
from secops_lab.cli.lab import read_integration
from secops_lab.cli.options import IntegrationOption, JsonOption
from secops_lab.cli.suggest import UnknownNameError
from secops_lab.cli.terminal import console
from secops_lab.manifest import ActionSpec


def actions(
    action: Annotated[str | None, typer.Argument(metavar="[ACTION]", help="Only this one.")] = None,
    *,
    json_output: JsonOption = False,
    integration: IntegrationOption = None,
) -> None:
    """List the actions with their parameters, types and defaults."""
    spec = read_integration(integration)
    try:
        chosen = spec.actions if action is None else (arguments.action(spec, action),)
    except UnknownNameError as error:
        raise typer.BadParameter(str(error)) from error
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
