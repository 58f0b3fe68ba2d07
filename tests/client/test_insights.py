"""Insights of entities and of the case; a note says which of them were not created, and why."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from tests.client.stand_in import imported

from vm_ray.core.results.vmray_result import Insight

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from vm_ray.core.soar.vmray_run import Run

OF_ENTITY = Insight("", "<p>of the entity</p>", entity="A")
OF_CASE = Insight("VMRay sample 5001", "<p>key of the case</p>")


@pytest.fixture(scope="module")
def insights() -> Iterator[ModuleType]:
    """Return the module."""
    with imported("core.soar.vmray_insights") as found:
        yield found["core.soar.vmray_insights"]


class Platform:
    """Accepts insights, except for those whose text is in `rejected`."""

    def __init__(self, *rejected: str) -> None:
        self.target_entities = [SimpleNamespace(identifier="A")]
        self.created: list[tuple[str, str]] = []
        self._rejected = rejected

    def add_entity_insight(self, entity: Any, html: str, **_names: str) -> None:  # noqa: ANN401 - any entity
        """Create the insight of an entity."""
        self._create(entity.identifier, html)

    def create_case_insight(self, _author: str, title: str, html: str, *_numbers: object) -> None:
        """Create an insight of the case."""
        self._create(title, html)

    def _create(self, name: str, html: str) -> None:
        if name in self._rejected:
            raise RuntimeError(name)
        self.created.append((name, html))


def run_on(platform: Platform, seconds: float = 60) -> Run:
    """Return a run on this platform with so many seconds left; the key that is removed is `key`."""
    run = SimpleNamespace(
        siemplify=platform,
        deadline=SimpleNamespace(remaining=seconds),
        redacted=lambda text: text.replace("key", "***"),
        log=lambda text: None,  # noqa: ARG005 - nothing is logged here
    )
    return cast("Run", run)


def test_an_insight_belongs_to_its_entity_or_to_the_case(insights: ModuleType) -> None:
    """Given an insight with and one without an entity, then both are created, without the API key."""
    platform = Platform()
    assert insights.add_insights(run_on(platform), [OF_ENTITY, OF_CASE]) == []
    assert platform.created == [
        ("A", "<p>of the entity</p>"),
        ("VMRay sample 5001", "<p>*** of the case</p>"),
    ]


@pytest.mark.parametrize(
    ("platform", "seconds", "note"),
    [
        (Platform("A"), 60, "not created: 1 of 2, the platform rejected them"),
        (Platform(), 0, "not created: 2 of 2, this run reached its time limit"),
    ],
    ids=["rejected", "late"],
)
def test_what_was_not_created_is_a_note(
    insights: ModuleType, platform: Platform, seconds: float, note: str
) -> None:
    """Given a platform that rejects an insight, or no time, then a note says how many are missing and why."""
    assert insights.add_insights(run_on(platform, seconds), [OF_ENTITY, OF_CASE]) == [("Insights", note)]
