"""The contract suite can run against a real server; here it runs against an emulator in another process.

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
    """Start an emulator in another process; it has one submission."""
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
    """Return the number of submissions on the server."""
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
    """Return the numbers in the summary of pytest, by outcome."""
    last = finished.stdout.strip().splitlines()[-1]
    return {name: int(number) for number, name in re.findall(r"(\d+) (passed|failed|skipped|error)", last)}


def test_reads_run_and_submits_do_not_by_default(real: Server) -> None:
    """Given no switch, all reading tests pass on the server, and none submits a sample."""
    before = submissions(real)
    finished = run(real)
    found = counts(finished)
    assert finished.returncode == 0, finished.stdout
    assert found["passed"] >= 25
    assert f"{LIVE_SUBMIT}=1 allows that" in finished.stdout
    assert submissions(real) == before


def test_submits_run_after_their_cost_is_printed(real: Server) -> None:
    """Given the switch, the cost of each submitting test is printed before any test runs."""
    before = submissions(real)
    finished = run(real, "-n", "0", **{LIVE_SUBMIT: "1"})
    assert finished.returncode == 0, finished.stdout
    announced = re.findall(
        r"^will submit (\d+) sample\(s\), quota cost \1 or more: \S+live", finished.stdout, re.M
    )
    total = sum(int(number) for number in announced)
    assert f"{LIVE_SUBMIT}=1: {total} submissions in all, quota cost {total} or more" in finished.stdout
    assert submissions(real) == before + total
    first_result = re.search(r"^\.", finished.stdout, re.MULTILINE)
    assert first_result is not None
    assert finished.stdout.index("will submit") < first_result.start()
    assert "skipped" not in counts(finished)


def test_a_rejected_key_fails_the_live_runs(real: Server) -> None:
    """Given a key that the server does not accept, the live runs fail; they are not skipped."""
    finished = run(Server(real.root, "another-key"), "-x")
    assert finished.returncode == pytest.ExitCode.TESTS_FAILED
    assert not counts(finished).get("passed")


def test_a_live_server_needs_root_and_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given the root without a key, then there is no live server; given both, then there is one."""
    monkeypatch.setenv(LIVE_ROOT, "https://vmray.test/rest/")
    monkeypatch.delenv(LIVE_KEY, raising=False)
    assert live_server() is None
    monkeypatch.setenv(LIVE_KEY, "key")
    server = live_server()
    assert server is not None
    assert (server.root, server.live) == ("https://vmray.test", True)
