"""Downloads: analysis archives, screenshots, reports, samples, exports of IOCs."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from vmray_emulator.aggregation import aggregated
from vmray_emulator.analysis_archive import archive_members, report_pdf, whole_archive
from vmray_emulator.endpoints.api_request import ApiRequest, Endpoint, Parameter, binary
from vmray_emulator.endpoints.samples import IOC_QUERY
from vmray_emulator.errors import ApiError, NotFoundError
from vmray_emulator.ioc_exports import as_csv, as_stix
from vmray_emulator.ioc_filter import IocFilter
from vmray_emulator.screenshots import screenshot_members
from vmray_emulator.store import column
from vmray_emulator.submit_form import boolean
from vmray_emulator.versions import V2023_4_0
from vmray_emulator.zipcrypto import encrypted_zip, noise_like_aes, zipped

if TYPE_CHECKING:
    from starlette.responses import Response

    from vmray_emulator.findings import IocSpec
    from vmray_emulator.store import Record

_SCREENSHOTS = "screenshots"
_PASSWORD = Parameter("encryption_password")


def _analysis(request: ApiRequest) -> Record:
    """Return the analysis whose id, or whose job id, is in the path."""
    if "number" in request.path:
        analysis = request.element("analysis")
    else:
        where = f"{column('analysis_job_id')} = ?"
        found = request.state.store.select("analysis", where, (request.path["job_id"],))
        if not found:
            raise NotFoundError
        analysis = found[0]
    if analysis["analysis_result_code"] != 1:
        raise NotFoundError
    return analysis


def _members(request: ApiRequest, analysis: Record) -> dict[str, bytes]:
    """Return all members of an archive.

    Raises:
        ApiError: 403, the report is locked (a real server may return 404, this is not known).
    """
    if analysis["analysis_lock_status"] != "unlocked":
        raise ApiError(403, "The report is locked")
    sample = request.state.store.get("sample", analysis["analysis_sample_id"])
    if sample is None:
        raise NotFoundError
    findings = request.state.findings(sample["sample_id"])
    return archive_members(sample, analysis, findings, request.state.settings.download_bytes)


def _pictures(request: ApiRequest, analysis: Record) -> dict[str, bytes]:
    findings = request.state.findings(analysis["analysis_sample_id"])
    return screenshot_members(analysis, findings, request.state.settings.download_bytes)


def _screenshots(request: ApiRequest, analysis: Record) -> Response:
    """Return the screenshots as an archive: since 2023.4.0, not for static analyses (vendor's client)."""
    members = _pictures(request, analysis)
    if not members or request.state.version < V2023_4_0:
        raise NotFoundError
    return binary(zipped(members, request.params.get("encryption_password")), "screenshots.zip")


def _archive(request: ApiRequest) -> Response:
    """Return the archive, or the members that `filename` and `filenames` choose."""
    analysis = _analysis(request)
    if request.params.get("filename") == _SCREENSHOTS:
        return _screenshots(request, analysis)
    members = _members(request, analysis)
    patterns = [one for one in request.params.get("filenames", "").split(",") if one]
    patterns += [request.params["filename"]] if request.params.get("filename") else []
    if patterns:
        members = {
            name: data
            for name, data in members.items()
            if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
        }
        if not members:
            raise NotFoundError
        return binary(_zipped(request, members), "archive.zip")
    data = whole_archive(members, analysis["analysis_size"], request.params.get("encryption_password"))
    return binary(data, "archive.zip")


def _zipped(request: ApiRequest, members: dict[str, bytes]) -> bytes:
    """Zip members; without a password, with the cipher that the settings choose."""
    settings = request.state.settings
    password = request.params.get("encryption_password")
    if password is None and settings.archive_cipher == "aes":
        return noise_like_aes(members)
    own = settings.sample_password if settings.archive_cipher == "traditional" else None
    return zipped(members, password or own)


def _member(request: ApiRequest) -> Response:
    """Return one member unchanged.

    Screenshots of a locked report are readable (vendor's client, not verified).
    """
    analysis, name = _analysis(request), request.path["member"]
    if name == _SCREENSHOTS:
        return _screenshots(request, analysis)
    open_to_all = name.startswith(f"{_SCREENSHOTS}/")
    data = (_pictures(request, analysis) if open_to_all else _members(request, analysis)).get(name)
    if data is None:
        raise NotFoundError
    return binary(data, name.rsplit("/", 1)[-1])


def _report(request: ApiRequest) -> Response:
    sample = request.element("sample")
    where = f"{column('analysis_sample_id')} = ? AND {column('analysis_result_code')} = 1"
    analyses = request.state.store.select("analysis", where, (sample["sample_id"],))
    if not analyses:
        raise NotFoundError
    if all(analysis["analysis_lock_status"] != "unlocked" for analysis in analyses):
        raise ApiError(403, "The report is locked")
    findings = request.state.findings(sample["sample_id"])
    return binary(report_pdf(sample, findings, request.state.settings.download_bytes), "report.pdf")


def _file(request: ApiRequest) -> Response:
    """Return the sample in an encrypted ZIP with exactly one member."""
    sample = request.element("sample")
    path = request.state.content_of(sample["sample_id"])
    if path is None or not path.exists():
        raise NotFoundError
    password = request.params.get("encryption_password") or request.state.settings.sample_password
    data = encrypted_zip({sample["sample_filename"]: path.read_bytes()}, password)
    return binary(data, f"{sample['sample_sha256hash']}.zip")


def _iocs(request: ApiRequest) -> dict[str, list[IocSpec]]:
    sample = request.element("sample")
    return aggregated(request.state, "ioc", sample["sample_id"]).findings.iocs


def _csv(request: ApiRequest) -> Response:
    """Return IOCs as CSV, with the filters of `/iocs`."""
    return binary(as_csv(_iocs(request), IocFilter.read(request.params)), "iocs.csv")


def _stix(request: ApiRequest) -> Response:
    """Return IOCs as STIX. Its only filter is `all_artifacts` (vendor's OpenAPI document)."""
    everything = boolean(request.params, "all_artifacts", default=False)
    data = as_stix(_iocs(request), request.state.stamp(), IocFilter(all_artifacts=everything))
    return binary(data, "iocs.json")


_CHOICE = (Parameter("filename"), Parameter("filenames"), _PASSWORD)
_EVERYTHING = (Parameter("all_artifacts"),)
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/sample/{number:id}/file", _file, "The sample, zipped.", "binary", "Samples", (_PASSWORD,)
    ),
    Endpoint("GET", "/sample/{number:id}/report", _report, "The sample's report (PDF).", "binary", "Samples"),
    Endpoint("GET", "/sample/{number:id}/iocs/csv", _csv, "IOCs as CSV.", "binary", "Samples", IOC_QUERY),
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
