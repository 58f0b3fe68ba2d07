"""The command line, paths and environment of a script, for both layouts and both SDKs."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from secops_lab.manifest import Form, IntegrationSpec, ScriptSpec

from .errors import HostError

if TYPE_CHECKING:
    from collections.abc import Mapping

STAND_IN: Final = Path(__file__).resolve().parent.parent / "sdk" / "soar_sdk"
# Without proxies and certificate authorities: the caller names those for a remote server in `network`.
_KEPT: Final = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SYSTEMROOT")
# With CLIENT_ADDRESS, the SDK addresses the file storage as http://webhooks, a name that only the platform's
# containers can resolve. `requests` reads from this variable where the requests for this one host go.
_FILE_STORAGE: Final = "http://webhooks_proxy"


@dataclass(frozen=True, slots=True)
class Launch:
    """Starts the scripts of one integration.

    Attributes:
        integration: The integration.
        sdk: The folder that holds the SDK's modules.
        python: The interpreter.
        network: Environment variables for the way to a remote server: proxies, certificate authorities.
    """

    integration: IntegrationSpec
    sdk: Path
    python: str
    network: Mapping[str, str] = field(default_factory=dict, repr=False)

    def command(self, script: ScriptSpec) -> list[str]:
        """The interpreter and the script, without the platform's arguments.

        Raises:
            HostError: If the definition exists, but not the script.
        """
        folder = self.integration.folder
        if self.integration.form is Form.SOURCE:
            path = folder / script.kind.source / f"{script.stem}.py"
            command = [self.python, "-m", f"{folder.name}.{script.kind.source}.{script.stem}"]
        else:
            path = folder / script.kind.scripts / f"{script.stem}.py"
            command = [self.python, str(path)]
        if self.integration.form is Form.SOURCE and not folder.name.isidentifier():
            raise HostError(f"{folder} cannot be run as a package: its name is not a Python identifier")
        if not path.is_file():
            raise HostError(f'{script.kind.name} "{script.name}" has no script: {path} does not exist')
        return command

    def environment(self, host: str, port: int, scratch: Path) -> dict[str, str]:
        """The child's whole environment.

        Args:
            host: The address of the platform.
            port: Its port.
            scratch: A folder for the child's temporary files.
        """
        env = {name: value for name in _KEPT if (value := os.environ.get(name)) is not None}
        env |= self.network
        env |= {"APP_USE_SSL": "False", "APP_IP": host, "APP_PORT": str(port), "TMPDIR": str(scratch)}
        env |= {"CLIENT_ADDRESS": f"{host}:{port}", _FILE_STORAGE: f"http://{host}:{port}"}
        env["PYTHONPATH"] = os.pathsep.join(str(path) for path in self._paths())
        if self.sdk != STAND_IN:  # no byte code is written into another project's checkout
            env["PYTHONDONTWRITEBYTECODE"] = "1"
        return env

    def _paths(self) -> list[Path]:
        # Two paths, because scripts import the SDK as soar_sdk.X and as X.
        sdk = [self.sdk.parent, self.sdk]
        if self.integration.form is Form.SOURCE:
            return [self.integration.folder.parent, *sdk]
        return [self.integration.folder / "Managers", self.sdk, self.sdk.parent]


def find_sdk(folder: Path | None) -> Path:
    """Find the folder of the SDK's modules.

    Args:
        folder: A checkout of the SDK, its `src`, or its `soar_sdk` folder; None selects the stand-in.

    Raises:
        HostError: If the SDK's modules are not found.
    """
    if folder is None:
        return STAND_IN
    folder = folder.expanduser().resolve()
    for candidate in (folder, folder / "soar_sdk", folder / "src" / "soar_sdk"):
        if candidate.name == "soar_sdk" and (candidate / "SiemplifyAction.py").is_file():
            return candidate
    raise HostError(
        f"no SDK in {folder}: expected src/soar_sdk/SiemplifyAction.py, or the src or soar_sdk folder itself"
    )
