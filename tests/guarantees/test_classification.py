"""What the client makes of each fault: the first level of the fault matrix, within this process.

The second level (`test_fault_matrix.py`) runs one fault of each class against every request of every action.
That fault stands for the others of its class: the client makes the same of all of them. That is proved here.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

import pytest
from tests.guarantees.kill_switch_proxy import KillSwitchProxy
from tests.guarantees.matrix.endpoints import Odd
from tests.guarantees.matrix.faults import API_KEY, FAULTS, Fault, representatives

from vm_ray.core.api.vmray_client import Client
from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import DeadlineError, RequestError, ResponseTimeoutError
from vm_ray.core.api.vmray_submit_options import SubmitOptions
from vm_ray.core.api.vmray_transport import Transport
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Callable

EVER: Final = 10_000
SUBMIT: Final = {"method": "POST", "path": "/rest/sample/submit"}
READ: Final = {"method": "GET", "path": "/rest/submission/*"}
PATIENCE: Final = 1.0  # seconds of a run whose request is not answered
every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


class Unlimited:
    """A rate limiter that lets every request start at once, and notes what it is told."""

    def __init__(self) -> None:
        self.told_to_wait = False

    def acquire(self, deadline: Deadline) -> float:
        """Start."""
        deadline.check()
        return 0.0

    def release(self) -> None:
        """End."""

    def on_success(self) -> None:
        """Go on."""

    def on_rate_limited(self, _started: float, retry_after: float | None) -> None:
        """Note whether the server named a time."""
        self.told_to_wait |= retry_after is not None

    def block_for(self, _retry_after: float) -> None:
        """Note that the server named a time."""
        self.told_to_wait = True


@dataclass(frozen=True, slots=True)
class Classification:
    """What the client makes of a fault, and what the server did."""

    error: type[RequestError] | None
    is_fatal: bool
    retryable: bool
    not_executed: bool
    told_to_wait: bool
    executed: bool


def classified(fault: Fault, url: str, vmray: EmbeddedEmulator) -> Classification:
    """Submit once under a fault."""
    limiter = Unlimited()
    error = error_of(lambda: client(url, fault, limiter).submit_url("http://a.example/", SubmitOptions()))
    return Classification(
        error=type(error) if error else None,
        is_fatal=error is not None and error.is_fatal,
        retryable=error is not None and error.retryable,
        not_executed=error is not None and error.not_executed,
        told_to_wait=limiter.told_to_wait,
        executed=vmray.control.counts()["submissions"] == 1,
    )


def client(url: str, fault: Fault, limiter: Unlimited) -> Client:
    """A client that waits for nothing."""
    deadline = Deadline(time.time() + (PATIENCE if fault.slow else 60.0))
    return Client(
        Transport(
            url, API_KEY, verify=True, rate_limiter=limiter, deadline=deadline, sleep=lambda _seconds: None
        )
    )


def error_of(request: Callable[[], object]) -> RequestError | None:
    """The error that a request ends with; the last one before the time was up."""
    try:
        request()
    except DeadlineError as late:
        return late.last
    except RequestError as error:
        return error
    return None


def order(
    fault: Fault, match: dict[str, str], vmray: EmbeddedEmulator, stack: ExitStack, *, times: int
) -> str:
    """Order a fault, and return the address to use."""
    if fault.gone:
        closed = stack.enter_context(KillSwitchProxy(vmray.url, "never"))
        closed.close()
        return closed.url
    missing = "data.submissions" if match is SUBMIT else "data"
    patches = Odd(missing=missing, null=(missing,)).patches
    vmray.control.inject(match, dict(fault.ordered(patches, persistent=False)), times)
    return vmray.url


@every_fault
def test_the_client_makes_of_each_fault_what_its_class_says(fault: Fault) -> None:
    """The error, whether it is fatal, retried, certain; and whether VMRay carried the request out."""
    with EmbeddedEmulator(api_key=API_KEY, lifecycle="immediate") as vmray, ExitStack() as stack:
        url = order(fault, SUBMIT, vmray, stack, times=1)
        found = classified(fault, url, vmray)
    assert found == Classification(
        error=fault.error,
        is_fatal=fault.error is not None and fault.error.is_fatal,
        retryable=fault.error is not None and fault.error.retryable,
        not_executed=fault.not_executed,
        told_to_wait=fault.told_to_wait,
        executed=fault.executed,
    )


@every_fault
def test_a_read_meets_each_fault_as_its_class_says(fault: Fault) -> None:
    """The same error as a submit, after as many attempts as it deserves."""
    with EmbeddedEmulator(api_key=API_KEY, lifecycle="immediate") as vmray, ExitStack() as stack:
        vmray.control.add_sample()
        url = order(fault, READ, vmray, stack, times=EVER)
        error = error_of(lambda: client(url, fault, Unlimited()).get_submission(6001))
    assert (type(error) if error else None) is fault.error
    if error is not None and not fault.slow:
        retried = 12 if error.status == 429 else 4
        assert error.attempts == (retried if error.retryable else 1)
    if isinstance(error, ResponseTimeoutError):
        assert error.attempts == 1, "the time of the run was up"


def test_the_faults_of_a_class_are_classified_alike() -> None:
    """So the one that is run as a process stands for all of them: reads and changes that are repeatable."""

    def facts(fault: Fault) -> tuple[object, ...]:
        error = fault.error
        return error, error is not None and error.is_fatal, error is not None and error.retryable, fault.slow

    def kind(fault: Fault) -> str:
        return str(fault.class_of(changes=False))

    for _, group in groupby(sorted(FAULTS.values(), key=kind), kind):
        assert len({facts(fault) for fault in group}) == 1


def test_a_submit_has_a_class_for_each_fate_of_the_submission() -> None:
    """What is known, and what is true, of the submission is the same for all faults of a class."""
    for stands_for in representatives(changes=True):
        same = [
            fault
            for fault in FAULTS.values()
            if fault.class_of(changes=True) == stands_for.class_of(changes=True)
        ]
        assert len({(fault.error, fault.not_executed, fault.executed) for fault in same}) == 1


def test_there_are_as_many_classes_as_the_client_tells_apart() -> None:
    """Fewer would leave a kind of fault unproved, more would prove one twice."""
    assert len(FAULTS) == 29
    assert len(representatives(changes=False)) == 14
    assert len(representatives(changes=True)) == 20
