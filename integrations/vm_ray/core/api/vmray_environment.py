"""The settings of the environment that ``requests`` uses: the proxy, and the bundle of certificate authorities.

Both come from environment variables of the process, or from the proxy settings of the platform, which sets the same
variables. A wrong value is found here, before the first request: the libraries would report it for each request, as
if the network were broken. The value of a proxy variable can contain a password, so no error contains the value.
"""

from __future__ import annotations

import os
import ssl
import stat
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, prepend_scheme_if_needed, select_proxy
from urllib3.util import parse_url

from ...core.api.vmray_api_root import parts_of
from ...core.api.vmray_request_errors import ConfigurationError
from ...core.api.vmray_text import one_line

# In the order in which requests reads them.
BUNDLE_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
PROXY_SCHEMES: Final = ("http", "https")
SOCKS_SCHEMES: Final = ("socks4", "socks4a", "socks5", "socks5h")
_KEY_LOG_VARIABLE: Final = "SSLKEYLOGFILE"  # for the analysis of TLS; urllib3 writes the keys to this file
_ALLOWED_PROXY: Final = "an address such as http://proxy.example:8080"
_ALLOWED_BUNDLE: Final = "a file with certificates in the PEM format"


def check_environment(root: str, *, verify: bool) -> None:
    """Check the settings that requests to this server use.

    Args:
        root: The address of the server.
        verify: Whether the certificate of the server is verified; the bundle is used only then.

    Raises:
        ConfigurationError: A setting cannot be used.
    """
    check_proxy(root)
    if root.startswith("https:"):
        _check_key_log()
        if verify:
            _check_bundle()


def proxy_for(root: str) -> str:
    """Return the proxy that requests to a server use, as the environment names it; empty if there is none."""
    return select_proxy(root, get_environ_proxies(root)) or ""


def check_proxy(root: str) -> None:
    """Check the proxy that requests to this server use.

    Raises:
        ConfigurationError: The proxy cannot be used.
    """
    value = proxy_for(root)
    if not value:
        return
    name = _variable_of(value, urlsplit(root).scheme)
    parts = parts_of(value if "://" in value else f"http://{value}")
    if parts is None or not _is_readable(value):
        raise ConfigurationError(name, "is not the address of a proxy", _ALLOWED_PROXY)
    if parts.scheme in SOCKS_SCHEMES and find_spec("socks") is None:
        raise ConfigurationError(name, f"names a {parts.scheme} proxy, which is not supported here", _ALLOWED_PROXY)
    if parts.scheme not in (*PROXY_SCHEMES, *SOCKS_SCHEMES):
        raise ConfigurationError(name, "has a scheme that no proxy uses", _ALLOWED_PROXY)


def _is_readable(value: str) -> bool:
    """Return whether requests can read the value; it reads no user name without a scheme, for example."""
    if any(not each.isprintable() or each.isspace() for each in value):
        return False
    try:
        address = prepend_scheme_if_needed(value, "http")  # type: ignore[no-untyped-call]  # requests has no types for it
        return bool(parse_url(address).host)
    except ValueError:  # LocationParseError is a ValueError
        return False


def _variable_of(value: str, scheme: str) -> str:
    """Return the name of the environment variable with this value."""
    names = [f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"]
    return next((name for name in names if os.environ.get(name) == value), names[1])


def bundle_variable() -> str:
    """Return the environment variable whose bundle requests use; the one to set if none is set."""
    return next((name for name in BUNDLE_VARIABLES if os.environ.get(name)), BUNDLE_VARIABLES[-1])


def _check_bundle() -> None:
    name = bundle_variable()
    path = os.environ.get(name)
    if not path:
        return
    if path != path.strip() or not path.isprintable():
        raise ConfigurationError(name, "names a file with blanks around its name or line ends in it", _ALLOWED_BUNDLE)
    shown = one_line(path, 200)
    try:
        if _has_certificates(path):
            return
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigurationError(name, f'names "{shown}", which does not exist', _ALLOWED_BUNDLE) from None
    except (OSError, ValueError):  # SSLError is an OSError
        pass
    raise ConfigurationError(
        name, f'names "{shown}", which is not a readable file with certificates', _ALLOWED_BUNDLE
    ) from None


def _has_certificates(path: str) -> bool:
    """Return whether a path is a file with certificates, or a folder: OpenSSL reads its files when it needs them.

    Raises:
        OSError: Nothing can be read there, or no certificate is in the file.
    """
    mode = Path(path).stat().st_mode
    if stat.S_ISREG(mode):  # reading a pipe could take for ever
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _check_key_log() -> None:
    path = os.environ.get(_KEY_LOG_VARIABLE)
    if not path:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).keylog_filename = path
    except (OSError, ValueError):
        raise ConfigurationError(
            _KEY_LOG_VARIABLE, "names a file that cannot be written", "no value, or a file that can be written"
        ) from None
