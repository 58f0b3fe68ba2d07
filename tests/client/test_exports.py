"""The files of an export, read by the tools that receive them: csv, stix2, pymisp; hostile values in each."""

from __future__ import annotations

import csv
import importlib
import io
import json
import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pymisp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.client.test_ioc_rows import MD5, ONE_OF_EACH, SHA1, SHA256, domain, ioc, rows_of

from vm_ray.core.exports.vmray_export import Export, ExportedSample
from vm_ray.core.exports.vmray_export_csv import COLUMNS
from vm_ray.core.exports.vmray_export_files import NAMES, delivered, exported_files, exported_rows, writer_of
from vm_ray.core.exports.vmray_export_stix import pattern_of
from vm_ray.core.exports.vmray_gated_iocs import dated
from vm_ray.core.exports.vmray_ioc_gate import GatedIocs
from vm_ray.core.exports.vmray_ioc_hosts import usual_host
from vm_ray.core.results.vmray_ioc_items import IocItem
from vm_ray.core.results.vmray_item_result import item_result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vm_ray.core.exports.vmray_export import Written

# The package of these objects has no types.
Stix: TypeAlias = Any
stix2: Final[Any] = importlib.import_module("stix2")
TECHNIQUES: Final[list[dict[str, Any]]] = [
    {"technique_id": "T1112", "technique": "Modify Registry", "tactics": ["Defense Evasion", "Persistence"]},
    {"technique_id": "T1059.001", "technique": "", "tactics": None},
    {"technique_id": "../T1112", "technique": "odd"},
]
FIELDS: Final = {
    "domains": "domain",
    "ips": "ip_address",
    "urls": "url",
    "filenames": "filename",
    "mutexes": "mutex_name",
    "registry": "reg_key_name",
    "processes": "cmd_line",
    "emails": "sender",
    "email_addresses": "email_address",
}
HOSTILE: Final = (
    "a'b\\c\"d",
    "x'] OR [file:name = 'y",
    "\\' OR 1",
    "line\r\nline\nline",
    "tab\tnul\x00bell\x07",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "'quoted",
    " =1+1",
    "a,b;c",
    "http://c2.example/;=cmd|' /C calc'!A0;x",
    "line\n '@SUM(1+1)",
    "раypal.example",  # noqa: RUF001 - two Cyrillic letters
    "\u202egnp.exe",
    "日本語 ☃ \U0001f600",
    "\ud800 half of a pair",
    "</script><img src=x onerror=alert(1)>",
    "x" * 70_000,
)


def export_of(
    lists: Mapping[str, Sequence[Mapping[str, Any]]],
    sample: ExportedSample | None = None,
    seen: str = "2026-01-01T10:00:00",
) -> Export:
    """Return the export of one sample (5001) with these IOCs."""
    found: dict[str, list[dict[str, Any]]] = {
        name: [dict(each) for each in iocs] for name, iocs in lists.items()
    }
    rows = rows_of(found, limit=10_000).rows
    item = IocItem("5001", "done", {"sample_id": 5001}, seen=seen, found={5001: found})
    return Export(dated(rows, [item]), {5001: sample or ExportedSample()})


def everything() -> Export:
    """Return an export with one IOC of each type, threat names, techniques and a link."""
    lists = {name: [ioc(fields, threat_names=["Emotet"])] for name, (fields, _) in ONE_OF_EACH.items()}
    link = "https://cloud.vmray.example/samples/5001"
    return export_of(lists, ExportedSample(link, ["Emotet", "Heodo's \\"], TECHNIQUES))


def hostile(value: str) -> Export:
    """Return an export in which every type has this value, and a good domain."""
    lists = {kind: [ioc({name: value}, threat_names=[value])] for kind, name in FIELDS.items()}
    lists["domains"].append(domain("c2.example"))
    lists["files"] = [ioc({"filename": value}), ioc({"hashes": [{"sha256_hash": value}]})]
    technique = {"technique_id": "T1112", "technique": value, "tactics": [value]}
    return export_of(lists, ExportedSample(None, [value], [technique]))


def written(name: str, export: Export) -> Written:
    """Write an export in a format."""
    return writer_of(name)(export)


def csv_rows(content: bytes) -> list[list[str]]:
    """Read a CSV file strictly, and undo the guard against formulas."""
    rows = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    return [[cell.removeprefix("'") for cell in row] for row in rows]


def bundle_of(content: bytes) -> Stix:
    """Read a STIX bundle strictly; stix2 checks each pattern with its own parser."""
    return stix2.parse(json.loads(content), allow_custom=False)


