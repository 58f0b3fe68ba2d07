"""Binary answers: analysis archives, screenshots, reports, samples, exports of IOCs."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

from vmray_emulator.aggregation import aggregated
from vmray_emulator.analysis_archive import archive_members, report_pdf, screenshot_members
from vmray_emulator.endpoints.api_request import Call, Endpoint, Parameter, binary
from vmray_emulator.errors import ApiError, NotFoundError
from vmray_emulator.ioc_exports import as_csv, as_stix
from vmray_emulator.store import column
from vmray_emulator.submit_form import boolean
from vmray_emulator.versions import V2023_4_0
from vmray_emulator.zipcrypto import encrypted_zip, zipped

if TYPE_CHECKING:
    from starlette.responses import Response

    from vmray_emulator.store import Record

_SCREENSHOTS = "screenshots"
_PASSWORD = Parameter("encryption_password")


def _analysis(call: Call) -> Record:
    """The analysis that the path names by its own id or by its job's."""
    if "number" in call.path:
        analysis = call.element("analysis")
    else:
        where = f"{column('analysis_job_id')} = ?"
        found = call.state.store.select("analysis", where, (call.path["job_id"],))
        if not found:
            raise NotFoundError
        analysis = found[0]
    if analysis["analysis_result_code"] != 1:
        raise NotFoundError
    return analysis


def _members(call: Call, analysis: Record) -> dict[str, bytes]:
    """All members of an archive.

    Raises:
        ApiError: 403, the report is locked (whether a real server says 403 or 404 is not known).
    """
    if analysis["analysis_lock_status"] != "unlocked":
        raise ApiError(403, "The report is locked")
    sample = call.state.store.get("sample", analysis["analysis_sample_id"])
    if sample is None:
        raise NotFoundError
    return archive_members(sample, analysis, call.state.findings(sample["sample_id"]))


def _screenshots(call: Call, analysis: Record) -> Response:
    """The pictures as an archive: since 2023.4.0, and not for static analyses (vendor's client)."""
    members = screenshot_members(analysis)
    if not members or call.state.version < V2023_4_0:
        raise NotFoundError
    return binary(zipped(members, call.params.get("encryption_password")), "screenshots.zip")


def _archive(call: Call) -> Response:
    """The archive or what `filename` and `filenames` choose from it."""
    analysis = _analysis(call)
    if call.params.get("filename") == _SCREENSHOTS:
        return _screenshots(call, analysis)
    members = _members(call, analysis)
    patterns = [one for one in call.params.get("filenames", "").split(",") if one]
    patterns += [call.params["filename"]] if call.params.get("filename") else []
    if patterns:
        members = {
            name: data
            for name, data in members.items()
            if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
        }
        if not members:
            raise NotFoundError
    return binary(zipped(members, call.params.get("encryption_password")), "archive.zip")


def _member(call: Call) -> Response:
    """One member, as it is; screenshots of a locked report can be had (vendor's client, not verified)."""
    analysis, name = _analysis(call), call.path["member"]
    if name == _SCREENSHOTS:
        return _screenshots(call, analysis)
    open_to_all = name.startswith(f"{_SCREENSHOTS}/")
    data = (screenshot_members(analysis) if open_to_all else _members(call, analysis)).get(name)
    if data is None:
        raise NotFoundError
    return binary(data, name.rsplit("/", 1)[-1])


def _report(call: Call) -> Response:
    sample = call.element("sample")
    where = f"{column('analysis_sample_id')} = ? AND {column('analysis_result_code')} = 1"
    analyses = call.state.store.select("analysis", where, (sample["sample_id"],))
    if not analyses:
        raise NotFoundError
    if all(analysis["analysis_lock_status"] != "unlocked" for analysis in analyses):
        raise ApiError(403, "The report is locked")
    return binary(report_pdf(sample, call.state.findings(sample["sample_id"])), "report.pdf")


def _file(call: Call) -> Response:
    """The sample in a ZIP with exactly one member, always encrypted."""
    sample = call.element("sample")
    path = call.state.content_of(sample["sample_id"])
    if path is None or not path.exists():
        raise NotFoundError
    password = call.params.get("encryption_password") or call.state.settings.sample_password
    data = encrypted_zip({sample["sample_filename"]: path.read_bytes()}, password)
    return binary(data, f"{sample['sample_sha256hash']}.zip")


def _exported(call: Call) -> tuple[Any, bool]:
    sample = call.element("sample")
    everything = boolean(call.params, "all_artifacts", default=False)
    return aggregated(call.state, "ioc", sample["sample_id"]).findings.iocs, everything


def _csv(call: Call) -> Response:
    iocs, everything = _exported(call)
    return binary(as_csv(iocs, all_artifacts=everything), "iocs.csv")


def _stix(call: Call) -> Response:
    iocs, everything = _exported(call)
    return binary(as_stix(iocs, call.state.stamp(), all_artifacts=everything), "iocs.json")


_CHOICE = (Parameter("filename"), Parameter("filenames"), _PASSWORD)
_EVERYTHING = (Parameter("all_artifacts"),)
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/sample/{number:id}/file", _file, "The sample, zipped.", "binary", "Samples", (_PASSWORD,)
    ),
    Endpoint("GET", "/sample/{number:id}/report", _report, "The sample's report (PDF).", "binary", "Samples"),
    Endpoint("GET", "/sample/{number:id}/iocs/csv", _csv, "IOCs as CSV.", "binary", "Samples", _EVERYTHING),
    Endpoint(
        "GET", "/sample/{number:id}/iocs/stix", _stix, "IOCs as STIX.", "binary", "Samples", _EVERYTHING
    ),
    *(
        endpoint
        for base in ("/analysis/{number:id}/archive", "/analysis/job/{job_id:id}/archive")
        for endpoint in (
            Endpoint("GET", base, _archive, "The analysis archive.", "binary", "Analyses", _CHOICE),
            Endpoint(
                "GET",
                f"{base}/{{member:path}}",
                _member,
                "One member of the analysis archive.",
                "binary",
                "Analyses",
                (_PASSWORD,),
            ),
        )
    ),
)
