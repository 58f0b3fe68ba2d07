"""The files of Submit File from each source, and what happens if a file cannot be fetched."""

from __future__ import annotations

import base64
import hashlib
import io
import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from tests.client.stand_in import imported

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

ACTION: Final = "Submit File"
NO_DEADLINE: Final = Deadline(None)


@dataclass
class Platform:
    """The calls of the SDK for files.

    Attributes:
        attached: Name and content of each attachment, or the error of the request for it.
        stored: The same for the file storage.
        listing: The error of the list of attachments.
    """

    attached: list[tuple[str, bytes | Exception]] = field(default_factory=list)
    stored: Mapping[str, bytes | Exception] = field(default_factory=dict)
    listing: Exception | None = None
    case_id: str = "17"
    alert_id: str = "alert"

    def get_attachments(self) -> list[dict[str, Any]]:
        """List the attachments."""
        if self.listing:
            raise self.listing
        return [
            {"id": number, "name": Path(name).stem, "type": Path(name).suffix}
            for number, (name, _) in enumerate(self.attached, start=1)
        ]

    def get_attachment(self, number: str) -> io.BytesIO:
        """Return one attachment."""
        return io.BytesIO(_content(self.attached[int(number) - 1][1]))

    def get_bytes_blob(self, identifier: str) -> bytes:
        """Return one stored file."""
        return _content(self.stored.get(identifier, Exception("404 Client Error: the URL")))


def _content(found: bytes | Exception) -> bytes:
    if isinstance(found, Exception):
        raise found
    return found


@pytest.fixture(scope="module")
def intake() -> Iterator[ModuleType]:
    """The module."""
    with imported("core.soar.vmray_file_intake") as modules:
        yield modules["core.soar.vmray_file_intake"]


def entries(
    intake: ModuleType,
    platform: Platform,
    deadline: Deadline = NO_DEADLINE,
    **parameters: Any,  # noqa: ANN401 - texts, which mypy cannot tell from the deadline
) -> list[tuple[str, str | None, str]]:
    """Return name, hash and error of each file; in the names of parameters, `_` stands for a space."""
    values = {name.replace("_", " "): value for name, value in parameters.items()}
    run = SimpleNamespace(siemplify=platform, deadline=deadline)
    with intake.submitted_files(run, ACTION, intake.SubmitFileParameters.parse(values)) as found:
        return [(each.name, each.facts["sha256"], str(each.error or "")) for each in found]


def sha256(content: bytes) -> str:
    """The hash of a content."""
    return hashlib.sha256(content).hexdigest()


def test_one_attachment_that_cannot_be_fetched_leaves_the_others(intake: ModuleType) -> None:
    """Given an error for one attachment, then the other is submitted, and no text of the error is shown."""
    platform = Platform([("a.txt", b"text"), ("b.txt", Exception("500: secret page")), ("c.txt", b"")])

    assert entries(intake, platform, File_Source="Case Wall Attachment", Files="all") == [
        ("c.txt", None, "is empty"),
        ("b.txt", None, "Google SecOps did not return the file (Exception)"),
        ("a.txt", sha256(b"text"), ""),
    ]


def test_a_list_that_cannot_be_read_is_the_error_of_each_name(intake: ModuleType) -> None:
    """Given an error for the list of attachments, then no name vanishes."""
    platform = Platform(listing=Exception("500"))

    found = entries(intake, platform, File_Source="Case Wall Attachment", Files="a.txt, b.txt")

    why = "Google SecOps did not list the attachments of the case (Exception)"
    assert found == [("a.txt", None, why), ("b.txt", None, why)]


def test_files_of_the_storage(intake: ModuleType) -> None:
    """Given identifiers, then a stored file is fetched, and each other one has its reason."""
    platform = Platform(stored={"x": b"content", "broken": ValueError("Incorrect padding")})

    assert entries(intake, platform, File_Source="GCP Bucket", Files="x, unknown, broken") == [
        ("x", sha256(b"content"), ""),
        ("unknown", None, "Google SecOps has no file with this name (HTTP 404)"),
        ("broken", None, "Google SecOps did not return the file (ValueError)"),
    ]