def kinds(bundle: Stix, kind: str) -> list[Any]:
    """Return the objects of a type."""
    return [each for each in bundle.objects if each.type == kind]


def event_of(content: bytes) -> pymisp.MISPEvent:
    """Read a MISP event, and check each type against its category, as a MISP server does."""
    event = pymisp.MISPEvent(strict_validation=True)
    event.load(json.loads(content))
    mappings = event.describe_types["category_type_mappings"]
    for each in event.attributes:
        assert each.type in mappings[each.category]
        assert each.value == each.value.strip()
    return event


def values_left(name: str, export: Export) -> dict[str, str]:
    """Return the reasons of the IOCs that a format does not accept, by type."""
    return {each.in_json["type"]: each.reason for each in written(name, export).left_out}


def test_csv_has_a_line_for_each_ioc() -> None:
    """All columns are filled from the row; lines end as RFC 4180 demands."""
    files = [{"sha256_hash": SHA256, "sha1_hash": SHA1, "md5_hash": MD5}]
    file_ioc = ioc({"hashes": files}, threat_names=["Emotet", "A, B"])
    export = export_of({"files": [file_ioc], "domains": [domain("c2.example", None)]})

    file = written("CSV", export)

    assert file.content.decode() == (
        f"{','.join(COLUMNS)}\r\n"
        f'file,{SHA256},malicious,{SHA256},{SHA1},{MD5},"Emotet; A, B",5001,2027-01-01T10:00:00\r\n'
        "domain,c2.example,,,,,,5001,2026-01-31T10:00:00\r\n"
    )
    assert file.left_out == []


def assert_no_formula(content: bytes) -> None:
    """Assert that no cell is a formula, also where a spreadsheet splits at semicolons."""
    text = content.decode()
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), strict=True) for cell in row]
    pieces = [*cells, *re.split(r"[;\t\r\n]", text)]
    assert not [each for each in pieces if each.lstrip(' \t"').startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("value", HOSTILE)
def test_csv_survives_hostile_values(value: str) -> None:
    """Each value comes back exactly, and no cell is a formula; what cannot be written so is left out."""
    export = hostile(value)
    file = written("CSV", export)

    assert_no_formula(file.content)
    left_out = [each.row.name for each in file.left_out]
    kept = [each.row.name.value for each in export.iocs if each.row.name not in left_out]
    assert [row[1] for row in csv_rows(file.content)[1:]] == kept
    is_refused = "\ud800" in value or re.search("[;\n] ?'?[=@]", value) is not None
    assert (kept == ["c2.example"]) is is_refused


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=5, unique=True))
def test_csv_gives_any_text_back(values: list[str]) -> None:
    """Any text that has a form in UTF-8, and that contains no formula, comes back exactly."""
    export = export_of({"mutexes": [ioc({"mutex_name": each}) for each in values]})
    file = written("CSV", export)
    assert_no_formula(file.content)
    left_out = [each.row.name.value for each in file.left_out]
    assert [row[1] for row in csv_rows(file.content)[1:]] == [each for each in values if each not in left_out]
    assert [each for each in left_out if not re.search(r"[;\t\r\n]", each)] == []


@pytest.mark.parametrize("value", HOSTILE)
def test_json_has_every_ioc_exactly(value: str) -> None:
    """The JSON file has all rows, also those with text that has no form in UTF-8."""
    export = hostile(value)
    file = written("JSON", export)
    rows = json.loads(file.content)
    assert [each["value"] for each in rows] == [each.row.name.value for each in export.iocs]
    assert ("raw" in rows[0], file.left_out) == (False, [])


