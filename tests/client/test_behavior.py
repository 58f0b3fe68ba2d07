"""What samples did: rows from any summary, the tree of processes, references, and what is cut."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hostile.corpus import TEXTS
from tests.hostile.sinks import assert_insight, assert_table

from vm_ray.core.api.vmray_json import MAX_VALUES, read_sections
from vm_ray.core.api.vmray_protocol import Document, decipher_document
from vm_ray.core.api.vmray_request_errors import InvalidResponseError, RequestError
from vm_ray.core.behavior.vmray_behavior import (
    MEMBERS,
    OLDER_MEMBERS,
    SECTIONS,
    Behavior,
    Wanted,
    behavior_of,
    older_behavior_of,
)
from vm_ray.core.behavior.vmray_behavior_details import BehaviorDetails
from vm_ray.core.behavior.vmray_behavior_insight import MAX_PROCESSES, behavior_insights
from vm_ray.core.behavior.vmray_behavior_rows import MAX_LIST, MAX_TEXT
from vm_ray.core.behavior.vmray_behavior_tables import behavior_tables
from vm_ray.core.results.vmray_item_result import Item

if TYPE_CHECKING:
    from collections.abc import Callable

ALL: Final = Wanted(SECTIONS, 100)
NEWER: Final = Document(MEMBERS, partial(behavior_of, wanted=ALL))
OLDER: Final = Document(OLDER_MEMBERS, partial(older_behavior_of, wanted=ALL))
Json = dict[str, Any]


def reference(*path: str, source: str = "logs/summary_v2.json") -> Json:
    """Return a reference to another part of the document."""
    return {"_type": "reference", "source": source, "path": list(path)}


def process(monitor: int, origin: int = 0, verdict: str | None = None, **more: object) -> Json:
    """Return one process of a summary."""
    ids = {"os_pid": 100 + monitor, "monitor_id": monitor, "origin_monitor_id": origin}
    return {"image_name": f"p{monitor}.exe", "verdict": verdict, **ids, **more}


def tree_of(*processes: Json, limit: int = 100) -> list[tuple[str, int, int | None]]:
    """Return name, depth and parent of each row."""
    document = {"processes": {f"process_{number}": each for number, each in enumerate(processes)}}
    rows = behavior_of(document, Wanted(SECTIONS, limit)).processes.rows
    return [(row["name"], row["depth"], row["parent_pid"]) for row in rows]


def test_the_children_follow_their_parents() -> None:
    """Given several levels out of order, then the rows are a tree from its roots."""
    found = tree_of(process(4, 2), process(1), process(2, 1), process(3, 1), process(5), process(6, 4))
    assert found == [
        ("p1.exe", 0, None),
        ("p2.exe", 1, 101),
        ("p4.exe", 2, 102),
        ("p6.exe", 3, 104),
        ("p3.exe", 1, 101),
        ("p5.exe", 0, None),
    ]


@pytest.mark.parametrize(
    ("processes", "expected"),
    [
        ([process(1, 1)], [("p1.exe", 0, None)]),
        ([process(1, 2), process(2, 1)], [("p1.exe", 0, None), ("p2.exe", 1, 101)]),
        (
            [process(9), process(1, 3), process(2, 1), process(3, 2), process(4, 3)],
            [
                ("p9.exe", 0, None),
                ("p1.exe", 0, None),
                ("p2.exe", 1, 101),
                ("p3.exe", 2, 102),
                ("p4.exe", 3, 103),
            ],
        ),
        ([process(1, 77)], [("p1.exe", 0, None)]),
    ],
    ids=["its own parent", "two", "three and one below", "a parent that is not there"],
)
def test_a_circle_of_parents_ends(processes: list[Json], expected: list[object]) -> None:
    """Given parents that form a circle, then each process has one place."""
    assert tree_of(*processes) == expected


def test_a_reference_to_the_parent_counts_before_the_monitor_id() -> None:
    """Given both, then the reference decides; a dangling one, or one into another file, does not."""
    first, second = process(1), process(2)
    for named, depth in (
        (reference("processes", "process_1"), [0, 0, 1]),
        (reference("processes", "nothing"), [0, 1, 0]),
        (reference("processes", "process_1", source="logs/gfncalls.json"), [0, 1, 0]),
    ):
        third = process(3, 1, ref_parent_process=named)
        assert sorted(each[1] for each in tree_of(first, second, third)) == sorted(depth)
        (found,) = [each for each in tree_of(first, second, third) if each[0] == "p3.exe"]
        assert found[2] == (102 if depth == [0, 0, 1] else 101)


def test_a_deep_tree_has_no_limit_of_recursion() -> None:
    """Given a chain of 20,000 processes, then the worst one is shown, with the ancestors next to it."""
    chain = [process(number, number - 1) for number in range(1, 20_000)]
    found = tree_of(*chain, process(20_000, 19_999, "malicious"), limit=3)
    assert found == [
        ("p19998.exe", 19_997, 20_097),
        ("p19999.exe", 19_998, 20_098),
        ("p20000.exe", 19_999, 20_099),
    ]


def insight_of(*behaviors: Behavior) -> str:
    """Return the insight about a sample with so many analyses; empty if there is none."""
    found = [
        ("", BehaviorDetails({"analysis_id": number, "machine": None}, "sample", "", ALL, each, [], None))
        for number, each in enumerate(behaviors, start=1)
    ]
    return "".join(each.html for each in behavior_insights(found))


@pytest.mark.parametrize("parent", [lambda number: min(number - 1, 1), lambda number: number - 1])
def test_the_insight_shows_the_worst_processes(parent: Callable[[int], int]) -> None:
    """Given more processes than the insight has, wide or deep, then the worst is shown with its ancestors."""
    processes = {str(each): process(each, parent(each)) for each in range(1, 100)}
    processes["99"]["verdict"] = "malicious"

    html = insight_of(behavior_of({"processes": processes}, ALL))

    assert html.count(".exe</span>") == MAX_PROCESSES
    assert html.endswith("p99.exe</span> (199)</p><p>… and 69 more</p>")
    assert f">p{parent(99)}.exe<" in html


def test_an_insight_has_a_limit() -> None:
    """Given text that grows when it is escaped, in several analyses, then lines are left out and counted."""
    text = "'" * 1_000
    processes = {str(each): process(each, image_name=text, cmd_line=text) for each in range(1, 40)}
    found = behavior_of({"processes": processes}, ALL)

    html = insight_of(found, found)

    assert_insight(html)
    assert re.search(r"analysis 2.*<p>… and [0-9]+ more lines</p>$", html)


def test_the_insight_counts_configurations_that_it_does_not_show() -> None:
    """Given five configurations, then the insight has three, and says so."""
    rows: list[Json] = [{"file": f"{each}.json", "configuration": {"id": each}} for each in range(5)]
    html = insight_of(behavior_of({}, ALL).with_configurations(rows, 100))
    assert html.count("<strong>Malware configuration ") == 3
    assert html.endswith("<p>… and 2 more malware configurations</p>")


def test_names_come_from_what_there_is() -> None:
    """Given no name of the program, then the path has it, else the command line."""
    rows = tree_of(
        {"filename": "C:\\Program Files\\a b.exe"},
        {"cmd_line": '"C:\\Program Files\\c d.exe" -x'},
        {"cmd_line": "/usr/bin/e -f"},
        {},
    )
    assert [name for name, _, _ in rows] == ["a b.exe", "c d.exe", "e", None]


NETWORK: Final[Json] = {
    "ip_addresses": {
        "ip_1": {"ip_address": "192.0.2.1", "verdict": "clean"},
        "ip_2": {"ip_address": "192.0.2.2", "verdict": "malicious"},
    },
    "domains": {"domain_1": {"domain": "C2.invalid", "verdict": "malicious"}},
    "urls": {"url_1": {"url": "http://c2.invalid/", "verdict": "suspicious"}},
    "network": {
        "tcp": {
            "stream_1": {
                "connection": {
                    "ref_remote_ip_address": reference("ip_addresses", "ip_1"),
                    "remote_port": 80,
                    "is_client": True,
                },
                "ref_upper_protocol_entries": [reference("network", "http", "http_1"), reference("x")],
            },
            "stream_2": {
                "connection": {
                    "ref_remote_ip_address": reference("ip_addresses", "ip_2"),
                    "remote_port": 4444,
                    "is_client": False,
                },
                "ref_upper_protocol_entries": [reference("elsewhere", "dns_7")],
            },
            "stream_3": {"connection": {"ref_remote_ip_address": reference("ip_addresses", "none")}},
            "stream_4": None,
        },
        "http": {
            "http_1": {
                "_type": "network.http.request",
                "url": "http://c2.invalid/",
                "method": "GET",
                "headers": [
                    {"name": "USER-AGENT", "value": "curl"},
                    {"name": "Authorization", "value": "Basic c2VjcmV0"},
                    {"value": "no name"},
                ],
                "body": "secret",
                "responses": [{"status_code": 302}, {"status_code": 200}],
            }
        },
    },
    "elsewhere": {
        "dns_7": {"_type": "network.dns.query", "name": "c2.invalid", "answers": [{"data": "192.0.2.2"}, {}]}
    },
}


def test_the_network() -> None:
    """Given streams with references, then each row has the verdict of its address, domain or URL."""
    network = behavior_of(NETWORK, ALL).network.in_json
    assert network == {
        "connections": [
            {
                "protocol": "tcp",
                "ip": "192.0.2.2",
                "port": 4444,
                "direction": "inbound",
                "verdict": "malicious",
            },
            {"protocol": "tcp", "ip": "192.0.2.1", "port": 80, "direction": "outbound", "verdict": "clean"},
        ],
        "dns": [{"name": "c2.invalid", "answers": ["192.0.2.2"], "verdict": "malicious"}],
        "http": [
            {
                "method": "GET",
                "url": "http://c2.invalid/",
                "status": 200,
                "headers": [
                    {"name": "USER-AGENT", "value": "curl"},
                    {"name": "Authorization", "value": None},
                ],
                "verdict": "suspicious",
            }
        ],
    }
    assert "secret" not in json.dumps(network)


def test_scanners_and_remarks() -> None:
    """Given matches with and without engines, then the worst come first; remarks begin with errors."""
    document = {
        "yara": {
            "matches": {
                "1": {"rule_name": "A", "verdict": "clean"},
                "2": {"rule_name": "B", "verdict": "malicious"},
            }
        },
        "anti_virus": {
            "engine_1": {"engine": {"engine_version": "7"}, "matches": [{"threat": {"name": "X"}}]},
            "engine_2": {"engine": "Own", "matches": {"1": {"verdict": "suspicious"}}},
            "engine_3": {"matches": {"1": {"verdict": "malicious"}}},
        },
        "remarks": {"infos": [{"message": "i"}], "errors": [{"message": "e"}, {}, None], "warnings": "none"},
    }
    found = behavior_of(document, ALL)
    assert [(row["rule"], row["verdict"]) for row in found.yara.rows] == [("B", "malicious"), ("A", "clean")]
    assert [(row["engine"], row["threat"]) for row in found.antivirus.rows] == [
        ("engine_3", None),
        ("Own", None),
        ("7", "X"),
    ]
    assert found.remarks.rows == [{"level": "error", "message": "e"}, {"level": "info", "message": "i"}]


def test_what_is_cut_is_named() -> None:
    """Given more rows than wanted, a long text and a long list, then `truncated` names each of them."""
    document = {
        "processes": {str(number): process(number, verdict="malicious") for number in range(1, 6)},
        "yara": {"matches": [{"rule_name": "x" * (MAX_TEXT + 1), "threat_names": ["n"] * (MAX_LIST + 1)}]},
    }
    found = behavior_of(document, Wanted(SECTIONS, 2))
    assert found.cut == [
        "processes: 2 of 5 rows",
        f"yara: 1 texts cut at {MAX_TEXT} characters",
        f"yara: 1 lists cut at {MAX_LIST} values",
    ]
    assert len(found.yara.rows[0]["rule"]) == MAX_TEXT
    assert found.in_json["truncated"] == found.cut


def test_only_wanted_sections_have_rows() -> None:
    """Given one wanted section, then the others are empty."""
    document = {**NETWORK, "processes": {"1": process(1)}}
    found = behavior_of(document, Wanted(("Processes",), 100))
    assert found == Behavior(processes=found.processes)
    assert found.processes.rows


def test_an_older_summary_has_fewer_facts() -> None:
    """Given the artifacts of a summary v1, then processes are roots, and addresses have no ports."""
    artifacts = {
        "processes": [{"cmd_line": "C:\\a.exe -x", "severity": "malicious"}],
        "ips": [{"ip_address": "192.0.2.1", "severity": "not_suspicious"}, {}],
        "domains": [{"domain": "c2.invalid"}],
        "urls": [{"url": "http://c2.invalid/"}],
    }
    found = older_behavior_of({"artifacts": artifacts}, ALL)
    (row,) = found.processes.rows
    assert (row["name"], row["verdict"], row["depth"]) == ("a.exe", "malicious", 0)
    assert [row["verdict"] for row in found.network.connections.rows] == ["clean"]
    assert [row["name"] for row in found.network.dns.rows] == ["c2.invalid"]
    assert [row["url"] for row in found.network.http.rows] == ["http://c2.invalid/"]


def assert_shown_safely(found: Behavior) -> None:
    """Assert that the rows are JSON, and that tables and insight are safe."""
    row = {"analysis_id": 1, **found.in_json}
    assert json.loads(json.dumps(row)) == row
    for table in behavior_tables([Item("x", "done", row)]):
        assert_table(*table)
    assert_insight(insight_of(found))


def with_text(value: Any, text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return a summary with a text in place of each of its texts, except references, types and verdicts."""
    if isinstance(value, list):
        return [with_text(each, text) for each in value]
    if isinstance(value, dict):
        kept = value.get("_type") == "reference"
        return {
            name: each if kept or name in ("_type", "verdict") else with_text(each, text)
            for name, each in value.items()
        }
    return text if isinstance(value, str) else value


