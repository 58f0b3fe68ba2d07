"""Process one sample with 20,000 IOCs: the time after the network, compared with `json.loads` alone."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

import requests

from bench.row import Row, at_most
from bench.server import running_server
from vm_ray.core.api.vmray_models import IOC_TYPES, Aggregate, Sample
from vm_ray.core.api.vmray_protocol import decipher
from vm_ray.core.api.vmray_verdicts import Verdict
from vm_ray.core.results.vmray_enrichment import enrichment
from vm_ray.core.results.vmray_entity_result import EntityRecord
from vm_ray.core.results.vmray_insight import insight
from vm_ray.core.results.vmray_report import ReportFilter, make_report

IOCS = 20_000
ROUNDS = 9


def large_response() -> list[Row]:
    """Measure parsing, filtering, ranking and rendering with the default limits."""
    body, sample = _response()
    wanted = ReportFilter(IOC_TYPES, frozenset({Verdict.MALICIOUS, Verdict.SUSPICIOUS}), 10, 3, 10)

    def process() -> None:
        response = decipher(200, {}, body)
        iocs = Aggregate.from_json(response.data, "iocs")
        report = make_report(Sample.from_json(sample), iocs, Aggregate(finished=True, content=[]), wanted)
        EntityRecord.of("entity", report).costs()
        enrichment(report)
        insight(report)

    ours, parsing = _median(process), _median(lambda: json.loads(body))
    detail = f" ({ours * 1000:.0f} ms / {parsing * 1000:.0f} ms, {len(body) / 2**20:.1f} MiB)"
    what = f"{IOCS:,} IOCs on one sample: parse, filter, rank, render over json.loads"
    return [at_most(what, ours / parsing, 3, "×", detail)]


def _response() -> tuple[bytes, dict[str, object]]:
    with running_server() as server:
        per_type = IOCS // len(IOC_TYPES)
        (sha256,) = server.control("POST", "known_samples", {"count": 1, "iocs_per_type": per_type})
        headers = {"Authorization": f"api_key {server.api_key}"}
        found = requests.get(f"{server.url}/rest/sample/sha256/{sha256}", headers=headers, timeout=60).json()[
            "data"
        ][0]
        path = f"{server.url}/rest/sample/{found['sample_id']}/iocs"
        return requests.get(path, headers=headers, timeout=60).content, found


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)
