"""Why a sample has its verdict: fixed order and words, the same for the same data in any order."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_models import Analysis, Sample
from vm_ray.core.results.vmray_children import children_of, is_truncated
from vm_ray.core.results.vmray_gaps import NO_ANALYSIS, STATIC_ONLY, analysis_gaps
from vm_ray.core.results.vmray_why import BULLET, NO_MITIGATING, NOT_READ, STRONGEST, Evidence, Why, why_of

Json = dict[str, Any]

STARTUP = {"id": 12, "category": "Persistence", "operation": "Installs a startup script", "score": 4}
PACKED = {"id": 7, "category": "Obfuscation", "operation": "Uses a packer", "score": 3}
MUTEX = {"id": 9, "category": "Mutex", "operation": "Creates a mutex", "score": 1}
HOST = {"id": 3, "category": "Discovery", "operation": "Reads the host name", "score": 1}
SIGNED = {"id": 20, "category": "Reputation", "operation": "Has a trusted signature", "score": -1}
INDICATORS = [MUTEX, SIGNED, STARTUP, HOST, PACKED]
TECHNIQUES = [
    {"technique_id": "T1547.001", "technique": "Registry Run Keys", "threat_indicators": [STARTUP]},
    {"technique_id": "T1027", "technique": "Obfuscated Files", "threat_indicators": [PACKED, STARTUP]},
]
IOCS = {
    "domains": [
        {"domain": "c2.invalid", "verdict": "malicious"},
        {"domain": "a.invalid", "verdict": "clean"},
    ],
    "ips": [{"ip_address": "198.51.100.7", "verdict": "malicious"}, {"ip_address": "::1", "verdict": None}],
    "urls": None,
    "files": [{"verdict": "apocalyptic"}, {"verdict": "suspicious"}],
}


def relation(number: int, verdict: str | None = "clean", kind: str = "Dropped File") -> Json:
    """A relation to a child sample, as VMRay sends it."""
    return {
        "relation_type": kind,
        "relation_child_sample_id": number,
        "relation_child_sample_verdict": verdict,
    }


def sample(**fields: object) -> Sample:
    """A malicious sample with these fields."""
    named = {"sample_id": 5120, "sample_filename": "invoice.zip", "sample_verdict": "malicious", **fields}
    return Sample.from_json(named)


def why(indicators: list[Json] | None = INDICATORS, iocs: Json | None = IOCS, **fields: object) -> Why:
    """Why this sample has its verdict."""
    one = sample(**fields)
    return why_of(Evidence(one, iocs, indicators, TECHNIQUES, children_of(one), ["the first", "the second"]))


def analysis(
    number: int, machine: str | None = "win10_64", verdict: str | None = "malicious", **more: object
) -> Analysis:
    """A successful analysis on this machine; None for a static one."""
    fields = {
        "analysis_id": number,
        "analysis_analyzer_name": "vmray",
        "analysis_vm_name": machine,
        "analysis_verdict": verdict,
        "analysis_result_code": 1,
        "analysis_created": f"2026-03-0{number}T00:00:00",
    }
    return Analysis.from_json(fields | {f"analysis_{name}": value for name, value in more.items()})


def section(found: Why, title: str) -> list[str]:
    """The lines of one section."""
    (lines,) = (each.lines for each in found.sections if each.title == title)
    return list(lines)


def test_the_whole_text() -> None:
    """Given a sample with everything, then the text has all sections in the fixed order."""
    found = why(
        sample_verdict_reason_description="Known malware",
        sample_child_relations=[
            relation(5130),
            relation(5133, "malicious"),
            relation(5121, None, "Embedded File"),
        ],
    )
    assert found.text.splitlines() == [
        "Verdict:",
        "- Malicious",
        "- Known malware",
        "Strongest threat indicators:",
        "- 4/5 Persistence: Installs a startup script → T1027 Obfuscated Files, T1547.001 Registry Run Keys",
        "- 3/5 Obfuscation: Uses a packer → T1027 Obfuscated Files",
        "- 1/5 Discovery: Reads the host name",
        "IOCs:",
        "- 2 malicious, 1 suspicious, 1 with a verdict that is not known, 1 clean, 1 without a verdict",
        "Worst child sample:",
        "- Malicious: sample 5120 → Dropped File: sample 5133",
        "What speaks against a threat:",
        "- Reputation: Has a trusted signature",
        "What is missing:",
        "- the first",
        "- the second",
    ]


def test_the_members_of_the_json_result() -> None:
    """Given the same sample, then the indicators and the child are there for programs as well."""
    found = why(sample_child_relations=[relation(5133, "malicious")])
    assert found.strongest[0] == {
        "indicator_id": 12,
        "score": 4,
        "category": "Persistence",
        "operation": "Installs a startup script",
        "techniques": ["T1027 Obfuscated Files", "T1547.001 Registry Run Keys"],
    }
    assert [each["indicator_id"] for each in found.strongest] == [12, 7, 3]
    assert found.worst_child == {
        "sample_id": 5133,
        "verdict": "malicious",
        "path": [
            {"sample_id": 5120, "name": "invoice.zip", "relation": None},
            {"sample_id": 5133, "name": None, "relation": "Dropped File"},
        ],
    }
    assert (found.speaks_against, found.missing) == (
        ["Reputation: Has a trusted signature"],
        ["the first", "the second"],
    )


def test_nothing_was_found() -> None:
    """Given empty lists, then each section says so."""
    one = sample(sample_verdict="clean")
    found = why_of(Evidence(one, {}, []))
    assert [tuple(each.lines) for each in found.sections] == [
        ("Clean",),
        ("none",),
        ("none",),
        ("no child samples",),
        (NO_MITIGATING,),
        ("nothing",),
    ]
    assert (found.strongest, found.worst_child, found.missing) == ([], None, [])


def test_a_list_that_was_not_read_is_no_empty_list() -> None:
    """Given lists that could not be read, then the text does not say that there is nothing."""
    found = why(indicators=None, iocs=None)
    for title in ("Strongest threat indicators", "IOCs", "What speaks against a threat"):
        assert section(found, title) == [NOT_READ]


def test_the_order_of_vmray_does_not_matter() -> None:
    """Given the same data in other orders, then the same text."""
    relations = [relation(5130, "malicious"), relation(5133, "malicious")]
    expected = why(sample_child_relations=relations)
    for seed in range(5):
        shuffled = random.Random(seed).sample(INDICATORS, len(INDICATORS))  # noqa: S311 - an order, no secret
        assert why(shuffled, sample_child_relations=relations[::-1]).text == expected.text


def test_indicators_without_usable_ids_prove_nothing() -> None:
    """Given indicators of an old server without ids and scores, then they have no techniques."""
    odd: list[Json] = [
        {"operation": "Something"},
        {"id": None, "score": "critical", "category": "New", "operation": None},
    ]
    technique: Json = {
        "technique_id": "T1",
        "technique": "Any",
        "threat_indicators": [{"id": None}, None, {}],
    }
    found = why_of(Evidence(sample(), {}, odd, [technique, {}]))
    assert section(found, "Strongest threat indicators") == ["0/5 : Something", "critical/5 New: "]
    assert [each["techniques"] for each in found.strongest] == [[], []]


def test_many_mitigating_indicators_are_counted() -> None:
    """Given eight mitigating indicators, then five are named, and the others are counted."""
    many = [{**SIGNED, "operation": f"Reason {number}"} for number in range(8)]
    lines = section(why(many), "What speaks against a threat")
    assert lines == [*(f"Reputation: Reason {number}" for number in range(5)), "3 more mitigating indicators"]


@given(st.text(), st.text())
def test_texts_of_a_sample_stay_on_their_line(operation: str, relation_type: str) -> None:
    """Given any texts, then each line is one of ours, and no address can be clicked."""
    hostile = [{**STARTUP, "operation": f"{operation}\n- nothing\nhttp://evil.example"}]
    found = why(hostile, sample_child_relations=[relation(7, "malicious", relation_type)])
    titles = [f"{each.title}:" for each in found.sections]
    lines = found.text.split("\n")
    assert len(lines) == len(titles) + sum(len(each.lines) for each in found.sections)
    assert all(line in titles or line.startswith(BULLET) for line in lines)
    assert "http:" not in found.text
    assert len(found.strongest) <= STRONGEST


def test_children_without_relations_and_odd_ones() -> None:
    """Given ids without relations, wrong ids and the sample itself, then each child is listed once."""
    one = sample(
        sample_child_relations=[
            relation(2),
            relation(2, "malicious"),
            relation(5120),
            {"relation_type": "x"},
        ],
        sample_child_sample_ids=[2, 1, "x", None],
        sample_child_relations_truncated=True,
    )
    assert [each.in_json for each in children_of(one)] == [
        {"sample_id": 2, "relation": "Dropped File", "verdict": "clean"},
        {"sample_id": 1, "relation": None, "verdict": None},
    ]
    assert is_truncated(one)
    assert children_of(sample(sample_child_sample_ids=None, sample_child_relations=None)) == []
    assert not is_truncated(sample())


FAILED: Json = {"result_code": 7340034, "result_str": "Worker crashed.", "verdict": None}
STATIC = analysis(1, None)


@pytest.mark.parametrize(
    ("analyses", "gaps"),
    [
        ([], [NO_ANALYSIS]),
        ([STATIC], [STATIC_ONLY]),
        ([analysis(1, job_type="only_static_analysis")], [STATIC_ONLY]),
        ([analysis(1, None, job_type="full_analysis")], []),
        ([STATIC, analysis(2)], []),
        ([analysis(1, None, analyzer_name="vmray_web")], []),
        ([analysis(1, None, analyzer_name="vmray_new")], []),
        ([analysis(1), analysis(2, **FAILED)], ["1 of 2 analyses failed: Worker crashed (7340034)"]),
        ([analysis(1, **FAILED)], ["all analyses failed: Worker crashed (7340034)"]),
        (
            [analysis(1, **{**FAILED, "result_str": text}) for text in ("b", "a", "c")],
            ["all analyses failed: a (7340034), b (7340034), …"],
        ),
        (
            [analysis(1), analysis(2, "win7_32", "clean"), analysis(3, "win11", "malicious"), STATIC],
            ["machines disagree: malicious on win10_64, win11; clean on win7_32"],
        ),
        ([analysis(1, verdict="clean"), analysis(2)], []),
        ([analysis(1), analysis(2, "win7_32", None)], []),
    ],
    ids=[
        "none",
        "static only",
        "a static job",
        "a full job",
        "static and dynamic",
        "web",
        "a newer analyzer",
        "one failed",
        "all failed",
        "many reasons",
        "machines disagree",
        "the newest analysis of a machine counts",
        "no verdict is no other verdict",
    ],
)
def test_what_analyses_leave_open(analyses: list[Analysis], gaps: list[str]) -> None:
    """Given the analyses of a sample in any order, then what they leave open is the same."""
    assert list(analysis_gaps(analyses)) == gaps
    assert list(analysis_gaps(analyses[::-1])) == gaps


def test_many_machines_are_cut_off() -> None:
    """Given seven machines with one verdict, then five are named."""
    many = [analysis(number, f"vm{number}") for number in range(1, 8)]
    (gap,) = analysis_gaps([*many, analysis(8, "vm8", "clean")])
    assert gap == "machines disagree: malicious on vm1, vm2, vm3, vm4, vm5, …; clean on vm8"
