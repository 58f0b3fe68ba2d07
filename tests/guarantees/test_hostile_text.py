"""Text that an attacker wrote stays text: in every sink of every action, from whichever field it comes."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.guarantees.matrix.world import Item, World, fate, file_item, hash_item, url_item

from secops_lab.host import RunState
from vm_ray.core.vmray_insight import insight
from vm_ray.core.vmray_models import Aggregate, Sample
from vm_ray.core.vmray_render import enrichment, entity_result, extra_tables, sample_table
from vm_ray.core.vmray_report import ReportFilter, make_report
from vm_ray.core.vmray_size import EntityRecord
from vm_ray.core.vmray_verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from secops_lab.host import ActionRun

CORPUS: Final = (
    '</script><script>alert("1")</script>',
    "<img src=x onerror=alert(1)>",
    "\"'><b onmouseover='x()'>",
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2",
    "@SUM(A1:A9)",
    'line\r\nbreak, comma\tand "quotes"',
    "\u202egpj.exe",
    "zero\u200bwidth\ufeff and \x00\x07\x1b[31mcontrol",
    "\U0001f600 \u0130 \u00e9 \u4e2d\u6587",
    "<!--<script>",
    "{{7*7}}${7*7}",
    "x" * 6000,
    "\u2028\u2029]]>",
)
UNSEEN: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
TAGS: Final = {"h2", "strong", "span", "p", "ul", "li", "em"}


class OnlyOurs(HTMLParser):
    """Reads HTML as a browser would, and notes whatever is not one of the insight's own elements."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.foreign: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Our elements have a style at most, and that is a colour."""
        styled = [
            (name, value)
            for name, value in attrs
            if not (name == "style" and re.fullmatch(r"color:#\w+", value or ""))
        ]
        if tag not in TAGS or styled:
            self.foreign.append(f"<{tag} {styled}>")

    def handle_comment(self, data: str) -> None:
        """There are none."""
        self.foreign.append(data)

    def handle_decl(self, decl: str) -> None:
        """There are none of these, either."""
        self.foreign.append(decl)

    handle_pi = unknown_decl = handle_comment


