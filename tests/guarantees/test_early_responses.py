"""A response that comes in the middle of an upload is read, although sending the rest fails."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from tests.actions.certificate import self_signed
from tests.guarantees.byte_server import reply
from tests.guarantees.early_server import EarlyServer
from tests.guarantees.matrix.faults import API_KEY

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_request_errors import (
    ConnectionLostError,
    ForeignResponseError,
    PermissionDeniedError,
    RequestError,
    RequestTooLargeError,
    ServerError,
)
from vm_ray.core.api.vmray_submit_options import SubmitOptions

if TYPE_CHECKING:
    from pathlib import Path

ENVELOPE = b'{"result": "error", "error_msg": "quota exceeded"}'


class LargeFile(io.BytesIO):
    """A file of 20 MB, in the form that an upload reads."""

    def __init__(self) -> None:
        super().__init__(bytes(20_000_000))

    @property
    def len(self) -> int:
        """The number of bytes that are not read yet."""
        return len(self.getbuffer()) - self.tell()


@pytest.mark.parametrize("form", ["http", "https", "https with goodbye"])
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        ("413 Request Entity Too Large", b"<html>413</html>", RequestTooLargeError),
        ("413 Payload Too Large", b"", RequestTooLargeError),
        ("403 Forbidden", ENVELOPE, PermissionDeniedError),
        ("403 Forbidden", b"<html>blocked</html>", ForeignResponseError),
        ("503 Service Unavailable", b"<html>maintenance</html>", ServerError),
    ],
)
def test_an_early_response_is_read(
    form: str, status: str, body: bytes, error: type[RequestError], tmp_path: Path
) -> None:
    """Given a response in the middle of an upload, then there is one upload, with its error."""
    certificate = self_signed(tmp_path / "server.pem") if form.startswith("https") else None
    says_goodbye = form.endswith("goodbye")
    with EarlyServer(
        reply(body, status, "Connection: close"), certificate, says_goodbye=says_goodbye
    ) as server:
        client = connect(server.url, API_KEY, verify=False)
        with pytest.raises(error) as caught:
            client.submit_file(LargeFile(), "large.bin", SubmitOptions())
        assert server.uploads == 1
    assert caught.value.status == int(status[:3])
    assert caught.value.not_executed, "VMRay did not receive the whole file"


@pytest.mark.parametrize("form", ["http", "https"])
def test_a_long_page_that_breaks_off_is_one_upload(form: str, tmp_path: Path) -> None:
    """Given a 413 whose page is not complete, then the status is enough."""
    certificate = self_signed(tmp_path / "server.pem") if form == "https" else None
    page = reply(b"<html>" + b"P" * 200_000, "413 Payload Too Large", "Connection: close")[:-100_000]
    with EarlyServer(page, certificate, says_goodbye=False) as server:
        client = connect(server.url, API_KEY, verify=False)
        with pytest.raises(RequestTooLargeError):
            client.submit_file(LargeFile(), "large.bin", SubmitOptions())
        assert server.uploads == 1


@pytest.mark.parametrize("form", ["http", "https"])
def test_a_broken_upload_without_a_response_is_a_lost_connection(form: str, tmp_path: Path) -> None:
    """Given a connection that is closed without a response, then the connection was lost."""
    certificate = self_signed(tmp_path / "server.pem") if form == "https" else None
    with EarlyServer(b"", certificate, says_goodbye=False) as server:
        client = connect(server.url, API_KEY, verify=False)
        with pytest.raises(ConnectionLostError):
            client.submit_file(LargeFile(), "large.bin", SubmitOptions())
        assert server.uploads == 1
