"""Measure the emulator: it must be fast enough not to distort the other measurements."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

from bench.row import Row, at_least
from bench.server import running_server

SECONDS = 5


def emulator_load() -> list[Row]:
    """Measure sample look-ups per second on one core, with `wrk` on loopback."""
    what = "the emulator: sample look-ups a second on one core (wrk, 16 connections)"
    if shutil.which("wrk") is None:
        return [Row(what, "wrk is not installed (Debian's package wrk)", "at least 1500")]
    with running_server() as server:
        sha256 = server.known(100)[50]
        os.sched_setaffinity(server.process.pid, {0})
        header = f"Authorization: api_key {server.api_key}"
        url = f"{server.url}/rest/sample/sha256/{sha256}"
        command = ["wrk", "-t1", "-c16", f"-d{SECONDS}s", "-H", header, url]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    if found is None or "Non-2xx" in printed:
        raise RuntimeError(printed)
    return [at_least(what, float(found[1]), 1_500, "a second")]
