"""The configured address of the VMRay server."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from ...core.api.vmray_errors import ParameterError

_FOUR_NUMBERS: Final = re.compile(r"[0-9]+(?:\.[0-9]+){3}")
_HIGHEST_BYTE: Final = 255
_NEVER_IN_HOST: Final = "\\^`{|}<>\"',;!*()[]"
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
    try:
        parts = urlsplit(root)
        host = parts.hostname or ""
        host.encode("idna")  # rejects an empty label and a label of more than 63 characters
        usable = parts.scheme in ("http", "https") and _is_host(host) and parts.port != 0
    except ValueError:  # UnicodeError is a ValueError
        return False
    extra = parts.username is not None or parts.query or parts.fragment or any(each.isspace() for each in root)
    return usable and not extra


def _is_host(host: str) -> bool:
    """Return whether a text can be a host; ``https`` is the rest of a misspelled address such as ``https:/host``."""
    if _FOUR_NUMBERS.fullmatch(host) and max(map(int, host.split("."))) > _HIGHEST_BYTE:
        return False
    return bool(host.strip(".")) and host not in ("http", "https") and not set(host) & set(_NEVER_IN_HOST)