def test_stix_has_indicators_malware_and_attack_patterns() -> None:
    """Given IOCs with threat names and techniques, then stix2 accepts the bundle, and all belong together."""
    bundle = bundle_of(written("STIX", everything()).content)

    (maker,) = kinds(bundle, "identity")
    indicators = {each.name: each for each in kinds(bundle, "indicator")}
    assert (maker.name, len(indicators)) == ("VMRay integration", 9)  # two IOCs have the same value
    first = indicators["c2.example"]
    assert first.pattern == "[domain-name:value = 'c2.example']"
    assert first.valid_from == first.created
    assert (first.valid_until - first.valid_from).days == 30
    assert (list(first.labels), list(first.indicator_types)) == (["malicious"], ["malicious-activity"])
    (reference,) = first.external_references
    assert (reference.source_name, reference.external_id) == ("VMRay", "5001")
    assert reference.url == "https://cloud.vmray.example/samples/5001"
    names = {each.id: each.name for each in bundle.objects if each.type != "relationship"}
    assert sorted(each.name for each in kinds(bundle, "malware")) == ["Emotet", "Heodo's \\"]
    patterns = {each.name: each for each in kinds(bundle, "attack-pattern")}
    assert sorted(patterns) == ["Modify Registry", "T1059.001"]
    registry = patterns["Modify Registry"]
    assert [each.phase_name for each in registry.kill_chain_phases] == ["defense-evasion", "persistence"]
    assert (
        patterns["T1059.001"].external_references[0].url == "https://attack.mitre.org/techniques/T1059/001/"
    )
    links = {
        (names[each.source_ref], each.relationship_type, names[each.target_ref])
        for each in kinds(bundle, "relationship")
    }
    assert ("c2.example", "indicates", "Emotet") in links
    assert ("Heodo's \\", "uses", "T1059.001") in links


@pytest.mark.parametrize(
    ("kind", "fields", "pattern"),
    [
        ("ips", {"ip_address": "198.51.100.7"}, "[ipv4-addr:value = '198.51.100.7']"),
        ("ips", {"ip_address": "2001:DB8:0::1"}, "[ipv6-addr:value = '2001:db8::1']"),
        ("ips", {"ip_address": "::ffff:198.51.100.7"}, "[ipv4-addr:value = '198.51.100.7']"),
        ("domains", {"domain": "C2.München.example."}, "[domain-name:value = 'c2.xn--mnchen-3ya.example']"),
        ("urls", {"url": "http://c2.example/a'b"}, r"[url:value = 'http://c2.example/a\'b']"),
        ("files", {"hashes": [{"sha256_hash": SHA256}]}, f"[file:hashes.'SHA-256' = '{SHA256}']"),
        ("files", {"hashes": [{"sha1_hash": SHA1}]}, f"[file:hashes.'SHA-1' = '{SHA1}']"),
        ("files", {"hashes": [{"md5_hash": MD5}]}, f"[file:hashes.MD5 = '{MD5}']"),
        ("filenames", {"filename": "a.exe"}, "[file:name = 'a.exe']"),
        ("filenames", {"filename": "C:\\x\\"}, r"[file:name = 'C:\\x\\']"),
        (
            "filenames",
            {"filename": "C:\\x\\a.exe"},
            r"[file:name = 'a.exe' AND file:parent_directory_ref.path = 'C:\\x']",
        ),
        ("mutexes", {"mutex_name": "Global\\a"}, r"[mutex:name = 'Global\\a']"),
        ("registry", {"reg_key_name": "HKEY_USERS\\a"}, r"[windows-registry-key:key = 'HKEY_USERS\\a']"),
        ("processes", {"cmd_line": "a --x"}, "[process:command_line = 'a --x']"),
        ("processes", {"process_names": ["a.exe"]}, "[process:image_ref.name = 'a.exe']"),
        ("email_addresses", {"email_address": "e@evil.example"}, "[email-addr:value = 'e@evil.example']"),
        (
            "emails",
            {"sender": "e@evil.example", "subject": "It's"},
            r"[email-message:from_ref.value = 'e@evil.example' AND email-message:subject = 'It\'s']",
        ),
    ],
)
def test_the_stix_pattern_of_each_type(kind: str, fields: dict[str, Any], pattern: str) -> None:
    """Each type has its pattern; stix2 reads the same pattern from the file."""
    export = export_of({kind: [ioc(fields)]})
    (indicator,) = kinds(bundle_of(written("STIX", export).content), "indicator")
    assert indicator.pattern == pattern_of(export.iocs[0].row) == pattern


@pytest.mark.parametrize("value", HOSTILE)
def test_stix_survives_hostile_values(value: str) -> None:
    """Given hostile text, then stix2 accepts the bundle, each pattern has its value, the rest is named."""
    export = hostile(value)
    file = written("STIX", export)
    bundle = bundle_of(file.content)

    for indicator in kinds(bundle, "indicator"):
        tree = stix2.pattern_visitor.create_pattern_object(indicator.pattern, version="2.1")
        constants = re.sub(r"\\(.)", r"\1", str(tree.operand), flags=re.DOTALL)
        name = re.split(r"[\\/]", indicator.name)[-1]
        assert name in constants or usual_host(name) in constants
    assert "c2.example" in [each.name for each in kinds(bundle, "indicator")]
    assert len(kinds(bundle, "indicator")) + len(file.left_out) == len(export.iocs)
    assert all(each.reason for each in file.left_out)


