"""The requests of VMRay's REST API that use quota and are no submissions: each is sent once."""

from __future__ import annotations

from ...core.api.vmray_models import Job, Json, objects, text_of
from ...core.api.vmray_request_errors import InvalidResponseError, RequestRejectedError
from ...core.api.vmray_text import one_line
from ...core.api.vmray_transport import Transport


class BilledRequests:
    """The part of the client that uses quota."""

    _transport: Transport

    def unlock_reports(self, sample_id: int) -> list[int]:
        """Unlock the reports of a sample, once; return the ids of the analyses that VMRay unlocked.

        Raises:
            RequestRejectedError: VMRay unlocked nothing and returned a reason.
            NotFoundError: There is no sample, or the server does not offer this request.
        """
        data: Json = self._transport.post_once(f"/sample/{sample_id}/unlock_reports", {}).data
        _check_not_rejected(data, "unlocked_analysis_ids")
        ids = data.get("unlocked_analysis_ids")
        if not isinstance(ids, list) or not all(isinstance(each, int) for each in ids):
            raise InvalidResponseError("VMRay's response does not contain the unlocked analyses")
        return ids

    def reanalyze(self, analysis_id: int) -> Job:
        """Repeat an analysis, once; return the job of the new analysis.

        Raises:
            RequestRejectedError: VMRay started no job and returned a reason.
            NotFoundError: There is no analysis with this id.
        """
        data: Json = self._transport.post_once(f"/analysis/{analysis_id}/reanalyze", {}).data
        _check_not_rejected(data, "job_id")
        return Job.from_json(data)


def _check_not_rejected(data: Json, result: str) -> None:
    """Check that a response without a result has no reason why there is none.

    Raises:
        RequestRejectedError: It has: nothing was done (inferred: a submission is rejected in this form).
    """
    reasons = [text for each in objects(data.get("errors")) if (text := text_of(each, "error_msg"))]
    if reasons and not data.get(result):
        raise RequestRejectedError(f"VMRay rejected the request: {one_line(reasons[0])}", not_executed=True)
