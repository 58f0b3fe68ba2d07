"""The size gate: what the platform measures is known exactly, and what is left out follows one order."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_models import IOC_TYPES, Aggregate, Sample
from vm_ray.core.api.vmray_verdicts import Verdict
from vm_ray.core.results.vmray_entity_result import TRUNCATION_LEVELS, EntityRecord, EntityResults
from vm_ray.core.results.vmray_escape import script_json
from vm_ray.core.results.vmray_report import ReportFilter, SampleReport, make_report
from vm_ray.core.results.vmray_result_budget import nested_length
from vm_ray.core.results.vmray_sample_fields import essential_fields

# A result lives exactly as long as its process, so its spool is never closed; here it outlives each test.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
EVERYTHING = ReportFilter(IOC_TYPES, frozenset(Verdict), 10_000, 0, 10_000)
MEBIBYTE = 2**20


def report(iocs: int, indicators: int = 5, **fields: Any) -> SampleReport:  # noqa: ANN401 - VMRay's own values
    """A report with so many IOCs of one type, malicious ones last in VMRay's order."""
    domains = [
        {"domain": f"d{n}.example", "verdict": "malicious" if n == iocs - 1 else "clean"} for n in range(iocs)
    ]
    found = [{"category": "C", "operation": f'says "{n}" <&>', "score": n % 5 + 1} for n in range(indicators)]
    sample = {"sample_id": 1, "sample_verdict": "malicious", "sample_filename": 'a\\"é.exe', **fields}
    return make_report(
        Sample.from_json(sample),
        Aggregate(True, {"domains": domains}),  # noqa: FBT003 - positional as in the class
        Aggregate(True, found),  # noqa: FBT003 - positional as in the class
        EVERYTHING,
    )


def budget(limit: float, *reports: SampleReport) -> EntityResults:
    """A result with these reports."""
    made = EntityResults(limit * 2**20)
    for number, each in enumerate(reports):
        made.add(EntityRecord.of(f"E{number}", each))
    return made


def kept(made: EntityResults, count: int) -> list[dict[str, Any]]:
    """The entities of a result as the platform gets them."""
    return [json.loads(each.json_text()) for each in made.records([f"E{number}" for number in range(count)])]


@given(
    st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_the_length_inside_the_platforms_text_is_exact(value: object) -> None:
    """A JSON result is a string within a JSON text: quotes and backslashes count twice."""
    text = script_json(value)
    assert nested_length(text) == len(json.dumps(text)) - 2


def test_what_fits_is_left_as_it_is() -> None:
    """All lists, all tables, nothing to say."""
    made = budget(1, report(10))
    (entity,) = kept(made, 1)
    (record,) = made.records(["E0"])

    assert (made.result([]).left_out, len(entity["EntityResult"]["iocs"]["domains"])) == ("", 10)
    assert [title for title, _ in record.tables()] == ["E0", "E0 - IOCs - Domains", "E0 - Threat Indicators"]
    assert list(entity["EntityResult"]["iocs"]) == list(IOC_TYPES)


@pytest.mark.parametrize("limit", [1.5, 1.0, 0.5, 0.2, 0.1, 0.05])
def test_the_whole_is_within_the_limit_and_no_entity_is_lost(limit: float) -> None:
    """Whatever has to go: every entity keeps its verdict, and its worst IOCs stay longest."""
    count = 60
    made = budget(limit, *(report(400) for _ in range(count)))
    records = list(made.records([f"E{number}" for number in range(count)]))
    size = sum(nested_length(each.json_text()) for each in records)
    size += sum(len(json.dumps([title, lines])) for each in records for title, lines in each.tables())

    assert size < limit * MEBIBYTE
    entities = kept(made, count)
    assert [each["Entity"] for each in entities] == [f"E{number}" for number in range(count)]
    assert {each["EntityResult"]["sample_verdict"] for each in entities} == {"malicious"}
    assert made.result([]).left_out
    shown = [each["EntityResult"]["iocs"]["domains"] for each in entities]
    assert all(each[0]["verdict"] == "malicious" for each in shown if each)
    assert len({len(each) for each in shown}) == 1


def test_each_step_leaves_out_more_than_the_one_before() -> None:
    """Tables of IOCs, then the lowest-ranked IOCs, then indicators, then the own table and fields."""
    record = EntityRecord.of("E0", report(400, sample_extra="x" * 1000))

    costs = record.costs()

    assert len(costs) == len(TRUNCATION_LEVELS)
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < costs[0] / 20


@pytest.mark.parametrize("step", TRUNCATION_LEVELS, ids=lambda step: step.omitted[:40])
def test_the_cost_of_a_step_is_what_the_step_leaves(step: Any) -> None:  # noqa: ANN401 - a step
    """Never less than what the platform will measure."""
    record = EntityRecord.of("E0", report(50))
    reduced = record.reduced(step)

    measured = nested_length(reduced.json_text()) + sum(
        len(json.dumps([title, lines])) for title, lines in reduced.tables()
    )

    assert (
        measured
        <= record.costs()[TRUNCATION_LEVELS.index(step)]
        <= measured + 300 * (1 + len(list(reduced.tables())))
    )


def test_nothing_at_all_can_be_written() -> None:
    """No entity was found."""
    assert list(budget(15).records(["E0"])) == []


@pytest.mark.parametrize(
    "value", [{"a": "x" * 10**6}, ["x" * 10**6], "x" * 10**6], ids=["object", "list", "text"]
)
def test_no_field_that_stays_is_long(value: object) -> None:
    """Whatever a server puts into it."""
    assert len(json.dumps(essential_fields({"sample_filename": value, "sample_id": 1}))) < 2_000