def test_hostile_texts_stay_text() -> None:
    """Given a hostile text in each field of each section, then tables and insight are safe."""
    document = {
        **NETWORK,
        "processes": {"1": process(1, cmd_line="x", ref_vti_matches=[reference("vti", "matches", "1")])},
        "vti": {"matches": {"1": {"category_desc": "a", "operation_desc": "b"}}},
        "yara": {"matches": {"1": {"rule_name": "r", "ruleset_name": "s", "threat_names": ["t"]}}},
        "anti_virus": {"1": {"engine": "e", "matches": {"1": {"threat": {"name": "n"}}}}},
        "remarks": {"errors": [{"message": "m"}]},
    }
    for text in TEXTS.values():
        configuration = {"file": text, "configuration": {text: text, "c2": [text]}}
        found = behavior_of(with_text(document, text), ALL).with_configurations([configuration], 9)
        assert all(each.rows for each in found.sections) or not text.strip()
        assert_shown_safely(found)


KEYS = st.sampled_from(
    sorted(
        MEMBERS
        | OLDER_MEMBERS
        | {
            "tcp",
            "udp",
            "dns",
            "http",
            "connection",
            "ref_remote_ip_address",
            "path",
            "matches",
            "verdict",
            "message",
        }
        | {
            "ref_parent_process",
            "monitor_id",
            "origin_monitor_id",
            "ref_vti_matches",
            "errors",
            "headers",
            "responses",
        }
        | {
            "name",
            "url",
            "answers",
            "data",
            "ips",
            "ip_address",
            "threat",
            "engine",
            "_type",
            "status_code",
            "result",
        }
    )
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=20)
    | KEYS
    | st.just(reference("processes", "name"))
    | st.just("network.http.request")
)
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=60,
)


