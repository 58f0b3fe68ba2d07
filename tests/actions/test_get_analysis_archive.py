"""Get Analysis Archive: texts, encrypted payloads, the manifest; why a piece is missing; the room."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.lab import items_of, outcome
from tests.support.example import Example, known_analyses, known_hashes
from tests.support.outcome import FINE, optional_file

from vmray_emulator import KNOWN_SHA256

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun

ACTION = "Get Analysis Archive"
MANIFEST = "vmray-evidence-manifest.json"
FOUND = {"files": ["C:\\Temp\\dropped.exe"], "domains": ["c2.example"]}
NO_PIECE: dict[str, Any] = {
    "sample_sha256": None,
    "members": [],
    "attachment": None,
    "size": None,
    "sha256": None,
    "encrypted": None,
    "fetched_at": None,
    "saved_to_case_wall": False,
    "web_link": None,
}


def several(number: int) -> Example:
    """So many hashes, each with a sample of its own, of whose analysis the extracted files are requested."""
    return known_hashes(number, parameters={"Pieces": "Extracted Files"}, iocs=FOUND)


def of_analyses(number: int = 1) -> Example:
    """So many analyses."""
    return known_analyses(of_analyses, number, parameters={"Pieces": "IOC CSV"}, iocs=FOUND)


EXAMPLES = [
    Example(
        setup=lambda vmray: vmray.control.load_scenario("known-sample"),
        entities=(("FILEHASH", KNOWN_SHA256),),
        parameters={"Pieces": "Extracted Files"},
        result="done",
        several=several,
        shows_texts=False,  # ids, hashes, and a web address that is dropped if it is none
        failed_json=[
            {
                "subject": KNOWN_SHA256.upper(),
                "sample_id": None,
                "analysis_id": None,
                "entity": KNOWN_SHA256.upper(),
                **NO_PIECE,
            }
        ],
    ),
]
SITUATIONS = [of_analyses()]
OUTCOMES = {
    "GET /analysis/{id}/archive?encryption_password&filenames": optional_file("ZIP"),
    # a part of a text is a text
    "GET /analysis/{id}/archive/report/artifacts/all_iocs.csv": {
        **optional_file("TEXT"),
        "truncated JSON": FINE,
    },
}


def archive(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    return lab.run_with(ACTION, **parameters)


def contents_of(run: ActionRun) -> dict[str, bytes]:
    """Return the attached files."""
    return {name: base64.b64decode(each) for name, each in run.attachments.items()}


def test_the_usual_pieces_and_their_manifest(lab: Lab) -> None:
    """Given a known sample, then texts are attached as they are; the manifest comes last, with each hash."""
    lab.vmray.control.add_sample(iocs=FOUND)

    run = archive(lab, Samples="5001", Save_To_Case_Wall="true")

    files = contents_of(run)
    *names, last = files
    assert names == [
        "vmray-analysis-9001-summary_v2.json",
        "vmray-analysis-9001-all_iocs.csv.txt",
        "vmray-analysis-9001-stix-report-2-1.json",
    ]
    assert last == MANIFEST
    rows = json.loads(files[MANIFEST])
    (sample,) = lab.samples()
    for name, row, item in zip(names, rows, items_of(run), strict=True):
        assert row == {
            "attachment": name,
            "analysis_id": 9001,
            "sample_id": 5001,
            "sample_sha256": sample["sample_sha256hash"],
            "members": row["members"],
            "size": len(files[name]),
            "sha256": hashlib.sha256(files[name]).hexdigest(),
            "encrypted": False,
            "fetched_at": row["fetched_at"],
        }
        assert row.items() <= item.items()
        assert (item["outcome"], item["saved_to_case_wall"]) == ("done", True)
    assert [row["members"] for row in rows] == [
        ["logs/summary_v2.json"],
        ["report/artifacts/all_iocs.csv"],
        ["report/stix-report-2-1.json"],
    ]
    assert outcome(run)["message"] == (
        "Successfully attached files of the following samples from VMRay: 5001"
    )
    assert (run.state.value, run.result_value, len(lab.case.attachments)) == ("completed", "done", 4)


def test_payloads_and_the_whole_archive_are_encrypted(lab: Lab) -> None:
    """Given pieces that can be live, then each ZIP has the password that is sent; the message names it."""
    lab.vmray.control.add_sample(iocs=FOUND, members=["traversal", "page"])

    run = archive(
        lab,
        Analysis_IDs="9001",
        Pieces="extracted files, whole archive",
        Member_Paths="logs/*.xml,logs/flog.txt",
    )

    files = contents_of(run)
    assert list(files) == [
        "vmray-analysis-9001-extracted_files-infected.zip",
        "vmray-analysis-9001-archive-infected.zip",
        "vmray-analysis-9001-flog.txt",
        "vmray-analysis-9001-members-infected.zip",
        MANIFEST,
    ]
    for name in [each for each in files if each.endswith(".zip")]:
        found = zipfile.ZipFile(io.BytesIO(files[name]))
        assert all(each.flag_bits & 1 for each in found.infolist())
        assert f"{name}: encrypted, password infected" in run.message
    assert [row["encrypted"] for row in json.loads(files[MANIFEST])] == [True, True, False, True]
    assert all("encryption_password=infected" in each for each in lab.seen() if each.count("?"))


def test_each_piece_has_its_own_answer(lab: Lab) -> None:
    """Given a missing member and a server that forgets to encrypt, then only these are not attached."""
    lab.vmray.control.add_sample(iocs=FOUND)
    forgotten = {"path": "/rest/analysis/9001/archive", "query": {"filenames": "extracted_files/*"}}
    lab.vmray.control.inject(forgotten, {"kind": "unencrypted", "last_only": True})

    run = archive(lab, Samples="5001", Pieces="Extracted Files, Memory Dumps, Function Log")

    assert [(each["outcome"], each["reason"]) for each in items_of(run)] == [
        ("failed", "VMRay sent it unencrypted"),
        ("empty", "the archive of analysis 9001 has no memory_dumps/*"),
        ("done", None),
    ]
    assert list(run.attachments) == ["vmray-analysis-9001-flog.txt", MANIFEST]
    assert [each["class"] for each in run.json_result["errors"]] == ["unreadable"]
    assert "5001 (analysis 9001, Extracted Files): VMRay sent it unencrypted" in run.message
    assert run.json_result["complete"] is False


@pytest.mark.parametrize(
    ("sample", "state", "expected", "reason"),
    [
        ({"locked": True}, "completed", "locked", "the report is locked (purchased as a verdict only)"),
        ({"failed": True}, "failed", "failed", "analysis 9001 failed: "),
    ],
)
def test_an_analysis_without_an_archive(
    lab: Lab, sample: dict[str, bool], state: str, expected: str, reason: str
) -> None:
    """Given a locked report or a failed analysis, then nothing is attached, no manifest either."""
    lab.vmray.control.add_sample(**sample)

    run = archive(lab, Analysis_IDs="9001", Pieces="Summary")

    (item,) = items_of(run)
    assert (run.state.value, run.result_value, run.attachments) == (state, expected, {})
    assert (item["outcome"], item["reason"][: len(reason)]) == (expected, reason)


def test_an_archive_that_does_not_fit_is_not_requested(lab: Lab) -> None:
    """Given an archive of 200 MiB, then it is refused before the download, and the other is attached."""
    lab.vmray.control.add_sample()
    size = {"kind": "patch", "set": {"data.analysis_size": 200 * 2**20}}
    lab.vmray.control.inject({"path": "/rest/analysis/9001"}, size)

    run = archive(lab, Analysis_IDs="9001", Pieces="Whole Archive, Function Log")

    assert [(each["outcome"], each["reason"]) for each in items_of(run)] == [
        ("failed", "too large: 200 MiB; the whole is in VMRay, see web_link"),
        ("done", None),
    ]
    assert lab.seen() == ["GET /rest/analysis/9001", "GET /rest/analysis/9001/archive/logs/flog.txt"]


def test_what_was_read_before_a_fatal_error_has_a_manifest(lab: Lab) -> None:
    """Given a key that is rejected while the last file is read, then the others and the manifest are kept."""
    lab.vmray.control.add_sample()
    lab.vmray.control.configure(download_bytes=6 * 2**20)  # more than the share of one piece: it is read last
    report = {"path": "/rest/analysis/9001/archive/report/report.pdf"}
    lab.vmray.control.inject(report, {"kind": "patch"})
    lab.vmray.control.inject(report, {"kind": "status", "status": 401})

    run = archive(lab, Analysis_IDs="9001", Pieces="PDF, Function Log")

    assert (run.state.value, run.result_value) == ("failed", "failed")
    assert [each["outcome"] for each in items_of(run)] == ["failed", "done"]
    assert list(run.attachments) == ["vmray-analysis-9001-flog.txt", MANIFEST]
