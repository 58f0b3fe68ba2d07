"""Screenshots and PDFs: repeated pictures, odd lines of the index, no pictures, large files."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.situations import Situation

INDEX = "GET /analysis/{id}/archive/screenshots/index.log"
PICTURE = "GET /analysis/{id}/archive/screenshots/{name}"
REPORT = "GET /sample/{id}/report"
PNG = b"\x89PNG\r\n\x1a\n"


def base_of(situation: Situation, *words: str) -> str:
    """Store a sample with these screenshots, and return the path of their folder."""
    sample = situation.control.add_sample(screenshots=list(words))
    (analysis,) = situation.analyses_of(sample)
    return f"/analysis/{analysis['analysis_id']}/archive/screenshots"


def index_of(situation: Situation, base: str) -> list[list[str]]:
    """Return the columns of each line of an index."""
    response = situation.server.get(f"{base}/index.log")
    assert response.status == 200
    return [line.split(" | ") for line in response.content.decode().splitlines()]


def pixels_of(data: bytes) -> bytes:
    """Return the unpacked pixels of a PNG whose chunks have right check sums."""
    assert data.startswith(PNG)
    place, pixels = len(PNG), b""
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        chunk = data[place + 4 : place + 8 + length]
        place += 12 + length
        assert int.from_bytes(data[place - 4 : place], "big") == zlib.crc32(chunk)
        pixels += chunk[4:] if chunk.startswith(b"IDAT") else b""
    return zlib.decompress(pixels)


@pytest.mark.documented("Cortex XSOAR pack VMRay, VMRay's Splunk SOAR app", endpoint=INDEX)
def test_equal_pictures_have_equal_hashes(situation: Situation) -> None:
    """A picture that was taken twice has two lines with the same hashes and the same name."""
    base = base_of(situation, "desktop", "note", "desktop")
    first, other, again = index_of(situation, base)
    assert first[1:] == again[1:]
    assert first[2] != other[2]
    assert [int(line[0]) for line in (first, other, again)] == [0, 1000, 2000]


@pytest.mark.documented("vendor client vmray_rest_api 6.0.0", endpoint=PICTURE)
def test_pictures_are_pngs_with_different_content(situation: Situation) -> None:
    """Each picture is a valid PNG of the size and with the hashes of its line."""
    base = base_of(situation, "desktop", "note")
    seen = set()
    for _, size, hashes, name in index_of(situation, base):
        data = situation.server.get(f"{base}/{name}").content
        assert len(data) == int(size)
        assert hashlib.sha256(data).hexdigest() in hashes
        seen.add(pixels_of(data))
    assert len(seen) == 2


@pytest.mark.inferred("an index is a text without a schema", endpoint=INDEX)
def test_an_index_may_have_odd_lines(situation: Situation) -> None:
    """A line may have no columns, a name outside the folder, or a name of a file that is 404."""
    base = base_of(situation, "odd-line", "bad-name", "lost-file", "note")
    odd, outside, lost, good = index_of(situation, base)
    assert len(odd) == 1
    assert outside[3].startswith("../")
    assert situation.server.get(f"{base}/{lost[3]}").status == 404
    assert situation.server.get(f"{base}/{good[3]}").status == 200


@pytest.mark.inferred("a file may be damaged", endpoint=PICTURE)
@pytest.mark.parametrize("word", ["no-picture", "html", "empty"])
def test_a_screenshot_may_be_no_picture(situation: Situation, word: str) -> None:
    """A file of the index may have other content than a picture."""
    base = base_of(situation, word)
    ((_, size, _, name),) = index_of(situation, base)
    response = situation.server.get(f"{base}/{name}")
    assert len(response.content) == int(size)
    assert not response.content.startswith(PNG)


@pytest.mark.documented("TKCERT's Assemblyline service", endpoint=INDEX)
def test_an_analysis_may_have_no_screenshots(situation: Situation) -> None:
    """Without screenshots the index is 404."""
    assert situation.server.get(f"{base_of(situation)}/index.log").status == 404


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=INDEX)
def test_screenshots_of_a_locked_report_can_be_read(situation: Situation) -> None:
    """The screenshots of a locked report are readable, the report is not."""
    situation.control.load_scenario("locked-report")
    (sample,) = situation.control.samples()
    (analysis,) = situation.analyses_of(sample)
    base = f"/analysis/{analysis['analysis_id']}/archive"
    name = index_of(situation, f"{base}/screenshots")[0][3]
    assert situation.server.get(f"{base}/screenshots/{name}").content.startswith(PNG)
    assert situation.server.get(f"{base}/report/report.pdf").status == 403
    assert situation.server.get(f"/sample/{sample['sample_id']}/report").status == 403


@pytest.mark.emulator_only("a scenario", endpoint=INDEX)
def test_a_scenario_has_screenshots_of_all_kinds(situation: Situation) -> None:
    """The scenario `screenshots` has 30 screenshots, 28 different ones, and a file that is no picture."""
    situation.control.load_scenario("screenshots")
    (sample,) = situation.control.samples()
    (analysis,) = situation.analyses_of(sample)
    base = f"/analysis/{analysis['analysis_id']}/archive/screenshots"
    names = [line[3] for line in index_of(situation, base) if len(line) == 4]
    contents = [situation.server.get(f"{base}/{name}") for name in names if ".." not in name]
    pictures = [one.content for one in contents if one.content.startswith(PNG)]
    assert len(pictures) == 30
    assert len(set(pictures)) == 28
    assert sum(one.status == 200 and not one.content.startswith(PNG) for one in contents) == 1


@pytest.mark.emulator_only("documents beyond the budget of a client", endpoint=REPORT)
def test_documents_can_be_large(situation: Situation) -> None:
    """With the setting `download_bytes`, PDFs and pictures are valid and at least that large."""
    situation.control.configure(download_bytes=200_000)
    base = base_of(situation, "desktop")
    ((_, size, _, name),) = index_of(situation, base)
    picture = situation.server.get(f"{base}/{name}").content
    assert len(picture) == int(size) == 200_000
    assert pixels_of(picture)
    number = situation.control.samples()[0]["sample_id"]
    for path in (f"/sample/{number}/report", f"{base.removesuffix('screenshots')}report/report.pdf"):
        report = situation.server.get(path).content
        assert len(report) >= 200_000
        assert report.startswith(b"%PDF-")
        start = int(report.rsplit(b"startxref\n", 1)[1].split()[0])
        assert report[start:].startswith(b"xref\n0 8\n")


@pytest.mark.inferred("a gateway returns its page with 200", endpoint=REPORT)
def test_a_page_may_come_in_place_of_a_document(situation: Situation) -> None:
    """With a fault, a PDF or a picture is an HTML page with status 200."""
    number = situation.control.add_sample()["sample_id"]
    situation.control.inject({"path": "/rest/sample/*/report"}, {"kind": "html"})
    response = situation.server.get(f"/sample/{number}/report")
    assert response.status == 200
    assert response.content.startswith(b"<!DOCTYPE html>")
