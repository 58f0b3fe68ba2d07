"""The base of actions that read the IOCs of samples, and on request those of their child samples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ...core.results.vmray_ioc_items import ioc_item
from ...core.results.vmray_ioc_rows import IocFilter
from ...core.results.vmray_item_result import Item
from ...core.soar.vmray_fetch_action import FetchAction
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_subjects import Subject, SubjectParameters


@dataclass(frozen=True)
class IocActionParameters(SubjectParameters, ABC):
    """The samples, and which of their IOCs to read."""

    @property
    @abstractmethod
    def wanted(self) -> IocFilter:
        """The filter for the IOCs."""

    @property
    def reads_children(self) -> bool:
        """Whether the IOCs of child samples are wanted."""
        return False


Params = TypeVar("Params", bound=IocActionParameters)


class IocAction(FetchAction[Params], Generic[Params]):
    """Reads the IOCs of each sample."""

    def fetch(self, run: Run, subject: Subject, number: int, params: Params) -> Item:
        """Read the IOCs of one sample."""
        return ioc_item(run.client, subject.name, self.facts_of(subject, number), number, params.wanted)

    def extended(self, run: Run, items: list[Item], params: Params) -> list[Item]:
        """Read the IOCs of the child samples of all samples, if they are wanted."""
        if not params.reads_children:
            return items
        from ...core.results.vmray_child_iocs import with_children  # noqa: PLC0415 - loaded if wanted

        return with_children(run.client, items)

    def facts_of(self, subject: Subject, number: int | None) -> dict[str, Any]:
        """Return the members of the row of a sample."""
        return {**super().facts_of(subject, number), "verdict": None, "child_sample_ids": []}
