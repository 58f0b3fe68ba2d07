"""`vmray-secops emulate`: serve the VMRay emulator for other terminals and other clients."""

from __future__ import annotations

import os
import shlex
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from secops_lab.cli.options import DEFAULT_LIFECYCLE, LifecycleOption, PortOption, ScenarioOption
from secops_lab.cli.usage_errors import as_usage_errors
from secops_lab.runs.errors import CannotRunError
from secops_lab.runs.suggest import UnknownNameError, find
from secops_lab.runs.vmray import DEFAULT_KEY_VARIABLE, EMULATOR_API_KEY, MissingKeyError, emulator_limits
from vmray_emulator.gateways import GATEWAYS
from vmray_emulator.versions import known_version

if TYPE_CHECKING:
    from vmray_emulator import EmbeddedEmulator
    from vmray_emulator.gateways import Gateway

DEFAULT_PORT = 8420


def _known_version(text: str) -> str:
    try:
        return str(known_version(text))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _known_gateway(name: str | None) -> str | None:
    if name is None:
        return None
    try:
        return find("gateway", name, {known: known for known in GATEWAYS})
    except UnknownNameError as error:
        raise typer.BadParameter(str(error)) from error


DbOption = Annotated[
    Path | None,
    typer.Option("--db", metavar="FILE", dir_okay=False, help="Keep the state in this file across restarts."),
]
ServerVersionOption = Annotated[
    str,
    typer.Option(
        "--server-version",
        metavar="X.Y.Z",
        callback=_known_version,
        help="Emulate a VMRay of this version.",
    ),
]
AcceptedKeyOption = Annotated[
    str | None,
    typer.Option("--api-key-env", metavar="NAME", help="Environment variable with the API key to accept."),
]


BehindOption = Annotated[
    str | None,
    typer.Option(
        "--behind",
        metavar="NAME",
        callback=_known_gateway,
        help=f"Gateway to put before the emulator, to see its messages: {', '.join(GATEWAYS)}.",
    ),
]


def emulate(
    *,
    port: PortOption = DEFAULT_PORT,
    scenario: ScenarioOption = "default",
    db: DbOption = None,
    server_version: ServerVersionOption = "2026.2.1",
    lifecycle: LifecycleOption = DEFAULT_LIFECYCLE,
    api_key_env: AcceptedKeyOption = None,
    behind: BehindOption = None,
) -> None:
    """Serve an emulated VMRay REST API on loopback until Ctrl-C. Limits: docs/limits.md."""
    from vmray_emulator import EmbeddedEmulator  # noqa: PLC0415 - other commands do without it

    with as_usage_errors():
        key = _api_key(api_key_env)
    with _started(port, db):
        emulator = EmbeddedEmulator(
            port=port,
            api_key=key,
            scenario=scenario,
            db=db,
            lifecycle=lifecycle,
            server_version=server_version,
            behind=behind,
        )
        with emulator as running:
            ended = _end_asked_for()  # before the first line: its reader may send the signal at once
            _introduce(running, server_version, db, behind)
            ended.wait()
    typer.echo("The emulator has stopped.")


@contextmanager
def _started(port: int, db: Path | None) -> Iterator[None]:
    """Return the reason why the emulator could not be started."""
    try:
        yield
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    except sqlite3.Error as error:
        raise CannotRunError(f"{db} cannot be used as the emulator's database: {error}") from error
    except OSError as error:
        raise CannotRunError(f"The emulator could not be started on port {port}: {error}") from error


def _api_key(variable: str | None) -> str:
    if variable is None:
        return EMULATOR_API_KEY
    key = os.environ.get(variable, "").strip()
    if not key:
        raise MissingKeyError(variable)
    return key


def _introduce(emulator: EmbeddedEmulator, server_version: str, db: Path | None, behind: str | None) -> None:
    own = version("vmray-secops")
    gateway = GATEWAYS[behind] if behind else None
    command = ["vmray-secops", "run", *(gateway.run if gateway else ("Ping",)), "--api-root", emulator.url]
    typer.echo(
        f"VMRay emulator {own}: not a VMRay. Nothing is analysed, verdicts follow fixed rules.\n"
        f"Emulated version: VMRay {server_version}. Limits: {emulator_limits()}\n"
        f"State: {db if db else 'in memory, lost when this process exits (use --db FILE to keep it)'}\n"
        f"\n"
        f"Root: {emulator.url}\n"
        f"Key:  {emulator.api_key}\n"
        f"\n"
        f"{_described(behind, gateway) if behind and gateway else ''}"
        f"In another terminal:\n"
        f"  export {DEFAULT_KEY_VARIABLE}={emulator.api_key}\n"
        f"  {shlex.join(command)}\n"
        f"{_remedy(command, emulator.authority) if emulator.authority else ''}"
        f"\n"
        f"Press Ctrl-C to stop."
    )


def _described(name: str, gateway: Gateway) -> str:
    return f"Behind: {name}. {gateway.about}\nThe message to expect: … {gateway.message} …\n\n"


def _remedy(command: list[str], authority: Path) -> str:
    trusting = shlex.join([*command, "--ca-bundle", str(authority)])
    return f"With the authority of the gateway, the action succeeds:\n  {trusting}\n"


def _end_asked_for() -> threading.Event:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    return ended
