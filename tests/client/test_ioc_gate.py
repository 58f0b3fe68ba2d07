"""The quality gate for IOCs: its rules with their reasons, the ignore list, ranks, expiry, and its laws."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.client.stand_in import imported
from tests.client.test_ioc_rows import MD5, ONE_OF_EACH, SHA1, SHA256, domain, ioc, rows_of

from vm_ray.core.api.vmray_errors import UnsupportedSubjectError
from vm_ray.core.api.vmray_models import Sample
from vm_ray.core.api.vmray_verdicts import VERDICTS, Verdict
from vm_ray.core.exports.vmray_gated_iocs import dated, judged, own_hosts
from vm_ray.core.exports.vmray_ignore_list import IgnoreList
from vm_ray.core.exports.vmray_ignored_names import BUILT_IN, SHARED_HOSTERS
from vm_ray.core.exports.vmray_ioc_gate import GatedIocs, GateSettings, gated, limited
from vm_ray.core.exports.vmray_ioc_hosts import usual_host
from vm_ray.core.results.vmray_ioc_items import IocItem
from vm_ray.core.results.vmray_item_result import Item

ALL: Final = frozenset(VERDICTS)
SUSPECT: Final = frozenset({Verdict.MALICIOUS, Verdict.SUSPICIOUS})
FIELDS: Final = {"domains": "domain", "ips": "ip_address", "urls": "url", "email_addresses": "email_address"}
EMPTY: Final = {
    "md5_hash": "D41D8CD98F00B204E9800998ECF8427E",
    "sha1_hash": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "sha256_hash": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}


def behind(kind: str, fields: dict[str, Any], settings: GateSettings | None = None) -> str:
    """Return the reason for which one IOC is dropped; empty if it is kept."""
    found = gated(rows_of({kind: [ioc(fields)]}).rows, settings or GateSettings(ALL))
    assert len(found.kept) + len(found.dropped) == 1
    return "".join(each.reason for each in found.dropped)


def reason(kind: str, value: str, settings: GateSettings | None = None) -> str:
    """Return the reason for which a value is dropped; empty if it is kept."""
    return behind(kind, {FIELDS[kind]: value}, settings)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("ips", "10.1.2.3", "private address"),
        ("ips", "172.31.255.255", "private address"),
        ("ips", "192.168.0.1", "private address"),
        ("ips", "fd00::1", "private address"),
        ("ips", "::ffff:10.0.0.1", "private address"),
        ("ips", "127.8.8.8", "loopback address"),
        ("ips", "::1", "loopback address"),
        ("ips", "169.254.1.1", "link-local address"),
        ("ips", "fe80::1", "link-local address"),
        ("ips", "100.127.0.1", "address of a carrier's network"),
        ("ips", "239.255.255.250", "multicast address"),
        ("ips", "ff02::1", "multicast address"),
        ("ips", "0.0.0.0", "unspecified address"),  # noqa: S104 - an IOC, nothing binds to it
        ("ips", "::", "unspecified address"),
        ("ips", "255.255.255.255", "broadcast address"),
        ("ips", "198.51.100.7", ""),
        ("ips", "172.32.0.1", ""),
        ("ips", "2001:db8::1", ""),
        ("domains", "192.168.0.1", "private address"),
        ("domains", "192.168.0.1:8080", "private address"),
        ("ips", "10.0.0.1:445", "private address"),
        ("ips", "[::1]:445", "loopback address"),
        ("ips", "8.8.8.8", "on the built-in ignore list: public DNS server"),
        ("ips", "8.8.8.9", ""),
        ("urls", "http://2130706433/", "loopback address"),
        ("urls", "http://0x7F.1/", "loopback address"),
        ("urls", "http://0300.0250.1.1/", "private address"),
        ("urls", "http://3325256711/mal.exe", ""),
        ("urls", "http://99999999999/", "name without a dot"),
        ("urls", "http://user@10.0.0.1:8080/a", "private address"),
        ("urls", "http://[::1]/a", "loopback address"),
        ("urls", "http://c2.example@127.0.0.1\\.c2.example/", "loopback address"),
        ("domains", "wpad", "name without a dot"),
        ("domains", "LOCALHOST.", "name without a dot"),
        ("urls", "http://printer/status", "name without a dot"),
        ("domains", "dc1.corp", "name of an internal network: .corp"),
        ("domains", "1.0.0.10.in-addr.arpa", "name of network infrastructure: .arpa"),
        ("urls", "https://nas.LOCAL:5001/x", "name of an internal network: .local"),
        ("domains", "local.example", ""),
        ("domains", "localhost.localdomain", "name of an internal network: .localdomain"),
        ("domains", "windowsupdate.com:80", "on the built-in ignore list: OS update"),
        ("domains", "ctldl.windowsupdate.com", "on the built-in ignore list: OS update"),
        ("domains", "OCSP.DigiCert.com.", "on the built-in ignore list: certificate status"),
        ("urls", "http://ocsp.digicert.com/MFEw", "on the built-in ignore list: certificate status"),
        ("domains", "notwindowsupdate.com", ""),
        ("domains", "windowsupdate.com.evil.example", ""),
        ("domains", "windоwsupdate.com", ""),  # noqa: RUF001 - a Cyrillic letter, so another name
        ("domains", "ｗｉｎｄｏｗｓｕｐｄａｔｅ.com", "on the built-in ignore list: OS update"),  # noqa: RUF001 - this name resolves to the usual one
        ("domains", "github.com", "on the built-in ignore list: shared code hoster"),
        ("domains", "wordpreß.com", ""),  # another name than wordpress.com
        ("domains", "evil.github.io", ""),
        ("urls", "https://github.com/evil/tool/raw/a.exe", ""),
        ("email_addresses", "a@time.windows.com", ""),
        ("email_addresses", "eve@intranet", ""),
        ("domains", "", "VMRay returned no value"),
        ("urls", "not a url", ""),
        ("urls", "http://[broken/", ""),
    ],
)
def test_the_rules_for_addresses_and_names(kind: str, value: str, expected: str) -> None:
    """Each address and each name is kept, or dropped with the reason of the first rule that it breaks."""
    assert reason(kind, value) == expected


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("files", {"hashes": [EMPTY]}, "hash of empty content"),
        ("files", {"hashes": [{"md5_hash": EMPTY["md5_hash"]}]}, "hash of empty content"),
        ("files", {"hashes": [{"sha256_hash": SHA256, "imp_hash": EMPTY["md5_hash"].lower()}]}, ""),
        ("files", {"hashes": [{"sha256_hash": SHA256}], "categories": ["Sample File"]}, ""),
        (
            "files",
            {"filename": "C:\\a.exe", "categories": ["Sample File"]},
            "path of the sample in the analysis environment",
        ),
        (
            "filenames",
            {"filename": "C:\\a.exe", "categories": ["Sample File"]},
            "path of the sample in the analysis environment",
        ),
        ("filenames", {"filename": "C:\\a.exe", "categories": ["Sample File", "Dropped File"]}, ""),
        ("filenames", {"filename": "C:\\a.exe"}, ""),
    ],
)
def test_the_rules_for_files(kind: str, fields: dict[str, Any], expected: str) -> None:
    """Empty content and the path of the sample itself are dropped; hashes of the sample are kept."""
    assert behind(kind, fields) == expected


def test_a_sample_keeps_its_hash_and_loses_its_path() -> None:
    """The path of the sample in the analysis environment is in no field; other files keep theirs."""
    sample = {"filename": "C:\\a.exe", "norm_filename": "c:\\a.exe", "filenames": ["C:\\a.exe"]}
    files = [
        ioc({**sample, "hashes": [{"sha256_hash": SHA256}], "categories": ["Sample File"]}),
        ioc({**sample, "hashes": [{"sha1_hash": SHA1}], "categories": ["Sample File", "Dropped File"]}),
    ]

    own, other = gated(rows_of({"files": files}).rows, GateSettings(ALL)).kept

    assert (own.name.value, own.raw) == (
        SHA256,
        {**files[0], "filename": None, "norm_filename": None, "filenames": []},
    )
    assert other.raw == files[1]


def test_the_verdict_is_the_first_rule() -> None:
    """An IOC with another verdict is dropped for it; a verdict that is not known does not hide an IOC."""
    names = {"clean": "a.example", "malicious": "10.0.0.1", "no such verdict": "c.example"}
    domains = [domain(name, verdict) for verdict, name in names.items()]
    rows = rows_of({"domains": domains, "mutexes": [ioc({"mutex_name": "m"}, None)]}).rows

    found = gated(rows, GateSettings(SUSPECT))

    assert [row.name.value for row in found.kept] == ["c.example"]
    assert [each.in_json for each in found.dropped] == [
        {"type": "domain", "value": "10.0.0.1", "reason": "private address"},
        {"type": "domain", "value": "a.example", "reason": "its verdict is not in the filter: clean"},
        {"type": "mutex", "value": "m", "reason": "its verdict is not in the filter: none"},
    ]


@pytest.mark.parametrize(
    ("entry", "kind", "fields", "is_ignored"),
    [
        ("example.com", "domains", {"domain": "example.com"}, True),
        ("example.com", "domains", {"domain": "A.B.EXAMPLE.COM"}, True),
        ("*.example.com", "domains", {"domain": "example.com"}, True),
        (".Example.com.", "domains", {"domain": "a.example.com"}, True),
        ("example.com", "domains", {"domain": "notexample.com"}, False),
        ("example.com", "domains", {"domain": "example.com.evil.net"}, False),
        ("example.com", "urls", {"url": "https://u:p@www.example.com:8443/a?b#c"}, True),
        ("example.com", "urls", {"url": "https://evil.net/example.com"}, False),
        ("example.com", "urls", {"url": "https://example.com.evil.net/"}, False),
        ("example.com", "email_addresses", {"email_address": "Eve <eve@example.com>"}, True),
        ("example.com", "mutexes", {"mutex_name": "example.com"}, False),
        ("münchen.example", "domains", {"domain": "xn--mnchen-3ya.example"}, True),
        ("198.51.100.0/24", "ips", {"ip_address": "198.51.100.255"}, True),
        ("198.51.100.0/24", "urls", {"url": "http://198.51.100.9/x"}, True),
        ("198.51.100.7", "ips", {"ip_address": "198.51.100.7"}, True),
        ("198.51.100.7", "ips", {"ip_address": "198.51.100.70"}, False),
        ("2001:db8::/32", "ips", {"ip_address": "2001:DB8::1"}, True),
        (SHA256.upper(), "files", {"hashes": [{"sha256_hash": SHA256}]}, True),
        (MD5, "files", {"hashes": [{"sha256_hash": SHA256, "md5_hash": MD5}]}, True),
        (MD5, "files", {"hashes": [{"sha256_hash": SHA256, "imp_hash": MD5}]}, False),
        ("http://c2.example/a", "urls", {"url": "http://c2.example/a"}, True),
        ("http://c2.example/a", "urls", {"url": "http://c2.example/a/b"}, False),
    ],
)
def test_the_ignore_list(entry: str, kind: str, fields: dict[str, Any], is_ignored: bool) -> None:  # noqa: FBT001 - a parametrized value
    """Domains match at the borders of labels, networks by address, hashes of content and URLs exactly."""
    settings = GateSettings(ALL, IgnoreList.of([entry]), quality=False)
    assert behind(kind, fields, settings).startswith("on the ignore list: ") is is_ignored


@pytest.mark.parametrize(
    "entry",
    [
        *(
            "com",
            "foo bar.com",
            "a..b.com",
            "-a.example",
            "1.2.3",
            "*",
            "*example.com",
            "user@example.com",
            "ab" * 30,
        ),
        *("198.51.100.7/24", "198.51.100.0/33", "::1/200", "http://", "example.com/path", "10.0.0.0/8/8"),
    ],
)
def test_a_bad_entry_is_named(entry: str) -> None:
    """An entry of no allowed form is an error of the parameter that names the entry and the allowed forms."""
    with pytest.raises(UnsupportedSubjectError):
        IgnoreList.of([entry])
    with imported("core.soar.vmray_gate_parameters") as modules:
        kind = modules["core.soar.vmray_gate_parameters"].IGNORE_LIST
        with pytest.raises(Exception, match='parameter "Ignore List" has the value') as caught:
            kind.read("Ignore List", f"ok.example, {entry}")
    assert f'"{entry}", which is not of an allowed form (not a' in str(caught.value)


def test_entries_are_separated_by_commas_or_line_ends_or_come_as_a_list() -> None:
    """A URL with a comma is given as a JSON list; too many entries are an error."""
    with imported("core.soar.vmray_gate_parameters") as modules:
        read = modules["core.soar.vmray_gate_parameters"].IGNORE_LIST.read
        plain = read("Ignore List", "a.example,b.example\r\n10.0.0.0/8\n")
        listed = read("Ignore List", '["http://c2.example/a,b"]')
        with pytest.raises(Exception, match="1001 entries; allowed: at most 1000"):
            read("Ignore List", ",".join(f"a{number}.example" for number in range(1001)))
    assert plain == ("a.example", "b.example", "10.0.0.0/8")
    assert listed == ("http://c2.example/a,b",)


def test_without_the_gate_only_verdicts_and_the_ignore_list_count() -> None:
    """With the gate switched off, only what the user asked for drops an IOC."""
    addresses = [ioc({"ip_address": f"10.0.0.{each}"}) for each in (1, 2)]
    rows = rows_of({"ips": addresses, "domains": [domain("a", "clean")]}).rows

    found = gated(rows, GateSettings(SUSPECT, IgnoreList.of(["10.0.0.2"]), quality=False))

    assert [row.name.value for row in found.kept] == ["10.0.0.1"]
    assert [each.reason for each in found.dropped] == [
        "on the ignore list: 10.0.0.2/32",
        "its verdict is not in the filter: clean",
    ]


def test_the_own_host_of_a_url_sample_stays() -> None:
    """The host of a sample that is a URL is kept, although it looks internal; another one is not."""
    sample = Sample.from_json({"sample_id": 1, "sample_url": "http://Portal.corp/login"})
    hosts = own_hosts([IocItem("1", "done", sample=sample), Item("2", "failed")])
    settings = GateSettings(ALL, own_hosts=hosts)
    assert reason("domains", "portal.corp", settings) == ""
    assert reason("urls", "http://portal.corp/evil", settings) == ""
    assert reason("domains", "other.corp", settings) == "name of an internal network: .corp"


def test_the_most_important_iocs_come_first() -> None:
    """IOCs rank by verdict, then by the number of samples, then in VMRay's order; a limit is per type."""
    first = [domain("s.example", "suspicious"), domain("one.example"), domain("two.example")]
    address = [ioc({"ip_address": "198.51.100.7"})]
    rows = rows_of({"domains": first, "ips": address}, {"ips": address}).rows

    found = gated(rows, GateSettings(ALL))

    assert [row.name.value for row in found.kept] == [
        "198.51.100.7",
        "one.example",
        "two.example",
        "s.example",
    ]
    kept, dropped = limited(found, 1)
    assert [row.name.value for row in kept] == ["198.51.100.7", "one.example"]
    assert [(each.row.name.value, each.reason) for each in dropped] == [
        (name, "beyond the maximum of 1 per type") for name in ("two.example", "s.example")
    ]