def test_the_same_export_twice_is_the_same_bundle() -> None:
    """Ids follow from the content: equal exports are equal files, another time gives other ids."""
    assert written("STIX", everything()) == written("STIX", everything())
    assert written("MISP", everything()) == written("MISP", everything())
    first, later = (
        bundle_of(
            written(
                "STIX", export_of({"domains": [domain("a.example")]}, seen=f"2026-01-0{day}T00:00:00")
            ).content
        )
        for day in (1, 2)
    )
    assert first.objects[0] == later.objects[0]
    assert (first.id == later.id, first.objects[1].id == later.objects[1].id) == (False, False)


@pytest.mark.parametrize("seen", ["", "yesterday", "0001-01-01T00:00:00"])
def test_stix_needs_the_time_of_the_analysis(seen: str) -> None:
    """Without a time there is no valid indicator, so the bundle has only its maker, with the reason."""
    export = export_of({"domains": [domain("a.example")]}, seen=seen)
    file = written("STIX", export)
    assert [each.type for each in bundle_of(file.content).objects] == ["identity"]
    assert [each.reason for each in file.left_out] == [
        "the time of its analysis is not known, which STIX requires"
    ]


def test_stix_without_an_expiry_is_valid_without_an_end() -> None:
    """A time at the end of the calendar has no expiry, and the indicator has no end."""
    export = export_of({"domains": [domain("a.example")]}, seen="9999-12-20T00:00:00")
    (indicator,) = kinds(bundle_of(written("STIX", export).content), "indicator")
    assert "valid_until" not in indicator


def test_misp_has_an_attribute_for_each_ioc() -> None:
    """Given an IOC of each type, then pymisp accepts the event; only files and network are for detection."""
    event = event_of(written("MISP", everything()).content)

    assert (event.info, event.date.isoformat()) == ("VMRay sample 5001: IOCs", "2026-01-01")
    assert (int(event.threat_level_id), int(event.analysis), int(event.distribution)) == (1, 2, 0)
    assert [tag.name for tag in event.tags] == ['vmray:verdict="malicious"']
    assert {each.type: (each.category, each.to_ids) for each in event.attributes} == {
        "domain": ("Network activity", True),
        "ip-dst": ("Network activity", True),
        "url": ("Network activity", True),
        "sha256": ("Payload delivery", True),
        "filename": ("Payload delivery", False),
        "mutex": ("Artifacts dropped", False),
        "regkey": ("Artifacts dropped", False),
        "text": ("Artifacts dropped", False),
        "email": ("Payload delivery", False),
        "email-src": ("Payload delivery", False),
    }
    assert {each.comment for each in event.attributes} == {"VMRay: malicious, samples 5001"}


@pytest.mark.parametrize(("verdict", "level"), [("malicious", 1), ("suspicious", 2), ("clean", 4), (None, 4)])
def test_the_threat_level_follows_the_worst_verdict(verdict: str | None, level: int) -> None:
    """Malicious is high, suspicious medium, else undefined; only malicious IOCs are for detection."""
    event = event_of(written("MISP", export_of({"domains": [domain("a.example", verdict)]})).content)
    assert (int(event.threat_level_id), event.attributes[0].to_ids) == (level, verdict == "malicious")


@pytest.mark.parametrize("value", HOSTILE)
def test_misp_survives_hostile_values(value: str) -> None:
    """Given hostile text in every type, then pymisp accepts the event, and what MISP refuses is named."""
    export = hostile(value)
    file = written("MISP", export)
    event = event_of(file.content)
    assert "c2.example" in [each.value for each in event.attributes]
    uuids = [each.uuid for each in event.attributes]
    assert len(uuids) == len(set(uuids))
    assert {each.value for each in event.attributes} <= {each.row.name.value.strip() for each in export.iocs}
    assert len(event.attributes) + len(file.left_out) == len(export.iocs)


def test_an_attribute_has_an_id_of_its_own_in_each_event() -> None:
    """MISP refuses an attribute whose id is in another event, so the id depends on the event, too."""
    same = domain("a.example")
    first, other = (
        event_of(written("MISP", export_of({"domains": domains})).content)
        for domains in ([same], [same, domain("b.example")])
    )
    assert first.uuid != other.uuid
    assert first.attributes[0].value == other.attributes[0].value
    assert first.attributes[0].uuid != other.attributes[0].uuid


