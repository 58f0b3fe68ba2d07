"""How the client classifies each fault: the first level of the fault matrix, within this process.

The second level (`test_fault_matrix.py`) runs one fault of each class against every request of every action.
This fault represents its class, because the client classifies all faults of the class in the same way. That
is proved here.
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
from vm_ray.core.api.vmray_errors import DeadlineError
from vm_ray.core.api.vmray_request_errors import RequestError, ResponseTimeoutError
from vm_ray.core.api.vmray_submit_options import SubmitOptions
from vm_ray.core.api.vmray_transport import Transport
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Callable

ALWAYS: Final = 10_000
SUBMIT: Final = {"method": "POST", "path": "/rest/sample/submit"}
READ: Final = {"method": "GET", "path": "/rest/submission/*"}
SLOW_RUN_SECONDS: Final = 1.0  # for a run whose request gets no response
every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


class Unlimited:
    """A rate limiter that starts every request at once, and records the calls."""

    def __init__(self) -> None:
        self.has_retry_after = False

    def acquire(self, deadline: Deadline) -> float:
        """Start the request."""
        deadline.check()
        return 0.0

    def release(self) -> None:
        """End the request."""

    def on_success(self) -> None:
        """Do nothing: there is no limit to raise."""

    def on_rate_limited(self, _started: float, retry_after: float | None) -> None:
        """Record whether the server sent a waiting time."""
        self.has_retry_after |= retry_after is not None

    def block_for(self, _retry_after: float) -> None:
        """Record that the server sent a waiting time."""
        self.has_retry_after = True


@dataclass(frozen=True, slots=True)
class Classification:
    """How the client classifies a fault, and whether the server executed the request."""

    error: type[RequestError] | None
    is_fatal: bool
    retryable: bool
    not_executed: bool
    has_retry_after: bool
    executed: bool


def classified(fault: Fault, url: str, vmray: EmbeddedEmulator) -> Classification:
    """Submit once under a fault, and return the classification."""
    limiter = Unlimited()
    error = error_of(lambda: client(url, fault, limiter).submit_url("http://a.example/", SubmitOptions()))
    return Classification(
        error=type(error) if error else None,
        is_fatal=error is not None and error.is_fatal,
        retryable=error is not None and error.retryable,
        not_executed=error is not None and error.not_executed,
        has_retry_after=limiter.has_retry_after,
        executed=vmray.control.counts()["submissions"] == 1,
    )


def client(url: str, fault: Fault, limiter: Unlimited) -> Client:
    """Create a client that never waits before a retry."""
    deadline = Deadline(time.time() + (SLOW_RUN_SECONDS if fault.slow else 60.0))
    return Client(
        Transport(
            url, API_KEY, verify=True, rate_limiter=limiter, deadline=deadline, sleep=lambda _seconds: None
        )
    )


def error_of(request: Callable[[], object]) -> RequestError | None:
    """Return the error that a request ends with; at a deadline, the error of the last attempt."""
    try:
        request()
    except DeadlineError as late:
        return late.last
    except RequestError as error:
        return error
    return None


def inject(
    fault: Fault, match: dict[str, str], vmray: EmbeddedEmulator, stack: ExitStack, *, times: int
) -> str:
    """Inject a fault, and return the address to use."""
    if fault.gone:
        closed = stack.enter_context(KillSwitchProxy(vmray.url, "never"))
        closed.close()
        return closed.url
    missing = "data.submissions" if match is SUBMIT else "data"
    patches = Odd(missing=missing, null=(missing,)).patches
    vmray.control.inject(match, dict(fault.ordered(patches, persistent=False)), times)
    return vmray.url


@every_fault
def test_the_client_classifies_each_fault_as_declared(fault: Fault) -> None:
    """Given a submit, then its error, the properties of the error and the execution are as declared."""
    with EmbeddedEmulator(api_key=API_KEY, lifecycle="immediate") as vmray, ExitStack() as stack:
        url = inject(fault, SUBMIT, vmray, stack, times=1)
        found = classified(fault, url, vmray)
    assert found == Classification(
        error=fault.error,
        is_fatal=fault.error is not None and fault.error.is_fatal,
        retryable=fault.retryable,
        not_executed=fault.not_executed,
        has_retry_after=fault.has_retry_after,
        executed=fault.executed,
    )


@every_fault
def test_a_read_ends_with_the_declared_error_of_each_fault(fault: Fault) -> None:
    """Given a read, then the error is the same as for a submit, after the expected number of attempts."""
    with EmbeddedEmulator(api_key=API_KEY, lifecycle="immediate") as vmray, ExitStack() as stack:
        vmray.control.add_sample()
        url = inject(fault, READ, vmray, stack, times=ALWAYS)
        error = error_of(lambda: client(url, fault, Unlimited()).get_submission(6001))
    assert (type(error) if error else None) is fault.error
    if error is not None and not fault.slow:
        retried = 12 if error.status == 429 else 4
        assert error.attempts == (retried if error.retryable else 1)
    if isinstance(error, ResponseTimeoutError):
        assert error.attempts == 1, "the deadline of the run had passed"


def test_the_client_classifies_all_faults_of_a_class_in_the_same_way() -> None:
    """Given the faults of a class, then one of them can represent the class for repeatable requests."""

    def facts(fault: Fault) -> tuple[object, ...]:
        error = fault.error
        return error is not None and error.is_fatal, fault.retryable, fault.slow

    def kind(fault: Fault) -> str:
        return str(fault.class_of(changes=False))

    for _, group in groupby(sorted(FAULTS.values(), key=kind), kind):
        assert len({facts(fault) for fault in group}) == 1


def test_the_classes_of_submit_faults_separate_the_states_of_the_submission() -> None:
    """Given the faults of a class, then the client's knowledge and the real state are the same."""
    for representative in representatives(changes=True):
        same = [
            fault
            for fault in FAULTS.values()
            if fault.class_of(changes=True) == representative.class_of(changes=True)
        ]
        assert len({(fault.error, fault.not_executed, fault.executed) for fault in same}) == 1


def test_the_number_of_classes() -> None:
    """Given fewer classes, a kind of fault has no proof. Given more classes, one is proved twice."""
    assert len(FAULTS) == 44
    assert len(representatives(changes=False)) == 16
    assert len(representatives(changes=True)) == 26
