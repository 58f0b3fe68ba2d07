"""The status of submissions in pure functions: outcomes, machines that disagree, and jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from vm_ray.core.api.vmray_models import Analysis, Job, Submission
from vm_ray.core.api.vmray_request_errors import PermissionDeniedError
from vm_ray.core.results.vmray_submission_status import (
    StatusParts,
    newest_first,
    status_items,
    status_tables,
    verdicts_differ,
)

if TYPE_CHECKING:
    from vm_ray.core.results.vmray_item_result import Item

FINISHED: Final = {
    "submission_id": 6230,
    "submission_sample_id": 5120,
    "submission_finished": True,
    "submission_created": "2026-03-02T10:15:30",
    "submission_verdict": "malicious",
    "submission_status": "success",
}
MACHINE: Final = {
    "analysis_id": 901,
    "analysis_result_code": 1,
    "analysis_result_str": "Operation completed successfully.",
    "analysis_analyzer_name": "vmray",
    "analysis_vm_name": "win10_64",
    "analysis_configuration_name": "exe",
    "analysis_verdict": "malicious",
    "analysis_lock_status": "unlocked",
}
CRASHED: Final = {
    "analysis_result_code": 7340034,
    "analysis_result_str": "Worker crashed.",
    "analysis_verdict": None,
}


class Server:
    """Stands in for the client: returns these analyses and jobs, or raises an error in their place."""

    def __init__(
        self,
        analyses: list[dict[str, Any]] | None = None,
        jobs: list[str] | None = None,
        error: Exception | None = None,
    ) -> None:
        self.requests: list[str] = []
        self._analyses = [Analysis.from_json({**MACHINE, **each}) for each in analyses or []]
        self._jobs = [Job(number, word, {}) for number, word in enumerate(jobs or [])]
        self._error = error

    def list_analyses_of_submission(self, submission_id: int) -> list[Analysis]:
        """Return the analyses."""
        self.requests.append(f"analyses of {submission_id}")
        if self._error:
            raise self._error
        return self._analyses

    def list_jobs_of_submission(self, submission_id: int) -> list[Job]:
        """Return the jobs."""
        self.requests.append(f"jobs of {submission_id}")
        if self._error:
            raise self._error
        return self._jobs


def item(
    server: Server,
    *,
    analyses: bool = True,
    jobs: bool = True,
    **fields: Any,  # noqa: ANN401 - fields of a submission
) -> Item:
    """Return the item of a submission with these fields."""
    raw = {**FINISHED, **{f"submission_{name}": value for name, value in fields.items()}}
    submission = Submission.from_json(raw)
    wanted: Any = StatusParts(analyses, jobs)
    client: Any = server
    (found,) = status_items(client, [submission], None, wanted, concurrently=True)
    return found


@pytest.mark.parametrize(
    ("fields", "analyses", "outcome", "reason"),
    [
        ({}, [{}], "malicious", ""),
        ({"verdict": "clean"}, [{}], "clean", ""),
        ({"verdict": None}, [{}], "unknown", ""),
        ({"verdict": "not_available"}, [], "unknown", ""),
        ({"finished": False, "status": "in_progress", "verdict": "malicious"}, [{}], "pending", ""),
        (
            {"verdict": None, "status": "error"},
            [CRASHED],
            "failed",
            "every analysis failed: Worker crashed (7340034)",
        ),
        ({"verdict": None, "status": "error"}, [], "failed", "VMRay reports an error of the submission"),
        ({"verdict": None}, [CRASHED, {}], "unknown", ""),
        ({"status": "success", "finished": False}, [], "pending", ""),
        ({"quota_type": "verdict"}, [], "malicious", ""),
    ],
)
def test_the_outcome_of_a_submission(
    fields: dict[str, Any], analyses: list[dict[str, Any]], outcome: str, reason: str
) -> None:
    """The flag decides whether it is finished; then its verdict, else the failure of all of its analyses."""
    found = item(Server(analyses), **fields)
    assert (found.outcome, found.reason, found.kind) == (
        outcome,
        reason,
        "analysis" if outcome == "failed" else "",
    )


def test_an_old_server_has_no_word_for_the_status() -> None:
    """Given a submission without status word, then the status is null, and the table shows the flag."""
    found = item(Server(), status=None)
    assert found.facts["status"] is None
    (table,) = status_tables([found])
    assert table.lines[1] == "6230,5120,2026-03-02T10:15:30,finished,Malicious,,no"


@pytest.mark.parametrize(
    ("finished", "verdict", "word"),
    [(False, None, "Pending"), (False, "malicious", "Malicious"), (True, None, "Unknown")],
)
def test_an_open_verdict_is_not_an_unknown_one(finished: bool, verdict: str | None, word: str) -> None:  # noqa: FBT001 - a column
    """Given no verdict before the end, then the table says pending; unknown is a finished one without."""
    (table,) = status_tables([item(Server(), finished=finished, verdict=verdict)])
    assert table.lines[1].split(",")[4] == word


@pytest.mark.parametrize(
    ("analyses", "differ"),
    [
        ([{}, {"analysis_verdict": "clean"}], True),
        ([{}, {}], False),
        ([{}, {"analysis_verdict": None}], False),
        ([{}, {"analysis_vm_name": None, "analysis_verdict": "clean"}], False),
        ([{}, CRASHED], False),
        ([], False),
    ],
)
def test_machines_that_disagree(analyses: list[dict[str, Any]], *, differ: bool) -> None:
    """Only verdicts on machines are compared; none, a failure and a static analysis do not count."""
    assert verdicts_differ(Analysis.from_json({**MACHINE, **each}) for each in analyses) is differ
    assert item(Server(analyses)).facts["verdicts_differ"] is differ


def test_jobs_are_counted_by_status() -> None:
    """Given jobs, then known words are counted, and a note names another word."""
    server = Server(jobs=["queued", "inwork", "inwork", "pending", "dreaming"])
    found = item(server, finished=False)
    assert found.facts["jobs"] == {"queued": 2, "inwork": 2, "uploading": 0}
    assert found.reason == '1 of 5 jobs have a status that is not counted ("dreaming")'
    finished = Server(jobs=["queued"])
    assert item(finished).facts["jobs"] == {"queued": 0, "inwork": 0, "uploading": 0}
    assert finished.requests == ["analyses of 6230"]


def test_parts_that_are_not_wanted_are_not_read() -> None:
    """Given neither analyses nor jobs, then there is no request, and the counts are null."""
    server = Server()
    found = item(server, analyses=False, jobs=False, finished=False)
    assert (server.requests, found.facts["jobs"], found.facts["analyses"]) == ([], None, [])


def test_the_verdict_stays_if_a_part_cannot_be_read() -> None:
    """Given a fatal error for both lists, then the row has its outcome, two notes, and is not complete."""
    found = item(Server(error=PermissionDeniedError("no permission")), finished=False)
    assert (found.outcome, found.complete, found.facts["jobs"]) == ("pending", False, None)
    assert "the analyses could not be read: " in found.reason
    assert "the jobs could not be read: " in found.reason


def test_the_newest_submission_comes_first() -> None:
    """Submissions are sorted by their time, then by their id; VMRay's order is not documented."""
    made = [("2026-01-01", 1), ("2026-03-01", 2), ("2026-02-01", 3), ("2026-03-01", 4)]
    given = [
        Submission.from_json({**FINISHED, "submission_created": created, "submission_id": number})
        for created, number in made
    ]
    assert [each.submission_id for each in newest_first(given)] == [4, 2, 3, 1]


def test_text_of_a_server_is_safe_in_the_tables() -> None:
    """Given markup, addresses and commas in the names, then each cell stays one cell without a link."""
    odd = {"analysis_vm_name": "=win, http://c2.example/", "analysis_result_str": "a\nb"}
    tables = status_tables([item(Server([odd]), status="a, http://c2.example/")])
    for table in tables:
        assert all(line.count(",") == table.lines[0].count(",") for line in table.lines)
        assert "http://" not in "".join(table.lines)
    assert ",'=win" in tables[1].lines[1]