def test_two_emails_of_one_sender_are_one_attribute() -> None:
    """MISP has no second attribute of the same type and value."""
    emails = [ioc({"sender": "e@evil.example", "subject": each}) for each in ("a", "b")]
    assert len(event_of(written("MISP", export_of({"emails": emails})).content).attributes) == 1


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(
            ("domains", each)
            for each in ("198.51.100.7", "nodot", "a b.example", "-a.example", "a..b", "a.b")
        ),
        *(("ips", each) for each in ("c2.example", "198.51.100.999", "fe80::1%eth0", "[::1]", "1")),
        *(("urls", each) for each in ("c2.example/a", "http://", "http://a b/", "http://a/\nb")),
        *(("registry", each) for each in ("HKLM\\Software", "Software\\Run", "\\REGISTRY\\MACHINE")),
        *(
            ("email_addresses", each)
            for each in ("eve", "eve@", "eve@intranet", "a@b@c.example", "<e@c.example>")
        ),
        ("emails", "Invoice"),
        ("files", "not a hash"),
    ],
)
def test_what_other_tools_refuse_is_left_out_with_a_reason(kind: str, value: str) -> None:
    """An IOC whose value is none of its type is not in the file for another tool; the good one still is."""
    fields = {"hashes": [{"sha256_hash": value}]} if kind == "files" else {FIELDS[kind]: value}
    export = export_of({"mutexes": [ioc({"mutex_name": "good"})], kind: [ioc(fields)]})
    for name in ("STIX", "MISP"):
        file = written(name, export)
        assert [each.row.name.value for each in file.left_out] == [value]
        assert b"good" in file.content
    assert values_left("UDM Search", export)[export.iocs[0].row.in_json(whole=False)["type"]]
    assert len(csv_rows(written("CSV", export).content)) == 3


def test_the_reason_of_what_is_left_out_is_true() -> None:
    """A tab is no line end, and a hash of another length is a hash."""
    names, hashes = [ioc({"filename": "a\tb"})], [{"sha256_hash": "ab" * 64}]
    export = export_of({"filenames": names, "files": [ioc({"hashes": hashes})]})
    reasons = {
        "filename": "contains line ends or control characters",
        "file": "no MD5, SHA-1 or SHA-256 hash",
    }
    assert values_left("MISP", export) == values_left("UDM Search", export) == reasons


def test_the_search_text_uses_grouped_fields() -> None:
    """Given an IOC of each type, then the search has those with a grouped field, and names the others."""
    file = written("UDM Search", everything())
    (query,) = file.queries
    assert query.split(" or ") == [
        'domain = "c2.example"',
        'ip = "198.51.100.7"',
        'target.url = "http://c2.example/a?b=1"',
        f'hash = "{SHA256}"',
        'file_path = "C:\\\\upd.exe"',
        'email = "eve@evil.example"',
    ]
    assert file.content.decode() == f"{query}\n\n"
    assert values_left("UDM Search", everything()) == dict.fromkeys(
        ("mutex", "registry", "process"), "the search has no field for this type"
    )


def test_the_search_has_the_spelling_of_logs() -> None:
    """Domains, addresses and hashes are in lower case and in their usual form; paths stay as they are."""
    export = export_of(
        {
            "domains": [domain("C2.Example."), domain("münchen.example"), domain("c2.example")],
            "ips": [ioc({"ip_address": "2001:DB8:0::1"})],
            "files": [ioc({"hashes": [{"sha256_hash": SHA256.upper()}]})],
            "filenames": [ioc({"filename": "C:\\A.exe"})],
        }
    )
    (query,) = written("UDM Search", export).queries
    assert query.split(" or ") == [
        'domain = "c2.example"',
        'domain = "xn--mnchen-3ya.example"',
        'ip = "2001:db8::1"',
        f'hash = "{SHA256}"',
        'file_path = "C:\\\\A.exe"',
    ]


def test_searches_are_split_at_fifty_terms() -> None:
    """101 IOCs are three searches; the most important are in the first."""
    export = export_of({"domains": [domain(f"a{each}.example") for each in range(101)]})
    queries = written("UDM Search", export).queries
    assert [len(each.split(" or ")) for each in queries] == [50, 50, 1]
    assert queries[0].startswith('domain = "a0.example" or ')


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_leaves_its_string_in_the_search(value: str) -> None:
    """Given hostile text, then each search is one line of terms whose strings give the values back."""
    export = hostile(value)
    file = written("UDM Search", export)
    term = r'(?:domain|ip|hash|file_path|email|target\.url) = "((?:[^"\\]|\\.)*)"'
    for query in file.queries:
        assert re.fullmatch(f"{term}(?: or {term})*", query)
        found = {re.sub(r"\\(.)", r"\1", each) for each in re.findall(term, query)}
        values = {each.row.name.value for each in export.iocs}
        assert found <= values | set(map(usual_host, values))
    assert file.content.decode().count("\n") == 2 * len(file.queries)


