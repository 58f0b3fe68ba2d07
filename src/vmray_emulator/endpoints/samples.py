"""Submission of samples, and their IOCs, threat indicators, techniques and names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vmray_emulator.aggregation import Aggregated, aggregated
from vmray_emulator.archives import submit_members
from vmray_emulator.endpoints.api_request import ApiRequest, Endpoint, Parameter, ok
from vmray_emulator.errors import ApiError
from vmray_emulator.ioc_filter import IocFilter
from vmray_emulator.ioc_objects import ioc_lists
from vmray_emulator.submit_form import SubmitForm, decoded_name
from vmray_emulator.submitting import SubmitResponse, submit_file, submit_url
from vmray_emulator.unlocking import unlock
from vmray_emulator.versions import V2023_4_0, V2026_2_1

_FAMILY = "Samples"


def submit(request: ApiRequest) -> dict[str, Any]:
    """`POST /sample/submit`: a file or a URL, exactly one of them (the status of the error is inferred)."""
    form = SubmitForm.read(request.params, request.state.settings)
    file = request.body.sample
    if (file is None) == (form.url is None):
        raise ApiError(400, 'Exactly one of "sample_file" and "sample_url" is needed')
    response = SubmitResponse()
    if file is None:
        submit_url(request.state, form, form.url or "", response)
        return ok(response.as_json(request.state))
    if file.size > request.state.settings.webif_max_sample_size:
        raise ApiError(400, "The sample is larger than the maximum sample size")
    name = decoded_name(request.params, file.name) or "sample"
    named = replace(file, name=name)
    if not submit_members(request.state, form, named, response):
        submit_file(request.state, form, named, response)
    return ok(response.as_json(request.state))


def iocs(request: ApiRequest) -> dict[str, Any]:
    """`/sample/{id}/iocs` with its filters."""
    sample = request.element("sample")
    chosen = IocFilter.read(request.params, str(request.path.get("filters", "")))
    found = aggregated(request.state, "ioc", sample["sample_id"])
    return ok({"status": found.status, "iocs": ioc_lists(found.visible_iocs, found.analysis_ids, chosen)})


def indicators_of(found: Aggregated) -> list[dict[str, Any]]:
    """Return threat indicators as the API sends them, with the ids of `/mitre_attack` (recorded)."""
    return [
        {**indicator, "id": number, "analysis_ids": found.analysis_ids}
        for number, indicator in enumerate(found.visible_indicators, start=1)
    ]


def sample_indicators(request: ApiRequest) -> dict[str, Any]:
    """`/sample/{id}/vtis` and its alias."""
    sample = request.element("sample")
    found = aggregated(request.state, "vti", sample["sample_id"])
    return ok({"status": found.status, "threat_indicators": indicators_of(found)})


def techniques(request: ApiRequest) -> dict[str, Any]:
    """`/sample/{id}/mitre_attack`."""
    sample = request.element("sample")
    found = aggregated(request.state, "mitre_attack", sample["sample_id"])
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
        for number, technique in enumerate(found.visible_techniques, start=1)
    ]
    return ok({"status": found.status, "mitre_attack_techniques": shown})


def classifications(request: ApiRequest) -> dict[str, Any]:
    """`/sample/{id}/classifications`: the sample's own and its children's."""
    sample = request.element("sample")
    return ok(
        {
            "sample_classifications": [
                {"classification_name": name} for name in sample["sample_classifications"] or []
            ],
            "children_classifications": [
                {"classification_name": name} for name in _of_children(request, "sample_classifications")
            ],
        }
    )


def threat_names(request: ApiRequest) -> dict[str, Any]:
    """`/sample/{id}/threat_names`: the sample's own and its children's."""
    sample = request.element("sample")
    return ok(
        {
            "sample_threat_names": [
                {"threat_name": name, "sources": ["av"]} for name in sample["sample_threat_names"] or []
            ],
            "children_threat_names": [
                {"threat_name": name, "sources": ["av"]}
                for name in _of_children(request, "sample_threat_names")
            ],
        }
    )


def _of_children(request: ApiRequest, field: str) -> list[str]:
    """Return the names of the children. Servers before 2026.2 return none."""
    if request.state.version < V2026_2_1:
        return []
    sample = request.element("sample")
    children = request.state.store.many("sample", sample["sample_child_sample_ids"])
    return sorted({name for child in children for name in child[field] or []})


def unlock_reports(request: ApiRequest) -> dict[str, Any]:
    """`POST /sample/{id}/unlock_reports`: make the locked analyses of a sample readable."""
    return ok(unlock(request.state, request.element("sample")["sample_id"]))


IOC_QUERY = tuple(Parameter(name) for name in ("all_artifacts", "ioc_type", "ioc_severity", "ioc_verdict"))
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/sample/submit", submit, "Submits a file or a URL.", "submit", _FAMILY, upload=True),
    Endpoint("GET", "/sample/{number:id}/iocs", iocs, "The sample's IOCs.", "iocs", _FAMILY, IOC_QUERY),
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
