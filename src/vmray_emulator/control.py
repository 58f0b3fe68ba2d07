"""The control side: what tests and tools do to the emulated server behind the API's back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from vmray_emulator.clock import Lifecycle
from vmray_emulator.faults import new_fault
from vmray_emulator.findings import SCORES, Findings, ioc_specs
from vmray_emulator.known import numbered_findings, store_known, text_hashes
from vmray_emulator.lifecycle import settle
from vmray_emulator.scenarios import SCENARIOS
from vmray_emulator.schemas.catalogue import SCHEMAS
from vmray_emulator.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vmray_emulator.app import EmulatorApp
    from vmray_emulator.seen import SeenRequest
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record


class Control:
    """Looks into the server and changes it; safe from any thread.

    Args:
        state: The emulated server.
        app: Its HTTP side.
    """

    def __init__(self, state: ServerState, app: EmulatorApp) -> None:
        self._state = state
        self._app = app

    def requests(self) -> list[SeenRequest]:
        """The requests under `/rest`, in order of arrival (the latest 50,000)."""
        return self._app.log.all()

    def forget_requests(self) -> None:
        """Empty the request log."""
        self._app.log.forget()

    def inject(self, match: Mapping[str, str], fault: Mapping[str, Any], times: int = 1) -> None:
        """Queue a fault.

        Args:
            match: `method` (or `*`) and `path` with `*` for any text, e.g. `/rest/sample/*/iocs`.
            fault: `kind` and its options (see `faults.KINDS`).
            times: How many matching requests it hits.

        Raises:
            ValueError: There is no such kind or option.
        """
        self._app.faults.add(new_fault(match, fault, times))

    def pending_faults(self) -> list[dict[str, Any]]:
        """Faults that have not been used up, in the form of their orders."""
        return [fault.as_json() for fault in self._app.faults.pending()]

    def clear_faults(self) -> None:
        """Cancel the faults that wait."""
        self._app.faults.clear()

    def set_latency(self, seconds: float) -> None:
        """Make every request wait."""
        self._app.conditions.latency = seconds

    def set_rate_limit(self, per_second: float | None) -> None:
        """Answer so many requests a second and the others with 429 and `Retry-After`; None lifts the limit."""
        self._app.conditions.limit(per_second)

    def settings(self) -> dict[str, Any]:
        """The settings in force."""
        return self._state.settings.as_json()

    def configure(self, **values: Any) -> None:
        """Change settings (see `settings.Settings`).

        Raises:
            ValueError: A name is unknown or a value does not fit.
        """
        with self._state.step():
            self._state.save_settings(self._state.settings.changed(values))

    def set_lifecycle(self, text: str) -> None:
        """Choose how submissions get finished: `immediate`, `reads:N`, `realtime:SPEED` or `manual`.

        Raises:
            ValueError: It is none of these.
        """
        lifecycle = Lifecycle.parse(text)
        with self._state.step():
            self._state.lifecycle = lifecycle
            self._state.clock.set_speed(lifecycle.speed)
            self._state.save_time()

    def load_scenario(self, name: str) -> None:
        """Set the server up as a scenario says: its settings on top of the defaults, and its samples.

        Raises:
            ValueError: There is no such scenario.
        """
        if name not in SCENARIOS:
            raise ValueError(f"there is no scenario {name!r}; there are {', '.join(SCENARIOS)}")
        with self._state.step():
            SCENARIOS[name].load(self._state)

    def advance(self, seconds: float) -> None:
        """Let emulated time pass, and what falls due happen."""
        with self._state.step():
            self._state.clock.advance(seconds)
            self._state.save_time()
            settle(self._state, self._state.clock.now())

    def finish_all(self) -> None:
        """Let every submission finish."""
        with self._state.step():
            settle(self._state, math.inf)

    def reset(self) -> None:
        """Forget objects, settings, faults, conditions and requests."""
        with self._state.step():
            self._state.store.clear()
            self._state.save_settings(Settings())
            self._state.save_time()
        self.clear_faults()
        self.forget_requests()
        self.set_latency(0.0)
        self.set_rate_limit(None)

    def counts(self) -> dict[str, int]:
        """Number of stored objects: `samples`, `submissions`, `analyses`, `jobs` and so on."""
        plurals = {"analysis": "analyses", "vt_analysis": "vt_analyses"}
        with self._state.step():
            return {plurals.get(kind, f"{kind}s"): self._state.store.count(kind) for kind in SCHEMAS}

    def objects(self, kind: str) -> list[Record]:
        """All stored objects of a kind, oldest first, as the API would send them."""
        with self._state.step():
            return [self._state.shown(kind, record) for record in self._state.store.select(kind)]

    def submissions(self) -> list[Record]:
        """All submissions."""
        return self.objects("submission")

    def samples(self) -> list[Record]:
        """All samples."""
        return self.objects("sample")

    def analyses(self) -> list[Record]:
        """All analyses."""
        return self.objects("analysis")

    def add_sample(  # noqa: PLR0913  one keyword for each thing that a test may want to choose
        self,
        *,
        filename: str = "known.exe",
        sample_type: str | None = None,
        url: str | None = None,
        verdict: str | None = "malicious",
        score: int | None = None,
        md5: str | None = None,
        sha1: str | None = None,
        sha256: str | None = None,
        classifications: Sequence[str] | None = ("Trojan",),
        threat_names: Sequence[str] | None = ("Gen.Known",),
        iocs: dict[str, list[Any]] | None = None,
        indicators: Sequence[Mapping[str, Any]] = (),
        techniques: Sequence[Mapping[str, Any]] = (),
        analyses: int = 1,
        age: float = 86400.0,
        locked: bool = False,
        **fields: Any,
    ) -> Record:
        """Store a known sample with a finished submission.

        Args:
            filename: Its name; `sample.url` when a URL is given.
            sample_type: Its type; a Windows executable or `URL` by default.
            url: Makes it a URL sample.
            verdict: `malicious`, `suspicious`, `clean`, `not_available` or None.
            score: 0 to 100; follows from the verdict by default.
            md5: Hash; like the other two it follows from the name or URL by default.
            sha1: Hash.
            sha256: Hash.
            classifications: Names, or None as some servers send.
            threat_names: Names, or None.
            iocs: List name (`domains`, `emails`, `files`, `ips`, `mutexes`, `processes`, `registry`, `urls`,
                `filenames`, `email_addresses`) to IOCs. A text is a value with the sample's verdict; a dictionary
                has `value` and maybe `verdict`, `ioc` (False: a mere artifact) and wire fields to be sent as given.
            indicators: Each has `category`, `operation` and `score`; maybe `classifications`.
            techniques: Each has `technique_id`, `technique`, `tactics` and `indicators` (positions in the above).
            analyses: Number of finished analyses; 0 makes a sample that was never submitted.
            age: Seconds since its submission.
            locked: Whether its reports are locked.
            fields: Further `sample_…` fields, sent as given.

        Returns:
            The stored sample object.

        Raises:
            ValueError: An IOC list is unknown or an IOC has no value.
        """
        findings = Findings(
            verdict=verdict,
            score=SCORES.get(verdict) if score is None else score,
            classifications=None if classifications is None else list(classifications),  # type: ignore[arg-type]
            threat_names=None if threat_names is None else list(threat_names),  # type: ignore[arg-type]
            iocs=ioc_specs(iocs, verdict),
            indicators=[{"classifications": [], **indicator} for indicator in indicators],
            techniques=[{"indicators": [], **technique} for technique in techniques],
            locked=locked,
            extra=dict(fields),
        )
        hashes = text_hashes(url or filename)
        given = {"md5hash": md5, "sha1hash": sha1, "sha256hash": sha256}
        hashes.update({name: value.lower() for name, value in given.items() if value})
        own = {
            "filename": "sample.url" if url else filename,
            "type": sample_type or ("URL" if url else "Windows Exe (x86-64)"),
            "filesize": len(url) if url else 48_128,
            "url": url,
            "display_url": url,
        }
        with self._state.step():
            sample = store_known(self._state, findings, {**own, **hashes}, age=age, analyses=analyses)
            return self._state.shown("sample", sample)

    def add_known_samples(self, count: int, iocs_per_type: int = 3) -> list[str]:
        """Store many known malicious samples.

        Args:
            count: How many.
            iocs_per_type: IOCs in each of the eight lists; verdicts take turns.

        Returns:
            Their SHA-256 hashes: those of the texts `known-sample-0`, `known-sample-1` and so on.
        """
        hashes = []
        with self._state.step():
            for number in range(count):
                name = f"known-sample-{number}"
                own = {**text_hashes(name), "filename": f"{name}.exe", "type": "Windows Exe (x86-64)"}
                findings = numbered_findings(f"s{number}", iocs_per_type)
                store_known(self._state, findings, {**own, "filesize": 48_128})
                hashes.append(str(own["sha256hash"]))
        return hashes
