"""Files from VMRay: their size is limited, and their type is checked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_protocol import FileType, decipher_file, has_type
from vm_ray.core.api.vmray_request_errors import (
    ForeignResponseError,
    InvalidResponseError,
    NotFoundError,
    PermissionDeniedError,
    RequestRejectedError,
    TooLargeError,
)

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_client import Client
    from vmray_emulator import EmbeddedEmulator

LIMIT: Final = 2**20
REPORT: Final = {"path": "/rest/sample/*/report"}
BEGINNINGS: Final = {
    FileType.PDF: b"%PDF-1.7",
    FileType.PNG: b"\x89PNG\r\n\x1a\n",
    FileType.JPEG: b"\xff\xd8\xff\xe0",
    FileType.ZIP: b"PK\x03\x04",
    FileType.LOG: b"2000 | 90312 | md5=",
    FileType.JSON: b'{"_type": "summary", ',
    FileType.TEXT: b"# Log Creation Date: ",
}


@pytest.fixture
def client(emulator: EmbeddedEmulator) -> Client:
    """Return a client of the emulator."""
    return connect(emulator.url, emulator.api_key)


def known_sample(emulator: EmbeddedEmulator, client: Client) -> int:
    """Add a sample to VMRay, and return its id."""
    emulator.control.add_sample(sha256="ab" * 32)
    (found,) = client.find_samples("ab" * 32)
    return found.sample_id


def test_the_report_of_a_sample(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given a sample with a report, then the report is a complete PDF file."""
    report = client.download_sample_report(known_sample(emulator, client), LIMIT)
    assert (report[:5], report.rstrip()[-5:]) == (b"%PDF-", b"%%EOF")


