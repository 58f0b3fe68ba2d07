"""Pieces of an archive: how each is attached, which paths are accepted, the manifest, and its room."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.client.stand_in import imported

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_errors import ParameterError
from vm_ray.core.api.vmray_protocol import FileType
from vm_ray.core.api.vmray_request_errors import PermissionDeniedError
from vm_ray.core.evidence.vmray_archive_files import NO_PIECE, pieces_of_analysis, read_piece
from vm_ray.core.evidence.vmray_archive_pieces import PIECES, chosen_pieces
from vm_ray.core.evidence.vmray_evidence import with_one_copy
from vm_ray.core.evidence.vmray_evidence_manifest import manifest_of, reserved_for
from vm_ray.core.results.vmray_answer import LOCKED, Answer
from vm_ray.core.results.vmray_item_result import Item
from vm_ray.core.results.vmray_result import Attachment
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

LIMIT: Final = 2**20
NEW_STIX: Final = "report/stix-report-2-1.json"
OLD_STIX: Final = "report/artifacts/stix-*.json"
ROW: Final[dict[str, Any]] = {
    "attachment": f"vmray-analysis-{'9' * 19}-malware_configurations-infected.zip",
    "analysis_id": 10**19,
    "sample_id": 10**19,
    "sample_sha256": "f" * 64,
    "members": [],
    "size": 10**8,
    "sha256": "f" * 64,
    "encrypted": False,
    "fetched_at": "2026-11-29T19:00:00Z",
}


@pytest.fixture(scope="module")
def parameters() -> Iterator[ModuleType]:
    """Return the module with the parameters of the action."""
    name = "core.soar.vmray_archive_parameters"
    with imported(name) as modules:
        yield modules[name]


@pytest.mark.parametrize("word", PIECES)
def test_what_can_be_live_is_attached_encrypted(word: str) -> None:
    """Given a piece, then it is a ZIP unless it is one member that is a known text or the report."""
    piece = PIECES[word]
    name = piece.name(901, is_zip=not piece.types)
    assert name.startswith("vmray-analysis-901-")
    if piece.types:
        (member,) = piece.members
        assert "*" not in member
        assert set(piece.types) <= {FileType.JSON, FileType.TEXT, FileType.PDF}
        assert name.endswith((".json", ".txt", ".pdf"))
    else:
        assert name.endswith("-infected.zip")


@pytest.mark.parametrize(
    ("words", "paths", "expected"),
    [
        (["Summary"], [], ["Summary"]),
        (["Summary", "PDF"], ["logs/summary_v2.json"], ["Summary", "PDF"]),
        (["Summary"], ["logs/flog.txt", "logs/glog.xml", "a/*"], ["Summary", "Function Log", "Member Paths"]),
        (["Scripts", "Summary"], ["logs/*"], ["Scripts", "Summary", "Member Paths"]),
    ],
)
def test_the_pieces_are_in_the_order_given(words: list[str], paths: list[str], expected: list[str]) -> None:
    """Given pieces and paths, then each piece comes once; known texts are pieces, all other paths are one."""
    found = chosen_pieces(words, paths)
    assert [each.word for each in found] == expected
    if expected[-1] == "Member Paths":
        assert set(found[-1].members) == set(paths) - {"logs/flog.txt"}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("../x", "is no path inside the archive"),
        ("logs/../../x", "is no path inside the archive"),
        ("/etc/passwd", "is no path inside the archive"),
        ("logs\\flog.txt", "is no path inside the archive"),
        ("a\nb", "is no path inside the archive"),
        ("x" * 201, "has more than 200 characters"),
        (",".join(map(str, range(21))), "has 21 entries"),
    ],
)
def test_other_paths_are_refused(parameters: ModuleType, value: str, problem: str) -> None:
    """Given a path that leaves the archive, or too many, then the parameter is named, and nothing is sent."""
    with pytest.raises(ParameterError, match=problem) as caught:
        parameters.ArchiveParameters.parse({"Member Paths": value})
    assert 'parameter "Member Paths"' in str(caught.value)


def test_an_unknown_piece_is_refused_with_the_list(parameters: ModuleType) -> None:
    """Given an unknown piece, then the error lists all of them."""
    with pytest.raises(ParameterError, match=r"Summary, Summary V1, .* Whole Archive"):
        parameters.ArchiveParameters.parse({"Pieces": "Summary, Everything"})


@pytest.mark.parametrize(("count", "is_accepted"), [(30, True), (100, False)])
def test_a_run_has_a_largest_number_of_files(
    parameters: ModuleType, count: int, *, is_accepted: bool
) -> None:
    """Given so many samples with 20 analyses of 5 pieces each, then 3000 files are the most."""
    given = {
        "Samples": ",".join(map(str, range(1, count + 1))),
        "Max Analyses": "20",
        "Pieces": "Summary, STIX, PDF, IOC CSV, Scripts",
    }
    found = parameters.ArchiveParameters.parse(given)
    if is_accepted:
        assert len(found.subjects(None)) == count
    else:
        with pytest.raises(ParameterError, match="which are 10000 files; allowed: at most 3000 files"):
            found.subjects(None)


@given(st.lists(st.text(st.characters(exclude_categories=["C"]), max_size=200), max_size=20))
def test_the_room_for_a_row_is_large_enough(paths: list[str]) -> None:
    """Given any members, then the row of the manifest, and that of the result, fit into what is reserved."""
    facts = {**ROW, "members": paths, "subject": "sample 1", "entity": "f" * 64, "saved_to_case_wall": False}
    item = Item("f" * 64, "done", {**facts, "web_link": None}, attachments=[Attachment("t", "n", b"")])
    (manifest,) = manifest_of([item])
    row = json.dumps(json.dumps(item.row()))  # a text in the result, which is JSON too
    assert len(manifest.content) * 4 / 3 + len(row) <= reserved_for(paths) * 4 / 3


def test_a_manifest_names_each_file_once() -> None:
    """Given two rows about one file, then the manifest has one; without a file there is no manifest."""
    item = Item("a", "done", ROW, attachments=[Attachment("title", ROW["attachment"], b"content")])
    (manifest,) = manifest_of([item, item])
    assert (manifest.name, json.loads(manifest.content)) == ("vmray-evidence-manifest.json", [ROW])
    assert manifest_of([Item("a", "failed", ROW)]) == []


@pytest.mark.parametrize(
    ("limit", "expected"), [(2**21, ["large", "small"]), (2**19, ["small"]), (0, [])], ids=str
)
def test_a_manifest_is_about_the_files_that_are_left(limit: int, expected: list[str]) -> None:
    """Given files without room in the result, then the manifest, the last file, omits them too."""
    items = [
        Item(name, "done", {**ROW, "attachment": name}, attachments=[Attachment("title", name, bytes(size))])
        for name, size in (("large", 2**20), ("small", 2**10))
    ]
    name = "actions.get_analysis_archive"
    with imported(name, "core.soar.vmray_outcome_action") as modules:
        presentation = modules["core.soar.vmray_outcome_action"].Presentation
        shown = presentation("done", items, attachments=manifest_of(items))
        found = modules[name].GetAnalysisArchive().result(SimpleNamespace(max_result_bytes=limit), shown)

    *files, manifest = found.attachments or [None]
    assert [each.name for each in files] == expected
    assert [each["attachment"] for each in (json.loads(manifest.content) if manifest else [])] == expected


def test_two_rows_about_one_file_have_one_copy() -> None:
    """Given a ZIP that VMRay made twice, with another salt, then both rows have the hash of the first."""
    first, second, other = (
        Item(
            name,
            "done",
            {"subject": name, "sha256": content.hex()},
            attachments=[Attachment("t", file, content)],
        )
        for name, file, content in (("5001", "a.zip", b"1"), ("hash", "a.zip", b"2"), ("5002", "b.zip", b"3"))
    )
    failed = Item("5003", "failed")

    found = with_one_copy([first, second, failed, other], ["sha256"])

    assert [each.facts.get("sha256") for each in found] == ["31", "31", None, "33"]
    assert [each.name for each in found] == ["5001", "hash", "5003", "5002"]
    assert found[1].attachments == first.attachments
    assert found[1].facts["subject"] == "hash"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("analysis_webif_url", "https://vmray.example/" + "a" * 2000),
        ("analysis_webif_url", "file:///x"),
        ("analysis_sample_sha256", "f" * 65),
        ("analysis_sample_sha256", "no hash"),
    ],
)
def test_a_row_has_no_other_text_of_the_server(emulator: EmbeddedEmulator, field: str, text: str) -> None:
    """Given an address or a hash that is none, then the row has none: its room is known in advance."""
    emulator.control.add_sample()
    emulator.control.inject(
        {"path": "/rest/analysis/9001"}, {"kind": "patch", "set": {f"data.{field}": text}}
    )
    client = connect(emulator.url, emulator.api_key)
    (piece,) = pieces_of_analysis(client, [PIECES["PDF"]], client.get_analysis(9001), NO_PIECE, "title")
    assert [name for name in ("web_link", "sample_sha256") if piece.facts[name] is None] == [
        "web_link" if "webif" in field else "sample_sha256"
    ]


@pytest.mark.parametrize("version", ["4.2.0", "2026.2.1"])
def test_stix_of_an_old_server_comes_encrypted(version: str) -> None:
    """Given a server without STIX 2.1, then its exports of 2.0 come in an encrypted ZIP, as the row says."""
    with EmbeddedEmulator(server_version=version) as emulator:
        emulator.control.add_sample(iocs={"domains": ["c2.example"]})
        client = connect(emulator.url, emulator.api_key)
        facts = {**NO_PIECE, "sample_id": 5001, "analysis_id": 9001}
        (piece,) = pieces_of_analysis(client, [PIECES["STIX"]], client.get_analysis(9001), facts, "title")
        (file,) = piece.files()
        item = piece.item("5001", [file.read(LIMIT)])
    (row,) = json.loads(manifest_of([item])[0].content)
    is_old = version == "4.2.0"
    assert (row["members"], row["encrypted"]) == ([OLD_STIX if is_old else NEW_STIX], is_old)
    assert row["attachment"].endswith("-infected.zip" if is_old else ".json")


@pytest.mark.parametrize(
    ("word", "sample", "status", "expected"),
    [
        ("Summary", {"locked": True}, 404, LOCKED),
        ("Extracted Files", {"locked": True}, 403, LOCKED),
        ("Summary", {}, 404, Answer("empty", "the archive of analysis 9001 has no logs/summary_v2.json")),
        ("STIX", {}, 404, Answer("empty", f"the archive of analysis 9001 has no {NEW_STIX} or {OLD_STIX}")),
        ("Whole Archive", {}, 404, Answer("empty", "the archive of analysis 9001 has no members")),
        ("Summary", {}, 403, PermissionDeniedError),
    ],
)
def test_why_a_piece_is_missing(
    emulator: EmbeddedEmulator,
    word: str,
    sample: dict[str, bool],
    status: int,
    expected: Any,  # noqa: ANN401 - an answer or an error
) -> None:
    """Given a refusal, then a locked report is the reason if there is one; another 403 ends the action."""
    emulator.control.add_sample(**sample)
    client = connect(emulator.url, emulator.api_key)
    analysis = client.get_analysis(9001)
    emulator.control.inject({"path": "/rest/*/archive*"}, {"kind": "status", "status": status})
    if isinstance(expected, Answer):
        assert read_piece(client, analysis, PIECES[word], LIMIT) == expected
    else:
        with pytest.raises(expected):
            read_piece(client, analysis, PIECES[word], LIMIT)
