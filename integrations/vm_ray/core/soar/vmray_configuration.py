"""The parameters of the integration itself: one typed value, read and checked once a run."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.api.vmray_errors import ParameterError
from ...core.soar.vmray_parameters import Texts, boolean, required


@dataclass(frozen=True, slots=True)
class Configuration:
    """The parameters of the integration itself."""

    api_root: str
    api_key: str
    verify_ssl: bool

    @classmethod
    def parse(cls, values: Texts) -> Configuration:
        """Read and check all three; a key that could break out of its header is refused unseen."""
        key = required(values, "Api Key", "the API key of a VMRay user")
        if not (key.isascii() and key.isprintable() and " " not in key):
            raise ParameterError("Api Key", "has characters that no API key has", "the API key of a VMRay user")
        return cls(
            api_root=required(values, "Api Root", "the address of a VMRay server, such as https://cloud.vmray.com"),
            api_key=key,
            verify_ssl=boolean(values, "Verify SSL", default=True),
        )

    def __repr__(self) -> str:
        return f"Configuration(api_root={self.api_root!r}, verify_ssl={self.verify_ssl})"