def test_an_ioc_expires_some_days_after_it_was_seen() -> None:
    """Addresses expire soon, hashes late; without the time of an analysis the day of the sample counts."""
    lists = {name: [ioc(fields)] for name, (fields, _) in ONE_OF_EACH.items()}
    old, far, odd = ({"domains": [domain(f"{name}.example")]} for name in ("old", "far", "odd"))
    created = Sample.from_json({"sample_id": 5002, "sample_created": "2020-01-01T00:00:00"})
    items = [
        IocItem("5001", "done", seen="2026-01-01T10:00:00", found={5001: lists}),
        IocItem("5002", "done", sample=created, found={5002: old}),
        IocItem("5003", "done", seen="9999-12-20T00:00:00", found={5003: far}),
        IocItem("5004", "done", seen="yesterday", found={5004: odd}),
    ]

    found = {each.row.name: each for each in dated(rows_of(lists, old, far, odd).rows, items)}

    days = {
        name.kind: (each.expires - each.seen).days
        for name, each in found.items()
        if each.seen == datetime(2026, 1, 1, 10) and each.expires  # noqa: DTZ001 - VMRay's times have no zone
    }
    assert days == {**dict.fromkeys(ONE_OF_EACH, 90), "ips": 14, "urls": 30, "domains": 30, "files": 365}
    texts = {name.value: each.expires_text for name, each in found.items()}
    assert texts["old.example"] == "2020-01-31T00:00:00"
    assert (texts["far.example"], texts["odd.example"]) == (None, None)
    in_json = {each.row.name.value: each.in_json(whole=False) for each in found.values()}
    assert in_json["198.51.100.7"]["expires"] == "2026-01-15T10:00:00"


