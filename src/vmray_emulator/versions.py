"""The VMRay versions that the emulator can emulate."""

from __future__ import annotations

import re
from typing import NamedTuple


class ServerVersion(NamedTuple):
    """A version of the VMRay platform. Versions compare in order of release, since 2023.x follows 4.x.

    Attributes:
        major: Major number, or the calendar year since 2022 (inferred from `2026.2.1`).
        minor: Minor number.
        revision: Patch level.
    """

    major: int
    minor: int
    revision: int

    @classmethod
    def parse(cls, text: str) -> ServerVersion:
        """Read a version such as `4.2.0`.

        Raises:
            ValueError: The text is not three numbers separated by dots.
        """
        match = re.fullmatch(r"([0-9]+)\.([0-9]+)\.([0-9]+)", text.strip())
        if match is None:
            raise ValueError(f"a server version has the form 2026.2.1, not {text!r}")
        return cls(*(int(part) for part in match.groups()))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.revision}"


V4_2_0 = ServerVersion(4, 2, 0)
V2023_4_0 = ServerVersion(2023, 4, 0)
V2026_2_1 = ServerVersion(2026, 2, 1)

# Values of `server_version=`. How other versions differ is not known.
SERVER_VERSIONS: tuple[str, ...] = (str(V4_2_0), str(V2023_4_0), str(V2026_2_1))


def known_version(text: str) -> ServerVersion:
    """Read one of `SERVER_VERSIONS`.

    Raises:
        ValueError: The emulator does not know that version.
    """
    if text not in SERVER_VERSIONS:
        raise ValueError(f"server version {text!r} is unknown; known are {', '.join(SERVER_VERSIONS)}")
    return ServerVersion.parse(text)
