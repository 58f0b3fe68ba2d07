"""Wait For Submission: wait for submissions and jobs, and report the worst verdict with the path to it."""

from __future__ import annotations

from ..core.soar.vmray_wait_action import WaitAction, WaitParameters


class WaitForSubmission(WaitAction):
    """Waits for submissions that exist, and for the samples inside them, which VMRay submits itself.

    The outcome is the worst verdict, with the path of samples that leads to it. What is not finished at the deadline
    is named, and can be waited for by another run of the action. Nothing is submitted, and no quota is used.
    """

    name = "Wait For Submission"
    parameters = WaitParameters


def main() -> None:
    """Run as the platform's process."""
    WaitForSubmission().start()


if __name__ == "__main__":
    main()
