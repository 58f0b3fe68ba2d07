"""The configured address of the VMRay server."""

from __future__ import annotations

from urllib.parse import urlsplit

from ...core.api.vmray_errors import ParameterError


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
    try:
        parts = urlsplit(root)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or parts.username is not None or parts.query or parts.fragment or any(c.isspace() for c in root):
        allowed = "the address of a VMRay server, such as https://cloud.vmray.com"
        raise ParameterError("Api Root", "is not the address of a server", allowed)
    return root
