"""Measure the peak memory of each action with a result that is as large as the platform accepts."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.action import MEBI, measure
from bench.minimal_integration import write_minimal_integration
from bench.row import Row, at_most
from bench.server import Server, running_server

BOUND = 60
LONG = "a long text that makes the result large " * 20
MANY = 12_000
ITEMS = 100
SHOTS = 30
UPLOAD = 64 * MEBI

Setup = Callable[[Server], object]


@dataclass(frozen=True, slots=True)
class Large:
    """One run with a large result.

    Attributes:
        action: The name of the action.
        setup: Fills the emulator.
        parameters: The parameters of the run.
    """

    action: str
    setup: Setup
    parameters: Mapping[str, str] = field(default_factory=dict)


def _one_sample(**content: Any) -> Setup:  # noqa: ANN401 - what a known sample can have
    return lambda server: server.control("POST", "samples", content)


def _indicators() -> list[dict[str, object]]:
    return [
        {"category": f"Category {number % 9}", "operation": f"{number} {LONG}", "score": number % 5 + 1}
        for number in range(MANY)
    ]


def _techniques() -> list[dict[str, object]]:
    return [
        {
            "technique_id": f"T{number:04d}",
            "technique": f"{number} {LONG}",
            "tactics": ["Execution"],
            "indicators": [0],
        }
        for number in range(MANY)
    ]


def _iocs() -> dict[str, list[str]]:
    return {"domains": [f"{number}.{'a' * 60}.example" for number in range(MANY)]}


def _large_runs(file: Path) -> list[Large]:
    """Return a run for each action whose result, or whose input, can be large."""
    unlimited = {"Samples": "5001"}
    ids = ",".join(str(6001 + number) for number in range(ITEMS))
    urls = " ".join(f"http://{number}.example/" for number in range(ITEMS))
    samples = ",".join(str(5001 + number) for number in range(ITEMS))
    return [
        Large(
            "Get Threat Indicators",
            _one_sample(indicators=_indicators()),
            unlimited | {"Max Threat Indicators To Return": "1000000"},
        ),
        Large(
            "Get MITRE Techniques",
            _one_sample(techniques=_techniques(), indicators=_indicators()[:1]),
            unlimited,
        ),
        Large(
            "Get IOCs",
            _one_sample(iocs=_iocs()),
            unlimited | {"Max IOCs To Return": "1000000", "IOC Verdict Filter": "All"},
        ),
        Large(
            "Get Sample Report",
            _one_sample(iocs=_iocs(), indicators=_indicators()),
            unlimited | {"Max IOCs To Return": "1000000", "Max Threat Indicators To Return": "1000000"},
        ),
        Large("Get Report PDF", _inflated, {"Samples": samples}),
        Large(
            "Get Analysis Archive",
            _inflated,
            {"Samples": samples, "Pieces": "PDF, Screenshots, Whole Archive"},
        ),
        Large("Download Sample", _files, {"Samples": ",".join(str(5001 + number) for number in range(10))}),
        Large("Get Screenshots", _inflated, {"Samples": samples, "Max Screenshots": str(SHOTS)}),
        Large("Get Behavior Details", lambda server: server.known(ITEMS), {"Samples": samples}),
        Large("Get Child Samples", lambda server: server.known(ITEMS), {"Samples": samples}),
        Large("Get Submission Status", lambda server: server.known(ITEMS), {"Submission IDs": ids}),
        Large(
            "Update Tags", lambda server: server.known(ITEMS), {"Submission IDs": ids, "Tags To Add": "a,b"}
        ),
        Large("Wait For Submission", lambda server: server.known(ITEMS), {"Submission IDs": ids}),
        Large("Submit File", lambda _server: None, {"Files": str(file)}),
        Large(
            "Submit URL",
            lambda _server: None,
            {"URLs": urls},
        ),
        Large("Get Quota", lambda _server: None),
    ]


def _files(server: Server) -> None:
    """Store samples that fill a result, with content that cannot be compressed."""
    for number in range(10):
        content = "".join(hashlib.sha512(f"{number} {each}".encode()).hexdigest() for each in range(16_000))
        server.control("POST", "samples", {"content": content})


def _inflated(server: Server) -> None:
    server.control("POST", "settings", {"download_bytes": MEBI // 2})
    for number in range(ITEMS):
        shots = [f"picture {each}" for each in range(SHOTS)]
        server.control("POST", "samples", {"sha256": f"{number:064x}", "screenshots": shots})


def memory() -> list[Row]:
    """Compare the peak memory of each run with that of the SDK alone for an output of the same size."""
    with running_server() as server:
        ping = measure("Ping", server.configuration, watch_memory=True).peak
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.bin"
        with file.open("wb") as stream:
            stream.truncate(UPLOAD)
        bare = write_minimal_integration(Path(folder))
        return [_row(each, ping, bare) for each in _large_runs(file)]


def _row(large: Large, ping: int, bare: Path) -> Row:
    with running_server(lifecycle="immediate") as server:
        large.setup(server)
        measured = measure(large.action, server.configuration, parameters=large.parameters, watch_memory=True)
    length = len(str(measured.run.rounds[-1].output))
    alone = measure(
        "Bare", {}, integration=bare, parameters={"Characters": str(length)}, watch_memory=True
    ).peak
    above = (measured.peak - ping) / MEBI
    detail = f" (output of {length / MEBI:.1f} MiB; above Ping {above:.1f} MiB)"
    what = f"{large.action}, large result: peak memory above the SDK alone with an output of the same size"
    return at_most(what, (measured.peak - max(ping, alone)) / MEBI, BOUND, "MiB", detail)
