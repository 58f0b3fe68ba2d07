"""Given any JSON in a response, then the renderers write a report, and no text becomes markup."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.guarantees.sinks import CORPUS, INVISIBLE, ForeignMarkup, assert_cells

from vm_ray.core.api.vmray_models import Aggregate, Sample
from vm_ray.core.api.vmray_verdicts import VERDICTS
from vm_ray.core.results.vmray_enrichment import enrichment
from vm_ray.core.results.vmray_entity_result import EntityRecord
from vm_ray.core.results.vmray_insight import insight
from vm_ray.core.results.vmray_report import ReportFilter, make_report
from vm_ray.core.results.vmray_sample_fields import public_sample
from vm_ray.core.results.vmray_tables import extra_tables, sample_table

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
    frozenset(VERDICTS),
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
def test_any_json_is_rendered_safely(sample: dict[str, Any], iocs: object, indicators: object) -> None:
    """Given any JSON in any field, then a report is written, and every sink is safe."""
    found = (Aggregate(finished=True, content=each) for each in (iocs, indicators))
    report = make_report(Sample.from_json({**sample, "sample_id": 1}), next(found), next(found), _WANTED)
    assert ForeignMarkup(insight(report)).foreign == []
    for lines in (sample_table(report), *extra_tables("ENTITY", report).values()):
        assert_cells(lines)
    assert all(INVISIBLE.search(value) is None for value in enrichment(report).values())
    record = EntityRecord.of("ENTITY", report)
    whole = {
        **public_sample(sample),
        "sample_id": 1,
        "iocs": report.iocs,
        "threat_indicators": report.indicators,
    }
    assert json.loads(record.json_text())["EntityResult"] == json.loads(json.dumps(whole))
