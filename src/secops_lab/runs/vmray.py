"""Choose the VMRay of a run: the embedded emulator, or the server in the options."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from secops_lab.runs import arguments
from secops_lab.runs.network import NO_NETWORK, Network, NetworkOptions, embedded_network, remote_network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vmray_emulator.control import Control

DEFAULT_KEY_VARIABLE = "VMRAY_API_KEY"
# Not a secret: the key of an emulator on loopback. Fixed, so that nobody must copy it to another terminal.
EMULATOR_API_KEY = "emulator-key-that-is-no-secret"
_LIMITS = "docs/limits.md"


class MissingKeyError(arguments.BadArgumentError):
    """A remote VMRay has no API key."""

    def __init__(self, variable: str) -> None:
        self.variable = variable
        super().__init__(variable)

    def __str__(self) -> str:
        """Name the environment variable to set."""
        return (
            f"The environment variable {self.variable} holds no API key: "
            f"export {self.variable}=… or name another one with --api-key-env"
        )


class ServerOptions(NamedTuple):
    """The options of a command that concern a remote VMRay.

    Attributes:
        api_root: The root URL; None selects the embedded emulator.
        key_variable: The environment variable with the API key.
        network: The way to the server.
    """

    api_root: str | None
    key_variable: str
    network: NetworkOptions


@dataclass(frozen=True, slots=True)
class VMRay:
    """A VMRay to run actions against.

    Attributes:
        api_root: The root URL for the integration's configuration.
        api_key: The API key; never shown.
        verify_ssl: Whether the certificate is verified.
        control: Reads and changes the objects of the emulator of this process; None for any other VMRay.
        network: The way to a remote server; never shown, because an address of a proxy can have a password.
    """

    api_root: str
    api_key: str = field(repr=False)
    verify_ssl: bool
    control: Control | None = field(repr=False)
    network: Network = field(repr=False)

    @property
    def embedded(self) -> bool:
        """Whether this is the emulator of this process."""
        return self.control is not None

    @property
    def configuration(self) -> dict[str, str]:
        """The integration's configuration in the platform's form: every value is text."""
        return {
            "Api Root": self.api_root,
            "Api Key": self.api_key,
            "Verify SSL": str(self.verify_ssl).lower(),
        }

    @property
    def label(self) -> str:
        """The description for a user."""
        return "the embedded VMRay emulator" if self.embedded else arguments.without_login(self.api_root)


def chosen_vmray(options: ServerOptions, *, scenario: str, lifecycle: str) -> AbstractContextManager[VMRay]:
    """Return the VMRay in a command's options: the server at `api_root`, or the embedded emulator.

    Raises:
        BadArgumentError: The root, or an option for the way to the server, is wrong.
        MissingKeyError: The API key is missing.
    """
    if options.api_root is None:
        way = embedded_network(options.network, os.environ)
        return embedded_vmray(scenario, lifecycle, way)
    root = arguments.api_root(options.api_root)
    way = remote_network(root, options.network, os.environ)
    return nullcontext(_named_vmray(options.api_root, options, way))


def _named_vmray(api_root: str, options: ServerOptions, way: Network) -> VMRay:
    key = os.environ.get(options.key_variable, "").strip()
    if not key:
        raise MissingKeyError(options.key_variable)
    return VMRay(api_root, key, options.network.verify_ssl, control=None, network=way)


@contextmanager
def embedded_vmray(scenario: str, lifecycle: str, way: Network = NO_NETWORK) -> Iterator[VMRay]:
    """Run the emulator in this process and yield the emulator as a `VMRay`.

    Args:
        scenario: The scenario of the emulator.
        lifecycle: The speed of analyses, for example `realtime:60`.
        way: Has no variables; names the settings of the user that are not used.
    """
    from vmray_emulator import EmbeddedEmulator  # noqa: PLC0415 - only runs on the emulator need its server

    with EmbeddedEmulator(port=0, scenario=scenario, lifecycle=lifecycle) as emulator:
        yield VMRay(emulator.url, emulator.api_key, verify_ssl=True, control=emulator.control, network=way)


def emulator_limits() -> str:
    """Return the path of the emulator's limits: a file in a checkout, or its name in the repository."""
    described = Path(__file__).resolve().parents[3] / _LIMITS
    return str(described) if described.is_file() else _LIMITS
