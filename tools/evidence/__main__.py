"""`python -m tools.evidence [--check]`: write docs/api-evidence.md from the contract tests, or compare."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from pathlib import Path

import pytest

from tools.evidence.marks import Provenance, provenance_of
from tools.evidence.page import render
from tools.evidence.usage import emulated_endpoints

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "api-evidence.md"


class _Collector:
    """A pytest plugin that keeps what each collected test claims."""

    def __init__(self) -> None:
        self.claims: list[Provenance] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Read the marks of everything that was collected."""
        self.claims = [provenance_of(item) for item in session.items]


def collect() -> list[Provenance]:
    """The claims of all contract tests.

    Raises:
        SystemExit: They cannot be collected; pytest's own words are on stderr.
    """
    collector, said = _Collector(), io.StringIO()
    arguments = ["--collect-only", "-qqq", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(ROOT)]
    with contextlib.redirect_stdout(said):
        code = pytest.main([*arguments, str(ROOT / "tests" / "contract")], plugins=[collector])
    if code != pytest.ExitCode.OK:
        sys.stderr.write(said.getvalue())
        raise SystemExit(int(code))
    return collector.claims


def main() -> None:
    """Write the page, or say whether it is up to date."""
    parser = argparse.ArgumentParser(prog="python -m tools.evidence", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare; fail if out of date")
    options = parser.parse_args()
    wanted = render(collect(), emulated_endpoints())
    if not options.check:
        PAGE.write_text(wanted, "utf-8")
        return
    if not PAGE.is_file() or PAGE.read_text("utf-8") != wanted:
        raise SystemExit(f"{PAGE.relative_to(ROOT)} is out of date: run python -m tools.evidence")


if __name__ == "__main__":
    main()
