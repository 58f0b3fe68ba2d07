"""Connectors and jobs: packaging, lists and runs, in source form and in built form."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.lab.toy_integration import add_scheduled_scripts
from tools.hub_package import build, mark_custom, missing
from tools.hub_step import INTEGRATION

from secops_lab.host import ActionHost, HostError, run_connector, run_job
from secops_lab.manifest import load_integration
from secops_lab.script_kinds import CONNECTOR, JOB, SCRIPT_KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from secops_lab.platform import LocalPlatform


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a copy of the integration with a connector and a job; the integration itself has none."""
    folder = tmp_path / "vm_ray"
    shutil.copytree(INTEGRATION, folder, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    add_scheduled_scripts(folder)
    return folder


@pytest.fixture
def built(source: Path, tmp_path: Path) -> Path:
    """Return the built form of that copy."""
    folder = tmp_path / "VMRay"
    build(source, folder)
    return folder


@pytest.fixture(params=["source", "built"])
def folder(request: pytest.FixtureRequest) -> Path:
    """Return the folder, once for each form."""
    chosen: Path = request.getfixturevalue(request.param)
    return chosen


def test_the_built_form_has_every_kind(source: Path, built: Path) -> None:
    """The built form has a flattened script and a definition for each declared script."""
    assert [name for name in missing(source, built) if not name.startswith("Dependencies/")] == []
    for kind in SCRIPT_KINDS:
        declared = {path.stem for path in (source / kind.source).glob("*.yaml")}
        assert declared
        assert {path.stem for path in (built / kind.definitions).glob(f"*{kind.suffix}")} == declared
        assert {path.stem for path in (built / kind.scripts).glob("*.py")} == declared
    script = (built / JOB.scripts / "toy_sync.py").read_text("utf-8")
    assert "from SiemplifyJob import SiemplifyJob\n\nfrom toy_words import GREETING\n" in script


@pytest.mark.parametrize("name", ["Connectors/toy_alerts.connectordef", "JobsScrips/toy_sync.py"])
def test_the_package_check_names_a_missing_connector_or_job(source: Path, built: Path, name: str) -> None:
    """The check of the package names a missing file of a connector or a job."""
    (built / name).unlink()
    assert name in missing(source, built)


def test_the_summary_lists_every_kind(built: Path) -> None:
    """The summary that the platform shows before an import lists connectors and jobs too."""
    details = json.loads((built / "VMRay.fulldetails").read_text("utf-8"))
    assert (details["Connectors"], details["Jobs"]) == (["Toy Alerts"], ["Toy Sync"])
    assert details["Actions"]


def test_every_kind_of_script_can_be_marked_as_custom(built: Path) -> None:
    """The mark `custom`, which a manual import needs, is set in actions, connectors and jobs."""
    mark_custom(built)
    for kind in SCRIPT_KINDS:
        definitions = [
            json.loads(path.read_text("utf-8")) for path in (built / kind.definitions).glob(f"*{kind.suffix}")
        ]
        assert definitions
        assert all(one["IsCustom"] is True for one in definitions)


def test_both_forms_declare_the_same(source: Path, built: Path) -> None:
    """The manifest has the same scripts, kinds and parameters in both forms."""
    first, second = load_integration(source), load_integration(built)
    assert (first.actions, first.connectors, first.jobs) == (second.actions, second.connectors, second.jobs)
    (connector,), (job,) = first.connectors, first.jobs
    assert (connector.kind, job.kind) == (CONNECTOR, JOB)
    assert [(one.name, one.type, one.default) for one in connector.parameters] == [
        ("Max Alerts", "integer", "5"),
        ("Verify SSL", "boolean", "true"),
    ]


def test_the_host_runs_a_connector(folder: Path, platform: LocalPlatform) -> None:
    """The host starts a connector with flag, parameters and dynamic list, and reads its alerts.

    On the stand-in only: the real SDK creates its run folder at the path in its configuration file.
    """
    host = ActionHost(platform, folder)
    real = run_connector(host, "Toy Alerts", {"Max Alerts": "7"}, allow_list=["rule"])
    test = run_connector(host, "toy_alerts", is_test=True)
    assert (real.is_success, test.is_success) == (True, True), real.stderr + test.stderr
    assert real.package is not None
    assert test.package is not None
    (alert,), (tried,) = real.package["cases"], test.package["cases"]
    assert (alert["name"], alert["description"]) == ("hello 7", "['rule'] False")
    assert (tried["name"], tried["description"]) == ("hello 5", "[] True")


def test_the_host_runs_a_job(folder: Path, platform: LocalPlatform, soar_sdk: Path | None) -> None:
    """The host starts a job with the key as its only argument, and reads its output."""
    run = run_job(ActionHost(platform, folder, sdk=soar_sdk), "Toy Sync", {"Max Hours": "9"})
    assert run.is_success, run.stderr
    assert run.output is not None
    assert "hello 9" in run.output["DebugOutput"]


def test_the_error_for_an_unknown_script_or_parameter_names_it(source: Path, platform: LocalPlatform) -> None:
    """The host raises an error for an unknown script, an unknown parameter and a missing script file."""
    host = ActionHost(platform, source)
    with pytest.raises(HostError, match='no such script "Toy Alert"; available: "Toy Alerts"'):
        run_connector(host, "Toy Alert")
    with pytest.raises(HostError, match='job "Toy Sync" has no parameter "Hours"'):
        run_job(host, "Toy Sync", {"Hours": "1"})
    (source / "jobs" / "toy_sync.py").unlink()
    with pytest.raises(HostError, match='job "Toy Sync" has no script'):
        run_job(host, "Toy Sync")


def test_a_failed_job_is_not_reported_as_a_success(source: Path, platform: LocalPlatform) -> None:
    """A job that raises has crashed, and a job that exceeds its time has timed out."""
    host = ActionHost(platform, source)
    script = source / "jobs" / "toy_sync.py"
    script.write_text("raise RuntimeError('broken')\n", "utf-8")
    failed = run_job(host, "Toy Sync")
    assert (failed.is_success, failed.exit_code, failed.output) == (False, 1, None)
    assert "broken" in failed.stderr
    script.write_text("import time\nprint('[]', flush=True)\ntime.sleep(600)\n", "utf-8")
    late = run_job(host, "Toy Sync", timeout=1.0)
    assert (late.is_success, late.timed_out, late.output) == (False, True, None)
    script.write_text("", "utf-8")
    assert run_job(host, "Toy Sync").is_success