@settings(max_examples=150, deadline=None)
@given(ANY_JSON)
def test_any_json_document_gives_rows_or_one_clear_reason(value: object) -> None:
    """Given any JSON document, then there are rows that can be shown, or an error in words; never a crash."""
    body = json.dumps(value).encode()
    for document in (NEWER, OLDER):
        with suppress(RequestError):
            found = decipher_document(200, {}, body, document).data
            assert_shown_safely(found)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"5",
        b'{"a": 1',
        b'{"a": 1}}',
        b'{"a" 1}',
        b'{"a": 1,}',
        b"{1: 2}",
        b'{"processes": ' + b"[" * 100_000,
        b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"a": "\xff"}',
        b'{"result": "error", "error_msg": "no"}',
        b"<html></html>",
    ],
    ids=repr,
)
def test_what_is_no_complete_object_is_one_error(body: bytes) -> None:
    """Given another text than one JSON object, then there is one error in words."""
    with pytest.raises(RequestError):
        decipher_document(200, {}, body, NEWER)


def test_too_many_values_are_not_read() -> None:
    """Given a small document with millions of values, then it is refused before it fills the memory."""
    body = b'{"processes": [' + b"0," * MAX_VALUES + b"0]}"
    with pytest.raises(InvalidResponseError, match="5 million values") as caught:
        read_sections(body, MEMBERS)
    assert not caught.value.retryable


def test_only_the_named_members_are_kept() -> None:
    """Given members of other names and blanks, then the named ones are returned; `NaN` becomes null."""
    body = b'\xef\xbb\xbf {"a" : {"b": [1]} , "c":NaN,"d":1e999 , "a": 2}\n'
    assert read_sections(body, {"a", "c", "d", "e"}) == {"a": 2, "c": None, "d": None}
    assert read_sections(b" { } ", {"a"}) == {}
