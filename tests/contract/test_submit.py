"""`POST /sample/submit`: sources, parameters, the response, partial failure, known samples."""

from __future__ import annotations

import base64
import io
import json
import secrets
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.contract.servers import PROGRAM

if TYPE_CHECKING:
    from tests.contract.servers import Server

    from vmray_emulator import EmbeddedEmulator

ENDPOINT = "POST /sample/submit"
NOT_STORED = "Submission not stored because no jobs were created"


def fresh() -> bytes:
    """Return a program that no server knows."""
    return PROGRAM + secrets.token_bytes(16)


def zipped(**members: bytes) -> bytes:
    """Return a ZIP archive; `_` in a name stands for its dot."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return target.getvalue()


@pytest.mark.submits(1)
@pytest.mark.documented("OpenAPI document 2026.2.1; all known connectors", endpoint=ENDPOINT)
def test_a_file_becomes_a_sample_and_a_submission(submittable: Server) -> None:
    """All lists are in the response. The submission has the ID of the sample."""
    data = submittable.submit(fresh(), "contract.exe", comment="contract test")
    assert data.keys() >= {"errors", "jobs", "reputation_jobs", "samples", "submissions", "vt_jobs"}
    assert data["errors"] == []
    (submission,), (sample,) = data["submissions"], data["samples"]
    assert submission["submission_sample_id"] == sample["sample_id"]
    assert submission["submission_filename"] == "contract.exe"
    assert submission["submission_comment"] == "contract test"


@pytest.mark.submits(1)
@pytest.mark.documented("vendor client vmray_rest_api 6.0.0", endpoint=ENDPOINT)
def test_a_url_goes_as_a_form_field(submittable: Server) -> None:
    """A URL is submitted in the form field `sample_url`. Its sample has the name sample.url."""
    data = submittable.post("/sample/submit", {"sample_url": "https://www.example.com/contract"}).data
    (sample,) = data["samples"]
    assert (sample["sample_type"], sample["sample_filename"]) == ("URL", "sample.url")
    assert data["submissions"][0]["submission_original_url"].startswith("https://www.example.com/contract")


@pytest.mark.submits(1)
@pytest.mark.documented("Cortex XSOAR pack VMRay; OpenAPI document 2026.2.1", endpoint=ENDPOINT)
def test_parameters_can_be_in_the_query(submittable: Server) -> None:
    """Parameters of a submit are read from the query as well as from the form."""
    files = {"sample_file": ("query.exe", fresh())}
    response = submittable.request("POST", "/sample/submit", params={"tags": "one,two"}, files=files)
    assert sorted(response.data["submissions"][0]["submission_tags"]) == ["one", "two"]


@pytest.mark.submits(1)
@pytest.mark.documented("vendor client vmray_rest_api 6.0.0", endpoint=ENDPOINT)
def test_a_name_beyond_ascii_is_sent_in_base64(submittable: Server) -> None:
    """The base64 text in `sample_filename_b64enc` is the file name; the multipart part only refers to it."""
    name = "Rechnung-März.exe"
    encoded = base64.b64encode(name.encode()).decode()
    files = {"sample_file": ("@param=sample_filename_b64enc", fresh())}
    data = submittable.post("/sample/submit", {"sample_filename_b64enc": encoded}, files=files).data
    assert data["samples"][0]["sample_filename"] == name


@pytest.mark.submits(1)
@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ENDPOINT)
def test_metadata_is_returned_as_text(submittable: Server) -> None:
    """`submission_metadata` is a JSON text, and is returned as a text in `submission_submission_metadata`."""
    data = submittable.submit(fresh(), "metadata.exe", submission_metadata='{"case": "17"}')
    kept = data["submissions"][0]["submission_submission_metadata"]
    assert json.loads(kept) == {"case": "17"}


@pytest.mark.submits(2)
@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ENDPOINT)
def test_the_same_content_is_the_same_sample(submittable: Server) -> None:
    """A second submit of the same content is another submission of the same sample."""
    content = fresh()
    first = submittable.submit(content, "first.exe", analysis_caching="disabled")
    again = submittable.submit(content, "again.exe", analysis_caching="disabled", reanalyze="true")
    assert first["samples"][0]["sample_id"] == again["samples"][0]["sample_id"]
    assert first["submissions"][0]["submission_id"] != again["submissions"][0]["submission_id"]


@pytest.mark.inferred("a sample comes from one source", endpoint=ENDPOINT)
def test_a_submit_without_exactly_one_source_returns_400(emulator_server: Server) -> None:
    """A submit with neither file nor URL, or with both, is 400."""
    both = {"sample_file": ("both.exe", b"MZ")}
    assert emulator_server.post("/sample/submit").error[0] == 400
    assert (
        emulator_server.post("/sample/submit", {"sample_url": "http://a.example"}, files=both).error[0] == 400
    )


@pytest.mark.documented(
    "Google's integration, MISP module vmray_submit, Cortex XSOAR pack", endpoint=ENDPOINT
)
def test_a_known_sample_may_not_be_stored_again(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """With caching "legacy", a known sample returns 200 with an error, the sample and no submission."""
    emulator.control.load_scenario("not-stored")
    emulator.control.configure(analysis_caching="legacy")
    content = fresh()
    first = emulator_server.submit(content, "known.exe")
    again = emulator_server.submit(content, "known.exe")
    assert again["submissions"] == []
    assert [error["error_msg"] for error in again["errors"]] == [NOT_STORED]
    assert [one["sample_id"] for one in again["samples"]] == [first["samples"][0]["sample_id"]]


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ENDPOINT)
def test_a_cached_submission_reuses_analyses(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """With caching "enabled", the submission of a known sample has no jobs and gets earlier analyses."""
    emulator.control.load_scenario("cached")
    content = fresh()
    first = emulator_server.submit(content, "known.exe")["submissions"][0]["submission_id"]
    again = emulator_server.submit(content, "known.exe")
    assert again["jobs"] == []
    number = again["submissions"][0]["submission_id"]
    analyses = emulator_server.get(f"/analysis/submission/{number}").data
    assert analyses
    assert all({first, number} <= set(one["analysis_submission_ids"]) for one in analyses)


@pytest.mark.documented("OpenAPI document 2026.2.1; Google's and MISP's integrations", endpoint=ENDPOINT)
def test_an_archive_can_be_unpacked(emulator_server: Server) -> None:
    """With `archive_action=separate_samples`, each member of an archive has its own submission."""
    content = zipped(one_exe=fresh(), two_exe=fresh())
    data = emulator_server.submit(content, "both.zip", archive_action="separate_samples")
    names = {one["sample_id"]: one["submission_filename"] for one in data["samples"]}
    assert sorted(names.values()) == ["one.exe", "two.exe"]
    for submission in data["submissions"]:
        assert submission["submission_filename"] == names[submission["submission_sample_id"]]


@pytest.mark.documented("OpenAPI document 2026.2.1 (`errors` beside `submissions`)", endpoint=ENDPOINT)
def test_some_members_may_be_rejected(emulator_server: Server) -> None:
    """A rejected member is in `errors` with its name, in the same 200 response as the others."""
    content = zipped(good_exe=fresh(), **{"emulate-unsupported_bin": b"?"})
    data = emulator_server.submit(content, "mixed.zip", archive_action="separate_samples")
    assert [error["submission_filename"] for error in data["errors"]] == ["emulate-unsupported.bin"]
    assert all(error["error_msg"] for error in data["errors"])
    assert [one["submission_filename"] for one in data["submissions"]] == ["good.exe"]


@pytest.mark.emulator_only("which uploads are refused as unsupported is decided by name", endpoint=ENDPOINT)
def test_an_unsupported_upload_is_rejected_in_errors(emulator_server: Server) -> None:
    """A file named `*emulate-unsupported*` is rejected in `errors`, with status 200."""
    data = emulator_server.submit(b"?", "emulate-unsupported.bin")
    assert data["submissions"] == []
    assert len(data["errors"]) == 1
