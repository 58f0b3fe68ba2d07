"""IOCs as rows: all ten types, filters, the same IOC of several samples, ranks, values and tables."""

from __future__ import annotations

from typing import Any, Final

import pytest

from vm_ray.core.api.vmray_verdicts import VERDICTS, Verdict
from vm_ray.core.results.vmray_ioc_rows import (
    LISTS,
    IocFilter,
    IocRows,
    ioc_tables,
    merged,
    plain_values,
)
from vm_ray.core.results.vmray_unknown_values import VMRAY_TYPES

SHA256, SHA1, MD5 = "ab" * 32, "cd" * 20, "ef" * 16
SUSPECT: Final = frozenset({Verdict.MALICIOUS, Verdict.SUSPICIOUS})
# One IOC of each type with its usual members (facts of recorded responses), and its plain value.
ONE_OF_EACH: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "domains": ({"domain": "c2.example", "protocols": ["DNS"]}, "c2.example"),
    "ips": ({"ip_address": "198.51.100.7", "country": "Germany"}, "198.51.100.7"),
    "urls": ({"url": "http://c2.example/a?b=1", "categories": ["Contacted"]}, "http://c2.example/a?b=1"),
    "files": ({"filename": "C:\\upd.exe", "hashes": [{"md5_hash": MD5, "sha256_hash": SHA256}]}, SHA256),
    "filenames": ({"filename": "C:\\upd.exe"}, "C:\\upd.exe"),
    "mutexes": ({"mutex_name": "Global\\a"}, "Global\\a"),
    "registry": ({"reg_key_name": "HKEY_CURRENT_USER\\Run"}, "HKEY_CURRENT_USER\\Run"),
    "processes": ({"cmd_line": "a.exe --x", "process_names": ["a.exe"]}, "a.exe --x"),
    "email_addresses": ({"email_address": "eve@evil.example", "sender": True}, "eve@evil.example"),
    "emails": (
        {"sender": "eve@evil.example", "subject": "Invoice", "recipients": ["a@b.example"]},
        "eve@evil.example",
    ),
}


def ioc(fields: dict[str, Any], verdict: str | None = "malicious", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as a server sends them
    """Return an IOC with the members that all types have."""
    return {"ioc": True, "verdict": verdict, "analysis_ids": [901], **fields, **more}


def domain(name: str, verdict: str | None = "malicious", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as a server sends them
    """Return a domain."""
    return ioc({"domain": name}, verdict, **more)


def rows_of(*samples: dict[str, list[dict[str, Any]]], limit: int = 100) -> IocRows:
    """Return the rows of samples 5001, 5002 and so on."""
    return merged(list(enumerate(samples, start=5001)), limit)


def test_all_ten_types_have_a_word_and_a_list() -> None:
    """Each list of VMRay is a type of the result; each value is in its list of plain values."""
    assert set(LISTS) == set(VMRAY_TYPES) == set(ONE_OF_EACH)
    found = rows_of({name: [ioc(fields)] for name, (fields, _) in ONE_OF_EACH.items()})

    values = plain_values(found.rows)
    for name, (_, value) in ONE_OF_EACH.items():
        kind, values_name = LISTS[name]
        (row,) = (each.in_json(whole=True) for each in found.rows if each.name.kind == name)
        assert (row["type"], row["value"], values[values_name]) == (kind, value, [value])
    assert list(values) == [name for _, name in LISTS.values()]
    assert [table.title for table in ioc_tables(found.rows)] == [
        f"VMRay IOCs - {title}"
        for title in (
            *("Domains", "IPs", "URLs", "Files", "Filenames", "Mutexes", "Registry", "Processes"),
            *("Email addresses", "Emails"),
        )
    ]


@pytest.mark.parametrize(
    ("hashes", "value", "listed"),
    [
        ([{"md5_hash": MD5, "sha1_hash": SHA1, "sha256_hash": SHA256}], [SHA256], [SHA256]),
        ([{"md5_hash": MD5, "sha1_hash": SHA1, "sha256_hash": None}], [SHA1], [SHA1]),
        ([{"md5_hash": MD5}], [MD5], [MD5]),
        ([{"sha256_hash": SHA256}, {"sha256_hash": "00" * 32}], [SHA256, "00" * 32], [SHA256, "00" * 32]),
        ([], ["C:\\a.exe"], []),
        (None, ["C:\\a.exe"], []),
    ],
)
def test_a_file_is_one_hash(hashes: list[dict[str, Any]] | None, value: list[str], listed: list[str]) -> None:
    """The best hash is the value, all hashes are in the row; a name is no hash."""
    found = rows_of({"files": [ioc({"filename": "C:\\a.exe", "hashes": hashes})]})
    assert [row.name.value for row in found.rows] == value
    assert plain_values(found.rows)["file_sha256"] == listed
    given = hashes[0] if hashes else {}
    assert found.rows[0].hashes.get("md5") == given.get("md5_hash")


def test_the_same_ioc_of_two_samples_is_one_row() -> None:
    """Ids and names are merged, the worst verdict is kept with its object of VMRay."""
    first = domain("c2.example", "suspicious", threat_names=["A"], classifications=["Dropper"])
    second = domain("c2.example", "malicious", threat_names=["B"], analysis_ids=[902], protocols=["DNS"])

    (row,) = rows_of({"domains": [first]}, {"domains": [second]}).rows

    assert row.in_json(whole=True) == {
        "type": "domain",
        "value": "c2.example",
        "verdict": "malicious",
        "is_ioc": True,
        "threat_names": ["A", "B"],
        "classifications": ["Dropper"],
        "hashes": {},
        "sample_ids": [5001, 5002],
        "analysis_ids": [901, 902],
        "raw": second,
    }
    assert row.in_json(whole=False)["raw"] == {}


def test_the_worst_and_the_most_frequent_come_first_and_the_limit_is_per_type() -> None:
    """Rows are ranked by verdict, then by type, then by the number of samples, then in VMRay's order."""
    both = domain("both.example")
    first = {
        "domains": [domain("a.example", "clean"), domain("one.example"), both],
        "ips": [ioc({"ip_address": "1"})],
    }
    found = rows_of(first, {"domains": [both, domain("b.example", None)]}, limit=3)

    assert [row.name.value for row in found.rows] == ["both.example", "one.example", "1", "a.example"]
    assert found.members(2, whole=False) == {
        "values": {**plain_values([]), "domains": ["both.example", "one.example"]},
        "items": [row.in_json(whole=False) for row in found.rows[:2]],
        "counts": {"matched": 5, "returned": 2},
    }


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (IocFilter(("domains",), SUSPECT, artifacts=False, limit=9), ["bad", "odd"]),
        (IocFilter(("domains",), SUSPECT, artifacts=True, limit=9), ["bad", "odd", "artifact"]),
        (IocFilter(("domains",), frozenset({Verdict.NONE}), artifacts=False, limit=9), ["none", "odd"]),
        (
            IocFilter(("domains",), frozenset(VERDICTS), artifacts=False, limit=9),
            ["bad", "good", "none", "odd"],
        ),
        (IocFilter(("urls",), SUSPECT, artifacts=True, limit=9), []),
    ],
)
def test_the_filter(wanted: IocFilter, expected: list[str]) -> None:
    """Verdicts and artifacts are filtered here, not by the server; a verdict that is not known passes."""
    given = [
        domain("bad"),
        domain("good", "clean"),
        domain("none", None),
        domain("odd", "dreadful"),
        domain("artifact", ioc=False),
    ]
    chosen = wanted.chosen({"domains": given, "urls": None})
    assert [each["domain"] for each in chosen.get("domains", [])] == expected


