"""What can stand between a client and VMRay: servers, proxies and firewalls that respond instead of VMRay.

A gateway is not a fault: it is there for all requests. The emulator does not see the requests that it stops.
`gateway_responses` has the effect of a gateway on a request.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# What common rules of web application firewalls look for in parameters.
ATTACKS: Final = ("/etc/passwd", "<script", "union select", "cmd.exe")
# The largest body that nginx accepts unless it is configured.
LARGEST_BODY: Final = 1024 * 1024
_FOREIGN: Final = "the response was not from VMRay: a web page with HTTP"
_PING: Final = ("Ping",)


class Stops(Enum):
    """The requests that a gateway stops."""

    ALL = "all"
    ATTACKS = "parameters that look like an attack"
    LARGE_BODIES = "large bodies"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Page:
    """The response of a gateway.

    Attributes:
        status: HTTP status.
        title: Title of the web page; empty for a response without a body.
        headers: Further headers.
    """

    status: int
    title: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gateway:
    """A server, device or program between the client and VMRay.

    Attributes:
        about: One sentence, as docs/limits.md shows it.
        page: The response to the requests that it stops; None where there are none.
        message: What an analyst then reads, a part of the action's message.
        stops: The requests that it stops; it passes the others to the emulator.
        run: The action that meets the gateway and its arguments, as `vmray-secops run` takes them.
        inspects_tls: Whether the server has a certificate of an authority that nobody trusts.
    """

    about: str
    page: Page | None
    message: str
    stops: Stops = Stops.ALL
    run: tuple[str, ...] = _PING
    inspects_tls: bool = False


def _urls(*urls: str) -> list[str]:
    return [word for url in urls for word in ("--entity", f"URL={url}")]


GATEWAYS: Final[Mapping[str, Gateway]] = {
    "web-server": Gateway(
        "A web server without the API, as at a wrong host, port or prefix: a page with 404.",
        Page(404, "404 Not Found"),
        f"{_FOREIGN} 404",
    ),
    "waf": Gateway(
        f"A web application firewall: a page with 403 for a submitted URL that contains `{ATTACKS[0]}`.",
        Page(403, "Request blocked"),
        f"{_FOREIGN} 403",
        Stops.ATTACKS,
        ("Scan URL", *_urls(f"http://shop.example/?file={ATTACKS[0]}", "http://shop.example/")),
    ),
    "login-page": Gateway(
        "A gateway that requires a login: its sign-in page with 401.",
        Page(401, "Sign in", {"WWW-Authenticate": "Bearer"}),
        f"{_FOREIGN} 401",
    ),
    "login-redirect": Gateway(
        "A single sign-on: a redirect (302) to its sign-in page.",
        Page(302, headers={"Location": "https://login.example/sign-in"}),
        "the server returned a redirect (HTTP 302), which is not followed",
    ),
    "captive-portal": Gateway(
        "A network that requires a login: its sign-in page with 200.",
        Page(200, "Sign in"),
        f"{_FOREIGN} 200",
    ),
    "maintenance": Gateway(
        "A load balancer while VMRay is updated: a page with 503, and `Retry-After` of an hour.",
        Page(503, "Maintenance", {"Retry-After": "3600"}),
        f"{_FOREIGN} 503",
    ),
    "proxy-login": Gateway(
        "A proxy that requires a login: a page with 407.",
        Page(407, "Proxy Authentication Required", {"Proxy-Authenticate": "Basic"}),
        "the proxy for the VMRay server requires authentication (HTTP 407)",
    ),
    "too-large": Gateway(
        "A web server with a limit of 1 MiB: a page with 413 in the middle of a larger upload.",
        Page(413, "413 Request Entity Too Large", {"Connection": "close"}),
        "the request is too large for VMRay, or for a server before VMRay (HTTP 413)",
        Stops.LARGE_BODIES,
        ("Upload File And Get Report", "--param", "Sample File Path=/path/to/a/file/of/2/MiB"),
    ),
    "tls-inspection": Gateway(
        "A proxy that inspects TLS: a certificate of an authority that nobody trusts. All requests pass.",
        None,
        "the certificate of the VMRay server was not accepted",
        Stops.NONE,
        inspects_tls=True,
    ),
}


def known_gateway(name: str) -> Gateway:
    """Return a gateway.

    Raises:
        ValueError: There is none of this name.
    """
    if name not in GATEWAYS:
        raise ValueError(f"there is no gateway {name!r}; there are {', '.join(GATEWAYS)}")
    return GATEWAYS[name]
