"""A forked process behaves like one that a new interpreter runs: output, exit code, environment, signals."""

from __future__ import annotations

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.support.warm_start import known_integration, warm_start
from tests.waiting import until
from tools.hub_step import INTEGRATION

from secops_lab.host.child import Ending, Finished, Start, run_child
from secops_lab.host.launch import STAND_IN

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
TELL = """
import json, os, sys
told = [__name__, sys.argv[1:], sys.stdin.read(), dict(os.environ), os.getcwd(), "vm_ray" in sys.modules]
told.append(os.listdir("/proc/self/fd"))
print(json.dumps(told))
print(os.getpid() == os.getsid(0), file=sys.stderr)
"""


def start(folder: Path, code: str, *arguments: str) -> Start:
    """The start of a script with this code."""
    script = folder / "script.py"
    script.write_text(code)
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{folder}{os.pathsep}{STAND_IN}", "TMPDIR": str(folder)}
    env["LC_ALL"] = "C.UTF-8"  # else a new interpreter sets LC_CTYPE
    return Start([sys.executable, str(script), *arguments], "é\n".encode(), env, folder)


def both(start: Start, timeout: float = 60.0) -> tuple[Finished, Finished]:
    """Run a script in a forked process and in a new interpreter; durations do not count."""
    with warm_start():
        forked = run_child(start, timeout)
    return replace(forked, duration=0.0), replace(run_child(start, timeout), duration=0.0)


@pytest.mark.parametrize(
    "end",
    ["", "sys.exit(3)", "sys.exit('a reason')", "raise SystemExit", "os.kill(os.getpid(), 9)", "os._exit(7)"],
)
def test_output_environment_and_exit_code_are_the_same(tmp_path: Path, end: str) -> None:
    """Given a script, then all that a caller can see of the process is the same."""
    forked, new = both(start(tmp_path, f"{TELL}\nsys.stdout.flush()\n{end}", "--flag", "a b"))

    assert forked == new
    assert '["__main__", ["--flag", "a b"], "\\u00e9\\n"' in forked.stdout
    assert forked.stderr.startswith("True\n")


def test_a_module_is_run_by_its_name(tmp_path: Path) -> None:
    """Given `-m`, then the module is found on the path of the process."""
    package = tmp_path / "toys"
    package.mkdir()
    (package / "toy.py").write_text(f"{TELL}\nimport atexit\natexit.register(print, 'the end')")
    named = replace(start(tmp_path, ""), command=[sys.executable, "-m", "toys.toy", "x"])

    forked, new = both(named)

    assert forked == new
    assert forked.stdout.endswith("the end\n")


def test_a_crash_has_its_exit_code_and_its_traceback(tmp_path: Path) -> None:
    """Given an exception that nobody handles, then the process ends like any other."""
    forked, new = both(start(tmp_path, "raise ValueError('broken')"))

    assert (forked.exit_code, forked.stdout) == (new.exit_code, new.stdout) == (1, "")
    assert forked.stderr.splitlines()[-1] == new.stderr.splitlines()[-1] == "ValueError: broken"


def test_a_process_is_stopped_with_its_group(tmp_path: Path) -> None:
    """Given a process that does not end, then the timeout stops it, and its children too."""
    code = "import subprocess, sys, time\nprint('started', flush=True)\nsubprocess.run(['sleep', '600'])"
    forked, new = both(start(tmp_path, code), timeout=2.0)

    assert forked == new
    assert (forked.ending, forked.exit_code, forked.stdout) == (Ending.TIMED_OUT, -15, "started\n")


def test_a_process_shares_no_file_with_another_one(tmp_path: Path) -> None:
    """Given a process that starts and ends while another one runs, then it has the standard streams only."""
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    ready, end = tmp_path / "ready", tmp_path / "end"
    waiting = f"import pathlib, time\npathlib.Path({str(ready)!r}).touch()\n"
    waiting += f"while not pathlib.Path({str(end)!r}).exists():\n    time.sleep(0.01)"
    listing = f"import os, pathlib\nprint(os.listdir('/proc/self/fd'))\npathlib.Path({str(end)!r}).touch()"
    with warm_start(), ThreadPoolExecutor() as pool:
        first = start(tmp_path / "first", waiting)
        running = pool.submit(run_child, first, 60.0)
        until(ready.exists)
        second = run_child(replace(start(tmp_path / "second", listing), env=first.env), 60.0)
        outputs = [second.stdout, running.result().stdout]
    assert outputs == ["['0', '1', '2', '3']\n", ""]  # 3 is the list itself


def library(folder: Path, code: str) -> Start:
    """The start of a script that imports a client library with this code."""
    core = folder / "vm_ray" / "core"
    core.mkdir(parents=True, exist_ok=True)
    (core / "module.py").write_text(code)
    return start(folder, "import json, sys\nimport vm_ray.core.module as it\nprint(it.VALUE, it.STARTED)")


def test_the_client_library_is_imported_before(tmp_path: Path) -> None:
    """Given two scripts, then the process of the second one does not import the client library again."""
    unchanged = library(tmp_path, "import time\nVALUE, STARTED = 1, time.time_ns()")
    with warm_start():
        first, second = (run_child(unchanged, 60.0) for _ in range(2))

    assert first.stdout.startswith("1 ")
    assert first.stdout == second.stdout


def test_a_changed_client_library_is_imported_again(tmp_path: Path) -> None:
    """Given copies that change between two runs, more of them than templates, then each runs as it is."""
    with warm_start():
        outputs = [
            run_child(library(tmp_path / str(number % 6), f"VALUE, STARTED = {10**number}, 0"), 60.0).stdout
            for number in range(12)
        ]
    assert outputs == [f"{10**number} 0\n" for number in range(12)]


def test_a_client_library_that_cannot_be_imported(tmp_path: Path) -> None:
    """Given a client library with an error, then the script fails as in a new interpreter."""
    forked, new = both(library(tmp_path, "raise ValueError('broken')"))

    assert (forked.exit_code, forked.stdout) == (new.exit_code, new.stdout) == (1, "")
    assert forked.stderr.splitlines()[-1] == new.stderr.splitlines()[-1] == "ValueError: broken"


def test_a_changed_integration_is_read_again(tmp_path: Path) -> None:
    """Given a copy of the integration, then it is read at the first use and after a change only."""
    copy = tmp_path / "vm_ray"
    shutil.copytree(INTEGRATION, copy)
    first = known_integration(copy)
    assert known_integration(copy) is first
    (copy / "actions" / "ping.yaml").unlink()

    assert len(known_integration(copy).actions) == len(first.actions) - 1


def test_another_sdk_gets_a_new_interpreter(tmp_path: Path) -> None:
    """Given a path without the stand-in, then a new interpreter runs the script."""
    code = "import sys\nprint('requests' in sys.modules)"
    usual = start(tmp_path, code)
    with warm_start():
        forked = run_child(usual, 60.0)
        new = run_child(replace(usual, env={**usual.env, "PYTHONPATH": str(tmp_path)}), 60.0)

    assert (forked.stdout, new.stdout) == ("True\n", "False\n")
