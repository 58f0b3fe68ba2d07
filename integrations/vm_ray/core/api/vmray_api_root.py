"""The configured address of the VMRay server."""

from __future__ import annotations

import re
import socket
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ...core.api.vmray_errors import ParameterError

_NEVER_IN_HOST: Final = "\\^`{|}<>\"',;!*()[]$+~"
_LONGEST_HOST: Final = 253
_NUMBERS: Final = re.compile(r"[0-9.]+")
ALLOWED: Final = "the address of a VMRay server, such as https://cloud.vmray.com"


def api_root(text: str) -> str:
    """Return the configured "Api Root" in the form ``https://host[:port][/prefix]``.

    A trailing ``/`` or ``/rest`` is accepted, and a missing scheme means https, as in VMRay's own client.

    Raises:
        ParameterError: The text is not an http(s) address of a host, or it contains a user name or a query.
    """
    root = text.strip()
    if root and "://" not in root:
        root = f"https://{root}"
    root = root.rstrip("/").removesuffix("/rest").rstrip("/")
    scheme, separator, rest = root.partition("://")
    root = f"{scheme.lower()}{separator}{rest}"
    if not _is_address(root):
        raise ParameterError("Api Root", "is not the address of a server", ALLOWED)
    return root


def _is_address(root: str) -> bool:
    """Return whether a text is an address with a host that can exist, and without a user name, query or fragment."""
    parts = parts_of(root)
    if parts is None or parts.scheme not in ("http", "https"):
        return False
    return not (parts.username is not None or parts.query or parts.fragment or any(each.isspace() for each in root))


def parts_of(address: str) -> SplitResult | None:
    """Return the parts of an address; None for an address without a host, or with a port or host that is not valid."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        host.encode("idna")  # rejects an empty label and a label of more than 63 characters
        return parts if _is_host(host) and parts.port != 0 else None
    except ValueError:  # UnicodeError is a ValueError
        return None


def _is_host(host: str) -> bool:
    """Return whether a text can be a host; ``https`` is the rest of a misspelled address such as ``https:/host``."""
    if not host.strip(".") or host in ("http", "https") or len(host) > _LONGEST_HOST or set(host) & set(_NEVER_IN_HOST):
        return False
    if ":" in host:
        return True  # an IPv6 address, which can have a zone after ``%``
    return "%" not in host and (_NUMBERS.fullmatch(host) is None or _is_ipv4_address(host))


def _is_ipv4_address(numbers: str) -> bool:
    """Return whether numbers are an address in one of the forms that the network functions accept, such as 127.1."""
    try:
        socket.inet_aton(numbers)
    except OSError:
        return False
    return True
