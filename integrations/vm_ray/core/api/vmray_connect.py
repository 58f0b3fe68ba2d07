"""The entry point of the client library: create a client from an address and a key."""

from __future__ import annotations

from ...core.api.vmray_api_root import api_root as normalized
from ...core.api.vmray_client import Client
from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_environment import check_environment
from ...core.api.vmray_rate_limiter import AdaptiveRateLimiter, RateLimiter, configured_max_concurrency
from ...core.api.vmray_transport import Transport


def connect(
    api_root: str,
    api_key: str,
    *,
    verify: bool = True,
    rate_limiter: RateLimiter | None = None,
    deadline: Deadline | None = None,
) -> Client:
    """Return a client for one VMRay server; no request is sent yet.

    Args:
        api_root: The address of the server, such as ``https://cloud.vmray.com``.
        api_key: The API key.
        verify: Whether the certificate of the server is verified.
        rate_limiter: Decides when a request may start; None for a rate limiter that adapts to the server. Several
            clients can share one rate limiter.
        deadline: When all requests must have ended; None for no limit.

    Raises:
        ParameterError: The address is not the address of a server, or the environment variable for the number of
            concurrent requests has a value that is not allowed.
        ConfigurationError: The environment names a proxy or a bundle of certificates that cannot be used.
    """
    root = normalized(api_root)
    check_environment(root, verify=verify)
    transport = Transport(
        root,
        api_key,
        verify=verify,
        rate_limiter=rate_limiter or AdaptiveRateLimiter(configured_max_concurrency()),
        deadline=deadline or Deadline(None),
    )
    return Client(transport)
