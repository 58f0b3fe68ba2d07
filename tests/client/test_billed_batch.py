"""Several items whose requests use quota, against the emulator: each request is executed once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.client.stand_in import imported

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import ResultUncertainError
from vm_ray.core.api.vmray_request_errors import NotOfferedError, PermissionDeniedError
from vm_ray.core.submissions.vmray_submit_decision import Rules
from vm_ray.core.submissions.vmray_unlock_decision import UnlockRules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vmray_emulator import EmbeddedEmulator

MONTH: Final = 30 * 86_400.0
POST: Final = {"method": "POST"}
JOBS: Final = {"path": "/rest/job/sample/*"}
LOST: Final = {"kind": "reset_before"}
LOST_AND_EXECUTED: Final = {"kind": "reset_before", "stored": True}
ALWAYS: Final = Rules(reuse_days=0, joins_always=True)


@pytest.fixture(scope="module")
def made() -> Iterator[SimpleNamespace]:
    """Import the modules with the stand-in of the SDK."""
    names = ("core.soar.vmray_subjects", "core.soar.vmray_unlocking", "core.soar.vmray_reanalyzing")
    with imported(*names) as found:
        subjects, unlocking, reanalyzing = (found[name] for name in names)
        yield SimpleNamespace(
            subject=subjects.Subject,
            unlock=(unlocking.UnlockBatch, unlocking.UnlockTask, UnlockRules()),
            reanalyze=(reanalyzing.ReanalysisBatch, reanalyzing.ReanalysisTask, Rules(joins_always=True)),
        )


class Runs:
    """Runs of both actions against one emulator.

    Attributes:
        pause: Called in place of each pause.
    """

    def __init__(self, vmray: EmbeddedEmulator, made: SimpleNamespace) -> None:
        self.vmray = vmray
        self._made = made
        self.pause: Callable[[], None] = lambda: None

    def unlock(self, *names: str, **rules: Any) -> Any:  # noqa: ANN401 - a batch of an imported module
        """Unlock the reports of samples."""
        return self._run(self._made.unlock, names, "sample", rules)

    def reanalyze(self, *names: str, kind: str = "sample", **rules: Any) -> Any:  # noqa: ANN401 - a batch of an imported module
        """Repeat an analysis of samples, or these analyses."""
        return self._run(self._made.reanalyze, names, kind, rules)

    def paid(self) -> list[int]:
        """Return the ids in the requests that VMRay executed."""
        return [each["id"] for each in self.vmray.control.bookings()]

    def posts(self) -> int:
        """Count the requests that use quota."""
        return sum(each.method == "POST" for each in self.vmray.control.requests())

    def _run(self, of: Any, names: tuple[str, ...], kind: str, rules: dict[str, Any]) -> Any:  # noqa: ANN401 - imported classes
        batch_class, task_class, usual = of
        tasks = [task_class(subject=self._made.subject(name, kind)) for name in names]
        client = connect(self.vmray.url, self.vmray.api_key)
        batch = batch_class(client, Deadline(None), tasks, usual._replace(**rules))
        batch.sender.sleep = lambda _seconds: self.pause()
        self.vmray.control.forget_requests()
        batch.perform()
        return batch


@pytest.fixture
def runs(emulator: EmbeddedEmulator, made: SimpleNamespace) -> Runs:
    """Return runs against an empty emulator."""
    return Runs(emulator, made)


def locked(runs: Runs, number: int = 1) -> tuple[str, ...]:
    """Store samples with a locked report, and return their ids."""
    for each in range(number):
        runs.vmray.control.add_sample(filename=f"{each}.exe", locked=True)
    return tuple(str(5001 + each) for each in range(number))


def old(runs: Runs, **sample: Any) -> str:  # noqa: ANN401 - what a known sample can have
    """Store a sample whose result is a month old, and return its id."""
    return str(runs.vmray.control.add_sample(age=MONTH, **sample)["sample_id"])


def test_a_lost_unlock_is_found_by_its_lock(runs: Runs) -> None:
    """Given a lost response to an executed unlock, then the open report shows it."""
    runs.vmray.control.inject(POST, LOST_AND_EXECUTED)
    batch = runs.unlock(*locked(runs))
    assert batch.tasks[0].result.ids == (9001,)
    assert (runs.paid(), runs.posts()) == ([5001], 1)


def test_a_lost_unlock_without_effect_is_not_certain_and_not_sent_again(runs: Runs) -> None:
    """Given a lost response and a closed lock, then the next run may send the request."""
    runs.vmray.control.inject(POST, LOST)
    batch = runs.unlock(*locked(runs))
    assert isinstance(batch.problem_of(batch.tasks[0]), ResultUncertainError)
    assert (runs.paid(), runs.posts()) == ([], 1)
    runs.unlock("5001")
    runs.unlock("5001")
    assert runs.paid() == [5001]


def test_an_analysis_that_was_deleted_was_not_unlocked(runs: Runs) -> None:
    """Given a lost response, and a list without the locked analysis, then the result is not certain."""
    ids = locked(runs)
    analyses = {"path": "/rest/analysis/sample/5001"}
    runs.vmray.control.inject(POST, LOST)
    runs.vmray.control.inject(analyses, {"kind": "patch"})  # the first look-up
    runs.vmray.control.inject(analyses, {"kind": "patch", "set": {"data": []}}, 20)
    batch = runs.unlock(*ids)
    assert isinstance(batch.problem_of(batch.tasks[0]), ResultUncertainError)


def test_reports_that_are_unlocking_are_not_paid_for_again(runs: Runs) -> None:
    """Given a server that takes its time, then the lock after the request is known; a second run waits."""
    runs.vmray.control.set_lifecycle("manual")
    runs.vmray.control.configure(unlock_seconds=60.0)
    ids = locked(runs)
    assert runs.unlock(*ids).tasks[0].result.after.unlocking == (9001,)
    again = runs.unlock(*ids)
    assert (again.tasks[0].decision, runs.posts()) == ("unlocking", 0)
    assert runs.paid() == [5001]


def test_an_answer_that_names_no_report_is_checked(runs: Runs) -> None:
    """Given a response without ids, then the lock decides whether something was unlocked."""
    ids = locked(runs, 2)
    runs.vmray.control.inject(POST, {"kind": "patch", "set": {"data.unlocked_analysis_ids": []}})
    nothing = '{"result": "ok", "data": {"unlocked_analysis_ids": []}}'
    runs.vmray.control.inject(POST, {"kind": "status", "status": 200, "body": nothing})
    results = [each.result.ids for name in ids for each in runs.unlock(name).tasks]
    assert results == [(9001,), ()]


def test_a_sample_with_several_names_is_unlocked_once(runs: Runs) -> None:
    """Given the id and the hash of one sample, then they share one request."""
    (number,) = locked(runs)
    sha256 = runs.vmray.control.samples()[0]["sample_sha256hash"]
    batch = runs.unlock(number, sha256)
    assert batch.tasks[1].first is batch.tasks[0]
    assert (runs.paid(), runs.posts()) == ([5001], 1)


def test_an_unlock_that_is_not_offered(runs: Runs) -> None:
    """Given 404 for a sample that exists, then the reason names the server or the key."""
    ids = locked(runs)
    runs.vmray.control.configure(refused_paths=[["/sample/*/unlock_reports", 404]])
    assert isinstance(runs.unlock(*ids).tasks[0].error, NotOfferedError)


@pytest.mark.parametrize(("dry", "decision"), [(False, "unlock"), (True, "dry_run")])
def test_the_quota_counts_each_item(runs: Runs, dry: bool, decision: str) -> None:  # noqa: FBT001 - a case of the table
    """Given three reports and a minimum of two, then the third item is blocked, also in a dry run."""
    ids = locked(runs, 3)
    runs.vmray.control.configure(report_quota=3)
    batch = runs.unlock(*ids, minimum_quota=2, dry_run=dry)
    assert [each.decision for each in batch.tasks] == [decision, decision, "blocked_quota"]
    assert [each.quota_before for each in batch.tasks] == [3, 2, 1]
    assert (batch.quota.left, runs.posts()) == ((3, 0) if dry else (1, 2))


@pytest.mark.parametrize("face", ["errors", "403", "400"])
def test_a_rejection_without_quota_is_explained(runs: Runs, face: str) -> None:
    """Given VMRay's rejection and an empty quota, then the quota is the reason, and nothing is paid for."""
    ids = locked(runs, 2)
    old(runs, filename="old.exe")
    runs.vmray.control.configure(report_quota=0, key_quota_limit=1, quota_refusal=face)
    unlocks, analyses = runs.unlock(*ids).tasks, runs.reanalyze("5003").tasks
    assert [each.out_of_quota for each in (*unlocks, *analyses)] == [True] * 3
    assert runs.paid() == []


