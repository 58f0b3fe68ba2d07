"""The names of IOCs, and the titles of their types."""

from __future__ import annotations

from typing import Final

from ...core.api.vmray_models import Json, objects, text_of, texts

_NAME_FIELD: Final = {
    "domains": "domain",
    "email_addresses": "email_address",
    "filenames": "filename",
    "ips": "ip_address",
    "mutexes": "mutex_name",
    "registry": "reg_key_name",
    "urls": "url",
}


def ioc_names(ioc_type: str, ioc: Json) -> list[str]:
    """Return the names of an IOC; usually one text.

    The name of a file is its SHA-256, which is in the nested ``hashes``. The name of an e-mail is its sender: VMRay's
    objects have no ``email`` field, and the recipients are the victims. The name of a process is its name, else its
    command line.
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
    """Return the readable name of an IOC type."""
    return {"ips": "IPs", "urls": "URLs"}.get(ioc_type, ioc_type.replace("_", " ").capitalize())
