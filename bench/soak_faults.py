"""Inject faults from a seeded plan, one after another, while actions run."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import requests

from bench.server import Server

#: Maximum number of pending faults: a fault without a matching request must not block the others.
MAX_WAITING: Final = 6
SUBMIT: Final = {"method": "POST", "path": "/rest/sample/submit"}
READS: Final = (
    "/rest/sample/sha256/*",
    "/rest/sample/*/iocs",
    "/rest/sample/*/vtis",
    "/rest/submission",
    "/rest/submission*",
    "/rest/sample/*",
    "/rest/analysis/*",
    "/rest/*",
)


@dataclass(frozen=True, slots=True)
class Order:
    """One fault, in the form that the control API of the emulator accepts.

    Attributes:
        match: Method and path of the requests to hit.
        fault: Kind and options of the fault.
        times: Number of requests to hit.
    """

    match: Mapping[str, str]
    fault: Mapping[str, Any]
    times: int = 1


def plan(seed: int, secret: str) -> Iterator[Order]:
    """Yield faults without end; equal seeds yield equal faults.

    Args:
        seed: Seed of the random numbers.
        secret: The API key; some faults put the key into the body of the response.
    """
    rng = random.Random(f"faults {seed}")  # noqa: S311 - a plan, no secret
    while True:
        luck = rng.random()
        if luck < 0.015:
            yield Order({"method": "GET", "path": rng.choice(READS)}, rng.choice(_fatal()))
        elif luck < 0.3:
            yield Order(SUBMIT, rng.choice(_at_a_submit(rng, secret)))
        else:
            match = {"method": "GET", "path": rng.choice(READS)}
            times = rng.choice((1, 1, 1, 2, 4, 5))
            yield Order(match, rng.choice(_at_a_read(rng, secret)), times)


def _fatal() -> list[dict[str, Any]]:
    """Return faults that affect every entity of the run."""
    return [
        {"kind": "status", "status": 401},
        {"kind": "status", "status": 403},
        {"kind": "redirect", "location": "http://elsewhere.invalid/rest"},
    ]


def _anywhere(rng: random.Random, secret: str) -> list[dict[str, Any]]:
    return [
        {"kind": "status", "status": rng.choice((500, 502, 503))},
        {"kind": "status", "status": 503, "headers": {"Retry-After": "1"}},
        {"kind": "status", "status": 500, "body": f"<pre>Authorization: api_key {secret}</pre>"},
        {"kind": "throttle", "retry_after": rng.choice(("1", "0", None))},
        {"kind": "reset_before"},
        {"kind": "reset_mid_body"},
        {"kind": "stall", "seconds": rng.uniform(0.1, 1.5), "stored": True},
        {"kind": "html"},
        {"kind": "status", "status": rng.choice((403, 404)), "body": "<html>blocked</html>"},
        {"kind": "status", "status": rng.choice((408, 421, 425))},
        {"kind": "status", "status": 200, "body": {}},
        {"kind": "truncated_json"},
        {"kind": "data_null"},
        {"kind": "result_error", "error_msg": f"Internal error, key {secret}"},
    ]


def _at_a_read(rng: random.Random, secret: str) -> list[dict[str, Any]]:
    return [
        *_anywhere(rng, secret),
        {"kind": "status", "status": 504},
        {"kind": "status", "status": 404},
        {"kind": "stall", "seconds": rng.uniform(3.0, 8.0)},
    ]


def _at_a_submit(rng: random.Random, secret: str) -> list[dict[str, Any]]:
    """Return every way to lose the response, with and without a stored submission."""
    return [
        *_anywhere(rng, secret),
        {"kind": "reset_mid_request"},
        {"kind": "reset_before", "stored": True},
        {"kind": "status", "status": rng.choice((500, 502, 503)), "stored": True},
        {"kind": "status", "status": 504, "stored": rng.random() < 0.5},
        {"kind": "status", "status": 400, "body": {"result": "error", "error_msg": "Out of quota"}},
        {"kind": "stall", "seconds": rng.uniform(3.0, 40.0), "stored": rng.random() < 0.5},
    ]


class FaultInjector:
    """Injects faults in a separate thread until the block ends.

    Attributes:
        ordered: Number of requests to hit, by kind of fault.
        unmet: Number of these faults that no request met.
    """

    def __init__(self, server: Server, seed: int, pace: float) -> None:
        """Prepare.

        Args:
            server: The emulator.
            seed: Seed of the plan.
            pace: Mean number of faults per second.
        """
        self.ordered: Counter[str] = Counter()
        self.unmet = 0
        self._server = server
        self._plan = plan(seed, server.api_key)
        self._rng = random.Random(f"pace {seed}")  # noqa: S311 - a plan, no secret
        self._pace = pace
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._inject, name="fault-injector")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.unmet += sum(each["times"] for each in self._server.control("GET", "faults"))
        self._server.control("DELETE", "faults")

    def _inject(self) -> None:
        with requests.Session() as session:
            while not self._over.wait(self._rng.expovariate(self._pace)):
                address = f"{self._server.url}/_emulator/faults"
                waiting = session.get(address, timeout=60).json()
                if len(waiting) >= MAX_WAITING:
                    self.unmet += sum(each["times"] for each in waiting)
                    session.delete(address, timeout=60)
                self._order(session, address)

    def _order(self, session: requests.Session, address: str) -> None:
        order = next(self._plan)
        body = {"match": order.match, "fault": order.fault, "times": order.times}
        session.post(address, json=body, timeout=60).raise_for_status()
        self.ordered[str(order.fault["kind"])] += order.times
