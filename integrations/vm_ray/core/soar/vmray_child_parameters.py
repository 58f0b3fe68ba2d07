"""The parameters of Get Child Samples: the samples, and the limits for what is read below them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...core.results.vmray_child_samples import RELATIONS, FamilyLimits
from ...core.soar.vmray_parameters import boolean, choices, param, whole_number
from ...core.soar.vmray_subjects import SubjectParameters

ALL: Final = "All"


@dataclass(frozen=True)
class ChildSampleParameters(SubjectParameters):
    """The samples, and the limits for what is read below them."""

    max_depth: int = param("Max Depth", whole_number(1, 10), default="3")
    max_children: int = param("Max Child Samples", whole_number(1, 1000), default="100")
    relations: tuple[str, ...] = param("Relation Filter", choices(ALL, *RELATIONS), default=ALL)
    create_insight: bool = param("Create Insight", boolean(), default="true")

    @property
    def limits(self) -> FamilyLimits:
        """The limits for the child samples."""
        return FamilyLimits(self.max_depth, self.max_children, () if ALL in self.relations else self.relations)
