"""`vmray-secops serve`: serve the case wall to a browser. The other commands do not need the extra `web`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from secops_lab.cli.options import (
    DEFAULT_LIFECYCLE,
    DEFAULT_TIMEOUT,
    ApiKeyEnvOption,
    ApiRootOption,
    CaBundleOption,
    IntegrationOption,
    LifecycleOption,
    PollIntervalOption,
    PortOption,
    ProxyOption,
    ScenarioOption,
    SdkOption,
    TimeoutOption,
    VerifySslOption,
)
from secops_lab.cli.terminal import printable
from secops_lab.cli.usage_errors import as_usage_errors, report_unused
from secops_lab.runs.errors import CannotRunError
from secops_lab.runs.lab import Lab, Times, open_lab, read_integration
from secops_lab.runs.network import NetworkOptions
from secops_lab.runs.vmray import DEFAULT_KEY_VARIABLE, ServerOptions, chosen_vmray
from vmray_emulator import KNOWN_SHA256

DEFAULT_PORT = 8421
# The first page must not be empty: with the emulator, a case about a known sample exists from the start.
DEFAULT_SCENARIO = "known-sample"
EXAMPLE_TITLE = "Suspicious download"
EXAMPLE_ENTITIES = (("FILEHASH", KNOWN_SHA256), ("DestinationURL", "http://phishing.example/login"))
# The packages of the extra `web` in pyproject.toml, by import name.
_EXTRA = ("jinja2", "sse_starlette")

MaxUploadOption = Annotated[
    int,
    typer.Option(
        "--max-upload",
        metavar="MIB",
        min=1,
        help="Largest file that the browser may upload; all uploads together may have eight times this size.",
    ),
]


def serve(
    *,
    port: PortOption = DEFAULT_PORT,
    api_root: ApiRootOption = None,
    api_key_env: ApiKeyEnvOption = DEFAULT_KEY_VARIABLE,
    verify_ssl: VerifySslOption = True,
    proxy: ProxyOption = None,
    ca_bundle: CaBundleOption = None,
    scenario: ScenarioOption = DEFAULT_SCENARIO,
    lifecycle: LifecycleOption = DEFAULT_LIFECYCLE,
    timeout: TimeoutOption = DEFAULT_TIMEOUT,
    poll_interval: PollIntervalOption = None,
    max_upload: MaxUploadOption = 128,
    sdk: SdkOption = None,
    integration: IntegrationOption = None,
) -> None:
    """Show cases, runs, insights and widgets in the browser, on loopback, until Ctrl-C."""
    require_web_extra()
    spec = read_integration(integration)
    with as_usage_errors():
        way = NetworkOptions(proxy, ca_bundle, verify_ssl)
        server = ServerOptions(api_root, api_key_env, way)
        vmray = chosen_vmray(server, scenario=scenario, lifecycle=lifecycle)
    with vmray as running, open_lab(running, spec.folder, sdk) as lab:
        report_unused(running.network)
        if running.embedded:
            lab.platform.new_case(EXAMPLE_TITLE, EXAMPLE_ENTITIES)
        _serve(lab, port, Times(whole=timeout, poll=poll_interval), max_upload * 2**20)
    typer.echo("The case wall has stopped.")


def _serve(lab: Lab, port: int, times: Times, upload_limit: int) -> None:
    from secops_lab.web import CaseWall, WallSettings  # noqa: PLC0415 - only this command needs the extra

    settings = WallSettings(
        vmray=lab.vmray.label,
        script_timeout=times.script,
        async_timeout=times.whole,
        poll_interval=lab.poll_interval(times),
        upload_limit=upload_limit,
        uploads_limit=8 * upload_limit,
    )
    try:
        wall = CaseWall(lab.platform, lab.host, settings, port=port)
    except OSError as error:
        raise CannotRunError(f"The case wall could not be started on port {port}: {error}") from error
    typer.echo(f"Case wall: {wall.url}\nVMRay: {printable(lab.vmray.label)}\nPress Ctrl-C to stop.")
    wall.serve()


def require_web_extra() -> None:
    """Check that the extra `web` is installed.

    Raises:
        CannotRunError: The extra is missing; the text explains how to install it.
    """
    missing = [name for name in _EXTRA if find_spec(name) is None]
    if missing:
        raise CannotRunError(
            f"The case wall needs {' and '.join(missing)}: install the extra with "
            "pip install 'vmray-secops[web]', in a checkout pip install -e '.[web]', or run make serve"
        )
