"""The recorder writes the structure of a server's responses, without data of the server's owner."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.contract.servers import PROGRAM, Server
from tests.fidelity.captures import KNOWN, emulated
from tools.record.folders import CaptureSet, capture_sets, read_folder
from tools.record.pseudonyms import namespace
from tools.record.scrub import LeakError, Scrubber
from tools.record.shapes import differences, shape_of

from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
KEY = "s3cret-key-of-a-real-account"
EMAIL = "jane.doe@customer-bank.test"
HOST = "vmray.customer-bank.test"
COMMENT = "from Jane's mailbox"
TAG = "case-4711"


@pytest.fixture(params=["4.2.0", "2026.2.1"])
def emulator(request: pytest.FixtureRequest) -> Iterator[EmbeddedEmulator]:
    """Start a server with private data of its owner."""
    with EmbeddedEmulator(api_key=KEY, server_version=request.param) as running:
        running.control.configure(user_email=EMAIL, webif_base_url=f"https://{HOST}")
        server = Server(running.url, running.api_key)
        with server.session:
            server.submit(PROGRAM, "sample.exe", comment=COMMENT, tags=TAG)
        yield running


def record(emulator: EmbeddedEmulator, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the recorder as a user does."""
    command = [sys.executable, "-m", "tools.record", "--root", emulator.url, "--key-env", "THE_KEY"]
    return subprocess.run(
        [*command, "--out", str(out), *more],
        cwd=ROOT,
        env={"THE_KEY": KEY, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def recorded(emulator: EmbeddedEmulator, tmp_path: Path) -> CaptureSet:
    """Return a recording of that server."""
    finished = record(emulator, tmp_path / "captures")
    assert finished.returncode == 0, finished.stderr
    assert KEY not in finished.stdout + finished.stderr
    return read_folder(tmp_path / "captures")


def test_a_recording_contains_no_private_data(emulator: EmbeddedEmulator, recorded: CaptureSet) -> None:
    """Key, e-mail address, hosts, account name, comment, tag and ids of the server are in no file."""
    text = "\n".join(path.read_text("utf-8") for path in recorded.folder.iterdir()).lower()
    account = "emulated"
    for secret in (
        KEY,
        EMAIL,
        "jane",
        "customer-bank",
        HOST,
        emulator.url,
        "127.0.0.1",
        account,
        COMMENT,
        TAG,
    ):
        assert secret.lower() not in text, secret
    numbers = {value for capture in recorded.captures for value in _numbers(capture.body)}
    ids = {one["sample_id"] for one in emulator.control.samples()}
    ids |= {one["submission_id"] for one in emulator.control.submissions()}
    ids |= {one["analysis_id"] for one in emulator.control.analyses()}
    assert not ids & numbers
    assert not any(f"={number}" in text or f"/{number}" in text for number in ids)


def test_equal_values_have_equal_replacements(recorded: CaptureSet) -> None:
    """Given an id or a name in several responses, its replacement is the same in all of them."""
    (submission,) = [one.objects[0] for one in recorded.captures if one.name == "submission.json"]
    (sample,) = [one.objects[0] for one in recorded.captures if one.name == "sample.json"]
    assert submission["submission_sample_id"] == sample["sample_id"]
    analyses = recorded.objects("analysis")
    assert {one["analysis_sample_id"] for one in analyses} == {sample["sample_id"]}
    assert re.split("[=/]", sample["sample_webif_url"])[-1] == str(sample["sample_id"])
    assert all(submission["submission_id"] in one["analysis_submission_ids"] for one in analyses)
    emails = {one["submission_user_email"] for one in recorded.objects("submission")}
    assert len(emails) == 1
    assert emails == {one["analysis_user_email"] for one in analyses}


def test_a_recording_can_be_read_as_captures(recorded: CaptureSet) -> None:
    """The recording has a version, known kinds, and the structure of its server."""
    assert [one.folder for one in capture_sets(recorded.folder.parent)] == [recorded.folder]
    assert recorded.version is not None
    assert not [one.name for one in recorded.captures if one.kind == "other"]
    responses = emulated(recorded.version)
    for kind in ("sample", "submission", "analysis", "iocs", "vtis", "mitre_attack", "system_info"):
        assert recorded.objects(kind)
        found = differences(shape_of(recorded.objects(kind)), shape_of(responses[kind]), KNOWN.get(kind))
        assert found == [], kind


def test_scrubbing_keeps_types_and_nulls() -> None:
    """A scrubbed body has the same structure as the real body; booleans and nulls are unchanged."""
    body: dict[str, Any] = {
        "submission_id": 77, "submission_user_email": EMAIL, "submission_comment": None,
        "submission_tags": [TAG], "submission_finished": True, "submission_interface_name": "-",
        "submission_submission_metadata": "{}", "process_ids": [4], "id": 0,
    }  # fmt: skip  # a row of the table is a line
    scrubbed = Scrubber("https://h.test", KEY).scrub({"one": body})["one"]
    assert shape_of([scrubbed]) == shape_of([body])
    changed = {name for name, value in body.items() if scrubbed[name] != value}
    assert changed == {"submission_id", "submission_user_email", "submission_tags"}


def test_an_account_name_is_replaced_in_every_text() -> None:
    """The name is replaced in all texts of all responses, but not inside words."""
    bodies = {
        "one": {"text": "acme bought acmeware, ask BOB@acme.test at https://h.test:8443/x"},
        "two": {"submission_user_account_name": "Acme"},
    }
    scrubbed = Scrubber("https://h.test:8443", KEY).scrub(bodies)
    text = scrubbed["one"]["text"]
    assert "acmeware" in text
    assert "acme " not in text
    assert "bob" not in text.lower()
    assert "h.test" not in text
    assert scrubbed["two"]["submission_user_account_name"] in text


def test_a_secret_in_a_field_name_is_an_error() -> None:
    """Given a secret in a place without replacement, the error comes before anything is written."""
    with pytest.raises(LeakError) as refused:
        Scrubber("https://h.test", KEY).scrub({"one": {KEY: 1}})
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    ("field", "counted"),
    [
        ("sample_id", "sample"),
        ("submission_sample_id", "sample"),
        ("sample_child_sample_ids", "sample"),
        ("analysis_submission_ids", "submission"),
        ("submission_analysis_cache_ids", "analysis"),
        ("job_reputation_job_id", "reputation_job"),
        ("analysis_vm_id", "analysis_vm"),
    ],
)
def test_fields_with_ids_of_one_kind_share_a_namespace(field: str, counted: str) -> None:
    """Given fields with ids of the same kind, they share replacements; fields of other kinds do not."""
    assert namespace(field) == counted


def test_a_failed_recording_writes_nothing(emulator: EmbeddedEmulator, tmp_path: Path) -> None:
    """Given a failed response, there is no folder, the exit code is 1, and the error names the request."""
    emulator.control.inject(
        {"method": "GET", "path": "/rest/sample/*/vtis"}, {"kind": "status", "status": 500}
    )
    finished = record(emulator, tmp_path / "captures")
    assert finished.returncode == 1
    assert "/vtis: status 500" in finished.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_not_changed(emulator: EmbeddedEmulator, tmp_path: Path) -> None:
    """Given an existing folder, the exit code is 2, and no request is sent."""
    emulator.control.forget_requests()
    assert record(emulator, tmp_path).returncode == 2
    assert emulator.control.requests() == []


def test_the_recorder_can_submit_a_file_first(emulator: EmbeddedEmulator, tmp_path: Path) -> None:
    """Given a file to submit, the recording contains the response to the submit and the new sample."""
    file = tmp_path / "fresh.exe"
    file.write_bytes(PROGRAM + b"fresh")
    finished = record(emulator, tmp_path / "captures", "--submit", str(file))
    assert finished.returncode == 0, finished.stderr
    recorded = read_folder(tmp_path / "captures")
    assert recorded.objects("submit")
    assert {one["sample_filename"] for one in recorded.objects("sample")} == {"fresh.exe"}


def _numbers(value: object) -> Iterator[int]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value
