"""Scenarios: named situations of the server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator import file_profiles
from vmray_emulator.seeding import KnownSample, store_known, text_hashes
from vmray_emulator.settings import Settings
from vmray_emulator.store import column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vmray_emulator.state import ServerState

# Name and hash of the sample that some scenarios have at the start.
KNOWN_NAME: Final = "known-sample.exe"
KNOWN_SHA256: Final = text_hashes(KNOWN_NAME)["sha256hash"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A situation.

    Attributes:
        about: One sentence, as docs/limits.md shows it.
        settings: Settings that differ from the defaults.
        known: Whether the sample `known-sample.exe` exists at the start.
    """

    about: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    known: bool = False

    def load(self, state: ServerState) -> None:
        """Apply the scenario. Objects that the server stores already stay."""
        state.save_settings(Settings().changed(self.settings))
        if self.known:
            add_known(state)


def add_known(state: ServerState) -> None:
    """Store the known sample unless it exists."""
    if state.store.select("sample", f"{column('sample_sha256hash')} = ?", (KNOWN_SHA256,)):
        return
    findings = file_profiles.malicious_exe(KNOWN_SHA256, KNOWN_NAME)
    findings.locked = state.settings.locked
    store_known(state, KnownSample(filename=KNOWN_NAME), findings)


SCENARIOS: Final[Mapping[str, Scenario]] = {
    "default": Scenario("An empty server that analyses whatever is uploaded."),
    "malicious-exe": Scenario(
        "Every upload is a dropper whose dropped file becomes a child.",
        {"profile": "dropper", "max_recursive_samples": 10},
    ),
    "clean-document": Scenario("Every upload is clean.", {"profile": "clean-document"}),
    "phishing-url": Scenario("Every upload is a phishing page.", {"profile": "phishing-url"}),
    "archive": Scenario(
        "Uploaded ZIP archives are unpacked; a member named *emulate-unsupported* is refused.",
        {"archive_action": "separate_samples"},
    ),
    "known-sample": Scenario("The server knows one malicious sample.", known=True),
    "locked-report": Scenario("Reports are locked, as under a Verdict quota.", {"locked": True}, known=True),
    "failed-analysis": Scenario("Every analysis fails.", {"profile": "failed"}),
    "aggregation-lag": Scenario(
        "IOCs, indicators and techniques are complete only some time after the analysis.",
        {"aggregation_seconds": 30.0, "aggregation_reads": 2},
    ),
    "triage-first": Scenario("At first there is only a reputation job.", {"triage": True}),
    "not-stored": Scenario(
        "Caching mode legacy: a known sample is not stored again.", {"analysis_caching": "legacy"}, known=True
    ),
    "cached": Scenario(
        "Caching mode enabled: a known sample's submission borrows old analyses.",
        {"analysis_caching": "enabled"},
        known=True,
    ),
}