def test_the_limit_is_exact(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given a report, then its own size is enough as a limit, and one byte less is not."""
    sample_id = known_sample(emulator, client)
    size = len(client.download_sample_report(sample_id, LIMIT))
    assert len(client.download_sample_report(sample_id, size)) == size
    with pytest.raises(TooLargeError) as caught:
        client.download_sample_report(sample_id, size - 1)
    assert (caught.value.limit, caught.value.size, caught.value.attempts) == (size - 1, size, 1)


def test_the_emulator_notices_that_nobody_reads_any_more(
    client: Client, emulator: EmbeddedEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Given a body without an end, then reading ends at the limit, and sending ends without warnings."""
    sample_id = known_sample(emulator, client)
    emulator.control.inject(REPORT, {"kind": "endless", "bytes": 2**28})
    with pytest.raises(TooLargeError) as caught:
        client.download_sample_report(sample_id, LIMIT)
    assert caught.value.size is None
    emulator.control.requests()  # responds after the sending has ended
    assert caplog.messages == []


def test_an_object_that_does_not_exist(client: Client) -> None:
    """Given an unknown sample, then the error is the one of a JSON response."""
    with pytest.raises(NotFoundError):
        client.download_sample_report(4711, LIMIT)


def test_an_error_larger_than_the_limit_is_named(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given a 403 and a limit of 0, then the error is the 403: the limit is for files only."""
    sample_id = known_sample(emulator, client)
    emulator.control.inject(REPORT, {"kind": "status", "status": 403})
    with pytest.raises(PermissionDeniedError):
        client.download_sample_report(sample_id, 0)


@pytest.mark.parametrize(
    ("fault", "error"),
    [({"kind": "html"}, ForeignResponseError), ({"kind": "result_error"}, RequestRejectedError)],
)
def test_an_error_with_status_200_is_not_too_large(
    client: Client, emulator: EmbeddedEmulator, fault: dict[str, Any], error: type[Exception]
) -> None:
    """Given an error or a web page with status 200 that is larger than the limit, then the error is named."""
    sample_id = known_sample(emulator, client)
    emulator.control.inject(REPORT, fault, times=4)
    with pytest.raises(error):
        client.download_sample_report(sample_id, 1)
    emulator.control.clear_faults()


def test_a_web_page_is_no_report(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given a web page with status 200 for all attempts, then the response is not VMRay's."""
    sample_id = known_sample(emulator, client)
    emulator.control.inject(REPORT, {"kind": "html"}, times=4)
    with pytest.raises(ForeignResponseError, match="a web page") as caught:
        client.download_sample_report(sample_id, LIMIT)
    assert caught.value.attempts == 4
    assert emulator.control.pending_faults() == []


def test_a_download_is_retried_like_a_read(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given one 503, then the retry returns the report."""
    sample_id = known_sample(emulator, client)
    fault: dict[str, Any] = {"kind": "status", "status": 503}
    emulator.control.inject(REPORT, fault)
    assert client.download_sample_report(sample_id, LIMIT).startswith(b"%PDF-")
    assert emulator.control.pending_faults() == []


@pytest.mark.parametrize("content", [b"<p>\n1 | 2", b' {"a": 1}\n1 | 2', b"", b"maintenance\n", b"12\n| 3"])
def test_a_page_and_other_texts_are_no_log(content: bytes) -> None:
    """Given a web page, JSON or another text, then it is no log, even with a line of one."""
    assert not has_type(content, FileType.LOG)


def test_a_log_may_begin_with_other_lines() -> None:
    """Given other lines before the first one with a time, then the content is a log."""
    assert has_type(b"# screenshots\r\n\n0 | 10", FileType.LOG)


def test_a_member_of_an_archive(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given an analysis, then its members are read as they are, each with the type that is expected."""
    known_sample(emulator, client)
    index = client.download_archive_member(9001, "screenshots/index.log", LIMIT, FileType.LOG)
    name = index.decode().split("\n")[0].rpartition(" | ")[2]
    picture = client.download_archive_member(9001, f"screenshots/{name}", LIMIT, FileType.PNG, FileType.JPEG)
    assert has_type(picture, FileType.PNG)
    with pytest.raises(NotFoundError):
        client.download_archive_member(9001, "screenshots/none.png", LIMIT, FileType.PNG)
    emulator.control.forget_requests()
    with pytest.raises(InvalidResponseError, match="was not a PNG or JPEG file"):
        client.download_archive_member(9001, "screenshots/index.log", LIMIT, FileType.PNG, FileType.JPEG)
    assert len(emulator.control.requests()) == 1, "a file of VMRay is not read again"


def test_a_web_page_instead_of_the_index(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given a web page with status 200 instead of the index, then the error names the page: no empty list."""
    known_sample(emulator, client)
    emulator.control.inject({"path": "/rest/analysis/*"}, {"kind": "html"}, times=4)
    with pytest.raises(ForeignResponseError, match="a web page"):
        client.download_archive_member(9001, "screenshots/index.log", LIMIT, FileType.LOG)


@pytest.mark.parametrize("kind", FileType)
def test_a_type_is_detected_by_the_first_bytes(kind: FileType) -> None:
    """Given the beginning of a file, then the file has this type only; a log is a text, too."""
    beginning = BEGINNINGS[kind] + (b"" if kind in {FileType.JSON, FileType.TEXT, FileType.LOG} else b"\0")
    expected = [FileType.LOG, FileType.TEXT] if kind is FileType.LOG else [kind]
    assert [each for each in FileType if has_type(beginning + b"more", each)] == expected


@pytest.mark.parametrize("kind", [FileType.PDF, FileType.PNG, FileType.JPEG, FileType.ZIP])
def test_two_bytes_are_not_enough(kind: FileType) -> None:
    """Given the first two bytes of a file that is no text, then its type is not known."""
    assert not has_type(BEGINNINGS[kind][:2], kind)


@pytest.mark.parametrize(
    "content",
    [
        *(b"MZ\x90\0\x03", b"PK\x03\x04 text", b"PK\x05\x06 text", b"%PDF-1.7 text", b"\x89PNG\r\n\x1a\n\0"),
        *(b"<!DOCTYPE html>", b"  <HTML lang='en'>", b"\xef\xbb\xbf<html>", b"<script>", b"<head>"),
        *(b"<!-- <a>\n -->\n<!-- b --> <html>", b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "a">'),
        *(b'{"result": "error"}', b""),
    ],
)
def test_what_is_no_text(content: bytes) -> None:
    """Given a program, an archive, a web page or an error, then the content is no text."""
    assert not has_type(content, FileType.TEXT)


@pytest.mark.parametrize(
    "content",
    [
        *(b"type,value\r\n", "Ä;ü".encode("latin-1"), b"[1]", b"<!-- " * 100_000, b"<!----> " * 100_000),
        *(b'<?xml version="1.0"?>\n', b'<?xml version="1.0"?><!DOCTYPE flog><flog>', b"<headers>"),
    ],
    ids=lambda content: content[:20],
)
def test_texts_have_any_form(content: bytes) -> None:
    """Given CSV, XML, or a text in another encoding, then the content is a text."""
    assert has_type(content, FileType.TEXT)


@pytest.mark.parametrize(
    "body", [b'{"_type": "summary", "result": 1}', b"[]", b"\xef\xbb\xbf{}", b'[{"result": "ok"}]']
)
def test_a_json_file(body: bytes) -> None:
    """Given JSON that is not VMRay's envelope, then it is a file, as it is."""
    assert decipher_file(200, {}, body, FileType.JSON).data == body


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        (b'{"_type": "summ', InvalidResponseError, "VMRay's file was incomplete"),
        (b"[" * 100_000, InvalidResponseError, "VMRay's file was incomplete"),
        (
            b'{"result": "error", "error_msg": "gone"}',
            RequestRejectedError,
            "VMRay rejected the request: gone",
        ),
        (b'{"result": "ok", "data": null}', InvalidResponseError, "VMRay's response was not a JSON file"),
        (b"<html>", ForeignResponseError, "a web page"),
        (b"MZ", ForeignResponseError, "another text"),
    ],
    ids=["cut off", "too deep", "an error", "an envelope", "a page", "a program"],
)
def test_what_is_no_json_file(body: bytes, error: type[Exception], says: str) -> None:
    """Given JSON that was cut off, VMRay's envelope or a web page, then the error names it."""
    with pytest.raises(error, match=says):
        decipher_file(200, {}, body, FileType.JSON)


@pytest.mark.parametrize(
    ("headers", "is_file"),
    [
        ({"Content-Length": "9"}, True),
        ({"Transfer-Encoding": "chunked"}, True),
        ({"Content-Length": "-1"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_a_text_needs_an_end(headers: dict[str, str], *, is_file: bool) -> None:
    """Given a text, whose end nothing marks, then it is complete only if HTTP says where it ends."""
    if is_file:
        assert decipher_file(200, headers, b"type,value", FileType.TEXT).data
    else:
        with pytest.raises(InvalidResponseError, match="VMRay's file was incomplete"):
            decipher_file(200, headers, b"type,value", FileType.TEXT)


def test_an_error_with_status_200_is_no_file() -> None:
    """Given VMRay's error envelope with status 200, then the error has VMRay's reason."""
    body = json.dumps({"result": "error", "error_msg": "no report"}).encode()
    with pytest.raises(RequestRejectedError, match="no report"):
        decipher_file(200, {}, body, FileType.PDF)


@pytest.mark.parametrize(
    "body", [b'{"result": "ok", "data": {}}', b'{"result": "ok"}'], ids=["with data", "without data"]
)
def test_json_is_no_file(body: bytes) -> None:
    """Given JSON without an error, then the message names the expected types."""
    with pytest.raises(InvalidResponseError, match="was not a PNG or JPEG file"):
        decipher_file(200, {}, body, FileType.PNG, FileType.JPEG)


def test_a_file_with_another_status_is_no_file() -> None:
    """Given a PDF with HTTP 206, then the response is invalid."""
    with pytest.raises(InvalidResponseError, match="HTTP 206"):
        decipher_file(206, {}, b"%PDF-1.7", FileType.PDF)
