"""The parameters of the integration itself: one typed value, read and checked once per run."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.api.vmray_errors import ParameterError
from ...core.api.vmray_spelling import hidden_cause
from ...core.soar.vmray_parameters import Kind, Parameters, boolean, param, plain_text


def _key(name: str, value: str) -> str:
    """Reject a key that could end its HTTP header early; the error names a wrong character only."""
    if not (value.isascii() and value.isprintable() and " " not in value):
        problem = f"has characters that no API key has{hidden_cause(value)}"
        raise ParameterError(name, problem, "the API key of a VMRay user")
    return value


@dataclass(frozen=True, repr=False)
class Configuration(Parameters):
    """The parameters of the integration itself."""

    api_root: str = param(
        "Api Root",
        plain_text("the address of a VMRay server, such as https://cloud.vmray.com"),
        default="https://cloud.vmray.com",
        mandatory=True,
    )
    api_key: str = param("Api Key", Kind("the API key of a VMRay user", _key), mandatory=True)
    verify_ssl: bool = param("Verify SSL", boolean(), default="true")

    def __repr__(self) -> str:
        return f"Configuration(api_root={self.api_root!r}, verify_ssl={self.verify_ssl})"