def test_an_item_whose_iocs_were_all_dropped_is_empty() -> None:
    """A sample is done if one of its IOCs is kept, and empty with a reason if all were dropped."""
    first, second = {"domains": [domain("c2.example")]}, {"ips": [ioc({"ip_address": "10.0.0.1"})]}
    items = [
        IocItem("5001", "done", found={5001: first}),
        IocItem("5002", "done", reason="a note", found={5002: second}),
        IocItem("5003", "empty", found={5003: {}}),
        Item("5004", "failed", reason="late"),
    ]
    found = judged(items, gated(rows_of(first, second).rows, GateSettings(ALL)).kept)
    assert [(each.outcome, each.reason) for each in found] == [
        ("done", ""),
        ("empty", "a note; its only IOC was dropped; the reasons are in dropped"),
        ("empty", ""),
        ("failed", "late"),
    ]


@pytest.mark.parametrize("names", [BUILT_IN, SHARED_HOSTERS])
def test_the_built_in_list_is_in_the_usual_spelling_with_a_reason(names: dict[str, str]) -> None:
    """Each name is a domain or an address that an entry could name, in the spelling that is compared."""
    assert names
    for name, why in names.items():
        listed = IgnoreList.of([name])
        found = listed.domains or {str(each.network_address) for each in listed.networks}
        assert (usual_host(name), found) == (name, {name})
        assert why.strip()


