"""Download Sample: the ZIP that VMRay encrypted; why there is none; what is refused; what does not fit."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.actions.lab import items_of, outcome
from tests.support.example import Example, known_hashes
from tests.support.outcome import ended, explained, named, optional_file

from vmray_emulator import KNOWN_SHA256

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

ACTION = "Download Sample"
CONTENT = "MZ harmless content"
SHA256 = hashlib.sha256(CONTENT.encode()).hexdigest()
NO_FILE = {
    "attachment": None,
    "size": None,
    "zip_sha256": None,
    "sample_sha256": None,
    "password": None,
    "saved_to_case_wall": False,
    "web_link": None,
}


def several(number: int) -> Example:
    """So many hashes, each with a sample of its own."""
    return known_hashes(number, content=CONTENT)


def by_id(count: int = 1) -> Example:
    """So many samples by their ids."""
    ids = tuple(str(5001 + number) for number in range(count))

    def setup(vmray: EmbeddedEmulator) -> None:
        for number in ids:
            vmray.control.add_sample(content=f"MZ {number}")

    return Example(
        "by id",
        setup,
        parameters={"Samples": ",".join(ids)},
        ids=ids,
        result="done",
        several=by_id,
        most=10,
        shows_texts=False,
    )


def refused(vmray: EmbeddedEmulator) -> None:
    """Let VMRay refuse the file of a sample whose report is locked."""
    vmray.control.add_sample(content=CONTENT, locked=True)
    vmray.control.inject({"path": "/rest/sample/*/file"}, {"kind": "status", "status": 403})


EXAMPLES = [
    Example(
        setup=lambda vmray: vmray.control.load_scenario("known-sample"),
        entities=(("FILEHASH", KNOWN_SHA256),),
        result="done",
        several=several,
        shows_texts=False,  # ids, hashes, and a web address that is dropped if it is none
        failed_json=[
            {
                "subject": KNOWN_SHA256.upper(),
                "sample_id": None,
                "entity": KNOWN_SHA256.upper(),
                **NO_FILE,
            }
        ],
    ),
    by_id(),
]
SITUATIONS = [
    Example(
        "the file is refused, and the report is locked",
        setup=refused,
        parameters={"Samples": "5001"},
        result="locked",
    ),
]
OUTCOMES = {
    "GET /sample/{id}": {"404": named("does not exist in VMRay or is not visible")},
    "GET /sample/{id}/file?encryption_password": optional_file("ZIP"),
    # for a file that VMRay denied, the list of analyses only explains why
    "GET /analysis/sample/{id}": explained(ended(r"VMRay denied the request \(HTTP 403\)")),
}


def downloaded(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    return lab.run_with(ACTION, **parameters)


def test_the_file_of_an_entity(lab: Lab) -> None:
    """Given a known hash, then its file is attached as VMRay encrypted it, also on the case wall."""
    lab.vmray.control.add_sample(content=CONTENT)
    lab.hashes(SHA256)

    run = downloaded(lab, Save_To_Case_Wall="true")

    shown = outcome(run)
    (item,) = items_of(run)
    content = base64.b64decode(shown["attachments"].pop("vmray-sample-5001-infected.zip"))
    (member,) = zipfile.ZipFile(io.BytesIO(content)).infolist()
    assert member.flag_bits & 1
    assert zipfile.ZipFile(io.BytesIO(content)).read(member, b"infected") == CONTENT.encode()
    assert item == {
        "subject": "sample 5001",
        "sample_id": 5001,
        "entity": SHA256.upper(),
        "attachment": "vmray-sample-5001-infected.zip",
        "size": len(content),
        "zip_sha256": hashlib.sha256(content).hexdigest(),
        "sample_sha256": SHA256,
        "password": "infected",
        "saved_to_case_wall": True,
        "web_link": "https://vmray.example/samples/5001",
        "outcome": "done",
        "reason": None,
    }
    assert shown["message"] == (
        f"Successfully attached the following samples from VMRay: {SHA256.upper()}\n\nDetails:\n"
        "vmray-sample-5001-infected.zip: encrypted, password infected"
    )
    assert (shown["state"], shown["value"], shown["attachments"]) == ("completed", "done", {})
    assert [each["name"] for each in lab.case.attachments] == ["vmray-sample-5001-infected"]
    assert lab.seen() == [
        f"GET /rest/sample/sha256/{SHA256}",
        "GET /rest/sample/5001/file?encryption_password=infected",
    ]


def test_each_item_has_its_own_answer(lab: Lab) -> None:
    """Given a file, a URL, a sample without a file, and an unknown id, then each row says what there is."""
    lab.vmray.control.add_sample(content=CONTENT)
    lab.vmray.control.add_sample(url="http://evil.example/")
    lab.vmray.control.add_sample(filename="known by its hash")

    run = downloaded(lab, Samples="5001, 5002, 5003, 4711")

    assert [(each["sample_id"], each["outcome"], each["reason"]) for each in items_of(run)] == [
        (5001, "done", None),
        (5002, "empty", "the sample is a URL, which has no file"),
        (5003, "empty", "VMRay has no file of this sample"),
        (
            4711,
            "not_found",
            "the object does not exist in VMRay or is not visible to the API key (HTTP 404)",
        ),
    ]
    assert (run.result_value, list(run.attachments)) == ("done", ["vmray-sample-5001-infected.zip"])
    assert "GET /rest/sample/5002/file?encryption_password=infected" not in lab.seen()


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        (18 * 2**20, "too large: 18 MiB; the whole is in VMRay, see web_link"),
        (None, ""),
    ],
)
def test_a_large_file_is_refused_before_it_is_requested(lab: Lab, size: int | None, reason: str) -> None:
    """Given a sample larger than a result can be, then no file is requested; an unknown size is no reason."""
    lab.vmray.control.add_sample(content=CONTENT, sample_filesize=size)

    run = downloaded(lab, Samples="5001")

    (item,) = items_of(run)
    assert (item["reason"] or "", bool(run.attachments)) == (reason, not reason)
    assert [each.endswith("=infected") for each in lab.seen()] == ([False] if reason else [False, True])
    assert [each["class"] for each in run.json_result["errors"]] == (["too_large"] if reason else [])
