"""How an action process can end, and the run state that the host derives from its end."""

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


def test_execution_state_2_is_a_failed_run(toy: Toy) -> None:
    """Execution state 2 with exit code 0 is a failed run, not a crash."""
    run = toy.run('siemplify.end("no luck", False, EXECUTION_STATE_FAILED)')

    assert (run.state, run.message, run.result_value) == (RunState.FAILED, "no luck", False)
    assert run.rounds[0].exit_code == 0


def test_a_result_that_is_too_large_is_replaced(toy: Toy) -> None:
    """The size limit counts the whole result object. The replacement has the text of the real platform."""
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


def test_a_crash_keeps_the_traceback(toy_in_both_forms: Toy) -> None:
    """An uncaught exception is a crash: no result on stdout, exit code 1, the traceback on stderr."""
    run = toy_in_both_forms.run('raise ValueError("boom")')

    (only,) = run.rounds
    assert (run.state, only.exit_code, only.stdout, only.output) == (RunState.CRASHED, 1, "", None)
    assert run.message == "the script ended with exit code 1: ValueError: boom"
    assert "Traceback (most recent call last)" in only.stderr
    assert "STDOUT:\n" in only.stderr


def test_a_crash_keeps_the_printed_text(stand_in_toy: Toy) -> None:
    """After a crash, stderr has the printed text before the traceback, for both ways to import the SDK."""
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
def test_a_script_without_exactly_one_valid_result_is_a_crash(
    stand_in_toy: Toy, body: str, problem: str
) -> None:
    """A bad exit code, missing output, extra output and an unknown state are crashes with a reason."""
    run = stand_in_toy.run(body)

    assert run.state is RunState.CRASHED
    assert problem in run.message


def test_a_script_is_ended_at_its_deadline(toy: Toy) -> None:
    """The host ends a script at its deadline, and the message of the run names the time."""
    run = toy.run("import time; time.sleep(600)", script_timeout=1.0)

    assert run.state is RunState.TIMED_OUT
    assert run.message.startswith("the script was ended after ")


def test_a_script_is_ended_with_its_children_and_its_folder(toy: Toy) -> None:
    """The host ends the whole process group, and the SDK still removes its temporary folder."""
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
    assert (run.state, run.rounds[0].exit_code) == (RunState.CANCELLED, 113)  # -143 modulo 256
    until(lambda: not _is_alive(pid))  # the pipes of a process close shortly before the process ends
    assert not Path(folder).exists()


def _is_alive(pid: int) -> bool:
    """Return whether a process runs. A zombie process does not count."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}


def test_the_environment_of_a_script_is_minimal(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script does not inherit secrets, proxies or `REQUESTS_CA_BUNDLE` from the host's environment."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    monkeypatch.setenv("VMRAY_API_KEY", "secret")
    monkeypatch.setenv("SSL_CERT_FILE", "/some/ca.pem")

    run = toy.run("import os; siemplify.end(' '.join(sorted(os.environ)), True)")

    names = set(run.message.split())
    assert {"APP_IP", "APP_PORT", "APP_USE_SSL", "PATH", "PYTHONPATH", "SSL_CERT_FILE", "TMPDIR"} <= names
    assert not {"REQUESTS_CA_BUNDLE", "VMRAY_API_KEY"} & names


def test_the_error_for_an_unknown_name_lists_the_known_names(stand_in_toy: Toy) -> None:
    """The error for an unknown action or parameter lists the names that exist."""
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


def test_the_error_for_an_unusable_folder_names_the_problem(
    stand_in_toy: Toy, platform: LocalPlatform, tmp_path: Path
) -> None:
    """The host rejects a folder that is not an integration or not an SDK, before it starts a process."""
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
