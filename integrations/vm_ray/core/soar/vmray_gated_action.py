"""The base of actions that hand over the IOCs of samples after the quality gate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from ...core.api.vmray_verdicts import VERDICTS, Verdict
from ...core.exports.vmray_gated_iocs import judged, own_hosts, with_time
from ...core.exports.vmray_ignore_list import IgnoreList
from ...core.exports.vmray_ioc_gate import GatedIocs, GateSettings, gated
from ...core.results.vmray_ioc_items import ioc_rows
from ...core.results.vmray_ioc_rows import NO_LIMIT, IocFilter
from ...core.results.vmray_item_result import Item
from ...core.soar.vmray_ioc_action import IocAction, IocActionParameters
from ...core.soar.vmray_outcome_action import Presentation
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_subjects import Subject


class GateChoice(NamedTuple):
    """What an action lets through the gate.

    Attributes:
        types: VMRay's names of lists.
        verdicts: The verdicts to keep.
        quality: Whether the rules about quality apply.
        ignored: The ignore list of the user.
    """

    types: tuple[str, ...]
    verdicts: frozenset[Verdict]
    quality: bool
    ignored: IgnoreList


@dataclass(frozen=True)
class GatedParameters(IocActionParameters, ABC):
    """The samples, and which of their IOCs pass the gate."""

    @property
    @abstractmethod
    def choice(self) -> GateChoice:
        """What passes the gate."""

    @property
    def wanted(self) -> IocFilter:
        """The filter for reading: the gate drops IOCs for their verdict, so that each drop has its reason."""
        return IocFilter(self.choice.types, frozenset(VERDICTS), artifacts=False, limit=NO_LIMIT)


Params = TypeVar("Params", bound=GatedParameters)


class GatedAction(IocAction[Params], Generic[Params]):
    """Reads the IOCs of samples, and hands over those that pass the gate."""

    @abstractmethod
    def handed_over(self, run: Run, shown: Presentation, gate: GatedIocs, params: Params) -> Presentation:
        """Hand the IOCs over, and return the content of the result.

        Args:
            run: The current run.
            shown: The content of the result so far; its items have the outcome ``done`` if an IOC of theirs is kept.
            gate: The IOCs that passed the gate, and those that did not.
            params: The parameters of the action.
        """

    def fetch(self, run: Run, subject: Subject, number: int, params: Params) -> Item:
        """Read the IOCs of one sample, and when VMRay analyzed the sample last."""
        return with_time(run.client, number, super().fetch(run, subject, number, params))

    def presentation(
        self, run: Run, subjects: Sequence[Subject], items: Sequence[Item], params: Params
    ) -> Presentation:
        """Return the content of the result: with the IOCs that passed the gate."""
        gate = self.gated(items, params)
        shown = super().presentation(run, subjects, judged(items, gate.kept), params)
        return self.handed_over(run, shown, gate, params)

    def gated(self, items: Sequence[Item], params: Params) -> GatedIocs:
        """Return the IOCs of all items that pass the gate, and those that do not."""
        _, verdicts, quality, ignored = params.choice
        settings = GateSettings(verdicts, ignored, own_hosts(items), quality)
        return gated(ioc_rows(items).rows, settings)
