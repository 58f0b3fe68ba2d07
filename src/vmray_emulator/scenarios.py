"""Scenarios: named situations of the server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator import file_profiles
from vmray_emulator.known_sample import KnownSample, text_hashes
from vmray_emulator.seeding import store_known
from vmray_emulator.settings import Settings
from vmray_emulator.store import column
from vmray_emulator.verdict_rules import Upload, decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
        samples: Further samples that exist at the start. Their hashes are those of their names or URLs.
    """

    about: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    known: bool = False
    samples: Sequence[KnownSample] = ()

    def load(self, state: ServerState) -> None:
        """Apply the scenario. Objects that the server stores already stay."""
        state.save_settings(Settings().changed(self.settings))
        if self.known:
            add_known(state)
        for sample in self.samples:
            if not _exists(state, sample.fields()["sha256hash"]):
                store_known(state, sample)


def add_known(state: ServerState) -> None:
    """Store the known sample unless it exists."""
    if _exists(state, KNOWN_SHA256):
        return
    findings = file_profiles.malicious_exe(KNOWN_SHA256, KNOWN_NAME)
    findings.locked = state.settings.locked
    store_known(state, KnownSample(filename=KNOWN_NAME, content=KNOWN_NAME), findings)


def add_url(state: ServerState, url: str, age: float) -> None:
    """Store a URL that was submitted before, unless it exists."""
    known = KnownSample(url=url, age=age)
    sha256 = known.fields()["sha256hash"]
    if not _exists(state, sha256):
        store_known(state, known, decide(Upload(url, "URL", sha256), state.settings))


def _exists(state: ServerState, sha256: str) -> bool:
    return bool(state.store.select("sample", f"{column('sample_sha256hash')} = ?", (sha256,), limit=1))


_PICKY: Final = KnownSample(
    filename="picky.exe",
    machines=(
        {"machine": "win10_64", "verdict": "malicious"},
        {"machine": "win7_32", "configuration": "exe_admin", "verdict": "clean"},
    ),
)
_NESTED: Final = KnownSample(
    filename="invoice.zip",
    sample_type="Archive",
    verdict="clean",
    threat_names=(),
    classifications=(),
    children=(
        {
            "filename": "inv.js",
            "sample_type": "JScript",
            "relation": "Embedded File",
            "verdict": "suspicious",
            "children": (
                {
                    "filename": "drop.exe",
                    "children": ({"filename": "core.dll", "children": ({"filename": "invoice.zip"},)},),
                },
            ),
        },
        {"filename": "gone.txt", "relation": "Embedded File", "verdict": "clean", "missing": True},
    ),
)
_PHOTOGRAPHED: Final = KnownSample(
    filename="photographed.exe",
    screenshots=(
        *(f"shot-{number}" for number in range(28)),
        *("shot-0", "shot-0", "odd-line", "bad-name", "lost-file", "no-picture"),
    ),
)
_DAY: Final = 86400.0
# A little more, so that rounding does not make it one day.
_TWO_DAYS: Final = 2 * _DAY + 3600
_SUBMITTED: Final = (
    KnownSample(filename="two-days.exe", age=_TWO_DAYS),
    KnownSample(filename="forty-days.exe", age=40 * _DAY, earlier=(90 * _DAY,)),
    KnownSample(filename="no-verdict.exe", age=_TWO_DAYS, verdict="not_available"),
    KnownSample(url="https://www.example.com/two-days", age=_TWO_DAYS, verdict="clean", threat_names=()),
)
_RUNNING: Final = (
    KnownSample(filename="running.exe", age=40 * _DAY, running=600.0),
    KnownSample(filename="hanging.exe", age=40 * _DAY, running=2 * _DAY),
)


def _exhausted(refusal: str) -> dict[str, Any]:
    return {"key_quota_limit": 500, "quota_used": 500, "quota_refusal": refusal}


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
    "machines-disagree": Scenario(
        "The machines of one submission disagree about `picky.exe`: malicious and clean.", samples=(_PICKY,)
    ),
    "nested-children": Scenario(
        "`invoice.zip` has three levels of children, a cycle back to itself, and a child that is 404.",
        samples=(_NESTED,),
    ),
    "earlier-submissions": Scenario(
        "Samples were submitted before: `two-days.exe`, `forty-days.exe`, `no-verdict.exe` and a URL.",
        samples=_SUBMITTED,
    ),
    "still-running": Scenario(
        "Known samples are being analysed again: `running.exe` for ten minutes, `hanging.exe` for two days.",
        samples=_RUNNING,
    ),
    "screenshots": Scenario(
        "`photographed.exe` has 30 screenshots, some of them equal, a file that is no picture, odd lines.",
        samples=(_PHOTOGRAPHED,),
    ),
    "quota-exhausted-errors": Scenario(
        "The quota of the key is used up: `errors` of a response with 200 say so.", _exhausted("errors")
    ),
    "quota-exhausted-403": Scenario(
        "The quota of the key is used up: a submission is 403.", _exhausted("403")
    ),
    "quota-exhausted-400": Scenario(
        "The quota of the key is used up: a submission is 400.", _exhausted("400")
    ),
}
