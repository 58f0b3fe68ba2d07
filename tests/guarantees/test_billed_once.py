"""A request that uses quota is executed once for each subject, wherever the action is killed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.guarantees.matrix.world import World, items_of, reported_outcome
from tests.guarantees.test_submit_once import kill_at
from tests.support.registry import every_billing_action

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.registry import Case

    from vmray_emulator.request_log import RecordedRequest

POST: Final = {"method": "POST"}
SLOW: Final = {"kind": "stall", "seconds": 600.0}
POINTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "before it is executed": SLOW,
    "after it is executed": {**SLOW, "stored": True},
}


def _is_post(request: RecordedRequest) -> bool:
    return request.method == "POST"


@pytest.mark.parametrize("point", POINTS)
@every_billing_action
def test_an_action_that_is_killed_after_its_request_and_run_again_pays_once(
    tmp_path: Path, case: Case, point: str
) -> None:
    """Given a kill during the request, then the next run reads first, and VMRay executed one request."""
    with World(tmp_path) as world:
        parameters = world.prepare(case.example)
        world.case = world.platform.new_case(entities=case.example.entities)
        (item,) = items_of(case.example, tmp_path)
        world.vmray.control.inject(POST, POINTS[point])
        kill_at(world, case.action.name, parameters, _is_post, SLOW)
        again = world.run(case.action.name, [item], parameters, case=world.case)
        assert reported_outcome(again, item, case.example.result)[0] == "fine"
        assert world.paid(item) == 1
