"""Large JSON objects of archives: limited while they arrive, retried, read one at a time."""

from __future__ import annotations

import json
import threading
import tracemalloc
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.guarantees.byte_server import ByteServer, reply

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_json import read_sections
from vm_ray.core.api.vmray_protocol import Document
from vm_ray.core.api.vmray_request_errors import (
    InvalidResponseError,
    NotFoundError,
    PermissionDeniedError,
    RequestRejectedError,
    TooLargeError,
)

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_client import Client
    from vmray_emulator import EmbeddedEmulator

SUMMARY: Final = "logs/summary_v2.json"
PATH: Final = {"path": f"/rest/analysis/9001/archive/{SUMMARY}"}
LIMIT: Final = 2**20
REMARKS: Final = Document(("remarks",), dict)


@pytest.fixture
def client(emulator: EmbeddedEmulator) -> Client:
    """Return a client of the emulator, which knows one sample."""
    emulator.control.add_sample()
    return connect(emulator.url, emulator.api_key)


def read(client: Client, limit: int = LIMIT, document: Document = REMARKS) -> Any:  # noqa: ANN401 - what the document is made into
    """Read the summary of the analysis."""
    return client.read_archive_document(9001, SUMMARY, limit, document)


def test_only_the_wanted_members_are_read(client: Client) -> None:
    """Given a summary, then the result is what the caller makes of the wanted members."""
    assert [*read(client)] == ["remarks"]
    assert read(client, document=Document(("version", "_type"), len)) == 2
    with pytest.raises(NotFoundError):
        client.read_archive_document(9001, "logs/none.json", LIMIT, REMARKS)


@pytest.mark.parametrize(
    ("fault", "error", "attempts"),
    [
        ({"kind": "truncated_json"}, InvalidResponseError, 4),
        ({"kind": "result_error"}, RequestRejectedError, 1),
        ({"kind": "status", "status": 403}, PermissionDeniedError, 1),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else None,
)
def test_what_is_no_document_is_the_error_of_other_json(
    client: Client, emulator: EmbeddedEmulator, fault: dict[str, Any], error: type[Exception], attempts: int
) -> None:
    """Given something else, then the error is that of a JSON response; a transient one is retried."""
    emulator.control.inject(PATH, fault, attempts)
    with pytest.raises(error) as caught:
        read(client)
    assert caught.value.attempts == attempts  # type: ignore[attr-defined]  # each of the errors has attempts
    emulator.control.inject(PATH, {"kind": "truncated_json"})
    assert read(client)
    assert emulator.control.pending_faults() == []


@pytest.mark.parametrize("announced", [True, False])
def test_a_document_above_the_limit_is_not_read(emulator: EmbeddedEmulator, *, announced: bool) -> None:
    """Given a document above the limit, announced or not, then it is requested once."""
    body = json.dumps({"remarks": {}, "more": "x" * 300_000}).encode()
    answer = reply(body) if announced else reply(body).replace(b"Content-Length", b"Connection: close\r\nX")
    received: list[str] = []

    def respond(line: str, _real: bytes) -> list[bytes]:
        received.append(line)
        return [answer]

    with ByteServer(emulator.url, respond) as server:
        client = connect(server.url, emulator.api_key)
        with pytest.raises(TooLargeError) as caught:
            read(client, 200_000)
        assert caught.value.size == (len(body) if announced else None)
        assert len(received) == 1
        if announced:
            assert read(client, len(body)) == {"remarks": {}}


def test_the_api_key_is_removed_from_a_document(emulator: EmbeddedEmulator) -> None:
    """Given a server that repeats the API key in a large document, then the result is without it."""
    key = emulator.api_key
    body = json.dumps({"more": "x" * 2_000_000, "remarks": {"key": f"a{key}b"}}).encode()
    with ByteServer(emulator.url, lambda _line, _real: [reply(body)]) as server:
        assert read(connect(server.url, key), 2**22) == {"remarks": {"key": "a***b"}}


def test_one_document_is_read_at_a_time(client: Client) -> None:
    """Given two threads, then the second one reads its document when the first one has finished."""
    inside, most = threading.Semaphore(0), []
    together = threading.Barrier(2)

    def use(_document: object) -> None:
        inside.release()
        most.append(inside._value)
        inside.acquire()

    def run() -> None:
        together.wait()
        for _ in range(5):
            read(client, document=Document((), use))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert most == [1] * 10


def test_members_that_are_not_wanted_take_no_memory() -> None:
    """Given a large object with many members, then memory has its text and one member at a time."""
    member = {f"file_{number}": {"size": number} for number in range(1_000)}
    body = json.dumps({f"files_{number}": member for number in range(40)} | {"remarks": 1}).encode()
    assert len(body) > 2**20
    tracemalloc.start()
    try:
        assert read_sections(body, {"remarks"}) == {"remarks": 1}
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1.5 * len(body)


def test_the_password_of_downloads_is_a_secret(client: Client) -> None:
    """Given a password, then no representation shows it."""
    password = client.get_download_password()
    assert (password.reveal(), str(password), repr(password)) == ("infected", "***", "***")
