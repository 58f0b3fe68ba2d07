"""The platform discards a result that is too long: each result fits, with all verdicts and entities."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.guarantees.matrix.world import Item, World, file_item, hash_item, reported_outcome, url_item

from secops_lab.host import RunState

if TYPE_CHECKING:
    from pathlib import Path

    from secops_lab.host import ActionRun

MIB: Final = 2**20
# Quotes, backslashes and characters beyond ASCII need the most space in JSON within JSON.
ESCAPED_TEXT: Final = 'C:\\"\\é\u4e2d' * 60
KINDS: Final = ("domains", "emails", "files", "ips", "mutexes", "processes", "registry", "urls")


def length(run: ActionRun) -> int:
    """Return what the platform measures: the number of characters of the whole result object."""
    output = run.rounds[-1].output
    assert output is not None
    return len(output["ResultObjectJson"])


def large_sample(number: int, iocs: int) -> dict[str, Any]:
    """Build a sample with many long fields."""
    named = [{"value": f"{index}-{ESCAPED_TEXT}", "verdict": "malicious"} for index in range(iocs)]
    found = [{"category": ESCAPED_TEXT, "operation": ESCAPED_TEXT, "score": score} for score in range(1, 6)]
    return {
        "filename": f"{number}-{ESCAPED_TEXT}",
        "sha256": f"{number:064x}",
        "iocs": dict.fromkeys(KINDS, named),
        "indicators": found,
        "verdict": ("malicious", "suspicious", "clean", None)[number % 4],
    }


@pytest.mark.parametrize(("count", "iocs"), [(3, 150), (130, 0)], ids=["few, large", "very many"])
def test_scan_hash_keeps_all_entities_and_verdicts(tmp_path: Path, count: int, iocs: int) -> None:
    """Given several MiB of data and a limit of 1 MiB, then the message names what is omitted."""
    everything = {
        "IOC Type Filter": ", ".join(KINDS),
        "Max IOCs To Return": "1000",
        "Create Insight": "false",
    }
    with World(tmp_path) as world:
        samples = [world.vmray.control.add_sample(**large_sample(number, iocs)) for number in range(count)]
        items = [hash_item(sample["sample_sha256hash"]) for sample in samples]
        run = world.run("Scan Hash", items, everything, max_json_result_size=1)
        assert run.state is RunState.COMPLETED
        assert length(run) <= MIB
        assert [reported_outcome(run, item)[0] for item in items] == ["fine"] * count
        verdicts = {each["Entity"]: each["EntityResult"]["sample_verdict"] for each in run.json_result}
        assert verdicts == {
            item.name: sample["sample_verdict"] for item, sample in zip(items, samples, strict=True)
        }
        assert "result exceeds the platform's size limit; omitted: " in run.message
        assert "full report in VMRay, see sample_webif_url" in run.message


def test_get_iocs_keeps_all_samples_and_the_worst_iocs(tmp_path: Path) -> None:
    """Given more IOCs than fit, then VMRay's objects are omitted first, and no sample is."""
    with World(tmp_path) as world:
        samples = [world.vmray.control.add_sample(**large_sample(number, 60)) for number in range(3)]
        items = [hash_item(sample["sample_sha256hash"]) for sample in samples]
        domains = [{"value": f"{number}.example", "verdict": "suspicious"} for number in range(2_000)]
        world.vmray.control.add_sample(sha256="f" * 64, iocs={"domains": domains})
        everything = {"Max IOCs To Return": "10000"}
        run = world.run("Get IOCs", [*items, hash_item("f" * 64)], everything, max_json_result_size=1)
        found = run.json_result
        kept = found["items"]
        assert length(run) <= MIB
        assert [each["outcome"] for each in found["samples"]] == ["done"] * 4
        assert 0 < len(kept) == found["counts"]["returned"] < found["counts"]["matched"]
        assert all(each["raw"] == {} for each in kept)
        assert {each["verdict"] for each in kept} == {"malicious"}
        assert "the tables and VMRay's own objects, and the last " in found["left_out"]
        assert f"omitted: {found['left_out']}; full report in VMRay" in run.message
        assert "sample_webif_url" not in run.message  # no row of this result has that member


def test_a_result_within_the_limit_is_complete(tmp_path: Path) -> None:
    """Given the same samples and the usual limit, then nothing is omitted."""
    with World(tmp_path) as world:
        samples = [world.vmray.control.add_sample(**large_sample(number, 5)) for number in range(20)]
        items = [hash_item(sample["sample_sha256hash"]) for sample in samples]
        run = world.run("Scan Hash", items, {"IOC Type Filter": ", ".join(KINDS)})
        assert MIB < length(run) < 15 * MIB
        assert "omitted" not in run.message


def test_scan_url_keeps_all_entities_and_verdicts(tmp_path: Path) -> None:
    """Given many long URLs (cached, so that one run is enough), then each one has a result and a verdict."""
    with World(tmp_path) as world:
        world.vmray.control.configure(analysis_caching="enabled")
        items: list[Item] = []
        for number in range(80):
            url = f"http://evil.example/{number}/{'%22%5C' * 200}"
            world.vmray.control.add_sample(url=url, iocs={"urls": [f"{url}/{index}" for index in range(5)]})
            items.append(url_item(url))
        run = world.run("Scan URL", items, max_json_result_size=1)
        assert length(run) <= MIB
        assert [reported_outcome(run, item)[0] for item in items] == ["fine"] * len(items)
        assert all(each["EntityResult"]["sample_verdict"] == "malicious" for each in run.json_result)


def test_an_upload_keeps_all_files_and_verdicts(tmp_path: Path) -> None:
    """Given archives with hundreds of members, then each member has a row, within the limit."""
    with World(tmp_path) as world:
        world.vmray.control.configure(archive_action="separate_samples")
        items = []
        for number in range(6):
            path = tmp_path / f"{number}.zip"
            with zipfile.ZipFile(path, "w") as archive:
                for member in range(80):
                    archive.writestr(f"{member}-{'é' * 100}.txt", f"{number} {member}")
            items.append(file_item(path, path.read_bytes()))
        run = world.run("Upload File And Get Report", items, max_json_result_size=1)
        assert run.state is RunState.COMPLETED
        assert length(run) <= MIB
        rows = run.json_result["files"]
        assert len(rows) == 6 * 80
        assert all(row["verdict"] == "clean" for row in rows)
        assert "result exceeds the platform's size limit; omitted: " in run.message