def test_files_that_do_not_fit_are_named_and_not_cut_off() -> None:
    """The formats get the room in their order; a file without room has a reason, and the next one may fit."""
    export = export_of({"domains": [domain(f"a{each}.example") for each in range(1000)]})
    gate = GatedIocs([each.row for each in export.iocs], [])
    sizes = {name: len(written(name, export).content) for name in NAMES}
    room = 4 * 2**20  # of which the rows take a part

    files = exported_files(["STIX", "CSV", "MISP", "UDM Search"], export, gate, room, str)

    by_name = {each.format: each for each in files}
    assert sizes["STIX"] > 600_000
    assert [bool(by_name[name].reason) for name in ("STIX", "CSV", "UDM Search")] == [False, False, False]
    small = exported_files(["STIX", "CSV"], export, gate, 1.8 * 2**20, str)
    assert [each.reason for each in small] == [f"too large: {-(-sizes['STIX'] // 1024)} KiB", ""]
    assert [each.in_json(5)["attachment"] for each in small] == [None, "vmray-iocs.csv"]
    assert small[0].notes == [("STIX", f"not attached: {small[0].reason}")]


def test_files_leave_room_for_the_rows_of_the_iocs() -> None:
    """Given so many IOCs that not all files fit, then no file that was placed has to make room for rows."""
    export = export_of({"domains": [domain(f"a{each}.example") for each in range(3000)]})
    gate = GatedIocs([each.row for each in export.iocs], [])
    limit = 3.5 * 2**20
    files = exported_files(list(NAMES), export, gate, limit, str)
    attached = [each.attachment("t") for each in files if not each.reason]

    found = item_result(
        "done", [], limit, collected=exported_rows(gate, export.iocs, files), attachments=attached
    )

    assert 0 < len(attached) < len(files)
    assert list(found.attachments) == attached
    assert (json.loads(found.json_text)["kept"], len(json.loads(found.json_text)["items"])) == (3000, 3000)


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=3, unique=True))
def test_any_text_is_exact_in_a_stix_pattern_and_in_a_search(values: list[str]) -> None:
    """Any text with a form in UTF-8 is the value of its pattern, and of its term if it is one line."""
    mutexes = export_of({"mutexes": [ioc({"mutex_name": each}) for each in values]})
    found = kinds(bundle_of(written("STIX", mutexes).content), "indicator")
    assert [_unescaped(each.pattern.removeprefix("[mutex:name = '")[:-2]) for each in found] == values

    names = export_of({"filenames": [ioc({"filename": each}) for each in values]})
    search = written("UDM Search", names)
    terms = [
        each for query in search.queries for each in re.findall(r'file_path = "((?:[^"\\]|\\.)*)"', query)
    ]
    left = [each.row.name.value for each in search.left_out]
    assert [_unescaped(each) for each in terms] == [each for each in values if each not in left]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def test_the_api_key_is_in_no_file() -> None:
    """Given a server that puts the API key into an IOC, then each file has asterisks in its place."""
    export = export_of({"domains": [domain("top-secret-key.example")]})
    gate = GatedIocs([each.row for each in export.iocs], [])
    files = exported_files(
        list(NAMES), export, gate, 2**24, lambda text: text.replace("top-secret-key", "***")
    )
    for each in files:
        assert b"***.example" in each.written.content
        assert b"top-secret-key" not in each.written.content


def test_without_any_file_the_items_have_failed() -> None:
    """If no file fits, nothing was exported; a search in the JSON result is an export."""
    export = export_of({"domains": [domain("a.example")]})
    gate = GatedIocs([each.row for each in export.iocs], [])
    items = [IocItem("5001", "done"), IocItem("5002", "empty")]
    for formats, outcome in ((["CSV"], "failed"), (["CSV", "UDM Search"], "done"), ([], "done")):
        found = delivered(items, exported_files(formats, export, gate, 0, str))
        assert [each.outcome for each in found] == [outcome, "empty"]
        assert (found[0].kind == "too_large") is (outcome == "failed")