def test_a_request_that_was_open_at_a_fatal_error_is_not_certain(runs: Runs) -> None:
    """Given a request whose response nobody waited for, then its item does not get the reason of another."""
    batch = runs.unlock(*locked(runs), dry_run=True)
    assert batch.problem_of(batch.tasks[0]) is None
    batch.tasks[0].is_sent = True
    assert str(batch.problem_of(batch.tasks[0])) == "not certain whether it was unlocked"


def test_a_key_without_the_right_ends_the_action(runs: Runs) -> None:
    """Given 403 although quota is left, then the action ends with this cause."""
    ids = locked(runs)
    runs.vmray.control.configure(refused_paths=[["/sample/*/unlock_reports", 403]])
    with pytest.raises(PermissionDeniedError, match="unlock reports, and report quota left"):
        runs.unlock(*ids)


@pytest.mark.parametrize("lifecycle", ["immediate", "manual"])
def test_a_lost_reanalysis_is_found_by_its_job(runs: Runs, lifecycle: str) -> None:
    """Given a lost response, then the new job is found, also if it has led to an analysis by then."""
    runs.vmray.control.set_lifecycle(lifecycle)
    number = old(runs)
    runs.vmray.control.inject(POST, LOST_AND_EXECUTED)
    batch = runs.reanalyze(number)
    assert batch.tasks[0].result == (7002, 6001)
    assert (runs.paid(), runs.posts()) == ([9001], 1)


