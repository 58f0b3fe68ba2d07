"""The client of VMRay's REST API: each method is one operation on one transport.

The client does not depend on Google SecOps: a command line, a pipeline or a notebook can use it as well.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from typing import Any, Final

from ...core.api.vmray_billed_requests import BilledRequests
from ...core.api.vmray_downloads import Downloads
from ...core.api.vmray_errors import DeadlineError, UnsupportedSubjectError
from ...core.api.vmray_hash import hash_subject
from ...core.api.vmray_models import (
    Aggregate,
    Analysis,
    BillingInfo,
    Job,
    Json,
    KeyQuota,
    Sample,
    Submission,
    SubmitResponse,
    SystemInfo,
    text_of,
)
from ...core.api.vmray_pagination import objects_of, read_list
from ...core.api.vmray_protocol import Response, is_utf8_encodable, quote_segment
from ...core.api.vmray_request_errors import (
    ForeignResponseError,
    InvalidResponseError,
    NotFoundError,
    PermissionDeniedError,
    RequestError,
    RequestRejectedError,
)
from ...core.api.vmray_submit_options import SubmitOptions

OTHER_TAG_FORM: Final = (404, 405)
CUT_OFF: Final = "VMRay truncated the list"


class Client(Downloads, BilledRequests):
    """VMRay's REST API; the methods can be called from several threads."""

    def server_time(self) -> float:
        """Return the time of the server's clock in Unix seconds; this machine's time before the first response."""
        return self._transport.server_time

    def with_timeout(self, seconds: float) -> Client:
        """Return a client for the same server whose exchanges take at most so many seconds each."""
        return Client(self._transport.with_timeout(seconds))

    def check_access(self) -> None:
        """Send the smallest request that needs a valid key with the permission to see analyses."""
        objects_of(self._transport.get("/analysis", {"_limit": "1"}, list))

    def get_max_sample_size(self) -> int | None:
        """Return the size limit of a sample in bytes; None if the server does not return it (403 before 2022).

        The limit is only for a clearer error message: the server itself rejects larger samples.
        """
        try:
            return self.get_system_info().max_sample_size
        except (RequestError, DeadlineError) as error:
            if error.is_fatal and not isinstance(error, PermissionDeniedError):
                raise
            return None

    def get_system_info(self) -> SystemInfo:
        """Read the version and the limits of the server."""
        return SystemInfo.from_json(self._item("/system_info"))

    def get_key_quota(self) -> KeyQuota:
        """Read the quota of the API key."""
        return KeyQuota.from_json(self._item("/api_key/quota"))

    def get_billing_info(self) -> BillingInfo:
        """Read the plan of the API key and its quotas."""
        return BillingInfo.from_json(self._item("/billing_info"))

    def find_samples(self, file_hash: str) -> list[Sample]:
        """Look up a file by its MD5, SHA-1 or SHA-256; return an empty list if VMRay has no sample.

        Raises:
            UnsupportedSubjectError: The text is not one of the three hashes; no request was sent.
        """
        wanted = hash_subject(file_hash)
        found = [Sample.from_json(item) for item in self._list(f"/sample/{wanted.kind}/{wanted.value}")]
        for each in found:
            _check_same(each.raw.get(f"sample_{wanted.kind}hash") or wanted.value, wanted.value, "sample")
        return found

    def search_samples(self, query: str) -> tuple[list[Sample], bool]:
        """Search for samples, in VMRay's search language (2026.2 and later); the comparison ignores case.

        Returns:
            The samples, and whether VMRay has more than it lists.

        Raises:
            RequestRejectedError: VMRay does not accept the query.
            NotFoundError: The server has no search.
        """
        found, truncated = read_list(self._transport, "/sample/search", {"query": query})
        return [Sample.from_json(item) for item in found], truncated

    def search_submissions(self, query: str) -> tuple[list[Submission], bool]:
        """Search for submissions; what is returned and the errors are as for ``search_samples``."""
        found, truncated = read_list(self._transport, "/submission/search", {"query": query})
        return [Submission.from_json(item) for item in found], truncated

    def get_sample(self, sample_id: int) -> Sample:
        """Read one sample."""
        found = Sample.from_json(self._item(f"/sample/{sample_id}"))
        _check_same(found.sample_id, sample_id, "sample")
        return found

    def get_iocs(self, sample_id: int) -> Aggregate:
        """Read the IOCs of a sample: ``content`` is VMRay's object of lists by type."""
        return self._aggregate(f"/sample/{sample_id}/iocs", "iocs", dict)

    def get_artifacts(self, sample_id: int) -> Aggregate:
        """Read the IOCs of a sample together with the artifacts that are no IOCs."""
        return self._aggregate(f"/sample/{sample_id}/iocs", "iocs", dict, {"all_artifacts": "true"})

    def get_threat_indicators(self, sample_id: int) -> Aggregate:
        """Read the threat indicators of a sample: ``content`` is VMRay's list."""
        return self._threat_indicators(f"/sample/{sample_id}")

    def get_threat_indicators_of_submission(self, submission_id: int) -> Aggregate:
        """Read the threat indicators of a submission."""
        return self._threat_indicators(f"/submission/{submission_id}")

    def get_threat_indicators_of_analysis(self, analysis_id: int) -> Aggregate:
        """Read the threat indicators of an analysis."""
        return self._threat_indicators(f"/analysis/{analysis_id}")

    def get_techniques(self, sample_id: int) -> Aggregate:
        """Read the MITRE ATT&CK techniques of a sample, each with the threat indicators that prove it."""
        return self._aggregate(f"/sample/{sample_id}/mitre_attack", "mitre_attack_techniques", list)

    def get_threat_names(self, sample_id: int) -> Json:
        """Read the threat names of a sample and of its child samples (children since 2026.2)."""
        return self._item(f"/sample/{sample_id}/threat_names")

    def get_classifications(self, sample_id: int) -> Json:
        """Read the classifications of a sample and of its child samples (children since 2026.2)."""
        return self._item(f"/sample/{sample_id}/classifications")

    def get_submission(self, submission_id: int) -> Submission:
        """Read one submission."""
        found = Submission.from_json(self._item(f"/submission/{submission_id}"))
        _check_same(found.submission_id, submission_id, "submission")
        return found

    def list_submissions_between(self, first_id: int, last_id: int) -> list[Submission]:
        """Read the submissions in a range of ids, both ends included (the upper end is inferred)."""
        query = {"_min_id": str(first_id), "_max_id": str(last_id)}
        return [Submission.from_json(item) for item in self._list("/submission", query)]

    def find_submissions_by_metadata(self, metadata: str, is_ours: Callable[[Submission], bool]) -> list[Submission]:
        """Return the submissions with this metadata; a server without this filter returns others, so check each one.

        Pages are read while the last submission is ours: the submissions of an archive can fill more than one page.
        """
        query = {"submission_submission_metadata": metadata}
        found, truncated = self._while_ours(query, is_ours)
        if truncated and all(map(is_ours, found)):
            raise InvalidResponseError(CUT_OFF)
        return found

    def list_newest_submissions(self, limit: int, is_ours: Callable[[Submission], bool]) -> list[Submission]:
        """Return the newest submissions that this key can see, of all users; read further pages while they are ours."""
        return self._while_ours({"_limit": str(limit), "_order": "desc"}, is_ours)[0]

    def list_child_submissions(self, submission_id: int) -> list[Submission]:
        """Return the submissions that VMRay created from one (4.2 and later; earlier servers ignore the filter)."""
        query = {"submission_parent_submission_id": str(submission_id)}
        raw, truncated = read_list(self._transport, "/submission", query)
        found = [Submission.from_json(item) for item in raw]
        mine = [each for each in found if each.parent_id == submission_id]
        if truncated and len(mine) == len(found):  # otherwise the list contains the submissions of all users
            raise InvalidResponseError(CUT_OFF)  # the worst verdict could be in the missing part
        return mine

    def list_submissions_of_sample(self, sample_id: int) -> list[Submission]:
        """Read all submissions of a sample."""
        return [Submission.from_json(item) for item in self._list(f"/submission/sample/{sample_id}")]

    def list_relations_of_sample(self, sample_id: int) -> list[Json]:
        """Read VMRay's rows about a sample and the submissions that it has a relation to.

        Nothing says which end of a row is the parent (inferred), so a row is only a hint.
        """
        return self._list(f"/sample_relation/sample/{sample_id}")

    def get_analysis(self, analysis_id: int) -> Analysis:
        """Read one finished analysis."""
        found = Analysis.from_json(self._item(f"/analysis/{analysis_id}"))
        _check_same(found.analysis_id, analysis_id, "analysis")
        return found

    def get_job(self, job_id: int) -> Job:
        """Read one job.

        Raises:
            NotFoundError: The job has ended, or was deleted: VMRay has no jobs that have ended.
        """
        found = Job.from_json(self._item(f"/job/{job_id}"))
        _check_same(found.job_id, job_id, "job")
        return found

    def list_jobs_of_submission(self, submission_id: int) -> list[Job]:
        """Read the jobs of a submission that have not ended."""
        return [Job.from_json(item) for item in self._list(f"/job/submission/{submission_id}")]

    def list_jobs_of_sample(self, sample_id: int) -> list[Job]:
        """Read the jobs of a sample that have not ended."""
        return [Job.from_json(item) for item in self._list(f"/job/sample/{sample_id}")]

    def list_analyses_of_job(self, job_id: int) -> list[Analysis]:
        """Read the analysis of a job that has ended; empty if the job still runs or was deleted."""
        return [Analysis.from_json(item) for item in self._list(f"/analysis/job/{job_id}")]

    def list_network_schemes(self) -> list[str]:
        """Read the names of the network schemes of the server."""
        return [name for item in self._list("/net_scheme") if (name := text_of(item, "net_scheme_name"))]

    def list_analyses_of_submission(self, submission_id: int) -> list[Analysis]:
        """Read the finished analyses of a submission, failed ones included."""
        return [Analysis.from_json(item) for item in self._list(f"/analysis/submission/{submission_id}")]

    def list_analyses_of_sample(self, sample_id: int) -> list[Analysis]:
        """Read the finished analyses of a sample, failed ones included."""
        return [Analysis.from_json(item) for item in self._list(f"/analysis/sample/{sample_id}")]

    def add_tag(self, kind: str, number: int, tag: str) -> None:
        """Add a tag to a submission or an analysis; adding it twice has the same effect as once (inferred).

        Args:
            kind: ``submission`` or ``analysis``.
            number: The id of the submission or analysis.
            tag: The tag.
        """
        post = self._transport.post_repeatable
        self._change_tag(
            f"/{kind}/{number}/tag",
            tag,
            lambda path: post(path, {"tag_name": tag}),
            lambda path: post(path, {}),
        )

    def remove_tag(self, kind: str, number: int, tag: str) -> bool:
        """Remove a tag from a submission or an analysis; return False if the object exists without the tag.

        VMRay's response for an absent tag is not known. If the response is 404, the object is read.

        Raises:
            NotFoundError: The submission or analysis does not exist.
        """
        delete = self._transport.delete
        try:
            self._change_tag(
                f"/{kind}/{number}/tag",
                tag,
                lambda path: delete(path, {"tag_name": tag}),
                lambda path: delete(path, {}),
            )
        except NotFoundError:
            {"submission": self.get_submission, "analysis": self.get_analysis}[kind](number)
            return False
        return True

    def submit_url(self, url: str, options: SubmitOptions) -> SubmitResponse:
        """Submit a URL, once.

        Raises:
            UnsupportedSubjectError: The URL cannot be written in UTF-8; no request was sent.
        """
        if not is_utf8_encodable(url):
            raise UnsupportedSubjectError("contains characters that cannot be sent to VMRay")
        response = self._transport.post_once("/sample/submit", {"sample_url": url, **options.form()})
        return _submit_response(response)

    def submit_file(self, file: Any, name: str, options: SubmitOptions) -> SubmitResponse:  # noqa: ANN401 - any binary file object
        """Submit a file, once, as a stream.

        Args:
            file: An object with ``read(size)`` and ``len``, the number of bytes that will come.
            name: The name as it is on disk. It is sent in base64, VMRay's own form for non-ASCII names, so that no
                name can break the request or be changed by it. VMRay accepts UTF-8 only: other bytes are escaped.
            options: Tags, comment, metadata.
        """
        # Imported here because only an upload needs it, and importing it takes time.
        from requests_toolbelt import MultipartEncoder  # type: ignore[import-untyped]  # noqa: PLC0415 - untyped; loaded only where a file is sent

        fields = {
            **options.form(),
            "sample_filename_b64enc": base64.b64encode(_in_utf8(name)).decode("ascii"),
            "sample_file": ("@param=sample_filename_b64enc", file, "application/octet-stream"),
        }
        encoder = MultipartEncoder(fields)
        try:
            response = self._transport.post_once("/sample/submit", encoder, encoder.content_type)
        except RequestError as error:
            error.not_executed = error.not_executed or file.len > 0  # VMRay did not receive the whole file
            raise
        return _submit_response(response)

    def _change_tag(
        self, path: str, tag: str, documented: Callable[[str], object], older: Callable[[str], object]
    ) -> None:
        """Send the documented request, which has a field; older servers expect the tag in the path.

        A 404 can mean that the object does not exist or that the server does not support the form, and the page of an
        unknown path may be a web page (inferred). So the other request is sent too, before the object is reported as
        missing.
        """
        try:
            documented(path)
        except (NotFoundError, RequestRejectedError, ForeignResponseError) as error:
            if error.status not in OTHER_TAG_FORM:
                raise
            older(f"{path}/{quote_segment(tag)}")

    def _while_ours(
        self, query: Mapping[str, str], is_ours: Callable[[Submission], bool]
    ) -> tuple[list[Submission], bool]:
        listing = read_list(self._transport, "/submission", query, lambda last: is_ours(Submission.from_json(last)))
        return [Submission.from_json(item) for item in listing.items], listing.truncated

    def _threat_indicators(self, owner: str) -> Aggregate:
        return self._aggregate(f"{owner}/vtis", "threat_indicators", list)

    def _aggregate(self, path: str, field: str, shape: type, query: Mapping[str, str] | None = None) -> Aggregate:
        """Read IOCs or threat indicators; null (from older servers) is an empty list, another type is not."""
        raw = self._item(path, query)
        found = Aggregate.from_json(raw, field)
        is_absent = field not in raw and found.finished  # while VMRay is collecting, the field may be absent (inferred)
        if is_absent or not isinstance(found.content, shape | None):
            raise InvalidResponseError(f"VMRay's response does not contain {field}")
        return found

    def _item(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        data: Json = self._transport.get(path, query).data
        return data

    def _list(self, path: str, query: Mapping[str, str] | None = None) -> list[Json]:
        return read_list(self._transport, path, query).items


def _in_utf8(name: str) -> bytes:
    """Return the name of a file in UTF-8; other bytes of a name on the disk, and half a character, are escaped."""
    try:
        return os.fsencode(name).decode("utf-8", "backslashreplace").encode()
    except UnicodeEncodeError:  # a name that is not from the disk
        return name.encode("utf-8", "backslashreplace")


def _check_same(found: object, requested: object, what: str) -> None:
    """Check that a response is about the requested object: a proxy that mixes up responses could swap two verdicts."""
    if str(found).strip().lower() != str(requested):
        raise InvalidResponseError(f"VMRay returned another {what} than the one requested")


def _submit_response(response: Response) -> SubmitResponse:
    """Read the response to a submit; the result is unknown if it names neither a submission nor a rejection."""
    found = SubmitResponse.from_json(response.data)
    if not any(found):
        raise InvalidResponseError("VMRay's response does not say whether the submission was stored")
    return found
