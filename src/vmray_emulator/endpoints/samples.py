"""What hangs on a sample: IOCs, threat indicators, techniques, names; and submitting one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vmray_emulator.aggregation import Aggregated, aggregated
from vmray_emulator.archives import submit_members
from vmray_emulator.endpoints.api_request import Call, Endpoint, Parameter, ok
from vmray_emulator.errors import ApiError, NotFoundError
from vmray_emulator.findings import IOC_LISTS
from vmray_emulator.ioc_objects import ioc_answer
from vmray_emulator.store import column
from vmray_emulator.submit_form import SubmitForm, boolean, decoded_name
from vmray_emulator.submitting import SubmitAnswer, submit_file, submit_url
from vmray_emulator.versions import V2023_4_0, V2026_2_1

if TYPE_CHECKING:
    from collections.abc import Mapping

_FAMILY = "Samples"
IOC_FILTERS = ("all_artifacts", "type", "severity", "verdict")


def submit(call: Call) -> dict[str, Any]:
    """`POST /sample/submit`: exactly one of a file and a URL (the refusal's status is inferred)."""
    form = SubmitForm.read(call.params, call.state.settings)
    file = call.body.sample
    if (file is None) == (form.url is None):
        raise ApiError(400, 'Exactly one of "sample_file" and "sample_url" is needed')
    answer = SubmitAnswer()
    if file is None:
        submit_url(call.state, form, form.url or "", answer)
        return ok(answer.as_json(call.state))
    if file.size > call.state.settings.webif_max_sample_size:
        raise ApiError(400, "The sample is larger than the maximum sample size")
    name = decoded_name(call.params, file.name) or "sample"
    named = replace(file, name=name)
    if not submit_members(call.state, form, named, answer):
        submit_file(call.state, form, named, answer)
    return ok(answer.as_json(call.state))


def _ioc_filters(call: Call) -> Mapping[str, str]:
    """Filters from the query (`ioc_verdict=…`) and the path (`/verdict/…/type/…`)."""
    filters = {name: call.params[f"ioc_{name}"] for name in IOC_FILTERS if f"ioc_{name}" in call.params}
    if "all_artifacts" in call.params:
        filters["all_artifacts"] = call.params["all_artifacts"]
    segments = [part for part in str(call.path.get("filters", "")).split("/") if part]
    if len(segments) % 2 or any(name not in IOC_FILTERS for name in segments[::2]):
        raise NotFoundError
    return {**filters, **dict(zip(segments[::2], segments[1::2], strict=True))}


def iocs(call: Call) -> dict[str, Any]:
    """`/sample/{id}/iocs` with its filters."""
    sample = call.element("sample")
    filters = _ioc_filters(call)
    if filters.get("type") not in (None, *IOC_LISTS.values()):
        raise ApiError(400, 'Parameter "ioc_type" is no type of IOC')
    found = aggregated(call.state, "ioc", sample["sample_id"])
    lists = ioc_answer(
        found.shown_iocs,
        found.analysis_ids,
        all_artifacts=boolean(filters, "all_artifacts", default=False),
        kind=filters.get("type"),
        verdict=filters.get("verdict"),
        severity=filters.get("severity"),
    )
    return ok({"status": found.status, "iocs": lists})


def indicators_of(found: Aggregated) -> list[dict[str, Any]]:
    """Threat indicators as they are sent, with the same ids in both places (a real answer)."""
    return [
        {**indicator, "id": number, "analysis_ids": found.analysis_ids}
        for number, indicator in enumerate(found.shown_indicators, start=1)
    ]


def sample_indicators(call: Call) -> dict[str, Any]:
    """`/sample/{id}/vtis` and its alias."""
    sample = call.element("sample")
    found = aggregated(call.state, "vti", sample["sample_id"])
    return ok({"status": found.status, "threat_indicators": indicators_of(found)})


def techniques(call: Call) -> dict[str, Any]:
    """`/sample/{id}/mitre_attack`."""
    sample = call.element("sample")
    found = aggregated(call.state, "mitre_attack", sample["sample_id"])
    indicators = indicators_of(found)
    shown = [
        {
            "id": number,
            "technique_id": technique["technique_id"],
            "technique": technique["technique"],
            "tactics": technique["tactics"],
            "version": 1.0,
            "matrix_version": "2019-04-25T20:53:07.719000",
            "analysis_ids": found.analysis_ids,
            "threat_indicators": [indicators[place] for place in technique["indicators"]],
        }
        for number, technique in enumerate(found.shown_techniques, start=1)
    ]
    return ok({"status": found.status, "mitre_attack_techniques": shown})


def classifications(call: Call) -> dict[str, Any]:
    """`/sample/{id}/classifications`: the sample's own and its children's."""
    sample = call.element("sample")
    return ok(
        {
            "sample_classifications": [
                {"classification_name": name} for name in sample["sample_classifications"] or []
            ],
            "children_classifications": [
                {"classification_name": name} for name in _of_children(call, "sample_classifications")
            ],
        }
    )


def threat_names(call: Call) -> dict[str, Any]:
    """`/sample/{id}/threat_names`: the sample's own and its children's."""
    sample = call.element("sample")
    return ok(
        {
            "sample_threat_names": [
                {"threat_name": name, "sources": ["av"]} for name in sample["sample_threat_names"] or []
            ],
            "children_threat_names": [
                {"threat_name": name, "sources": ["av"]} for name in _of_children(call, "sample_threat_names")
            ],
        }
    )


def _of_children(call: Call, field: str) -> list[str]:
    """What the sample's children have; before 2026.2 a server says nothing about them."""
    if call.state.version < V2026_2_1:
        return []
    sample = call.element("sample")
    children = call.state.store.many("sample", sample["sample_child_sample_ids"])
    return sorted({name for child in children for name in child[field] or []})


def unlock_reports(call: Call) -> dict[str, Any]:
    """`POST /sample/{id}/unlock_reports`: the locked analyses of a sample become readable."""
    sample = call.element("sample")
    where = f"{column('analysis_sample_id')} = ? AND {column('analysis_lock_status')} = 'locked'"
    locked = call.state.store.select("analysis", where, (sample["sample_id"],))
    for analysis in locked:
        call.state.store.change("analysis", analysis["analysis_id"], lock_status="unlocked")
    return ok({"unlocked_analysis_ids": [analysis["analysis_id"] for analysis in locked]})


_IOC_QUERY = tuple(Parameter(name) for name in ("all_artifacts", "ioc_type", "ioc_severity", "ioc_verdict"))
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/sample/submit", submit, "Submits a file or a URL.", "submit", _FAMILY, upload=True),
    Endpoint("GET", "/sample/{number:id}/iocs", iocs, "The sample's IOCs.", "iocs", _FAMILY, _IOC_QUERY),
    Endpoint(
        "GET",
        "/sample/{number:id}/iocs/{filters:path}",
        iocs,
        "The sample's IOCs, filtered by pairs such as `verdict/malicious` in the path.",
        "iocs",
        _FAMILY,
    ),
    Endpoint(
        "GET", "/sample/{number:id}/vtis", sample_indicators, "Threat indicators.", "indicators", _FAMILY
    ),
    Endpoint(
        "GET",
        "/sample/{number:id}/threat_indicators",
        sample_indicators,
        "Threat indicators (older name).",
        "indicators",
        _FAMILY,
    ),
    Endpoint(
        "GET", "/sample/{number:id}/mitre_attack", techniques, "MITRE techniques.", "techniques", _FAMILY
    ),
    Endpoint(
        "GET",
        "/sample/{number:id}/classifications",
        classifications,
        "Classifications of the sample and its children.",
        "classifications",
        _FAMILY,
        since=V2023_4_0,
    ),
    Endpoint(
        "GET",
        "/sample/{number:id}/threat_names",
        threat_names,
        "Threat names of the sample and its children.",
        "threat_names",
        _FAMILY,
        since=V2023_4_0,
    ),
    Endpoint(
        "POST",
        "/sample/{number:id}/unlock_reports",
        unlock_reports,
        "Unlocks the sample's reports.",
        "unlocked",
        _FAMILY,
    ),
)
