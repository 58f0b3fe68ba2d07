"""The choice among the analyses of a sample, and why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest
from tests.client.vmray_objects import submission

from vm_ray.core.api.vmray_models import Analysis, Submission
from vm_ray.core.api.vmray_request_errors import NotFoundError
from vm_ray.core.evidence.vmray_analysis_choice import best_analyses, choose_analyses, is_running
from vm_ray.core.results.vmray_answer import Answer

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_client import Client

STATIC = "vmray_static_engine"


def analysis(number: int, **fields: Any) -> Analysis:  # noqa: ANN401 - VMRay's own values
    """Return a successful dynamic analysis; fields are given without their prefix."""
    usual = {
        "result_code": 1,
        "analyzer_name": "vmray",
        "verdict": "clean",
        "created": f"2026-01-{number:02}",
    }
    return Analysis.from_json(
        {"analysis_id": number} | {f"analysis_{name}": value for name, value in (usual | fields).items()}
    )


@dataclass
class Server:
    """Lists what it was given, and knows the sample if `is_known`."""

    submissions: list[Submission] = field(default_factory=list)
    of_submission: dict[int, list[Analysis]] = field(default_factory=dict)
    of_sample: list[Analysis] = field(default_factory=list)
    is_known: bool = True

    def list_submissions_of_sample(self, _number: int) -> list[Submission]:
        """Return the submissions."""
        return self.submissions

    def list_analyses_of_submission(self, number: int) -> list[Analysis]:
        """Return the analyses of a submission."""
        return self.of_submission[number]

    def list_analyses_of_sample(self, _number: int) -> list[Analysis]:
        """Return the analyses of the sample."""
        return self.of_sample

    def get_sample(self, _number: int) -> None:
        """Fail if there is no such sample."""
        if not self.is_known:
            raise NotFoundError("no sample")


def choose(server: Server, count: int = 9) -> list[int] | Answer:
    """Return the ids of the chosen analyses, or why there are none."""
    found = choose_analyses(cast("Client", server), 5001, count, is_running)
    return found if isinstance(found, Answer) else [each.analysis_id for each in found]


def test_the_order_of_analyses() -> None:
    """Given analyses of all kinds, then running ones come first, then the worst verdict, then the newest."""
    given = [
        analysis(1, analyzer_name=STATIC, verdict="malicious"),
        analysis(2, verdict="malicious", result_code=7340034),
        analysis(3, verdict=None),
        analysis(4),
        analysis(5, analyzer_name="vmray_web", verdict="malicious"),
        analysis(6, verdict="malicious", created="2025-12-31"),
        analysis(7, verdict="suspicious"),
    ]
    assert [each.analysis_id for each in best_analyses(given)] == [5, 6, 7, 4, 3, 1]
    assert [each.analysis_id for each in best_analyses(given, is_running)] == [5, 6, 7, 4, 3]


def test_the_newest_finished_submission_decides() -> None:
    """Given submissions in any order, then the analyses of the newest finished one are chosen."""
    server = Server(
        [
            submission(1, finished=True, created="2026-01-02"),
            submission(2, finished=False, created="2026-01-04"),
            submission(3, finished=True, created="2026-01-03"),
        ],
        {3: [analysis(31), analysis(32, verdict="malicious")], 1: [analysis(11)]},
    )
    assert choose(server) == [32, 31]
    assert choose(server, 1) == [32]


@pytest.mark.parametrize("newest", [[], [analysis(31, result_code=2)], [analysis(31, analyzer_name=STATIC)]])
def test_other_analyses_of_the_sample_count_if_the_newest_submission_has_none(newest: list[Analysis]) -> None:
    """Given a newest submission without a usable analysis, then the other analyses of the sample count."""
    server = Server([submission(3, finished=True)], {3: newest}, [*newest, analysis(11)])
    assert choose(server) == [11]


FAILED = analysis(31, result_code=7340034, result_str="Worker crashed.")


@pytest.mark.parametrize(
    ("server", "outcome", "reason"),
    [
        (Server([submission(1, finished=False)]), "pending", "VMRay has not finished the newest submission"),
        (Server([submission(1, finished=True)], {1: []}), "empty", "VMRay has no analysis of this sample"),
        (Server(of_sample=[analysis(1, analyzer_name=STATIC)]), "empty", "only static analyses"),
        (Server(of_sample=[FAILED]), "failed", r"analysis 31 failed: Worker crashed \(7340034\)"),
        (Server(), "empty", "VMRay has no analysis of this sample"),
    ],
)
def test_why_there_is_none(server: Server, outcome: str, reason: str) -> None:
    """Given no usable analysis, then the answer says why."""
    answer = choose(server)
    assert isinstance(answer, Answer)
    assert answer.outcome == outcome
    assert re.search(reason, answer.reason)


def test_a_sample_that_does_not_exist_is_not_found() -> None:
    """Given empty lists, then the sample itself is read: lists of an unknown sample are empty, too."""
    with pytest.raises(NotFoundError):
        choose(Server(is_known=False))
