"""The way to a remote VMRay: the proxy and the certificate authorities for the process of an action.

Precedence is that of `requests`, which the integration uses. Options replace all variables of their kind.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from secops_lab.platform import LOOPBACK
from secops_lab.runs.arguments import BadArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from urllib.parse import SplitResult

# The spelling in lower case has precedence, and switches a proxy off if it is empty.
_PROXIES: Final = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
_EXCEPTIONS: Final = ("no_proxy", "NO_PROXY")
# In this order: `requests` reads the second one if the first one is unset or empty.
_BUNDLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_IGNORED: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
# The SDK writes a warning about REQUESTS_CA_BUNDLE to the debug output of each action.
_PASSED_BUNDLE: Final = "CURL_CA_BUNDLE"
_LOOPBACK_HAS_NO_PROXY: Final = f"no proxy is used for {LOOPBACK}; write localhost"
_SOCKS: Final = ("socks4", "socks4a", "socks5", "socks5h")


@dataclass(frozen=True, slots=True)
class Network:
    """The network settings of a run.

    Attributes:
        variables: Environment variables for the process of an action.
        unused: A sentence for each setting of the user that has no effect.
    """

    variables: Mapping[str, str]
    unused: tuple[str, ...]


NO_NETWORK: Final = Network({}, ())


class NetworkOptions(NamedTuple):
    """The network options of a command; None selects the environment variables.

    Attributes:
        proxy: Address of the proxy.
        ca_bundle: File with the accepted certificate authorities.
        verify_ssl: Whether the certificate of the server is verified.
    """

    proxy: str | None
    ca_bundle: Path | None
    verify_ssl: bool


def embedded_network(options: NetworkOptions, environ: Mapping[str, str]) -> Network:
    """Return the network settings of a run on the embedded emulator: none.

    Raises:
        BadArgumentError: An option is given that only a remote VMRay needs.
    """
    for name, value in (("--proxy", options.proxy), ("--ca-bundle", options.ca_bundle)):
        if value is not None:
            raise BadArgumentError(f"{name} needs --api-root: the embedded emulator is in this process")
    names = [*_set(environ, _PROXIES), *([] if options.verify_ssl else ["--no-verify-ssl"])]
    return Network({}, _not_used(names, "without --api-root, the VMRay is the emulator in this process"))


def remote_network(root: SplitResult, options: NetworkOptions, environ: Mapping[str, str]) -> Network:
    """Return the network settings of a run on a remote VMRay.

    Args:
        root: The address of the VMRay.
        options: The options of the command.
        environ: The environment of the command.

    Raises:
        BadArgumentError: An option, or a variable that is used, has a wrong value.
    """
    proxy = _given_proxy(root, options.proxy, environ) if options.proxy is not None else _proxy(root, environ)
    bundle = _bundle(root, options, environ)
    return Network({**proxy.variables, **bundle.variables}, proxy.unused + bundle.unused)


def _given_proxy(root: SplitResult, text: str, environ: Mapping[str, str]) -> Network:
    url = proxy_address(text)
    variables = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": LOOPBACK}
    unused = _not_used(_set(environ, (*_PROXIES, *_EXCEPTIONS)), "--proxy is given")
    if root.hostname == LOOPBACK:
        unused += _not_used(["--proxy"], _LOOPBACK_HAS_NO_PROXY)
    return Network(variables, unused)


def proxy_address(text: str) -> str:
    """Return the address of a proxy with its scheme; a missing scheme means http, as for curl.

    Raises:
        BadArgumentError: The text is not such an address; the message does not contain the text, which can
            have a password.
    """
    url = text.strip() if "://" in text else f"http://{text.strip()}"
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0 and not any(map(str.isspace, url))
    except ValueError:
        usable = False
    expected = "expected http://HOST:PORT"
    if usable and parts.scheme in _SOCKS:
        if find_spec("socks") is None:
            raise BadArgumentError(
                f"--proxy: a SOCKS proxy needs the package PySocks, which is not installed; {expected}"
            )
    elif not usable or parts.scheme not in {"http", "https"}:
        hint = "in a user name or password, write / as %2F, # as %23 and ? as %3F"
        raise BadArgumentError(f"--proxy is not the address of a proxy: {expected}; {hint}")
    return url


def _proxy(root: SplitResult, environ: Mapping[str, str]) -> Network:
    names = _set(environ, _PROXIES)
    if not names:
        return Network({}, ())
    exceptions = next((environ[name].strip() for name in _set(environ, _EXCEPTIONS)), "")
    if exceptions != "*":  # in a longer list, `*` would not stand for all hosts
        exceptions = ",".join(filter(None, (exceptions, LOOPBACK)))
    variables = {name: environ[name] for name in _PROXIES if name in environ}
    variables |= dict.fromkeys(_EXCEPTIONS, exceptions)
    reason = _no_proxy(root, variables)
    return Network(variables, _not_used(names, reason) if reason else ())


def _no_proxy(root: SplitResult, variables: Mapping[str, str]) -> str:
    """Return why no proxy is used for the root; empty if a proxy is used."""
    from requests.utils import should_bypass_proxies  # noqa: PLC0415 - slow, and only needed behind a proxy

    scheme = "HTTP_PROXY" if root.scheme == "http" else "HTTPS_PROXY"
    if not any(_value(variables, name) for name in (scheme, "ALL_PROXY")):
        empty = [name.lower() for name in (scheme, "ALL_PROXY") if variables.get(name)]
        return (
            f"{empty[0]} is empty"
            if empty
            else f"for {root.scheme}://, the variable is {scheme} or ALL_PROXY"
        )
    if root.hostname == LOOPBACK:
        return _LOOPBACK_HAS_NO_PROXY
    if should_bypass_proxies(root.geturl(), variables["no_proxy"]):
        return f"NO_PROXY applies to {root.hostname}"
    return ""


def _bundle(root: SplitResult, options: NetworkOptions, environ: Mapping[str, str]) -> Network:
    """Return the bundle for the certificate check, or why it is not used."""
    paths = {name: Path(environ[name]).absolute() for name in _set(environ, _BUNDLES)}
    given = ["--ca-bundle"] if options.ca_bundle is not None else []
    if options.ca_bundle is not None:
        paths = {"--ca-bundle": options.ca_bundle.expanduser().absolute(), **paths}
        _check_bundle("--ca-bundle", paths["--ca-bundle"])
    chosen, *others = paths or [""]
    if root.scheme == "http":
        names = [*given, *([] if options.verify_ssl else ["--no-verify-ssl"])]
        return Network({}, _not_used(names, "an http:// address has no certificate"))
    if not options.verify_ssl:
        return Network({}, _not_used(paths, "--no-verify-ssl switches the certificate check off"))
    if not chosen:
        reason = f"the integration reads {' and '.join(_BUNDLES)}; set one of them, or give --ca-bundle"
        return Network({}, _not_used(_set(environ, _IGNORED), reason))
    if not given:
        _check_bundle(chosen, paths[chosen])
    others = [name for name in others if paths[name] != paths[chosen]]
    reason = f"{chosen} is {'given' if given else 'set'}"
    return Network({_PASSED_BUNDLE: str(paths[chosen])}, _not_used(others, reason))


def _check_bundle(name: str, path: Path) -> None:
    """Check that a bundle can be used: a file of PEM certificates, or a folder of them.

    Raises:
        BadArgumentError: The message names the option or the variable, the path, and the reason.
    """
    import ssl  # noqa: PLC0415 - only a remote VMRay with TLS needs it

    def wrong(reason: str) -> BadArgumentError:
        return BadArgumentError(f"{name} names {path}, which {reason}; expected a file of PEM certificates")

    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return
        if not stat.S_ISREG(mode):  # a pipe, for example, which the process of the action does not have
            raise wrong("is not a file")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        raise wrong("contains no certificate") from None
    except FileNotFoundError:
        raise wrong("does not exist") from None
    except OSError as error:
        raise wrong(f"cannot be read ({error.strerror})") from None


def _set(environ: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """Return the variables that are set and not empty."""
    return [name for name in names if environ.get(name, "").strip()]


def _value(variables: Mapping[str, str], name: str) -> str:
    return variables.get(name.lower(), variables.get(name, ""))


def _not_used(names: Iterable[str], reason: str) -> tuple[str, ...]:
    listed = list(names)
    if not listed:
        return ()
    verb = "is" if len(listed) == 1 else "are"
    return (f"{', '.join(listed)} {verb} not used: {reason}",)
