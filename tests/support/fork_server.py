"""A program that forks the processes of scripts, with the imports of the scripts done before.

`warm_start.py` starts it. The program forks a template for each search path: a process that has imported the
SDK and the client library from there. A template forks the processes of the scripts. Such a process runs the
script as a new interpreter does, and ends like every Python process. Only the imports are not repeated: they
need most of the processor time of a short action. No imported module reads the environment at its import.
"""

from __future__ import annotations

import argparse
import atexit
import base64
import concurrent.futures
import contextlib
import gc
import importlib
import json
import logging.handlers
import netrc
import os
import runpy
import select
import signal
import socket
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import requests
import requests_toolbelt  # type: ignore[import-untyped]  # it has no annotations

if TYPE_CHECKING:
    from collections.abc import Callable

PRELOADED = (
    argparse,
    base64,
    concurrent.futures,
    logging.handlers,
    uuid,
    requests,
    netrc,  # requests imports it at the first request
    requests_toolbelt,
)
MAX_MESSAGE = 1 << 20
MAX_TEMPLATES = 4

Message = dict[str, list[str]]


def main() -> None:
    """Forward messages until the connection is closed; in a forked process, run the script of a message."""
    paths = sys.path[1:]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the processes that watch need no wait
    template = forward(socket.socket(fileno=int(sys.argv[1])))
    if template is not None:
        connection, search = template
        preload(search, paths)
        message = serve(connection)
        if message is not None:
            run_script(message, paths)


def forward(connection: socket.socket) -> tuple[socket.socket, list[str]] | None:
    """Pass each message to the template for its search path.

    Returns:
        In a new template: the connection on which the messages come, and the search path. In this program:
        None, after the connection was closed.
    """
    templates: dict[tuple[str, int], socket.socket] = {}
    while True:
        content, files, _, _ = socket.recv_fds(connection, MAX_MESSAGE, 4)
        if not content:
            return None
        search = search_path(json.loads(content))
        key = (os.pathsep.join(search), newest(search))
        if key not in templates:
            if len(templates) == MAX_TEMPLATES:
                templates.pop(next(iter(templates))).close()
            templates[key], theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            if os.fork() == 0:
                for other in (connection, *templates.values()):
                    other.close()
                for file in files:
                    os.close(file)
                return theirs, search
            theirs.close()
        socket.send_fds(templates[key], [content], files)
        for file in files:
            os.close(file)


def search_path(message: Message) -> list[str]:
    """Return `PYTHONPATH` of the script's environment."""
    (found,) = [each for each in message["env"] if each.startswith("PYTHONPATH=")]
    return found.partition("=")[2].split(os.pathsep)


def client_library(search: list[str]) -> list[str]:
    """Return the modules of the integration that its actions import; empty for the built form."""
    core = Path(search[0], "vm_ray", "core")
    found = (os.path.join(folder, name) for folder, _, names in os.walk(core) for name in names)  # noqa: PTH118 - fast
    return sorted(path for path in found if path.endswith(".py"))


def newest(search: list[str]) -> int:
    """Return when a module was changed last, in nanoseconds: some tests change a copy between two runs."""
    return max((os.stat(path).st_mtime_ns for path in client_library(search)), default=0)  # noqa: PTH116 - fast


def preload(search: list[str], paths: list[str]) -> None:
    """Import the client library, which imports the SDK; errors are left to the scripts that import it."""
    sys.path[:] = [*search, *paths]
    for path in client_library(search):
        parts = Path(path).relative_to(search[0]).with_suffix("").parts
        with contextlib.suppress(Exception):
            importlib.import_module(".".join(parts).removesuffix(".__init__"))
    gc.freeze()


def serve(connection: socket.socket) -> Message | None:
    """Fork a process for each message, and report the id and the exit code of each process.

    Returns:
        The message, in a process that has to run the script; None in the template, when nobody needs it and
        all its processes have ended.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    running: dict[int, tuple[int, int]] = {}
    awaited = [connection.fileno()]
    while awaited or running:
        ready, _, _ = select.select([*awaited, *running], [], [])
        for ended in running.keys() & ready:
            report_end(ended, *running.pop(ended))
        if connection.fileno() in ready:
            content, files, _, _ = socket.recv_fds(connection, MAX_MESSAGE, 4)
            if not content:
                awaited.clear()
            elif process := os.fork():
                running[os.pidfd_open(process)] = process, report_start(process, files)
            else:
                connection.close()
                become_script(files, [*running, *(report for _, report in running.values())])
                message: Message = json.loads(content)
                return message
    return None


def report_start(process: int, files: list[int]) -> int:
    """Write the id of a process to the last file, which is returned; close its standard streams here."""
    *streams, report = files
    for stream in streams:
        os.close(stream)
    os.write(report, f"{process}\n".encode())
    return report


def report_end(ended: int, process: int, report: int) -> None:
    """Write the exit code of a process that has ended; `ended` is the file that showed its end."""
    os.close(ended)
    _, status = os.waitpid(process, 0)
    with contextlib.suppress(BrokenPipeError):  # nobody waits for it any more
        os.write(report, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os.close(report)


def become_script(files: list[int], others: list[int]) -> None:
    """Lead a new group of processes, with the first three files as its standard streams; close the others."""
    *streams, report = files
    for other in (report, *others):
        os.close(other)
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)


def run_script(message: Message, paths: list[str]) -> None:
    """Run the script as `python -m NAME` or `python FILE` does, with the environment of the message."""
    os.environ.clear()
    os.environ.update(dict(each.split("=", 1) for each in message["env"]))
    time.tzset()
    os.chdir(message["cwd"][0])
    sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in os.environ
    search = search_path(message)
    _, script, *arguments = message["command"]
    if script == "-m":
        script, *arguments = arguments
        sys.argv = [script, *arguments]
        sys.path[:] = [str(Path.cwd()), *search, *paths]
        end_like_python(lambda: runpy.run_module(script, run_name="__main__", alter_sys=True))
    else:
        sys.argv = [script, *arguments]
        sys.path[:] = [str(Path(script).parent), *search, *paths]
        end_like_python(lambda: runpy.run_path(script, run_name="__main__"))


def end_like_python(run: Callable[[], object]) -> NoReturn:
    """Run, and end as an interpreter ends: error output, threads, exit functions, streams, exit code.

    Only the removal of all modules is omitted: it would copy most of the memory shared with the template.
    """
    code: object = 0
    try:
        run()
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - reported as the interpreter reports it
        sys.excepthook(*sys.exc_info())
        code = 1
    if code is not None and not isinstance(code, int):
        sys.stderr.write(f"{code}\n")
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]  # an interpreter calls it at its end
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(int(code or 0) & 0xFF)


main()
