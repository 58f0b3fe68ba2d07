"""Live malware leaves only encrypted, and every download has a limit, whatever the server sends."""

from __future__ import annotations

import ast
import base64
import json
import re
import tracemalloc
import zlib
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest
from tests.actions.lab import Lab
from tests.architecture.modules import action_scripts, core_modules, syntax
from tests.guarantees.lying_server import FILE_TYPE, LIES, MARKER, MUCH, LyingServer, number_in
from tests.guarantees.serving import HandlingServer, QuietHandler
from tests.support.example import prepare, subject_rows
from tests.support.registry import ACTIONS, Case, situations_of
from tools.hub_step import INTEGRATION

from vm_ray.core.api.vmray_body import MAX_RESPONSE_BYTES
from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_downloads import Downloads
from vm_ray.core.api.vmray_request_errors import InvalidResponseError, TooLargeError
from vm_ray.core.evidence.vmray_file_reader import budget_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from secops_lab.host import ActionRun
    from secops_lab.platform import LocalPlatform
    from vm_ray.core.api.vmray_client import Client
    from vmray_emulator import EmbeddedEmulator

VERBS: Final = {name for name in vars(Downloads) if not name.startswith("_")}
# What the sockets of both sides can hold beyond what the client read.
SOCKETS: Final = 16 * 2**20
LIMIT: Final = 2**20


@cache
def module_facts(module: Path) -> tuple[list[Path], bool]:
    """Return what a module imports of the integration, and whether it uses a method of `Downloads`."""
    tree = list(ast.walk(syntax(module)))
    names = [node.module or "" for node in tree if isinstance(node, ast.ImportFrom)]
    files = [INTEGRATION / f"{name.replace('.', '/')}.py" for name in names]
    used = {node.attr for node in tree if isinstance(node, ast.Attribute)}
    return [each for each in files if each.is_file()], bool(used & VERBS)


def reads_files(script: Path) -> bool:
    """Return whether a script reads files itself or in what it imports; the client is not counted."""
    found: set[Path] = set()
    waiting = [script]
    while waiting:
        module = waiting.pop()
        if module not in found and module.parent.name != "api":
            found.add(module)
            waiting += module_facts(module)[0]
    return any(module_facts(module)[1] for module in found)


def cases_of_bytes() -> list[Case]:
    """Return an example with several items for each action that reads files; the imports say which do."""
    scripts = {path.stem: path for path in action_scripts()}
    readers = [each for each in ACTIONS if reads_files(scripts[each.stem])]
    return [
        Case(action, next(each for each in situations_of(action) if each.several is not None))
        for action in readers
    ]


CASES: Final = cases_of_bytes()


def handed_over(run: ActionRun) -> dict[int, list[str]]:
    """Return the names of the attached files by the position of their sample or analysis."""
    found: dict[int, list[str]] = {}
    for name in run.attachments:
        if re.search(r"-\d", name):
            found.setdefault(number_in(name.replace("-", "/")), []).append(name)
    return found


def peak_until_refused(read: Callable[[], object], problem: str) -> int:
    """Return the most bytes of memory that a read needs which ends with this problem."""
    tracemalloc.start()
    try:
        with pytest.raises((InvalidResponseError, TooLargeError), match=problem):
            read()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_actions_that_hand_over_bytes_are_found() -> None:
    """Given the integration, then the actions that read files are found by what they import."""
    assert len(CASES) >= 5
    assert not reads_files(INTEGRATION / "actions" / "ping.py")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.action.stem)
