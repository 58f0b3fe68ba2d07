"""Fixtures: the servers of the contract tests; and the rule that each test names the source of its claim."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.contract.servers import LIVE, LIVE_KEY, LIVE_ROOT, LIVE_SUBMIT, PROGRAM, Server, live_server
from tests.contract.situations import Situation
from tests.contract.subjects import Subject, newest_subject, subject_of
from tests.contract.submitting import costs_of, may_submit
from tools.evidence.marks import require_provenance

from vmray_emulator import SERVER_VERSIONS, EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

HERE = Path(__file__).parent
NO_LIVE_SERVER = f"no real server: set {LIVE_ROOT} and {LIVE_KEY} to run the same tests against one"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fail the collection when a contract test does not have exactly one valid mark of provenance."""
    require_provenance(items, HERE)


def pytest_report_collectionfinish(items: list[pytest.Item]) -> list[str]:
    """Print the cost of submissions to a real server before the first test runs."""
    return costs_of([item for item in items if item.path.is_relative_to(HERE)])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Report all tests that need a real server in one line instead of one line each."""
    report = yield
    if (
        call.excinfo is not None
        and NO_LIVE_SERVER in str(call.excinfo.value)
        and item.path.is_relative_to(HERE)
    ):
        report.longrepr = (str(Path(__file__)), 1, f"Skipped: {NO_LIVE_SERVER}")
    return report


@pytest.fixture(scope="session", params=[*SERVER_VERSIONS, LIVE])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Return an emulator of each version and the real server, one for each run of a test, for reading.

    The emulators live as long as the session, so a test must not rely on what else they store.
    """
    if request.param == LIVE:
        live = live_server()
        if live is None:
            pytest.skip(NO_LIVE_SERVER)
        with live.session:
            yield live
        return
    with EmbeddedEmulator(server_version=request.param) as emulator:
        one = Server(emulator.url, emulator.api_key)
        with one.session:
            yield one


@pytest.fixture
def submittable(server: Server, request: pytest.FixtureRequest) -> Server:
    """Return the same servers for tests that submit; the real one only when the switch allows it."""
    if server.live and not may_submit():
        pytest.skip(f"it would submit to a real server; {LIVE_SUBMIT}=1 allows that")
    if server.live and hasattr(request.config, "workerinput"):
        pytest.fail(
            f"submitting to a real server needs -n 0, so that costs are printed first ({LIVE_SUBMIT})"
        )
    return server


@pytest.fixture(scope="session")
def subject(server: Server) -> Subject:
    """Return a finished malicious sample."""
    if server.live:
        return newest_subject(server)
    response = server.submit(PROGRAM + b"subject", "invoice.exe", tags="contract")
    number = response["submissions"][0]["submission_id"]
    return subject_of(server, server.get(f"/submission/{number}").data)


@pytest.fixture(params=SERVER_VERSIONS)
def emulator(request: pytest.FixtureRequest) -> Iterator[EmbeddedEmulator]:
    """Return an emulator of each version for one test, which may use its control interface."""
    with EmbeddedEmulator(server_version=request.param) as emulator:
        yield emulator
        assert emulator.control.pending_faults() == []


@pytest.fixture
def emulator_server(emulator: EmbeddedEmulator) -> Iterator[Server]:
    """Return the HTTP client of that emulator."""
    one = Server(emulator.url, emulator.api_key)
    with one.session:
        yield one


@pytest.fixture(scope="session")
def newest_emulator() -> Iterator[Situation]:
    """Return an emulator of the newest version that all tests share."""
    with EmbeddedEmulator() as emulator:
        one = Server(emulator.url, emulator.api_key)
        with one.session:
            yield Situation(one, emulator.control)


@pytest.fixture
def situation(newest_emulator: Situation) -> Iterator[Situation]:
    """Return that emulator without samples and settings of other tests."""
    newest_emulator.control.reset()
    yield newest_emulator
    newest_emulator.control.set_lifecycle("immediate")
    assert newest_emulator.control.pending_faults() == []
