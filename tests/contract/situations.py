"""One emulator for tests that only need one version: each test adds its own samples to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.contract.servers import Json, Server

    from vmray_emulator.control import Control


@dataclass(frozen=True, slots=True)
class Situation:
    """An emulator of the newest version, and its HTTP client."""

    server: Server
    control: Control

    def submissions_of(self, sample: Json) -> list[Json]:
        """Return the submissions of a sample, newest first."""
        found: list[Json] = self.server.get(f"/submission/sample/{sample['sample_id']}").data
        return found

    def analyses_of(self, sample: Json) -> list[Json]:
        """Return the analyses of a sample, oldest first."""
        found: list[Json] = self.server.get(f"/analysis/sample/{sample['sample_id']}", _order="asc").data
        return found
