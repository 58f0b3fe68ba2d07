"""Clients whose requests fail as a test configures them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

from tests.client.vmray_objects import submission

from vm_ray.core.api.vmray_errors import DeadlineError, VMRayError
from vm_ray.core.api.vmray_models import Aggregate, Sample
from vm_ray.core.api.vmray_request_errors import (
    ConfigurationError,
    ProxyLoginError,
    RequestError,
    ServerError,
    TooLargeError,
)
from vm_ray.core.api.vmray_verdicts import Verdict
from vm_ray.core.submissions.vmray_detonation import Detonation, Stage, TrackedSubmission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vm_ray.core.api.vmray_client import Client

SAMPLE: Final = Sample(5001, Verdict.MALICIOUS, "2026-03-05T07:29:05", {"sample_id": 5001})
IOC: Final = {"domain": "c2.example", "verdict": "malicious"}
INDICATOR: Final = {"category": "Execution", "operation": "Runs a program", "score": 4}


def _kinds(base: type[RequestError]) -> Iterator[type[RequestError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


# The errors that are not created from one text.
_OTHERS: Final[dict[type[RequestError], RequestError]] = {
    ConfigurationError: ConfigurationError("HTTPS_PROXY", "is not the address of a proxy", "an address"),
    ProxyLoginError: ProxyLoginError(),
    TooLargeError: TooLargeError("VMRay's response", 10),
}


def _error(kind: type[RequestError]) -> RequestError:
    return _OTHERS.get(kind) or kind("the reason")


# Every error that a request can end with, from the tree of errors: a new one is tested as well.
ERRORS: Final = [*map(_error, dict.fromkeys(_kinds(RequestError))), DeadlineError(ServerError("the reason"))]


def fails(error: VMRayError) -> Callable[..., Any]:
    """Return a request that ends with this error."""

    def request(*_: object) -> Any:  # noqa: ANN401 - a substitute for any request
        raise error

    return request


def vmray(**requests: Callable[..., Any]) -> Client:
    """Return a client with these requests; the others return a usual sample."""
    usual = SimpleNamespace(
        get_sample=lambda number: SAMPLE._replace(sample_id=number),
        get_iocs=lambda _: Aggregate(finished=True, content={"domains": [IOC]}),
        get_threat_indicators=lambda _: Aggregate(finished=True, content=[INDICATOR]),
        list_analyses_of_sample=lambda _: [],
        list_analyses_of_submission=lambda _: [],
        get_submission=submission,
        list_child_submissions=lambda _: [],
        list_submissions_of_sample=lambda _: [],
    )
    return cast("Client", SimpleNamespace(**{**vars(usual), **requests}))


def running(**other: Any) -> Detonation:  # noqa: ANN401 - fields of a submission
    """Return an item with two submissions; the second one is a child."""
    parts = [TrackedSubmission(6001, 5001, **other), TrackedSubmission(6002, 5002, 6001, **other)]
    return Detonation("http://a/", "HTTP://A/", "key", stage=Stage.RUNNING, submissions=parts)