def test_odd_shapes_of_a_server() -> None:
    """Null lists, texts in place of lists, and objects without a value lose no other row."""
    everything = IocFilter(tuple(LISTS), frozenset(VERDICTS), artifacts=True, limit=9)
    assert everything.chosen(None) == everything.chosen([]) == {name: [] for name in LISTS}
    chosen = everything.chosen({"domains": [None, "text", {"domain": None}, domain("a", analysis_ids="x")]})

    found = merged([(5001, chosen)], 9)

    assert sorted(row.name.value for row in found.rows) == ["", "a"]
    assert plain_values(found.rows)["domains"] == ["a"]


def test_mails_of_one_sender_and_processes_of_one_program_stay_apart() -> None:
    """Two subjects, and two command lines, are two rows."""
    mails = [ioc({"sender": "a@b.example", "subject": subject}) for subject in ("one", "two")]
    processes = [ioc({"cmd_line": f"a.exe {each}", "process_names": ["a.exe"]}) for each in "xy"]
    nameless = ioc({"process_names": ["b.exe"]})
    found = rows_of({"emails": mails, "processes": [*processes, nameless]})
    assert plain_values(found.rows)["emails"] == ["a@b.example"]
    assert len([row for row in found.rows if row.name.kind == "emails"]) == 2
    assert plain_values(found.rows)["processes"] == ["a.exe x", "a.exe y", "b.exe"]


def test_tables_are_defanged_and_json_is_exact() -> None:
    """Addresses and formulas are harmless in the tables, and unchanged in JSON."""
    url = "http://c2.example/?a=1,2"
    mail = ioc(
        {"sender": "=eve@evil.example", "subject": "see http://x.example/", "recipients": ["a@b.example"]}
    )
    found = rows_of({"urls": [ioc({"url": url})], "emails": [mail]})

    urls, emails = ioc_tables(found.rows)

    assert urls.lines == ["IOC,Verdict,Details,Samples", "hxxp://c2[.]example/?a=1 2,Malicious,,5001"]
    assert emails.lines[1].startswith("'=eve[@]evil[.]example,Malicious,see hxxp://x")
    assert "a[@]b[.]example" in emails.lines[1]
    assert plain_values(found.rows)["urls"] == [url]
