"""A bug in the integration gives one sentence without a traceback, and keeps all results and submissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.expected import details
from tests.actions.patched_integration import PatchedIntegration

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab

HASHES = ("aa" * 32, "bb" * 32)
UNEXPECTED = "internal error (KeyError) in the integration; see the debug output"


@pytest.fixture
def broken(lab: Lab, tmp_path: Path) -> PatchedIntegration:
    """Return a copy of the integration in which a test can insert a bug."""
    return PatchedIntegration(lab, tmp_path)


def test_a_bug_keeps_the_entities_that_were_enriched_before(lab: Lab, broken: PatchedIntegration) -> None:
    """When the second entity fails with the bug, the first one is on the case wall and in the result."""
    for sha256 in HASHES:
        lab.vmray.control.add_sample(sha256=sha256)
    lab.hashes(*HASHES)
    broken.put_in("core/soar/vmray_case_wall.py", "self._shown.add(", '{0: "none so far"}[len(self._shown)]')

    run = broken.host.run("Scan Hash", lab.case)

    kept = "Kept: 1 of 2 entities were enriched before this error"
    assert run.message == f'Error executing action "Scan Hash". Reason: {UNEXPECTED}{details(kept)}'
    assert run.state.value == "failed"
    assert "Traceback" not in run.debug_output
    assert "unexpected KeyError in vmray_case_wall.show, line " in run.debug_output
    (shown,) = (each["Entity"] for each in run.json_result)
    flags = lab.flags()
    assert set(flags) == {sha256.upper() for sha256 in HASHES}
    assert [entity for entity, (enriched, _) in flags.items() if enriched] == [shown]


def test_a_bug_in_an_insight_keeps_the_result(lab: Lab, broken: PatchedIntegration) -> None:
    """When the second insight fails with the bug, the first entity is on the case wall and in the result."""
    for sha256 in HASHES:
        lab.vmray.control.add_sample(sha256=sha256)
    lab.hashes(*HASHES)
    broken.put_in("core/results/vmray_insight.py", "parts = [", '{0: "none so far"}[len(_ioc_line.__dict__)]')
    broken.put_in("core/results/vmray_insight.py", "parts = [", "_ioc_line.called = True")

    run = broken.host.run("Scan Hash", lab.case)

    kept = "Kept: 1 of 2 entities were enriched before this error"
    assert run.message == f'Error executing action "Scan Hash". Reason: {UNEXPECTED}{details(kept)}'
    (shown,) = (each["Entity"] for each in run.json_result)
    assert [entity for entity, (enriched, _) in lab.flags().items() if enriched] == [shown]
    assert lab.insights().keys() == {shown}


def test_a_bug_after_a_submit_names_the_submission(lab: Lab, broken: PatchedIntegration) -> None:
    """The message names the submission. It can be found in VMRay, and a later run reuses it."""
    lab.urls("http://evil.example/")
    broken.put_in("core/soar/vmray_url_report.py", "ready = [", 'raise KeyError("sample_id")')

    run = broken.host.run("Scan URL", lab.case)

    (entity,) = (each["identifier"] for each in lab.case.entities)
    kept = f"{entity}: kept in VMRay: submission 6001; verdict: malicious"
    assert run.message == f'Error executing action "Scan URL". Reason: {UNEXPECTED}{details(kept)}'
    again = lab.run("Scan URL")
    assert (again.is_success, lab.vmray.control.counts()["submissions"]) == (True, 1)
