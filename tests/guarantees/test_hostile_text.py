"""Text of an attacker stays text in every sink of every action, whatever field it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.guarantees.matrix.world import Item, World, file_item, hash_item, reported_outcome, url_item
from tests.guarantees.sinks import CORPUS, assert_text_stays_text

from secops_lab.host import RunState

if TYPE_CHECKING:
    from pathlib import Path


def test_hostile_samples_in_scan_hash(tmp_path: Path) -> None:
    """Given the hostile texts in each field of a sample, its IOCs and its indicators, then all stay text."""
    kinds = ("domains", "emails", "files", "ips", "mutexes", "processes", "registry", "urls")
    with World(tmp_path) as world:
        items = []
        for number, text in enumerate(CORPUS):
            iocs: dict[str, list[Any]] = {
                kind: [{"value": text, "verdict": "malicious", "categories": [text], "subject": text}]
                for kind in kinds
            }
            found = [{"category": text, "operation": text, "score": 5, "classifications": [text]}]
            sample = world.vmray.control.add_sample(
                filename=text,
                sha256=f"{number:064x}",
                classifications=[text],
                threat_names=[text],
                iocs=iocs,
                indicators=found,
                sample_type=text,
                sample_url=text,
                sample_webif_url=text,
            )
            items.append(hash_item(sample["sample_sha256hash"]))
        run = world.run("Scan Hash", items, {"IOC Type Filter": ", ".join(kinds)})
        assert [reported_outcome(run, item)[0] for item in items] == ["fine"] * len(CORPUS)
        assert_text_stays_text(world, run)
        for text, each in zip(CORPUS, run.json_result, strict=True):
            assert each["EntityResult"]["sample_filename"] == text, "exact in JSON"
            assert each["EntityResult"]["threat_indicators"][0]["operation"] == text


def test_hostile_urls_errors_and_notes_in_scan_url(tmp_path: Path) -> None:
    """Given the hostile texts in URLs, in errors of VMRay and in a comment, then all stay text."""
    with World(tmp_path) as world:
        items = [url_item(f"http://evil.example/{text[:200]}") for text in CORPUS]
        for text in CORPUS[:5]:
            fault = {"kind": "result_error", "error_msg": text}
            world.vmray.control.inject({"method": "POST", "path": "/rest/sample/submit"}, fault)
        run = world.run("Scan URL", items, {"Comment": CORPUS[7]})
        assert run.state is RunState.COMPLETED
        assert len(run.json_result) == len(CORPUS) - 5
        assert_text_stays_text(world, run)
        comments = {each["submission_comment"] for each in world.vmray.control.submissions()}
        assert comments == {CORPUS[7]}, "the comment is submitted unchanged"


def test_hostile_file_names_are_sent_unchanged(tmp_path: Path) -> None:
    """Given any characters that a file system allows, then VMRay has the exact file name."""
    names = [text.replace("/", "_").replace("\x00", "")[:60] for text in CORPUS] + [
        "a,b.txt",
        "Ünï çødé.exe",
        "%41%2e.txt",
    ]
    with World(tmp_path) as world:
        items = [file_item(tmp_path / name, name.encode()) for name in names]
        run = world.run("Upload File And Get Report", items)
        assert run.state is RunState.COMPLETED
        stored = world.vmray.control.submissions()
        arrived = {each["submission_original_filename"] or each["submission_filename"] for each in stored}
        assert arrived == set(names)
        assert {row["file_path"] for row in run.json_result["files"]} == {item.name for item in items}
        assert_text_stays_text(world, run)


def test_an_unencodable_url_does_not_affect_the_others(tmp_path: Path) -> None:
    """Given half a surrogate pair in a URL, then only this URL fails; in a comment, the action fails."""
    with World(tmp_path) as world:
        good = url_item("http://evil.example/good")
        bad = Item("HTTP://EVIL.EXAMPLE/\ud800", "", ("DestinationURL", "http://evil.example/\ud800"))
        run = world.run("Scan URL", [good, bad])
        assert reported_outcome(run, good)[0] == "fine"
        assert "contains characters that cannot be sent to VMRay" in run.message
        assert len(world.vmray.control.submissions()) == 1
        run = world.run("Scan URL", [good], {"Comment": "\udfff"})
        assert 'parameter "Comment" holds characters that cannot be sent' in run.message


def test_a_deeply_nested_sample_does_not_affect_the_others(tmp_path: Path) -> None:
    """Given a sample that is nested too deeply, then only this sample is named with a reason."""
    with World(tmp_path) as world:
        items = []
        for number, depth in enumerate((10, 100, 400, 1100)):
            sample = world.vmray.control.add_sample(filename=f"nested-{number}.exe")
            items.append(hash_item(sample["sample_sha256hash"]))
            path = f"/rest/sample/sha256/{items[-1].sha256}"
            brackets = "[" * depth + "]" * depth
            found = f'{{"sample_id": {sample["sample_id"]}, "sample_x": {brackets}}}'
            text = f'{{"result": "ok", "data": [{found}]}}'
            order = {"kind": "status", "status": 200, "body": text}
            world.vmray.control.inject({"path": path}, order, times=4)
        run = world.run("Scan Hash", items)
        outcomes = [reported_outcome(run, item)[0] for item in items]
        assert outcomes == ["fine", "fine", "fine", "named"]
