"""How an action can end, and what the host makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.lab.toy_integration import set_at_a_comment
from tests.waiting import until

from secops_lab.host import ActionHost, HostError, RunState

if TYPE_CHECKING:
    from tests.lab.toy_integration import Toy

    from secops_lab.platform import LocalPlatform


def test_a_failed_action_says_so(toy: Toy) -> None:
    """State 2 with exit code 0 is a failed run, not a crash."""
    run = toy.run('siemplify.end("no luck", False, EXECUTION_STATE_FAILED)')

    assert (run.state, run.message, run.result_value) == (RunState.FAILED, "no luck", False)
    assert run.rounds[0].exit_code == 0


def test_results_that_are_too_large_are_replaced(toy: Toy) -> None:
    """The gate counts the whole result object, and its words are the platform's."""
    body = """
        siemplify.result.add_attachment("File", "a.bin", "A" * (1024 * 1024))
        siemplify.end("done", True)
    """

    run = toy.run(body, max_json_result_size=1)

    assert run.rounds[0].stdout == (
        '{"Message": "Action failed as JSON result exceeded maximum size 1MB", "ResultObjectJson": null, '
        '"ResultValue": null, "DebugOutput": "Action failed as JSON result exceeded maximum size 1MB", '
        '"ExecutionState": 2}'
    )
    assert (run.state, run.results) == (RunState.FAILED, {})


def test_a_crash_keeps_the_trace(toy_in_both_forms: Toy) -> None:
    """An uncaught exception is a crash: nothing on stdout, exit code 1, the trace on stderr."""
    run = toy_in_both_forms.run('raise ValueError("boom")')

    (only,) = run.rounds
    assert (run.state, only.exit_code, only.stdout, only.output) == (RunState.CRASHED, 1, "", None)
    assert run.message == "the script ended with exit code 1: ValueError: boom"
    assert "Traceback (most recent call last)" in only.stderr
    assert "STDOUT:\n" in only.stderr


def test_a_crash_shows_what_was_printed(stand_in_toy: Toy) -> None:
    """What a crashed script printed is on stderr, before the trace, whichever way the SDK is spelled."""
    run = stand_in_toy.run('print("so far"); raise ValueError("boom")')

    assert "STDOUT:\nso far\nSTDERR:\n" in run.rounds[0].stderr


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("sys.exit(3)", "the script ended with exit code 3"),
        ("sys.exit(0)", "not one JSON object"),
        ("siemplify.end('m', object())", "not JSON serializable"),
        ("sys.__stdout__.write('x'); siemplify.end('m', True)", "not one JSON object"),
        ("sys.__stdout__.write('{}'); sys.exit(0)", "five keys"),
        ("siemplify.end('m', True, 9)", "unknown state 9"),
        ("siemplify.end('m', True, EXECUTION_STATE_INPROGRESS)", "is not asynchronous"),
    ],
)
def test_anything_but_one_result_is_a_crash(stand_in_toy: Toy, body: str, problem: str) -> None:
    """Exit codes, silence, noise and unknown states are crashes with a reason."""
    run = stand_in_toy.run(body)

    assert run.state is RunState.CRASHED
    assert problem in run.message


def test_a_script_that_takes_too_long_is_ended(toy: Toy) -> None:
    """A script that does not end in its time is ended, and the run says so."""
    run = toy.run("import time; time.sleep(600)", script_timeout=1.0)

    assert run.state is RunState.TIMED_OUT
    assert run.message.startswith("the script was ended after ")


def test_a_script_is_ended_with_its_children_and_its_folder(toy: Toy) -> None:
    """The whole process group goes, and the SDK still removes its temporary folder."""
    body = """
        import subprocess, time
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        siemplify.add_comment(json.dumps([child.pid, siemplify.get_temp_folder_path()]))
        time.sleep(600)
    """
    case = toy.platform.new_case()

    with set_at_a_comment(toy.platform, case) as cancel:
        run = toy.run(body, case, cancel=cancel)

    pid, folder = json.loads(case.comments[0]["comment"])
    assert (run.state, run.rounds[0].exit_code) == (RunState.CANCELLED, 113)  # -143 in eight bits
    until(lambda: not _is_alive(pid))  # its pipes are closed a moment before it is gone
    assert not Path(folder).exists()


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be collected does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}


def test_the_environment_of_a_script_is_minimal(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets and proxies of the host's environment do not reach the script, a CA bundle neither."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    monkeypatch.setenv("VMRAY_API_KEY", "secret")
    monkeypatch.setenv("SSL_CERT_FILE", "/some/ca.pem")

    run = toy.run("import os; siemplify.end(' '.join(sorted(os.environ)), True)")

    names = set(run.message.split())
    assert {"APP_IP", "APP_PORT", "APP_USE_SSL", "PATH", "PYTHONPATH", "SSL_CERT_FILE", "TMPDIR"} <= names
    assert not {"REQUESTS_CA_BUNDLE", "VMRAY_API_KEY"} & names


def test_unknown_names_are_named(stand_in_toy: Toy) -> None:
    """A wrong action or parameter name is answered with the names that exist."""
    host = stand_in_toy.host("pass", parameters={"Limit": "5"})
    case = stand_in_toy.platform.new_case()

    with pytest.raises(HostError, match='integration Toy has no action "Fly"; available: "Do It"'):
        host.run("Fly", case)
    with pytest.raises(HostError, match='action "Do It" has no parameter "limit"; available: "Limit"'):
        host.run("Do It", case, {"limit": "5"})
    with pytest.raises(HostError, match='parameter "Limit" is 5; expected a text'):
        host.run("Do It", case, {"Limit": 5})  # type: ignore[dict-item]  # a wrong type on purpose
    (host.integration.folder / "actions" / "do_it.py").unlink()
    with pytest.raises(HostError, match='action "Do It" has no script'):
        host.run("Do It", case)


def test_unusable_folders_are_named(stand_in_toy: Toy, platform: LocalPlatform, tmp_path: Path) -> None:
    """A folder that is no integration, and one that is no SDK, are refused before anything is started."""
    toy = stand_in_toy.host("pass").integration.folder

    with pytest.raises(HostError, match="is not an integration"):
        ActionHost(platform, tmp_path)
    with pytest.raises(HostError, match="no SDK in"):
        ActionHost(platform, toy, sdk=tmp_path)
    with pytest.raises(HostError, match="no interpreter /no/python"):
        ActionHost(platform, toy, python="/no/python")
    with pytest.raises(HostError, match="its name is not a Python identifier"):
        ActionHost(platform, toy.rename(tmp_path / "to-y")).run("Do It", platform.new_case())
    toy = (tmp_path / "to-y").rename(tmp_path / "toy")
    (toy / "definition.yaml").write_text("identifier: [")
    with pytest.raises(HostError, match="incomplete or unreadable"):
        ActionHost(platform, toy)
