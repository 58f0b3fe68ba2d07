"""Ping: test the connection to VMRay with the configured address, key and certificate check."""

from __future__ import annotations

from ..core.soar.vmray_action import Action, Outcome
from ..core.soar.vmray_parameters import Parameters
from ..core.soar.vmray_run import Run


class Ping(Action[Parameters]):
    """Sends one authenticated request to VMRay, and reports whether the request succeeded.

    The action checks the configuration of the integration. The action reads no case data and changes nothing.
    """

    name = "Ping"
    parameters = Parameters

    def perform(self, run: Run, _params: Parameters) -> Outcome:
        """Request one analysis from VMRay."""
        run.client.check_access()
        run.log("Successfully connected to the VMRay server with the provided connection parameters!")
        return Outcome("Successfully tested connectivity.", value=True)

    def failure(self, run: Run, reason: str) -> str:
        """Return the documented sentence, with the reason."""
        run.log(f"Failed to connect to the VMRay server! Error is {reason}")
        return f"Failed to test connectivity. Error is {reason}"


def main() -> None:
    """Run as the platform's process."""
    Ping().start()


if __name__ == "__main__":
    main()
