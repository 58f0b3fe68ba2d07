"""Run thousands of entities and uploads under random faults: no losses, no duplicates, no leaks.

    python -m bench.soak [--seed N] [--entities N] [--uploads N]

Runs real action processes against an emulator in a separate process. A seeded plan injects faults all
the time. The seed determines the faults and the load; which request a fault hits depends on timing.
Exits with 1 if any check failed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from bench.server import Server, running_server
from bench.soak_checks import check_job, check_memory, check_submissions, memory
from bench.soak_faults import FaultInjector
from bench.soak_load import Done, Job, Worker, jobs, known_count
from bench.soak_report import Summary, show, write_page

WORKERS: Final = 6
PASSWORD: Final = "soak-sample-password-5d1e"  # noqa: S105 - a test value; the checks search all output for this text
ACCOUNT: Final = 481516234242
DETONATION_SECONDS: Final = 2.0
GUARDED: Final = 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the soak test, print its summary and write `docs/soak.md`; return 1 on any violation."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.soak", description="Thousands of entities under faults."
    )
    parser.add_argument("--seed", type=int, default=14, help="seed of the load and the faults")
    parser.add_argument("--entities", type=int, default=3_000, help="total number of hashes and URLs")
    parser.add_argument("--uploads", type=int, default=400, help="number of files")
    parser.add_argument("--pace", type=float, default=12.0, help="mean number of injected faults per second")
    parser.add_argument("--no-page", action="store_true", help="do not write docs/soak.md")
    given = parser.parse_args(arguments)
    summary = soak(given.seed, given.entities, given.uploads, given.pace)
    show(summary)
    if not given.no_page:
        write_page(summary)
    return int(bool(summary.wrong))


def soak(seed: int, entities: int, uploads: int, pace: float) -> Summary:
    """Run one soak test and check its results."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, running_server(lifecycle="realtime:1") as server:
        settings = {
            "detonation_seconds": DETONATION_SECONDS,
            "sample_password": PASSWORD,
            "report_quota": None,
        }
        server.control("POST", "settings", settings)
        known = _known_samples(server, known_count(entities))
        plan = jobs(seed, known, entities, uploads, Path(folder))
        earlier = {each["submission_id"] for each in server.control("GET", "submissions")}
        with FaultInjector(server, seed, pace) as injector:
            done, wrong, results = _run_all(server, plan)
        stored = [
            each for each in server.control("GET", "submissions") if each["submission_id"] not in earlier
        ]
    doubts, not_stored = check_submissions(stored, results)
    peaks = memory(done)
    return Summary(
        seed=seed,
        entities=entities,
        uploads=uploads,
        pace=pace,
        seconds=time.monotonic() - started,
        done=done,
        wrong=[*wrong, *doubts, *check_memory(peaks)],
        faults=injector.ordered,
        unmet=injector.unmet,
        stored=len(stored),
        not_stored=not_stored,
        peaks=peaks,
    )


def _known_samples(server: Server, count: int) -> list[str]:
    """Store known samples; some of them contain secrets that no output may show."""
    guarded = [
        server.control(
            "POST",
            "samples",
            {
                "filename": f"guarded-{number}.exe",
                "sample_password": PASSWORD,
                "sample_account_ids": [ACCOUNT],
            },
        )["sample_sha256hash"]
        for number in range(min(GUARDED, count))
    ]
    return [*guarded, *server.known(count - len(guarded))]


def _run_all(server: Server, plan: Sequence[Job]) -> tuple[list[Done], list[str], dict[str, bool]]:
    """Run all jobs on parallel workers, and check each job when it is done."""
    done: list[Done] = []
    wrong: list[str] = []
    results: dict[str, bool] = {}
    secrets = (server.api_key, PASSWORD, str(ACCOUNT))
    for number, one in enumerate(_finished(server, plan), start=1):
        found, with_result = check_job(one, secrets)
        wrong += found
        for item, name in zip(one.job.items, one.job.names, strict=True):
            if one.job.kind.submits:
                results[item if one.job.kind.entity_type else Path(item).name] = name in with_result
        done.append(one)
        _progress(number, len(plan), one, found)
    return done, wrong, results


def _finished(server: Server, plan: Sequence[Job]) -> Iterator[Done]:
    with ExitStack() as stack:
        workers: SimpleQueue[Worker] = SimpleQueue()
        for _ in range(WORKERS):
            workers.put(stack.enter_context(Worker(server)))

        def work(job: Job) -> Done:
            worker = workers.get()
            try:
                return worker.do(job)
            finally:
                workers.put(worker)

        pool = stack.enter_context(ThreadPoolExecutor(WORKERS))
        for future in as_completed([pool.submit(work, job) for job in plan]):
            yield future.result()


def _progress(number: int, total: int, one: Done, found: Sequence[str]) -> None:
    runs = f" in {len(one.attempts)} runs" if len(one.attempts) > 1 else ""
    seconds = sum(each.duration for attempt in one.attempts for each in attempt.run.rounds)
    line = f"[{number}/{total}] {one.job.kind.action}: {len(one.job.items)} items{runs}, {seconds:.1f} s"
    print("\n".join([line, *(f"    WRONG {each}" for each in found)]), file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
