"""Threat indicators of analyses and submissions, and repeated analyses."""

from __future__ import annotations

from typing import Any

from vmray_emulator.aggregation import Aggregated, aggregated
from vmray_emulator.endpoints.api_request import ApiRequest, Endpoint, ok
from vmray_emulator.endpoints.samples import indicators_of
from vmray_emulator.findings import Findings
from vmray_emulator.reanalysis import reanalyze

_FAMILY = "Analyses"


def _analysis_indicators(request: ApiRequest) -> dict[str, Any]:
    analysis = request.element("analysis")
    if analysis["analysis_result_code"] != 1:
        return ok({"status": "finished", "threat_indicators": []})
    found = aggregated(request.state, "vti", analysis["analysis_sample_id"])
    own = Aggregated(found.findings, [analysis["analysis_id"]], found.finished)
    return ok({"status": own.status, "threat_indicators": indicators_of(own)})


def _submission_indicators(request: ApiRequest) -> dict[str, Any]:
    submission = request.element("submission")
    if not submission["submission_finished"]:
        found = Aggregated(Findings(), [], finished=False)
    else:
        found = aggregated(request.state, "vti", submission["submission_sample_id"])
    return ok({"status": found.status, "threat_indicators": indicators_of(found)})


def _reanalyze(request: ApiRequest) -> dict[str, Any]:
    return ok(reanalyze(request.state, request.element("analysis")))


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/analysis/{number:id}/vtis",
        _analysis_indicators,
        "Threat indicators.",
        "indicators",
        _FAMILY,
    ),
    Endpoint(
        "GET",
        "/submission/{number:id}/vtis",
        _submission_indicators,
        "Threat indicators.",
        "indicators",
        "Submissions",
    ),
    Endpoint(
        "POST",
        "/analysis/{number:id}/reanalyze",
        _reanalyze,
        "Repeats an analysis: a job of the same sample.",
        "reanalysis",
        _FAMILY,
    ),
)
