"""Collect the claims of the contract tests: what each test asserts, and how the fact is known."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

import pytest

from tools.evidence.marks import Provenance, provenance_of

ROOT = Path(__file__).resolve().parents[2]


class _Collector:
    """A pytest plugin that stores the claim of each collected test."""

    def __init__(self) -> None:
        self.claims: list[Provenance] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Read the marks of all collected tests."""
        self.claims = [provenance_of(item) for item in session.items]


def collect() -> list[Provenance]:
    """Return the claims of all contract tests.

    Raises:
        SystemExit: The tests cannot be collected; the messages of pytest are on stderr.
    """
    collector, said = _Collector(), io.StringIO()
    arguments = [
        "--collect-only",
        "-qqq",
        "--assert=plain",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--rootdir",
        str(ROOT),
    ]
    with contextlib.redirect_stdout(said):
        code = pytest.main([*arguments, str(ROOT / "tests" / "contract")], plugins=[collector])
    if code != pytest.ExitCode.OK:
        sys.stderr.write(said.getvalue())
        raise SystemExit(int(code))
    return collector.claims
