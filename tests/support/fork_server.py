"""An interpreter that has imported the third-party libraries, and forks a process for each script.

`warm_start.py` starts this file as a program. A forked process imports the SDK and the integration itself.
It ends like every Python process. Only the imports below are not repeated: they need most of the processor
time of a short action.
"""

from __future__ import annotations

import argparse
import base64
import concurrent.futures
import gc
import json
import logging.handlers
import os
import runpy
import signal
import socket
import sys
import time
import uuid
from pathlib import Path

import requests

PRELOADED = (argparse, base64, concurrent.futures, logging.handlers, uuid, requests)
MAX_MESSAGE = 1 << 20


def main() -> None:
    """Serve until the connection is closed; in a forked process, run the script of a message."""
    paths = sys.path[1:]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the processes that watch need no wait
    gc.freeze()
    message = serve(socket.socket(fileno=int(sys.argv[1])))
    if message is not None:
        run_script(message, paths)


def serve(connection: socket.socket) -> dict[str, list[str]] | None:
    """Fork two processes for each message: one that runs the script, and its parent, which watches its end.

    Returns:
        The message, in a process that has to run the script; None in the server, when nobody needs it.
    """
    while True:
        content, files, _, _ = socket.recv_fds(connection, MAX_MESSAGE, 4)
        if not content:
            return None
        if os.fork() == 0:
            connection.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            process = os.fork()
            if process:
                watch(process, files)
            else:
                become_script(files)
            message: dict[str, list[str]] = json.loads(content)
            return message
        for file in files:
            os.close(file)


def watch(process: int, files: list[int]) -> None:
    """Write the id and the exit code of a process to the last file. Does not return."""
    *streams, report = files
    for stream in streams:
        os.close(stream)
    os.write(report, f"{process}\n".encode())
    _, status = os.waitpid(process, 0)
    os.write(report, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def become_script(files: list[int]) -> None:
    """Lead a new group of processes, with the first three files as the standard streams."""
    *streams, report = files
    os.close(report)
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)


def run_script(message: dict[str, list[str]], paths: list[str]) -> None:
    """Run the script as `python -m NAME` or `python FILE` does, with the environment of the message."""
    os.environ.clear()
    os.environ.update(dict(each.split("=", 1) for each in message["env"]))
    time.tzset()
    os.chdir(message["cwd"][0])
    sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in os.environ
    search = os.environ["PYTHONPATH"].split(os.pathsep)
    _, script, *arguments = message["command"]
    if script == "-m":
        script, *arguments = arguments
        sys.argv = [script, *arguments]
        sys.path[:] = [str(Path.cwd()), *search, *paths]
        runpy.run_module(script, run_name="__main__", alter_sys=True)
    else:
        sys.argv = [script, *arguments]
        sys.path[:] = [str(Path(script).parent), *search, *paths]
        runpy.run_path(script, run_name="__main__")


main()
