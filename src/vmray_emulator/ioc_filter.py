"""The filter of an IOC request: type, verdict, severity, and whether artifacts are included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from vmray_emulator.errors import ApiError, NotFoundError
from vmray_emulator.findings import IOC_LISTS, SEVERITIES
from vmray_emulator.submit_form import boolean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vmray_emulator.findings import IocSpec

IOC_FILTERS: Final = ("all_artifacts", "type", "severity", "verdict")


@dataclass(frozen=True, slots=True)
class IocFilter:
    """Which IOCs a request asks for.

    Attributes:
        all_artifacts: Whether artifacts that are no IOCs are included.
        list_name: Only the IOCs of this list, or None for all.
        verdict: Only this verdict. `null` means no verdict (vendor's OpenAPI document).
        severity: Only this severity.
    """

    all_artifacts: bool = False
    list_name: str | None = None
    verdict: str | None = None
    severity: str | None = None

    @classmethod
    def read(cls, params: Mapping[str, str], path: str = "") -> Self:
        """Read the filters of the query (`ioc_verdict=…`) and of the path (`verdict/…/type/…`).

        A type has its name in the plural (documented) or in the singular (older clients).

        Raises:
            ApiError: 404, the path has another filter. 400, a value is not allowed.
        """
        given = {name: params[f"ioc_{name}"] for name in IOC_FILTERS if f"ioc_{name}" in params}
        if "all_artifacts" in params:
            given["all_artifacts"] = params["all_artifacts"]
        given |= _path_filters(path)
        kind = given.get("type")
        names = {name: name for name in IOC_LISTS} | {one: name for name, one in IOC_LISTS.items()}
        if kind is not None and kind not in names:
            raise ApiError(400, 'Parameter "ioc_type" is no type of IOC')
        return cls(
            boolean(given, "all_artifacts", default=False),
            None if kind is None else names[kind],
            given.get("verdict"),
            given.get("severity"),
        )

    def of(self, list_name: str, iocs: Mapping[str, list[IocSpec]]) -> list[IocSpec]:
        """Return the IOCs of a list that the request asks for."""
        if self.list_name not in (None, list_name):
            return []
        return [spec for spec in iocs.get(list_name, []) if self._wants(spec)]

    def _wants(self, spec: IocSpec) -> bool:
        verdict = spec["verdict"]
        return (
            (self.all_artifacts or spec.get("ioc", True))
            and self.verdict in (None, verdict or "null")
            and self.severity in (None, SEVERITIES.get(verdict, ("unknown", None))[0])
        )


def _path_filters(path: str) -> dict[str, str]:
    segments = [part for part in path.split("/") if part]
    if len(segments) % 2 or any(name not in IOC_FILTERS for name in segments[::2]):
        raise NotFoundError
    return dict(zip(segments[::2], segments[1::2], strict=True))
