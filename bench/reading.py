"""Measure the actions that read: time compared with Scan Hash, and the number of requests."""

from __future__ import annotations

from bench.action import fastest, measure
from bench.hashes import KNOWN, LATENCY, RUNS, entities
from bench.row import Row, at_most, exactly
from bench.server import Server, running_server

SUBMISSIONS = 500
SHOTS = 30
DIFFERENT = 5
CHOSEN = 3


def reading_actions() -> list[Row]:
    """Measure Get Sample Report, Get Screenshots and Wait For Submission."""
    return [_sample_report(), *_screenshots(), _wait()]


def _sample_report() -> Row:
    """Compare Get Sample Report with Scan Hash, for the same samples and the same latency."""
    with running_server() as server:
        hashes = entities(server.known(KNOWN))
        server.control("POST", "latency", {"seconds": LATENCY})
        scan = fastest(RUNS, "Scan Hash", server, entities=hashes).seconds
        report = fastest(RUNS, "Get Sample Report", server, entities=hashes).seconds
    conditions = f"{KNOWN} samples, {LATENCY * 1000:.0f} ms latency, fastest of {RUNS} each"
    what = f"Get Sample Report over Scan Hash, {conditions}"
    return at_most(what, report / scan, 2.0, "×", f" ({report:.2f} s / {scan:.2f} s)")


def _screenshots() -> list[Row]:
    """Count the pictures that Get Screenshots requests, of an analysis with many equal pictures."""
    with running_server() as server:
        shots = [f"picture {number % DIFFERENT}" for number in range(SHOTS)]
        server.control("POST", "samples", {"screenshots": shots})
        return [_pictures(server, chosen, min(chosen, DIFFERENT)) for chosen in (CHOSEN, SHOTS)]


def _pictures(server: Server, chosen: int, wanted: int) -> Row:
    server.forget()
    parameters = {"Samples": "5001", "Max Screenshots": str(chosen), "Create Insight": "false"}
    measure("Get Screenshots", server.configuration, parameters=parameters)
    pictures = [each for each in server.requests() if str(each["path"]).endswith((".png", ".jpg"))]
    given = f"{SHOTS} screenshots, {DIFFERENT} of them different, at most {chosen} wanted"
    what = f"Get Screenshots, {given}: fetched"
    return exactly(what, len(pictures), wanted, "pictures")


def _wait() -> Row:
    """Count the requests of Wait For Submission for many submissions whose ids are near each other."""
    with running_server() as server:
        server.known(SUBMISSIONS)
        ids = [each["submission_id"] for each in server.control("GET", "submissions")]
        server.forget()
        parameters = {"Submission IDs": ",".join(map(str, ids)), "Wait For Children": "false"}
        measured = measure("Wait For Submission", server.configuration, parameters=parameters)
        polls = [each for each in server.requests() if str(each["path"]).startswith("/rest/submission")]
    rounds = len(measured.run.rounds)
    what = f"Wait For Submission, {len(ids)} ids in one window: requests for submissions in a round"
    return at_most(what, len(polls) / rounds, 1, "requests", f" ({len(polls)} in {rounds} rounds)")