def test_a_name_keeps_the_letters_that_older_rules_replaced() -> None:
    """The German sharp s is a letter of its own in today's names; a long label stays as it is."""
    assert usual_host("straße.münchen.example") == "xn--strae-oqa.xn--mnchen-3ya.example"
    assert usual_host("ß" * 100_000) == "ß" * 100_000


def test_no_name_of_the_built_in_list_hides_a_shared_hoster() -> None:
    """What anybody can put content on is never dropped with the names below it."""
    hidden = [each for each in SHARED_HOSTERS if reason("urls", f"https://x.{each}/")]
    assert hidden == []


VALUES: Final = st.one_of(
    st.text(max_size=20),
    st.ip_addresses().map(str),
    st.sampled_from([*BUILT_IN, *SHARED_HOSTERS, "a.example", "x.local", "http://[", "http://10.0.0.1/"]),
)
LISTED: Final = st.dictionaries(
    st.sampled_from(list(FIELDS)),
    st.lists(
        st.tuples(VALUES, st.sampled_from(["malicious", "suspicious", "clean", None, "odd"])), max_size=6
    ),
    max_size=4,
)


@given(st.lists(LISTED, max_size=3), st.booleans(), st.sets(st.sampled_from(VERDICTS)))
def test_every_ioc_is_kept_or_dropped_in_a_stable_order(
    samples: list[dict[str, list[tuple[str, str | None]]]],
    quality: bool,  # noqa: FBT001 - a generated value
    verdicts: set[Verdict],
) -> None:
    """No IOC is lost or doubled, the order is that of the ranks, and the gate keeps what it kept before."""
    lists = [
        {
            kind: [ioc({FIELDS[kind]: value}, verdict) for value, verdict in each]
            for kind, each in sample.items()
        }
        for sample in samples
    ]
    rows = rows_of(*lists, limit=10_000).rows
    settings = GateSettings(
        frozenset(verdicts), IgnoreList.of(["example.com", "192.0.2.0/24"]), quality=quality
    )

    found = gated(rows, settings)

    kept, dropped = [row.name for row in found.kept], [each.row.name for each in found.dropped]
    places = {row.name: place for place, row in enumerate(rows)}
    assert sorted(map(places.__getitem__, kept + dropped)) == list(range(len(rows)))
    ranks = [(row.verdict.rank, -len(row.sample_ids), places[row.name]) for row in found.kept]
    assert ranks == sorted(ranks)
    assert [places[name] for name in dropped] == sorted(places[name] for name in dropped)
    assert all(each.reason for each in found.dropped)
    assert gated(found.kept, settings) == GatedIocs(found.kept, [])
