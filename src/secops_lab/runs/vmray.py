"""Choose the VMRay of a run: the embedded emulator, or the server in the options."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from secops_lab.runs import arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@dataclass(frozen=True, slots=True)
class VMRay:
    """A VMRay to run actions against.

    Attributes:
        api_root: The root URL for the integration's configuration.
        api_key: The API key; never shown.
        verify_ssl: Whether the certificate is verified.
        embedded: Whether this is the emulator of this process.
    """

    api_root: str
    api_key: str = field(repr=False)
    verify_ssl: bool
    embedded: bool

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
        return "the embedded VMRay emulator" if self.embedded else self.api_root


def chosen_vmray(
    api_root: str | None, key_variable: str, *, verify_ssl: bool, scenario: str, lifecycle: str
) -> AbstractContextManager[VMRay]:
    """Return the VMRay in a command's options: the server at `api_root`, or the embedded emulator.

    Raises:
        BadArgumentError: The root is not a valid address.
        MissingKeyError: The API key is missing.
    """
    if api_root is None:
        return embedded_vmray(scenario, lifecycle)
    return nullcontext(named_vmray(arguments.api_root(api_root), key_variable, verify_ssl=verify_ssl))


def named_vmray(api_root: str, key_variable: str, *, verify_ssl: bool) -> VMRay:
    """Return the VMRay at `api_root` with the API key from an environment variable.

    Raises:
        MissingKeyError: The variable is unset or empty.
    """
    key = os.environ.get(key_variable, "").strip()
    if not key:
        raise MissingKeyError(key_variable)
    return VMRay(api_root, key, verify_ssl, embedded=False)


@contextmanager
def embedded_vmray(scenario: str, lifecycle: str) -> Iterator[VMRay]:
    """Run the emulator in this process and yield the emulator as a `VMRay`.

    Args:
        scenario: The scenario of the emulator.
        lifecycle: The speed of analyses, for example `realtime:60`.
    """
    from vmray_emulator import EmbeddedEmulator  # noqa: PLC0415 - only runs on the emulator need its server

    with EmbeddedEmulator(port=0, scenario=scenario, lifecycle=lifecycle) as emulator:
        yield VMRay(emulator.url, emulator.api_key, verify_ssl=True, embedded=True)


def emulator_limits() -> str:
    """Return the path of the emulator's limits: a file in a checkout, or its name in the repository."""
    described = Path(__file__).resolve().parents[3] / _LIMITS
    return str(described) if described.is_file() else _LIMITS