def test_a_job_of_another_sample_is_no_answer(runs: Runs) -> None:
    """Given a response about another sample, then the job is found by reading."""
    number = old(runs)
    runs.vmray.control.inject(POST, {"kind": "patch", "set": {"data.job_sample_id": 4711, "data.job_id": 1}})
    assert runs.reanalyze(number).tasks[0].result == (7002, 6001)


@pytest.mark.parametrize("rules", [{}, {"reuse_days": 0}])
@pytest.mark.parametrize("reopens", [False, True])
def test_a_second_run_joins_the_analysis_of_an_uncertain_one(
    runs: Runs,
    rules: dict[str, Any],
    reopens: bool,  # noqa: FBT001 - a case of the table
) -> None:
    """Given a request that appears too late for its own run, then the next run joins it, or reuses it."""
    runs.vmray.control.set_lifecycle("manual")
    runs.vmray.control.configure(reanalysis_reopens=reopens)
    number = old(runs)
    runs.vmray.control.inject(POST, LOST_AND_EXECUTED)
    runs.pause = lambda: runs.vmray.control.inject(JOBS, {"kind": "status", "status": 400})
    first = runs.reanalyze(number, **rules)
    assert isinstance(first.tasks[0].error, ResultUncertainError)

    again = runs.reanalyze(number, **rules)
    assert again.tasks[0].decision == "join"
    assert again.tasks[0].earlier.running_job.job_id == 7002
    runs.vmray.control.finish_all()
    if not rules:
        assert runs.reanalyze(number).tasks[0].decision == "reuse"
    assert runs.paid() == [9001]


def test_analyses_of_one_sample_are_repeated_one_after_the_other(runs: Runs) -> None:
    """Given two analyses of one sample whose responses are lost, then each has a job of its own."""
    old(runs, machines=[{"machine": "win10_64"}, {"machine": "win7_32"}])
    runs.vmray.control.inject(POST, LOST_AND_EXECUTED, 2)
    batch = runs.reanalyze("9001", "9002", kind="analysis")
    assert [each.result.job_id for each in batch.tasks] == [7003, 7004]
    assert runs.paid() == [9001, 9002]


def test_nothing_more_is_sent_for_a_sample_after_an_uncertain_request(runs: Runs) -> None:
    """Given an uncertain request, then a later job could not be told from it: the second is not sent."""
    old(runs, machines=[{"machine": "win10_64"}, {"machine": "win7_32"}])
    runs.vmray.control.inject(POST, LOST)
    batch = runs.reanalyze("9001", "9002", kind="analysis")
    assert [type(batch.problem_of(each)) for each in batch.tasks] == [ResultUncertainError] * 2
    assert "this one was not sent" in str(batch.tasks[1].error)
    assert runs.posts() == 1


def test_a_sample_with_several_names_is_repeated_once(runs: Runs) -> None:
    """Given the id and the hash of a sample, then they share one request, whatever each would repeat."""
    number = old(runs)
    batch = runs.reanalyze(number, runs.vmray.control.samples()[0]["sample_sha256hash"])
    assert [each.target for each in batch.tasks] == [5001, 5001]
    assert (runs.paid(), runs.posts()) == ([9001], 1)


def test_a_machine_that_finds_nothing_does_not_make_a_sample_clean(runs: Runs) -> None:
    """Given one of two machines whose analysis was repeated, then the reused verdict is that of both."""
    number = old(runs, machines=[{"machine": "win10_64"}, {"machine": "win7_32", "verdict": "clean"}])
    runs.reanalyze("9002", kind="analysis")
    (task,) = runs.reanalyze(number).tasks
    assert (task.decision, task.earlier.repeated.verdict.value) == ("reuse", "clean")
    assert task.earlier.verdict.value == "malicious"


def test_a_sample_without_an_analysis_is_not_sent(runs: Runs) -> None:
    """Given no analysis, or only failed ones, then nothing is sent, and the answer says why."""
    never, failed = old(runs, analyses=0), old(runs, filename="failed.exe", failed=True)
    batch = runs.reanalyze(never, failed, "4711")
    assert [each.answer and each.answer.outcome for each in batch.tasks] == ["empty", "failed", None]
    assert str(batch.tasks[2].error).startswith("the object does not exist")
    assert runs.posts() == 0
