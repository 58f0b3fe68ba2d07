"""One item of an action that submits without waiting, from its source to its decision and its submissions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_models import Submission
from ...core.submissions.vmray_detonation import Detonation, Stage
from ...core.submissions.vmray_sources import Source
from ...core.submissions.vmray_submit_decision import UNKNOWN, Earlier


@dataclass(slots=True)
class Entry:
    """One item.

    Attributes:
        name: The name for the analyst.
        facts: The members of its row that identify the item.
        source: Where its content comes from; None if there is none.
        error: Why the item cannot be submitted, or why VMRay could not be asked about it.
        notes: Notes for the analyst.
        shared_by: The facts of further entities that are the same URL.
        earlier: What VMRay knew of the sample.
        decision: The word of the decision; empty before it.
        reanalyze: Whether VMRay is to create new analyses.
        quota_before: How many submissions were left before this item.
        detonation: Its submissions; None if it cannot be submitted.
        rejection: The error of the submit.
        adopted: Whether an earlier run of the same action had submitted the item.
        out_of_quota: Whether VMRay rejected the submission when no quota was left.
        links: The addresses of samples in VMRay's web interface, by the id of the sample.
        latest: The newest submissions of samples that VMRay did not analyze again, or why they could not be read.
    """

    name: str
    facts: Mapping[str, Any]
    source: Source | None = None
    error: VMRayError | None = None
    notes: list[str] = field(default_factory=list)
    shared_by: list[Mapping[str, Any]] = field(default_factory=list)
    earlier: Earlier = UNKNOWN
    decision: str = ""
    reanalyze: bool = False
    quota_before: int | None = None
    detonation: Detonation | None = None
    rejection: VMRayError | None = None
    adopted: bool = False
    out_of_quota: bool = False
    links: dict[int, str] = field(default_factory=dict)
    latest: dict[int, Submission | VMRayError | None] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The idempotency key; empty if the item cannot be submitted."""
        return self.detonation.key if self.detonation else ""

    @property
    def was_rejected(self) -> bool:
        """Whether VMRay answered the submit, and stored nothing."""
        is_answer = self.rejection is None or self.rejection.kind == "refused"
        return is_answer and self.detonation is not None and self.detonation.stage is Stage.FAILED

    @property
    def known_sample_ids(self) -> list[int]:
        """The samples that VMRay did not analyze again."""
        return self.detonation.known_sample_ids if self.detonation else []
