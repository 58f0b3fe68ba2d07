"""All requests that the actions make: how each is recognised, and which of its fields may be odd."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vmray_emulator.request_log import RecordedRequest

_STRANGE: Final[Mapping[str, Any]] = {"<img src=x>": ["\u202e", None, {"deep": [[]]}]}


@dataclass(frozen=True, slots=True)
class Request:
    """One kind of request.

    Attributes:
        name: As it stands in the table.
        method: HTTP method.
        path: Pattern of the whole path.
        query: Names of query parameters that tell it from others with the same path.
        missing: Dotted paths of the answer whose loss is the fault "missing field".
        null: Dotted paths that are null in the fault "null for a list".
    """

    name: str
    method: str
    path: str
    query: tuple[str, ...] = ()
    missing: tuple[str, ...] = ("data",)
    null: tuple[str, ...] = ("data",)
    unknown: tuple[str, ...] = field(default=("x_unknown",))

    def is_made_by(self, seen: RecordedRequest) -> bool:
        """Whether a request that VMRay saw is of this kind."""
        return (
            seen.method == self.method
            and re.fullmatch(self.path, seen.path) is not None
            and set(self.query) <= set(seen.query)
        )

    @property
    def patches(self) -> Mapping[str, Mapping[str, Any]]:
        """The faults that change its answer."""
        return {
            "missing": {"kind": "patch", "remove": list(self.missing)},
            "unknown": {"kind": "patch", "set": dict.fromkeys(self.unknown, _STRANGE)},
            "null": {"kind": "patch", "set": dict.fromkeys(self.null)},
        }


_N: Final = r"[0-9]+"
_OBJECT: Final = ("x_unknown", "data.x_unknown")
_LISTS: Final = ("sample_classifications", "sample_threat_names", "sample_child_sample_ids")
_SAMPLE_LISTS: Final = tuple(f"data.{name}" for name in _LISTS)
_IOC_LISTS: Final = ("domains", "emails", "files", "ips", "mutexes", "processes", "registry", "urls")

ACCESS: Final = Request("access", "GET", "/rest/analysis", ("_limit",))
TAG: Final = Request("tag", "POST", f"/rest/submission/{_N}/tag", missing=("result",))
TAG_IN_PATH: Final = Request("tag in the path", "POST", f"/rest/submission/{_N}/tag/.+", missing=("result",))
BY_HASH: Final = Request(
    "sample by hash",
    "GET",
    "/rest/sample/(md5|sha1|sha256)/[0-9a-f]+",
    missing=("data.0.sample_id",),
    null=tuple(f"data.0.{name}" for name in _LISTS),
    unknown=("x_unknown", "data.0.x_unknown"),
)
IOCS: Final = Request(
    "IOCs",
    "GET",
    f"/rest/sample/{_N}/iocs",
    null=tuple(f"data.iocs.{name}" for name in _IOC_LISTS),
    unknown=_OBJECT,
)
INDICATORS: Final = Request(
    "threat indicators", "GET", f"/rest/sample/{_N}/vtis", null=("data.threat_indicators",), unknown=_OBJECT
)
LOCKS: Final = Request("analyses of a sample", "GET", f"/rest/analysis/sample/{_N}")
REST: Final = Request("rest of a list", "GET", f"/rest/continuation/{_N}", missing=("result",))
EARLIER: Final = Request(
    "earlier submissions", "GET", "/rest/submission", ("submission_submission_metadata",)
)
SUBMIT: Final = Request(
    "submit",
    "POST",
    "/rest/sample/submit",
    missing=("data.submissions",),
    null=("data.submissions",),
    unknown=("x_unknown", "data.x_unknown", "data.submissions.0.x_unknown"),
)
POLL: Final = Request(
    "submission",
    "GET",
    f"/rest/submission/{_N}",
    missing=("data.submission_sample_id",),
    null=("data.submission_tags",),
    unknown=_OBJECT,
)
WINDOW: Final = Request("submissions together", "GET", "/rest/submission", ("_min_id", "_max_id"))
CHILDREN: Final = Request("children", "GET", "/rest/submission", ("submission_parent_submission_id",))
OF_SAMPLE: Final = Request("submissions of a sample", "GET", f"/rest/submission/sample/{_N}")
SAMPLE: Final = Request(
    "sample", "GET", f"/rest/sample/{_N}", missing=("data.sample_id",), null=_SAMPLE_LISTS, unknown=_OBJECT
)
ANALYSES: Final = Request("analyses of a submission", "GET", f"/rest/analysis/submission/{_N}")
NEWEST: Final = Request("newest submissions", "GET", "/rest/submission", ("_limit", "_order"))
LIMITS: Final = Request(
    "limits",
    "GET",
    "/rest/system_info",
    missing=("data.webif_max_sample_size",),
    null=("data.webif_max_sample_size",),
)

_DETONATION: Final = (
    EARLIER, SUBMIT, POLL, WINDOW, CHILDREN, REST, OF_SAMPLE, SAMPLE, ANALYSES, NEWEST
)  # fmt: skip  # a row of the table is a line
REQUESTS: Final[Mapping[str, tuple[Request, ...]]] = {
    "Ping": (ACCESS,),
    "Add Tag to Submission": (TAG, TAG_IN_PATH),
    "Scan Hash": (BY_HASH, IOCS, INDICATORS, LOCKS, REST),
    "Scan URL": (*_DETONATION, IOCS, INDICATORS, LOCKS),
    "Upload File And Get Report": (LIMITS, *_DETONATION, BY_HASH),
}


def request_of(action: str, seen: RecordedRequest) -> Request:
    """The kind of a request that an action made.

    Raises:
        LookupError: It is of none; the table knows nothing of it.
    """
    for request in REQUESTS[action]:
        if request.is_made_by(seen):
            return request
    raise LookupError(
        f"{action} made a request that the table does not know: {seen.method} {seen.path} {dict(seen.query)}"
    )