def test_a_server_that_lies_about_files(
    emulator: EmbeddedEmulator, platform: LocalPlatform, tmp_path: Path, case: Case
) -> None:
    """Given a lie about the files of each item but one, then only true files are attached, and reading ends.

    Size, type and encryption are wrong, each for another item. The item without a lie has its files.
    """
    assert case.example.several
    lab = Lab(emulator, platform)
    parameters = prepare(lab, case.example.several(len(LIES)), tmp_path)
    honest = lab.run(case.action.name, parameters)
    with LyingServer(lab.vmray.url, number_in) as server:
        lab.configure(Api_Root=server.url)
        run = lab.run(case.action.name, parameters)

    true, told = handed_over(honest), handed_over(run)
    wanted = {place for place, lie in enumerate(LIES) if lie.is_attached}
    assert set(told) == (wanted if true else set())
    assert {place: true[place] for place in told} == told
    assert all(run.attachments[name] == honest.attachments[name] for names in told.values() for name in names)
    assert not any(MARKER in base64.b64decode(each) for each in run.attachments.values())
    assert MARKER.decode() not in json.dumps(run.results) + run.message
    for row in subject_rows(run.json_result):
        lie = LIES[number_in(f"/{row['analysis_id'] if row.get('analysis_id') else row['sample_id']}")]
        assert (row["outcome"] == "done", bool(row["reason"])) == (lie.is_attached, not lie.is_attached), (
            lie.name
        )
    # what is attached is read once within its share, and once within what the others left
    most = 2 * budget_of(15 * 2**20) if true else MAX_RESPONSE_BYTES
    assert all(size < most + SOCKETS < MUCH for size in server.sent.values()), server.sent


@pytest.mark.parametrize(
    "download",
    [
        lambda client: client.download_sample(5001, LIMIT),
        lambda client: client.download_archive(9001, LIMIT, "extracted_files/*"),
        lambda client: client.download_sample_report(5001, LIMIT),
    ],
    ids=["a sample", "an archive", "a report"],
)
@pytest.mark.parametrize("lie", [each.name for each in LIES if "MiB" in each.name or "end" in each.name])
def test_memory_stays_flat(emulator: EmbeddedEmulator, download: Callable[[Client], bytes], lie: str) -> None:
    """Given a file of 200 MiB or without an end, then the client needs no more memory than for the limit."""
    emulator.control.add_sample(content="MZ harmless", iocs={"files": ["dropped.exe"]})
    place = [each.name for each in LIES].index(lie)
    with LyingServer(emulator.url, lambda _path: place) as server:
        client = connect(server.url, emulator.api_key)
        assert peak_until_refused(lambda: download(client), "is larger than the limit") < 4 * LIMIT
    assert server.sent[lie] < SOCKETS


@pytest.mark.parametrize(
    ("read", "encoding", "problem"),
    [
        (
            lambda client: client.download_sample(5001, LIMIT),
            "gzip",
            "was compressed, which was not requested",
        ),
        (lambda client: client.get_analysis(9001), "gzip", "is larger than the limit of 64 MiB"),
        (lambda client: client.get_analysis(9001), "gzip, gzip", "was compressed several times"),
    ],
    ids=["a file", "JSON", "JSON, twice"],
)
def test_a_compressed_response_fills_no_memory(
    read: Callable[[Client], object], encoding: str, problem: str
) -> None:
    """Given a few bytes that are many when they are unpacked, then the response is refused."""
    bomb = bytes(MAX_RESPONSE_BYTES + LIMIT)
    for _ in encoding.split(","):
        bomb = zlib.compress(bomb, wbits=31)

    class Handler(QuietHandler):
        """The server."""

        def do_GET(self) -> None:  # noqa: N802 - the name that the base class calls
            """Send the bomb with its true length."""
            self.reply(200, {"Content-Type": FILE_TYPE, "Content-Encoding": encoding}, bomb)

    with HandlingServer(Handler) as server:
        client = connect(server.url, "key of a test")
        assert peak_until_refused(lambda: read(client), problem) < 2 * MAX_RESPONSE_BYTES


def test_only_one_module_downloads() -> None:
    """Given all modules, then only `Downloads` reads files of the transport, each with a limit."""
    callers = {
        path.name
        for path in [*core_modules(), *action_scripts()]
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"download", "read_document"}
    }
    assert callers == {"vmray_downloads.py"}


def test_a_wrong_zip_is_requested_once(emulator: EmbeddedEmulator) -> None:
    """Given a ZIP that is not encrypted, then it is not requested again: the server would send it again."""
    emulator.control.add_sample(content="MZ harmless")
    with LyingServer(emulator.url, lambda _path: 1) as server, pytest.raises(InvalidResponseError):
        connect(server.url, emulator.api_key).download_sample(5001, LIMIT)
    assert len(emulator.control.requests()) == 1