def is_number(text: str) -> bool:
    """Whether a spreadsheet reads it as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def assert_cells(lines: list[str]) -> None:
    """Each line has as many cells as the head, and none that a spreadsheet would run."""
    width = lines[0].count(",")
    for line in lines[1:]:
        assert line.count(",") == width
        assert UNSEEN.search(line) is None
        for cell in line.split(","):
            assert '"' not in cell

            assert not cell.startswith(("=", "+", "-", "@")) or is_number(cell)


def assert_text_stays_text(world: World, run: ActionRun) -> None:
    """In messages, logs, tables, insights and enrichment."""
    for said in (run.message, *(each.stderr for each in run.rounds), run.debug_output):
        assert UNSEEN.search(said) is None
    for lines in run.tables.values():
        assert_cells(lines)
    for each in world.case.insights:
        assert OnlyOurs(each["content"]).foreign == []
        assert UNSEEN.search(html.unescape(each["content"])) is None
    for entity in world.case.entities:
        ours = {
            name: value
            for name, value in entity["additional_properties"].items()
            if name.startswith("VMRay_")
        }
        assert all(isinstance(value, str) and UNSEEN.search(value) is None for value in ours.values())
    raw = run.results["JsonResult"]["RawJson"] if "JsonResult" in run.results else ""
    assert raw.isascii()
    assert not re.search("[<>&]", raw)


def test_hostile_samples_in_scan_hash(tmp_path: Path) -> None:
    """Each field of a sample, of its IOCs and of its indicators holds each text of the corpus once."""
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
        assert [fate(run, item)[0] for item in items] == ["fine"] * len(CORPUS)
        assert_text_stays_text(world, run)
        for text, each in zip(CORPUS, run.json_result, strict=True):
            assert each["EntityResult"]["sample_filename"] == text, "exact in JSON"
            assert each["EntityResult"]["threat_indicators"][0]["operation"] == text


def test_hostile_urls_errors_and_notes_in_scan_url(tmp_path: Path) -> None:
    """URLs of the alert, the reasons that VMRay gives, and the words of failed analyses."""
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
        assert comments == {CORPUS[7]}, "what is submitted is what was written"


def test_hostile_file_names_arrive_as_they_are_on_disk(tmp_path: Path) -> None:
    """All signs that a file system takes, quotes, line ends and other scripts included."""
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


@pytest.mark.parametrize("text", CORPUS)
def test_hostile_parameters_are_answered_with_a_sentence(tmp_path: Path, text: str) -> None:
    """A tag, an id and a path come from a playbook, which may have taken them from an alert."""
    with World(tmp_path) as world:
        world.case = world.platform.new_case()
        for action, parameters in (
            ("Add Tag to Submission", {"Submission ID": "1", "Tag Name": text}),
            ("Add Tag to Submission", {"Submission ID": text, "Tag Name": "phish"}),
            ("Upload File And Get Report", {"Sample File Path": f"/nowhere/{text}"}),
        ):
            run = world.host.run(action, world.case, parameters)
            assert run.state is RunState.FAILED
            assert_text_stays_text(world, run)


def test_what_is_no_text_is_that_items_trouble(tmp_path: Path) -> None:
    """Half of a surrogate pair in a URL: the others go on; in a comment, it is a wrong parameter."""
    with World(tmp_path) as world:
        good = url_item("http://evil.example/good")
        bad = Item("HTTP://EVIL.EXAMPLE/\ud800", "", ("DestinationURL", "http://evil.example/\ud800"))
        run = world.run("Scan URL", [good, bad])
        assert fate(run, good)[0] == "fine"
        assert "it holds characters that cannot be sent to VMRay" in run.message
        assert len(world.vmray.control.submissions()) == 1
        run = world.run("Scan URL", [good], {"Comment": "\udfff"})
        assert 'parameter "Comment" holds characters that cannot be sent' in run.message


def test_a_sample_that_nests_deeply_stays_its_own_trouble(tmp_path: Path) -> None:
    """What can be read can be shown; what cannot is that entity's reason, and the others go on."""
    with World(tmp_path) as world:
        items = []
        for number, depth in enumerate((10, 100, 400, 1100)):
            sample = world.vmray.control.add_sample(filename=f"nested-{number}.exe")
            items.append(hash_item(sample["sample_sha256hash"]))
            path = f"/rest/sample/sha256/{items[-1].sha256}"
            brackets = "[" * depth + "]" * depth
            text = f'{{"data": [{{"sample_id": {sample["sample_id"]}, "sample_x": {brackets}}}]}}'
            order = {"kind": "status", "status": 200, "body": text}
            world.vmray.control.inject({"path": path}, order, times=4)
        run = world.run("Scan Hash", items)
        fates = [fate(run, item)[0] for item in items]
        assert fates == ["fine", "fine", "fine", "named"]


_PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
_JSON = st.recursive(
    _PLAIN | st.sampled_from(CORPUS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = st.sampled_from(
    [
        "sample_verdict",
        "sample_classifications",
        "sample_threat_names",
        "sample_type",
        "sample_url",
        "sample_filename",
        "sample_created",
        "sample_severity",
        "verdict",
        "severity",
        "hashes",
        "filename",
        "categories",
        "email",
        "sender",
        "recipients",
        "subject",
        "process_names",
        "cmd_line",
        "domain",
        "ip_address",
        "mutex_name",
        "reg_key_name",
        "url",
        "operations",
        "protocols",
        "category",
        "operation",
        "score",
        "classifications",
        "sha256_hash",
    ]
)
_OBJECTS = st.dictionaries(_FIELDS, _JSON, max_size=6)
_WANTED = ReportFilter(
    ("domains", "emails", "files", "ips", "mutexes", "processes", "registry", "urls"),
    frozenset(Verdict),
    3,
    0,
    3,
)


@given(
    _OBJECTS,
    st.dictionaries(st.sampled_from(_WANTED.ioc_types), st.lists(_OBJECTS, max_size=2) | _JSON, max_size=3)
    | _JSON,
    st.lists(_OBJECTS, max_size=3) | _JSON,
)
def test_no_answer_breaks_a_renderer_or_out_of_it(
    sample: dict[str, Any], iocs: object, indicators: object
) -> None:
    """Any JSON in any field: a report is written, and every sink holds."""
    found = (Aggregate(finished=True, content=each) for each in (iocs, indicators))
    report = make_report(Sample.from_json({**sample, "sample_id": 1}), next(found), next(found), _WANTED)
    assert OnlyOurs(insight(report)).foreign == []
    for lines in (sample_table(report), *extra_tables("ENTITY", report).values()):
        assert_cells(lines)
    assert all(UNSEEN.search(value) is None for value in enrichment(report).values())
    record = EntityRecord.of("ENTITY", report)
    assert json.loads(record.json_text())["EntityResult"] == json.loads(json.dumps(entity_result(report)))
