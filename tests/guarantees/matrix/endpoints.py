"""The endpoints of VMRay's requests, and the fields that faults change in a response."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tests.support.outcome import HARMLESS, REFUSED, RETRIED

from vmray_emulator.routes import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vmray_emulator.request_log import RecordedRequest

Identity: TypeAlias = tuple[str, str, tuple[tuple[str, str], ...]]

_UNKNOWN_VALUE: Final[Mapping[str, Any]] = {"<img src=x>": ["\u202e", None, {"deep": [[]]}]}


@dataclass(frozen=True, slots=True)
class Odd:
    """The fields of a response that the faults "missing field" and "null for a list" change.

    Attributes:
        missing: The dotted path of the field that is removed.
        missing_is: The kind of the first fault (see `policy.py`).
        null: The dotted paths of the fields that become null.
        null_is: The kind of the second fault.
        unknown: The dotted paths of unknown fields that are added.
        is_file: Whether the response is a file, which has no fields that a fault could change.
    """

    missing: str = "data"
    missing_is: str = RETRIED
    null: tuple[str, ...] = ("data",)
    null_is: str = RETRIED
    unknown: tuple[str, ...] = ("x_unknown",)
    is_file: bool = False

    @property
    def patches(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the faults that change the response, by name."""
        return {
            "missing": {"kind": "patch", "remove": [self.missing]},
            "unknown": {"kind": "patch", "set": dict.fromkeys(self.unknown, _UNKNOWN_VALUE)},
            "null": {"kind": "patch", "set": dict.fromkeys(self.null)},
        }


_OBJECT: Final = ("x_unknown", "data.x_unknown")
_LISTS: Final = ("sample_classifications", "sample_threat_names", "sample_child_sample_ids")
_IOC_LISTS: Final = ("domains", "emails", "files", "ips", "mutexes", "processes", "registry", "urls")
_INDICATORS: Final = Odd(null=("data.threat_indicators",), null_is=HARMLESS, unknown=_OBJECT)
_TAGGED: Final = Odd(missing="result")
_FILE: Final = Odd(missing_is=HARMLESS, null_is=HARMLESS, is_file=True)
# For an endpoint that is not in this table, `data` is missing or null.
_ODD: Final[Mapping[str, Odd]] = {
    "POST /submission/{id}/tag": _TAGGED,
    "POST /submission/{id}/tag/{tag}": _TAGGED,
    "GET /continuation/{id}": Odd(missing="result"),
    "GET /sample/{hash}/{id}": Odd(
        "data.0.sample_id",
        REFUSED,
        tuple(f"data.0.{name}" for name in _LISTS),
        HARMLESS,
        ("x_unknown", "data.0.x_unknown"),
    ),
    "GET /sample/{id}": Odd(
        "data.sample_id", REFUSED, tuple(f"data.{name}" for name in _LISTS), HARMLESS, _OBJECT
    ),
    "GET /sample/{id}/iocs": Odd(
        null=tuple(f"data.iocs.{name}" for name in _IOC_LISTS), null_is=HARMLESS, unknown=_OBJECT
    ),
    "GET /sample/{id}/vtis": _INDICATORS,
    "GET /submission/{id}/vtis": _INDICATORS,
    "GET /analysis/{id}/vtis": _INDICATORS,
    "GET /submission/{id}": Odd(
        "data.submission_sample_id", REFUSED, ("data.submission_tags",), HARMLESS, _OBJECT
    ),
    "GET /system_info": Odd(
        "data.webif_max_sample_size", HARMLESS, ("data.webif_max_sample_size",), HARMLESS, _OBJECT
    ),
    "POST /sample/submit": Odd(
        "data.submissions", null=("data.submissions",), unknown=(*_OBJECT, "data.submissions.0.x_unknown")
    ),
}


def odd_fields(endpoint: str) -> Odd:
    """Return the fields of the endpoint's response that faults change."""
    return _FILE if _is_file(endpoint) else _ODD.get(endpoint, Odd())


@cache
def _is_file(endpoint: str) -> bool:
    method, path = endpoint.partition("?")[0].split(" ")
    path = path.replace("{id}", "1")
    return any(
        one.method == method and one.response == "binary" and _pattern(one.path).fullmatch(path)
        for one in ENDPOINTS
    )


def endpoint_of(seen: RecordedRequest) -> str:
    """Return the endpoint of a request: method, path without ids and hashes, and the names in the query."""
    path = _template(seen.method, seen.path.removeprefix("/rest"))
    return f"{seen.method} {path}{'?' if seen.query else ''}{'&'.join(sorted(seen.query))}"


def identity_of(seen: RecordedRequest) -> Identity:
    """Return the parts of a request that are equal in each of its attempts."""
    return seen.method, seen.path, tuple(sorted(seen.query.items()))


@cache
def _template(method: str, path: str) -> str:
    """Return the path as in the emulator's table of routes, which has all endpoints."""
    for one in ENDPOINTS:
        if one.method == method and (match := _pattern(one.path).fullmatch(path)):
            given = match.groupdict()
            for name in re.findall(r"\{([^}:]*)", one.path):
                if name == "member":  # a file with a name of its own is an endpoint of its own
                    path = _PICTURE.sub("{picture}", path)
                    continue
                placeholder = f"{{{_PLACEHOLDERS.get(name, name)}}}"
                if name == "column":
                    placeholder = "{hash}" if given[name] in _HASHES else given[name]
                path = path.replace(f"/{given[name]}", f"/{placeholder}", 1)
            return path
    return path


_PLACEHOLDERS: Final = {"number": "id", "value": "id"}
_PICTURE: Final = re.compile(r"[0-9a-f]{40}\.png$")
_HASHES: Final = ("md5", "sha1", "sha256")  # one endpoint for all types of hashes


@cache
def _pattern(route: str) -> re.Pattern[str]:
    return re.compile(
        re.sub(
            r"\{([^}:]*):?([^}]*)\}",
            lambda match: f"(?P<{match[1]}>{ {'path': '.+', 'id': '[0-9]+'}.get(match[2], '[^/]+') })",
            route,
        )
    )
