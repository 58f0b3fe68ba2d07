"""Measure the upload of a large file: memory compared with Ping, throughput compared with curl."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from bench.action import MEBI, measure
from bench.row import Row, at_least, at_most
from bench.server import Server, running_server

ACTION = "Upload File And Get Report"
SIZE = 2**30
SETTINGS = {"webif_max_sample_size": 4 * SIZE, "webif_max_upload_size": 4 * SIZE}


def large_upload() -> list[Row]:
    """Upload 1 GiB with the action and with curl alternately, and compare the fastest run of each."""
    with tempfile.TemporaryDirectory() as folder, running_server() as server:
        server.control("POST", "settings", SETTINGS)
        file = Path(folder) / "large.bin"
        with file.open("wb") as out:
            block = bytes(range(256)) * 4096
            for _ in range(SIZE // len(block)):
                out.write(block)
        ping = measure("Ping", server.configuration, watch_memory=True)
        peaks, ours, theirs = [], [], []
        for number in range(2):
            # A different comment forces a new submission: an identical request would reuse the previous one.
            given = {"Sample File Path": str(file), "Comment": f"run {number}"}
            measured = measure(ACTION, server.configuration, parameters=given, watch_memory=True)
            peaks.append(measured.peak)
            ours.append(measured.seconds - ping.seconds)
            theirs.append(_curl_seconds(server, file))
    above = (max(peaks) - ping.peak) / MEBI
    rows = [at_most("upload of 1 GiB: peak memory above Ping's", above, 24, "MiB")]
    if theirs[0] is None:
        return [
            *rows,
            Row("upload of 1 GiB: throughput over curl's", "curl is not installed", "at least 0.8 ×"),
        ]
    fastest_curl = min(seconds for seconds in theirs if seconds is not None)
    detail = f" ({SIZE / MEBI / min(ours):.0f} / {SIZE / MEBI / fastest_curl:.0f} MiB a second)"
    return [
        *rows,
        at_least("upload of 1 GiB: throughput over curl's", fastest_curl / min(ours), 0.8, "×", detail),
    ]


def _curl_seconds(server: Server, file: Path) -> float | None:
    if shutil.which("curl") is None:
        return None
    started = time.monotonic()
    header = f"Authorization: api_key {server.api_key}"
    address = f"{server.url}/rest/sample/submit"
    command = ["curl", "-sS", "-f", "-o", "/dev/null", "-H", header, "-F", f"sample_file=@{file}", address]
    subprocess.run(command, check=True)
    return time.monotonic() - started
