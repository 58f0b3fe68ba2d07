"""The laboratory of the action tests, for the suites that run examples."""

from tests.actions.conftest import lab, secops, vmray

__all__ = ["lab", "secops", "vmray"]
