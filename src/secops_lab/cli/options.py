"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from secops_lab.runs.suggest import UnknownNameError, find
from vmray_emulator import SCENARIOS
from vmray_emulator.clock import Lifecycle


def _known_scenario(name: str) -> str:
    try:
        return find("scenario", name, {known: known for known in SCENARIOS})
    except UnknownNameError as error:
        raise typer.BadParameter(str(error)) from error


def _understood_lifecycle(text: str) -> str:
    try:
        return str(Lifecycle.parse(text))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _named_file(text: str) -> Path:
    if not text.strip():  # an empty path would be the current folder
        raise typer.BadParameter("the name of the file is empty")
    return Path(text)


# An analysis takes two minutes of emulated time: three seconds at this speed.
DEFAULT_LIFECYCLE = "realtime:40"
# The platform's default timeout for an asynchronous action.
DEFAULT_TIMEOUT = 3_600.0

ApiRootOption = Annotated[
    str | None,
    typer.Option("--api-root", metavar="URL", help="Root URL of a VMRay; default: the embedded emulator."),
]
ApiKeyEnvOption = Annotated[
    str,
    typer.Option(
        "--api-key-env", metavar="NAME", help="Environment variable that holds the API key for --api-root."
    ),
]
VerifySslOption = Annotated[
    bool,
    typer.Option("--verify-ssl/--no-verify-ssl", help="Verify the certificate of --api-root."),
]
ProxyOption = Annotated[
    str | None,
    typer.Option(
        "--proxy",
        metavar="URL",
        help="Proxy for --api-root, http://HOST:PORT; default: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY.",
    ),
]
CaBundleOption = Annotated[
    Path | None,
    typer.Option(
        "--ca-bundle",
        metavar="FILE",
        parser=_named_file,
        help="PEM file of the certificate authorities to accept for --api-root; "
        "default: REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE.",
    ),
]
PortOption = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="Port on loopback; 0 selects a free port.")
]
ScenarioOption = Annotated[
    str,
    typer.Option(
        "--scenario",
        metavar="NAME",
        callback=_known_scenario,
        help=f"Scenario of the emulator: {', '.join(SCENARIOS)}.",
    ),
]
LifecycleOption = Annotated[
    str,
    typer.Option(
        "--lifecycle",
        metavar="immediate|reads:N|realtime:SPEED|manual",
        callback=_understood_lifecycle,
        help="When analyses finish in the emulator: immediately, after N reads, or at a speed.",
    ),
]
TimeoutOption = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", min=1, help="Timeout of an asynchronous action."),
]
PollIntervalOption = Annotated[
    float | None,
    typer.Option(
        "--poll-interval",
        metavar="SECONDS",
        min=0,
        help="Interval between status checks; default: 1 embedded, 20 remote.",
    ),
]
SdkOption = Annotated[
    Path | None,
    typer.Option(
        "--sdk",
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="Checkout of the real SecOps SDK (soar-sdk) to use instead of the stand-in.",
    ),
]
IntegrationOption = Annotated[
    Path | None,
    typer.Option(
        "--integration",
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="Folder of the integration, source or built layout.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else on stdout.")
]
