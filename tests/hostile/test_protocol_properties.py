"""Given any text (Hypothesis), then it stays in its field or path segment of a request."""

from __future__ import annotations

import base64
import io
import os
from email import message_from_bytes
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st
from tests.hostile.strategies import ANY, ENCODABLE, quick

from vm_ray.core.api.vmray_client import Client
from vm_ray.core.api.vmray_errors import UnsupportedSubjectError
from vm_ray.core.api.vmray_protocol import decipher, quote_segment
from vm_ray.core.api.vmray_submit_options import SubmitOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vm_ray.core.api.vmray_transport import Transport


class RecordingTransport:
    """A transport that records what would be sent, encoded as `requests` does."""

    def __init__(self) -> None:
        self.path = ""
        self.body: bytes = b""
        self.content_type = ""

    def post_once(self, path: str, body: Any, content_type: str | None = None) -> object:  # noqa: ANN401 - the transport's own signature
        """Encode and record a request."""
        whole = body.read() if hasattr(body, "read") else body
        prepared = requests.Request("POST", f"http://vmray.example{path}", data=whole).prepare()
        assert prepared.body is not None
        self.body = prepared.body if isinstance(prepared.body, bytes) else prepared.body.encode()
        self.content_type = content_type or ""
        return decipher(200, {}, b'{"result": "ok", "data": {"errors": [{"error_msg": "rejected"}]}}')

    def form(self) -> Mapping[str, str]:
        """Return the form as a server parses it."""
        if not self.content_type:
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True))
        parts = message_from_bytes(f"Content-Type: {self.content_type}\r\n\r\n".encode() + self.body)
        fields = {}
        for part in parts.get_payload():
            assert not isinstance(part, str)
            name = part.get_param("name", header="content-disposition")
            assert {key.lower() for key in part} <= {"content-disposition", "content-type"}
            fields[str(name)] = cast("bytes", part.get_payload(decode=True)).decode()
        return fields


@quick
@given(ENCODABLE, ENCODABLE, ENCODABLE)
@example("http://x/?a=b&c=d#e", "a&tags=evil", "x\r\nX: y")
def test_form_fields_hold_exactly_what_was_given(url: str, comment: str, tag: str) -> None:
    """Given any texts, then no field is split or lost."""
    sent = RecordingTransport()
    options = SubmitOptions((tag,), comment, "m")

    Client(cast("Transport", sent)).submit_url(url, options)

    expected = {"sample_url": url, "tags": tag, "comment": comment, "submission_metadata": "m"}
    assert sent.form() == {name: value for name, value in expected.items() if value or name == "sample_url"}


@quick
@given(ANY.filter(lambda text: any("\ud800" <= each <= "\udfff" for each in text)))
@example("\ud800")
def test_an_unencodable_url_is_rejected(url: str) -> None:
    """Given a URL that is not encodable, then the error comes before any request."""
    with pytest.raises(UnsupportedSubjectError):
        Client(cast("Transport", RecordingTransport())).submit_url(url, SubmitOptions())


class _File(io.BytesIO):
    @property
    def len(self) -> int:
        return len(self.getbuffer()) - self.tell()


@quick
@given(st.binary(min_size=1, max_size=60) | ENCODABLE.map(str.encode), ENCODABLE)
@example(b'x"; filename="evil', "")
@example(b"a\r\nContent-Type: text/html\r\n\r\n<b>", "--boundary--")
def test_a_file_name_stays_in_its_field(raw: bytes, comment: str) -> None:
    """The decoded file name is the name on disk; bytes that are not UTF-8 become escapes."""
    sent = RecordingTransport()
    name = os.fsdecode(raw)

    Client(cast("Transport", sent)).submit_file(_File(b"content"), name, SubmitOptions(comment=comment))

    form = dict(sent.form())
    assert form.pop("sample_file") == "content"
    assert base64.b64decode(form.pop("sample_filename_b64enc")).decode() == raw.decode(
        "utf-8", "backslashreplace"
    )
    assert form == ({"comment": comment} if comment else {})


@quick
@given(ENCODABLE)
@example("..")
@example(".")
@example("a/../../b?c#d%2f")
def test_a_path_segment_stays_one_segment(text: str) -> None:
    """Given any text, also after normalisation of the path, then the segment is one, with the same value."""
    prepared = requests.Request("POST", f"http://vmray.example/rest/tag/{quote_segment(text)}").prepare()

    path = prepared.path_url
    assert path.startswith("/rest/tag/")
    assert path.count("/") == 3
    assert "?" not in path
    if text.strip("."):
        assert unquote(path.removeprefix("/rest/tag/")) == text
