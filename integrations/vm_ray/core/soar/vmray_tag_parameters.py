"""The parameters of Update Tags: which objects, and which tags."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.api.vmray_errors import ParameterError
from ...core.soar.vmray_parameters import Texts, param
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_subject_kinds import IDS
from ...core.soar.vmray_subjects import ItemParameters, Subject
from ...core.soar.vmray_submit_parameters import TAGS


@dataclass(frozen=True)
class TagParameters(ItemParameters):
    """The submissions and analyses, and the tags to add and to remove."""

    submission_ids: tuple[str, ...] = param("Submission IDs", IDS)
    analysis_ids: tuple[str, ...] = param("Analysis IDs", IDS)
    to_add: tuple[str, ...] = param("Tags To Add", TAGS)
    to_remove: tuple[str, ...] = param("Tags To Remove", TAGS)

    @classmethod
    def parse(cls, values: Texts) -> TagParameters:
        """Read and check all parameters, also whether they fit together.

        Raises:
            ParameterError: A value is wrong, nothing is given to do, or a tag is to be added and removed.
        """
        params = super().parse(values)
        if not (params.submission_ids or params.analysis_ids):
            raise ParameterError("Submission IDs", "is empty", "ids here, or in Analysis IDs")
        if not (params.to_add or params.to_remove):
            raise ParameterError("Tags To Add", "is empty", "tags here, or in Tags To Remove")
        both = [tag for tag in params.to_remove if tag in params.to_add]
        if both:
            raise ParameterError("Tags To Remove", f"contains {both[0]}", "tags that are not in Tags To Add")
        return params

    def subjects(self, run: Run) -> list[Subject]:  # noqa: ARG002 - the entities of the case are no subjects here
        """Return the submissions, then the analyses, in the order given."""
        submissions = [Subject(each, "submission") for each in self.submission_ids]
        return [*submissions, *(Subject(each, "analysis") for each in self.analysis_ids)]
