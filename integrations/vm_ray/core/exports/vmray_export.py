"""What an export is made of: IOCs with their times, the samples, and the IOCs that a format does not accept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from ...core.api.vmray_models import Json
from ...core.api.vmray_protocol import is_utf8_encodable
from ...core.exports.vmray_gated_iocs import DatedIoc
from ...core.exports.vmray_ioc_gate import DroppedIoc
from ...core.exports.vmray_ioc_hosts import address_of, is_domain, is_url, usual_host
from ...core.results.vmray_ioc_rows import IocName, IocRow

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_EMAIL: Final = re.compile(r"[^\s@<>\",;:()\[\]\\]+@([^\s@]+)")
_HIVES: Final = (
    "HKEY_CLASSES_ROOT",
    "HKEY_CURRENT_CONFIG",
    "HKEY_CURRENT_USER",
    "HKEY_LOCAL_MACHINE",
    "HKEY_USERS",
)
NO_UTF8: Final = "contains characters that have no form in UTF-8"
NOT_PLAIN: Final = "contains line ends or control characters"


class ExportedSample(NamedTuple):
    """A sample with IOCs.

    Attributes:
        link: VMRay's own address of the sample; None if there is none.
        threat_names: VMRay's names of the threat.
        techniques: VMRay's MITRE ATT&CK techniques.
        note: Why the techniques could not be read.
    """

    link: str | None = None
    threat_names: Sequence[str] = ()
    techniques: Sequence[Json] = ()
    note: str = ""


class Export(NamedTuple):
    """What a format writes: the IOCs, the most important first, and the samples by their id."""

    iocs: Sequence[DatedIoc]
    samples: Mapping[int, ExportedSample]

    @property
    def title(self) -> str:
        """Our own name for the samples."""
        names = list(self.samples)
        return f"VMRay sample {names[0]}" if len(names) == 1 else f"VMRay: {len(names)} samples"

    def accepted(self, problem: Callable[[DatedIoc], str]) -> tuple[list[DatedIoc], list[DroppedIoc]]:
        """Return the IOCs that a format accepts, and the others with the reason.

        Args:
            problem: Returns why the format does not accept an IOC; empty if it does.
        """
        kept, left_out = [], []
        for ioc in self.iocs:
            reason = problem(ioc) if is_utf8_encodable(ioc.row.name.value) else NO_UTF8
            if reason:
                left_out.append(DroppedIoc(ioc.row, reason))
            else:
                kept.append(ioc)
        return kept, left_out


class Written(NamedTuple):
    """An export in one format.

    Attributes:
        content: The content of the file.
        left_out: The IOCs that the format does not accept.
        queries: The searches of the file, if the format has searches.
    """

    content: bytes
    left_out: Sequence[DroppedIoc]
    queries: Sequence[str] = ()


def problem_of_value(row: IocRow) -> str:
    """Return why other tools refuse the value of an IOC as one of its type; empty if they do not."""
    check = _CHECKS.get(row.name.kind)
    return check(row) if check else ""


def usual_value(name: IocName) -> str:
    """Return a value in its usual spelling, that of logs: a name in ASCII, an address in its short form, a hash."""
    match name.kind:
        case "domains" | "ips":
            return usual_host(name.value)
        case "files":
            return name.value.lower()
        case _:
            return name.value


def has_control_characters(text: str) -> bool:
    """Return whether a text is more than one line, or contains characters that control something."""
    return _CONTROL.search(text) is not None


def utf8_texts(values: Iterable[str]) -> list[str]:
    """Return the texts that are not empty and have a form in UTF-8, each once."""
    return [each for each in dict.fromkeys(values) if each.strip() and is_utf8_encodable(each)]


def _domain(row: IocRow) -> str:
    return "" if is_domain(usual_host(row.name.value)) else "not a domain"


def _address(row: IocRow) -> str:
    is_plain = not {"%", "["} & set(row.name.value)
    return "" if is_plain and address_of(row.name.value) is not None else "not an IP address"


def _url(row: IocRow) -> str:
    return "" if is_url(row.name.value) and not has_control_characters(row.name.value) else "not a URL"


def _file(row: IocRow) -> str:
    return "" if row.content_hashes and _is_hash(row.content_hashes[0]) else "no MD5, SHA-1 or SHA-256 hash"


def _is_hash(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}", text) is not None


def _email_address(row: IocRow) -> str:
    found = _EMAIL.fullmatch(row.name.value)
    return "" if found and is_domain(usual_host(found[1])) else "not an e-mail address"


def _registry_key(row: IocRow) -> str:
    is_key = row.name.value.partition("\\")[0].upper() in _HIVES
    return "" if is_key else "not a registry key that begins with the name of a hive"


_CHECKS: Final[Mapping[str, Callable[[IocRow], str]]] = {
    "domains": _domain,
    "ips": _address,
    "urls": _url,
    "files": _file,
    "email_addresses": _email_address,
    "emails": _email_address,
    "registry": _registry_key,
}