def test_after_the_time_of_the_run_nothing_is_fetched(intake: ModuleType) -> None:
    """Given a run whose time has ended, then each file has this reason."""
    platform = Platform(stored={"x": b"content"})

    ((_, _, why),) = entries(intake, platform, Deadline(0.0), File_Source="GCP Bucket", Files="x")

    assert why == "the time of this run ended before the request could be sent"


@pytest.mark.parametrize("text", [base64.b64encode, base64.encodebytes])
@pytest.mark.parametrize("size", [1, 2, 3, 3_000_000])
def test_base64_is_decoded(intake: ModuleType, text: Any, size: int) -> None:  # noqa: ANN401 - a function
    """Given Base64 with or without line ends, then the content is that of the file."""
    content = (b"\x00MZ\xff" * size)[:size]

    assert entries(
        intake, Platform(), File_Source="Base64", File_Name="a.exe", Files=text(content).decode()
    ) == [("a.exe", sha256(content), "")]


def test_large_base64_needs_little_memory(intake: ModuleType) -> None:
    """Given the largest content, then decoding needs less memory than the content has bytes."""
    text = base64.b64encode(bytes(10 * 2**20)).decode()
    params = SimpleNamespace(files=text)
    tracemalloc.start()
    try:
        assert sum(map(len, intake._decoded_blocks(params.files))) == 10 * 2**20
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"File_Source": "Base64", "Files": "TVo="}, "File Name"),
        ({"File_Source": "Base64", "Files": "S3cr3t!", "File_Name": "a"}, "Files"),
        ({"File_Source": "Base64", "Files": "TVo", "File_Name": "a"}, "Files"),
        ({"File_Source": "Base64", "Files": "TVo=TVo=", "File_Name": "a"}, "Files"),
        ({"File_Source": "Base64", "Files": "TVo=" + " " * 2**20 + "TVo=", "File_Name": "a"}, "Files"),
        ({"File_Source": "Base64", "Files": "AAAA" * (10 * 2**20 // 3 + 1), "File_Name": "a"}, "Files"),
        ({"File_Source": "Path", "Files": "a.exe"}, "Files"),
        ({"File_Source": "Path", "Files": "/a,/b", "File_Name": "x"}, "File Name"),
        ({"File_Source": "GCP Bucket", "Files": ","}, "Files"),
        ({"File_Source": "GCP Bucket", "Files": ",".join(map(str, range(101)))}, "Files"),
        ({"File_Source": "Case Wall Attachment", "Files": ","}, "Files"),
        ({"File_Source": "Mail", "Files": "a"}, "File Source"),
    ],
)
def test_a_wrong_parameter_is_named(intake: ModuleType, parameters: dict[str, Any], name: str) -> None:
    """Given a wrong parameter, then the error names it, and shows nothing of the content."""
    with pytest.raises(ParameterError) as caught:
        entries(intake, Platform(), **parameters)

    assert caught.value.parameter == name
    assert "S3cr3t" not in str(caught.value)


def test_the_key_is_the_same_in_each_run(intake: ModuleType) -> None:
    """Given the same attachment twice, then the keys are equal, although the temporary files differ."""
    run = SimpleNamespace(siemplify=Platform([("a.txt", b"text")]), deadline=Deadline(None))
    values = {"File Source": "Case Wall Attachment", "Files": "newest", "Archive Password": "first"}
    keys = set()
    for password in ("first", "second"):
        params = intake.SubmitFileParameters.parse({**values, "Archive Password": password})
        with intake.submitted_files(run, ACTION, params) as found:
            keys.add(cast("str", found[0].key))

    assert len(keys) == 1
