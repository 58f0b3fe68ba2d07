"""The contract suite runs against a real server when told to: proved on an emulator that plays the real one.

The emulator is a process of its own, known to the suite by root and key only.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.contract.servers import LIVE_KEY, LIVE_ROOT, LIVE_SUBMIT, Server, live_server
from tests.contract.servers import PROGRAM as MALICIOUS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SERVE = """
import sys
from vmray_emulator import serve
serve(api_key="key-of-the-real-one", announce=lambda emulator: print(emulator.url, flush=True))
"""
FILES = ("test_account.py", "test_indicators.py", "test_samples.py", "test_submit.py")


@pytest.fixture(scope="module")
def real() -> Iterator[Server]:
    """A server that is nobody's child here: one submission is on it."""
    command = [sys.executable, "-c", SERVE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            server = Server(process.stdout.readline().strip(), "key-of-the-real-one")
            with server.session:
                server.submit(MALICIOUS, "earlier.exe")
                yield server
        finally:
            process.terminate()


def submissions(server: Server) -> int:
    """Return how many submissions the server has."""
    return len(server.get("/submission").data)


def run(server: Server, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run part of the contract suite, live runs only."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VMRAY_", "PYTEST_"))}
    named = {LIVE_ROOT: server.root, LIVE_KEY: server.api_key, **environment}
    files = [str(ROOT / "tests" / "contract" / name) for name in FILES]
    # Plugins that these tests do not need take seconds to load.
    plugins = ["-p", "pytest_timeout", "-p", "xdist.plugin", "-p", "no:cacheprovider"]
    named["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    command = [sys.executable, "-m", "pytest", "-q", *plugins, "-k", "live", *more, *files]
    return subprocess.run(
        command, cwd=ROOT, env={**kept, **named}, capture_output=True, text=True, check=False, timeout=300
    )


def counts(finished: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """Return pytest's own summary: outcome to number."""
    last = finished.stdout.strip().splitlines()[-1]
    return {name: int(number) for number, name in re.findall(r"(\d+) (passed|failed|skipped|error)", last)}


def test_reads_run_and_submissions_do_not(real: Server) -> None:
    """By default everything that reads passes on the server, and nothing is submitted to it."""
    before = submissions(real)
    finished = run(real)
    found = counts(finished)
    assert finished.returncode == 0, finished.stdout
    assert found["passed"] >= 25
    assert f"{LIVE_SUBMIT}=1 allows that" in finished.stdout
    assert submissions(real) == before


def test_submissions_run_after_their_cost_is_told(real: Server) -> None:
    """With the switch set each submitting test is announced with its cost before any runs."""
    before = submissions(real)
    finished = run(real, "-n", "0", **{LIVE_SUBMIT: "1"})
    assert finished.returncode == 0, finished.stdout
    told = re.findall(
        r"^will submit (\d+) sample\(s\), quota cost \1 or more: \S+live", finished.stdout, re.M
    )
    total = sum(int(number) for number in told)
    assert f"{LIVE_SUBMIT}=1: {total} submissions in all, quota cost {total} or more" in finished.stdout
    assert submissions(real) == before + total
    first_result = re.search(r"^\.", finished.stdout, re.MULTILINE)
    assert first_result is not None
    assert finished.stdout.index("will submit") < first_result.start()
    assert "skipped" not in counts(finished)


def test_a_wrong_response_of_the_server_is_a_failure(real: Server) -> None:
    """A server that does not accept the key fails the live runs; it is not taken for absent."""
    finished = run(Server(real.root, "another-key"), "-x")
    assert finished.returncode == pytest.ExitCode.TESTS_FAILED
    assert not counts(finished).get("passed")


def test_without_a_server_the_runs_are_skipped_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """Root or key missing means that there is no real server."""
    monkeypatch.setenv(LIVE_ROOT, "https://vmray.test/rest/")
    monkeypatch.delenv(LIVE_KEY, raising=False)
    assert live_server() is None
    monkeypatch.setenv(LIVE_KEY, "key")
    server = live_server()
    assert server is not None
    assert (server.root, server.live) == ("https://vmray.test", True)
