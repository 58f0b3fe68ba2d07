"""What IOCs are called: the name of each, and the title of each type."""

from __future__ import annotations

from typing import Final

from ...core.api.vmray_models import Json, objects, text_of, texts

_NAME_FIELD: Final = {
    "domains": "domain",
    "ips": "ip_address",
    "mutexes": "mutex_name",
    "registry": "reg_key_name",
    "urls": "url",
}


def ioc_names(ioc_type: str, ioc: Json) -> list[str]:
    """Return what names an IOC; usually one text.

    Files are named by their SHA-256, which is in the nested ``hashes``; e-mails by their sender, as there is no
    ``email`` field in VMRay's own objects, and not by their recipients, who are the victims; processes by their names,
    else by their command line.
    """
    match ioc_type:
        case "files":
            hashes = [text_of(each, "sha256_hash") for each in objects(ioc.get("hashes"))]
            names = hashes if any(hashes) else [text_of(ioc, "filename")]
        case "emails":
            names = [text_of(ioc, "email"), text_of(ioc, "sender")]
        case "processes":
            names = texts(ioc.get("process_names")) or [text_of(ioc, "cmd_line")]
        case _:
            names = [text_of(ioc, _NAME_FIELD[ioc_type])]
    return [name for name in dict.fromkeys(names) if name]


def title_of(ioc_type: str) -> str:
    """Return the name of an IOC type as people write it."""
    return {"ips": "IPs", "urls": "URLs"}.get(ioc_type, ioc_type.capitalize())
