"""Get Sample Report keeps what was read before an error, and what the platform rejects is a note."""

from __future__ import annotations

import json
import sys
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.client.failing_client import ERRORS, SAMPLE, vmray
from tests.client.stand_in import imported

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_models import Aggregate
from vm_ray.core.results.vmray_aggregation_wait import AggregationWait

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vm_ray.core.api.vmray_client import Client
    from vm_ray.core.api.vmray_models import Sample

HASHES: Final = ["AA" * 32, "BB" * 32]
NUMBERS: Final = {"AA" * 32: 5001, "BB" * 32: 5002}
LISTS: Final = 6
EVER: Final = 30.0  # seconds; longer than any wait of these tests


@pytest.fixture(scope="module")
def action() -> Iterator[SimpleNamespace]:
    """Import the action with the stand-in of the SDK, and forget its modules at the end."""
    with imported("actions.get_sample_report", "core.soar.vmray_report_parameters") as found:
        yield SimpleNamespace(
            perform=found["actions.get_sample_report"].GetSampleReport().outcome_of,
            script_result=sys.modules["soar_sdk.ScriptResult"].ScriptResult,
        )


class Platform:
    """The platform with two hashes, and a run on it.

    Attributes:
        run: The run.
        insights: The names of the entities with an insight.
    """

    def __init__(self, script_result: Any, client: Client, *, accepts: bool = True) -> None:  # noqa: ANN401 - a class of the SDK
        self.insights: list[str] = []
        self._accepts = accepts
        self._entities = [
            SimpleNamespace(identifier=name, additional_properties={}, is_enriched=False, is_suspicious=False)
            for name in HASHES
        ]
        self._result = script_result([])
        siemplify = SimpleNamespace(
            update_entities=self._update,
            add_entity_insight=lambda entity, _html, **_: self.insights.append(entity.identifier),
            target_entities=self._entities,
            result=self._result,
        )
        deadline = Deadline(None)
        self.run = SimpleNamespace(
            parameters={},
            client=client,
            deadline=deadline,
            aggregation_wait=AggregationWait(deadline),
            max_result_bytes=2.0**20,
            siemplify=siemplify,
            entities=lambda _type: self._entities,
            log=lambda _text: None,
            redacted=lambda text: text,
        )

    def _update(self, _entities: object) -> None:
        if not self._accepts:
            raise RuntimeError

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """The subject and the outcome of each row of the JSON result."""
        written = json.loads(self._result.to_dict()["JsonResult"]["RawJson"])
        return [(each["subject"], each["outcome"]) for each in written["items"]]


def a_client(error: Exception | None = None) -> Client:
    """Return a client; the look-up of the second hash fails after all lists of the first sample were read."""
    read = threading.Semaphore(0)

    def find(name: str) -> list[Sample]:
        if error is not None and name == HASHES[1]:
            assert all(read.acquire(timeout=EVER) for _ in range(LISTS))
            raise error
        return [SAMPLE._replace(sample_id=NUMBERS[name])]

    def a_list(content: object) -> Any:  # noqa: ANN401 - a substitute for a request
        def request(_number: int) -> object:
            read.release()
            return content

        return request

    nothing = Aggregate(finished=True, content=None)
    return vmray(
        find_samples=find,
        **dict.fromkeys(("get_iocs", "get_threat_indicators", "get_techniques"), a_list(nothing)),
        **dict.fromkeys(("get_threat_names", "get_classifications"), a_list({})),
        list_analyses_of_sample=a_list([]),
    )


FATAL: Final = [error for error in ERRORS if error.is_fatal][:2]


@pytest.mark.parametrize("error", [*FATAL, KeyError("x")], ids=lambda error: type(error).__name__)
def test_what_was_read_is_kept(action: SimpleNamespace, error: Exception) -> None:
    """Given a fatal error after the first report, then its row and its entity are kept."""
    platform = Platform(action.script_result, a_client(error))

    found = action.perform(platform.run)

    assert (found.state, found.value) == (2, "failed")
    assert platform.outcomes == [("sample 5001", "malicious"), (HASHES[1], "failed")]
    assert platform.insights == [HASHES[0]]
    assert "Kept: 1 of 2 entities were enriched before this error" in found.message
    internal = "internal error (KeyError) in the integration; see the debug output"
    assert f"Reason: {internal if isinstance(error, KeyError) else error}" in found.message


def test_an_enrichment_that_the_platform_rejects_is_a_note(action: SimpleNamespace) -> None:
    """Given a platform that rejects entities, then the rows are there, and a note names each entity."""
    platform = Platform(action.script_result, a_client(), accepts=False)

    found = action.perform(platform.run)

    assert found.value == "malicious"
    assert [outcome for _, outcome in platform.outcomes] == ["malicious"] * 2
    assert platform.insights == []
    lines = found.message.splitlines()
    assert lines[-2:] == [f"{name}: the platform rejected the enrichment" for name in HASHES]
