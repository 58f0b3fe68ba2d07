"""The result budget: it measures exactly what the platform measures, and omits parts in a fixed order."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_models import IOC_TYPES, Aggregate, Sample
from vm_ray.core.api.vmray_verdicts import VERDICTS
from vm_ray.core.results.vmray_entity_result import TRUNCATION_LEVELS, EntityRecord, EntityResults
from vm_ray.core.results.vmray_escape import script_json
from vm_ray.core.results.vmray_report import ReportFilter, SampleReport, make_report
from vm_ray.core.results.vmray_result_budget import nested_length
from vm_ray.core.results.vmray_sample_fields import essential_fields

# A result exists as long as its process, so its spool is never closed. Here it outlives each test.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
EVERYTHING = ReportFilter(IOC_TYPES, frozenset(VERDICTS), 10_000, 0, 10_000)
MEBIBYTE = 2**20


def report(iocs: int, indicators: int = 5, **fields: Any) -> SampleReport:  # noqa: ANN401 - VMRay's own values
    """Return a report with this many IOCs of one type; the malicious one is last in VMRay's order."""
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
    """Return a result with these reports."""
    result = EntityResults(limit * 2**20)
    for number, each in enumerate(reports):
        result.add(EntityRecord.of(f"E{number}", each))
    return result


def entities_of(result: EntityResults, count: int) -> list[dict[str, Any]]:
    """Return the entities of a result as the platform receives them."""
    return [
        json.loads(each.json_text()) for each in result.records([f"E{number}" for number in range(count)])
    ]


@given(
    st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_the_length_inside_a_json_text_is_exact(value: object) -> None:
    """Given any value, then its length inside a JSON text is exact: quotes and backslashes count twice."""
    text = script_json(value)
    assert nested_length(text) == len(json.dumps(text)) - 2


def test_a_result_that_fits_is_complete() -> None:
    """Given a result within the limit, then all lists and tables are in it, without a note."""
    result = budget(1, report(10))
    (entity,) = entities_of(result, 1)
    (record,) = result.records(["E0"])

    assert (result.result([]).left_out, len(entity["EntityResult"]["iocs"]["domains"])) == ("", 10)
    assert [title for title, _ in record.tables()] == ["E0", "E0 - IOCs - Domains", "E0 - Threat Indicators"]
    assert list(entity["EntityResult"]["iocs"]) == list(IOC_TYPES)


@pytest.mark.parametrize("limit", [1.5, 0.5, 0.1, 0.05])
def test_a_result_is_within_the_limit_and_keeps_all_entities(limit: float) -> None:
    """Given any limit, then every entity keeps its verdict, and the worst IOCs are omitted last."""
    count = 60
    result = budget(limit, *(report(400) for _ in range(count)))
    records = list(result.records([f"E{number}" for number in range(count)]))
    size = sum(nested_length(each.json_text()) for each in records)
    size += sum(len(json.dumps([title, lines])) for each in records for title, lines in each.tables())

    assert size < limit * MEBIBYTE
    entities = entities_of(result, count)
    assert [each["Entity"] for each in entities] == [f"E{number}" for number in range(count)]
    assert {each["EntityResult"]["sample_verdict"] for each in entities} == {"malicious"}
    assert result.result([]).left_out
    shown = [each["EntityResult"]["iocs"]["domains"] for each in entities]
    assert all(each[0]["verdict"] == "malicious" for each in shown if each)
    assert len({len(each) for each in shown}) == 1


def test_each_level_omits_more_than_the_level_before() -> None:
    """The levels omit tables of IOCs, then the lowest-ranked IOCs, indicators, the own table and fields."""
    record = EntityRecord.of("E0", report(400, sample_extra="x" * 1000))

    costs = record.costs()

    assert len(costs) == len(TRUNCATION_LEVELS)
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < costs[0] / 20


@pytest.mark.parametrize("level", TRUNCATION_LEVELS, ids=lambda level: level.omitted[:40])
def test_the_cost_of_a_level_is_the_length_of_its_result(level: Any) -> None:  # noqa: ANN401 - a private type
    """Given a level, then its cost is never less than the length that the platform measures."""
    record = EntityRecord.of("E0", report(50))
    reduced = record.reduced(level)

    measured = nested_length(reduced.json_text()) + sum(
        len(json.dumps([title, lines])) for title, lines in reduced.tables()
    )

    assert (
        measured
        <= record.costs()[TRUNCATION_LEVELS.index(level)]
        <= measured + 300 * (1 + len(list(reduced.tables())))
    )


def test_a_result_without_entities_is_empty() -> None:
    """Given no found entity, then there are no records."""
    assert list(budget(15).records(["E0"])) == []


@pytest.mark.parametrize(
    "value", [{"a": "x" * 10**6}, ["x" * 10**6], "x" * 10**6], ids=["object", "list", "text"]
)
def test_essential_fields_are_short(value: object) -> None:
    """Given a field of a megabyte, then the essential fields are short."""
    assert len(json.dumps(essential_fields({"sample_filename": value, "sample_id": 1}))) < 2_000
