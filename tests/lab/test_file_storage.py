"""The file storage: the SDK's six calls, the scope of a file, its limit, and the case API for tests."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
import requests
from tests.waiting import PATIENT

from secops_lab.platform.file_storage import FILE_LIMIT

if TYPE_CHECKING:
    from tests.lab.toy_integration import Toy

    from secops_lab.platform import LocalPlatform

READ = "siemplify.end(siemplify.get_bytes_blob('mail-42').decode('latin-1'), True)"
REFUSED = """
    try:
        {call}
    except Exception as error:
        siemplify.end(str(error), True)
"""


def test_an_action_reads_and_writes_files_of_its_case(toy: Toy) -> None:
    """Bytes, texts and base64 are one file in base64; a later action of the case finds what is stored."""
    case = toy.platform.new_case()
    case.store_file("mail-42", b"\x00\xff")
    body = """
        siemplify.set_bytes_blob("bytes", b"\\r\\n--x\\r\\n\\xff")
        siemplify.set_string_blob("text", "Zoë")
        siemplify.set_base64_blob("ü/..%2F", b"AAE=")
        siemplify.set_bytes_blob("empty", b"")
        seen = [siemplify.get_base64_blob("mail-42"), siemplify.get_string_blob("text")]
        siemplify.end(json.dumps([*seen, list(siemplify.get_bytes_blob("bytes"))]), True)
    """

    run = toy.run(body, case)

    assert json.loads(run.message) == ["AP8=", "Zoë", [13, 10, 45, 45, 120, 13, 10, 255]]
    stored = [case.stored_file(name) for name in ("bytes", "text", "ü/..%2F", "empty", "nothing")]
    assert stored == [b"\r\n--x\r\n\xff", "Zoë".encode(), b"\x00\x01", b"", None]
    assert run.debug_output.splitlines()[0] == (
        "Persistent File Storage | SET | identifier: bytes | environment: Default Environment | "
        f"workflow instance id: {case.workflow_instance}"
    )


def test_a_file_belongs_to_its_playbook_run_and_environment(toy: Toy) -> None:
    """An action in another case or environment does not find the file: the SDK raises an error."""
    owner = toy.platform.new_case()
    owner.store_file("mail-42", b"content")
    host = toy.host(REFUSED.format(call=READ))

    others = [toy.platform.new_case(), toy.platform.new_case(environment="Lab")]

    assert host.run("Do It", owner).message == "content"
    for other in others:
        assert host.run("Do It", other).message.startswith(
            "404 Client Error: Not Found for url: http://webhooks/"
        )


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (
            "siemplify.set_bytes_blob('big', bytes(15 * 1024 * 1024 + 1))",
            "Data size (20971524 bytes) exceeds the maximum allowed size (20971520 bytes).",
        ),
        (
            "siemplify.set_bytes_blob('a', b'', is_local=True)",
            "Uploading files to the local file system is forbidden.",
        ),
        (
            "siemplify.get_bytes_blob('a', is_local=True)",
            "Downloading files from the local file system is forbidden.",
        ),
    ],
)
def test_the_sdk_refuses_large_and_local_files(toy: Toy, call: str, reason: str) -> None:
    """More than 20 MiB of base64 are rejected before a request, and so are files of a remote agent."""
    run = toy.run(REFUSED.format(call=call))

    assert run.message == reason
    assert toy.platform.requests() == []


def test_requests_of_the_file_storage_are_recorded_with_their_fields(stand_in_toy: Toy) -> None:
    """The fields are the environment, the hashed path and, of a new file, its base64."""
    case = stand_in_toy.platform.new_case()
    case.store_file("mail-42", b"content")

    stand_in_toy.run("siemplify.set_bytes_blob('other', b'x')\n" + READ, case)

    (written, read) = stand_in_toy.platform.requests()
    assert (written.method, read.method, written.path, read.path) == ("POST", "GET", *["/webhooks/blob"] * 2)
    assert written.body.keys() == {"EnvironmentName", "DestinationPath", "Data"}
    assert (written.body["EnvironmentName"], written.body["Data"]) == ("Default Environment", "eA==")
    assert [len(part) for part in read.body["DestinationPath"].split("/")] == [128, 128, 128]


@pytest.mark.parametrize("key", ["", "wrong"])
def test_the_file_storage_needs_the_key(platform: LocalPlatform, key: str) -> None:
    """A request with a wrong or missing `AppKey` returns 401 and stores nothing."""
    assert _post(platform, b"x", AppKey=key).status_code == 401
    assert platform.state.files.read("Lab", "a/b/c") is None


def test_the_platform_rejects_what_the_sdk_does_not_send(platform: LocalPlatform) -> None:
    """A file over the limit, a body without a form, and a missing field return 400."""
    blob = base64.b64encode(bytes(FILE_LIMIT * 3 // 4))
    url = f"http://{platform.host}:{platform.port}/webhooks/blob"
    key = {"AppKey": platform.app_key}

    assert _post(platform, blob).status_code == 200
    assert platform.state.files.read("Lab", "a/b/c") == blob
    assert _post(platform, blob + b"x").status_code == 400
    for body in (b"{}", b"--x", b"--x\r\n\r\n\r\n--x--\r\n"):
        assert requests.post(url, data=body, headers=key, timeout=PATIENT).status_code == 400
    assert requests.get(url, headers=key, timeout=PATIENT).text.startswith("malformed request: KeyError")


def _post(platform: LocalPlatform, data: bytes, **headers: str) -> requests.Response:
    return requests.post(
        f"http://{platform.host}:{platform.port}/webhooks/blob",
        data={"EnvironmentName": "Lab", "DestinationPath": "a/b/c"},
        files={"Data": ("file", data, "application/octet-stream")},
        headers={"AppKey": platform.app_key, **headers},
        timeout=PATIENT,
    )
