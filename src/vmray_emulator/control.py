"""The control interface: tests and tools inspect and change the emulated server beside its API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vmray_emulator.clock import Lifecycle
from vmray_emulator.faults import new_fault
from vmray_emulator.known_sample import KnownSample
from vmray_emulator.lifecycle import settle, settle_all
from vmray_emulator.openapi import openapi
from vmray_emulator.quota import bookings
from vmray_emulator.scenarios import KNOWN_SHA256, SCENARIOS, add_known, add_url
from vmray_emulator.schemas.catalogue import SCHEMAS
from vmray_emulator.seeding import numbered, store_known
from vmray_emulator.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vmray_emulator.app import EmulatorApp
    from vmray_emulator.json_types import Json
    from vmray_emulator.request_log import RecordedRequest
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record


class Control:
    """Inspects and changes the server. Safe from any thread.

    Args:
        state: The emulated server.
        app: The ASGI application of the server.
    """

    def __init__(self, state: ServerState, app: EmulatorApp) -> None:
        self._state = state
        self._app = app

    def requests(self) -> list[RecordedRequest]:
        """Return the requests under `/rest` in order of arrival (the latest 50,000)."""
        return self._app.log.all()

    def forget_requests(self) -> None:
        """Empty the request log."""
        self._app.log.forget()

    def inject(self, match: Mapping[str, Any], fault: Mapping[str, Any], times: int = 1) -> None:
        """Queue a fault.

        Args:
            match: `method` (or `*`) and `path` with `*` for any text, e.g. `/rest/sample/*/iocs`.
            fault: `kind` and its options (see `faults.KINDS`).
            times: Number of matching requests that fail.

        Raises:
            ValueError: The kind or an option is unknown.
        """
        self._app.faults.add(new_fault(match, fault, times))

    def pending_faults(self) -> list[dict[str, Any]]:
        """Return the faults that wait for requests, in the form in which they were ordered."""
        return [fault.as_json() for fault in self._app.faults.pending()]

    def clear_faults(self) -> None:
        """Remove the faults that wait for requests."""
        self._app.faults.clear()

    def set_latency(self, seconds: float) -> None:
        """Make every request wait."""
        self._app.conditions.latency = seconds

    def set_rate_limit(self, per_second: float | None) -> None:
        """Limit the requests a second. Others get 429 with `Retry-After`. None removes the limit."""
        self._app.conditions.limit(per_second)

    def settings(self) -> dict[str, Any]:
        """Return the present settings."""
        return self._state.settings.as_json()

    def configure(self, **values: Json) -> None:
        """Change settings (see `settings.Settings`).

        Raises:
            ValueError: A name is unknown or a value is not allowed.
            TypeError: A value has the wrong type.
        """
        with self._state.step():
            self._state.save_settings(self._state.settings.changed(values))

    def set_lifecycle(self, text: str) -> None:
        """Choose how submissions progress: `immediate`, `reads:N`, `realtime:SPEED` or `manual`.

        Raises:
            ValueError: The text is none of these.
        """
        lifecycle = Lifecycle.parse(text)
        with self._state.step():
            self._state.lifecycle = lifecycle
            self._state.clock.set_speed(lifecycle.speed)
            self._state.save_time()

    def load_scenario(self, name: str) -> None:
        """Load a scenario: the default settings with those of the scenario, and its samples.

        Raises:
            ValueError: The scenario is unknown.
        """
        if name not in SCENARIOS:
            raise ValueError(f"there is no scenario {name!r}; there are {', '.join(SCENARIOS)}")
        with self._state.step():
            SCENARIOS[name].load(self._state)

    def advance(self, seconds: float) -> None:
        """Move emulated time forward, and process the events that are due."""
        with self._state.step():
            self._state.clock.advance(seconds)
            self._state.save_time()
            settle(self._state, self._state.clock.now())

    def finish_all(self) -> None:
        """Finish every submission."""
        with self._state.step():
            settle_all(self._state)

    def reset(self) -> None:
        """Delete objects, settings, faults, conditions and requests, and set emulated time to the wall clock.

        The lifecycle stays as it is.
        """
        with self._state.step():
            self._state.store.clear()
            self._state.save_settings(Settings())
            self._state.clock.restart()
            self._state.save_time()
        self.clear_faults()
        self.forget_requests()
        self.set_latency(0.0)
        self.set_rate_limit(None)

    def counts(self) -> dict[str, int]:
        """Count the stored objects: `samples`, `submissions`, `analyses`, `jobs` and so on."""
        plurals = {"analysis": "analyses", "vt_analysis": "vt_analyses"}
        with self._state.step():
            return {plurals.get(kind, f"{kind}s"): self._state.store.count(kind) for kind in SCHEMAS}

    def bookings(self) -> list[dict[str, Any]]:
        """Return the executed requests to unlock reports and to repeat analyses (see `quota.book`)."""
        with self._state.step():
            return bookings(self._state)

    def objects(self, kind: str) -> list[Record]:
        """Return all stored objects of a kind as the API sends them, oldest first."""
        with self._state.step():
            return [self._state.serialize(kind, record) for record in self._state.store.select(kind)]

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document of this server."""
        return openapi(self._state.version)

    def submissions(self) -> list[Record]:
        """Return all submissions."""
        return self.objects("submission")

    def samples(self) -> list[Record]:
        """Return all samples."""
        return self.objects("sample")

    def analyses(self) -> list[Record]:
        """Return all analyses."""
        return self.objects("analysis")

    def add_sample(self, **choices: Json) -> Record:
        """Store a known sample with a finished submission.

        Args:
            choices: Attributes of `known_sample.KnownSample` (`filename`, `sha256`, `url`, `verdict`, `iocs`,
                `indicators`, `children`, `machines`, `age` …), and `sample_…` fields that are sent as given.

        Returns:
            The stored sample object.

        Raises:
            ValueError: A keyword is unknown, or an IOC list is wrong.
        """
        known = KnownSample.choose(choices)
        with self._state.step():
            return self._state.serialize("sample", store_known(self._state, known))

    def add_known_sample(self) -> Record:
        """Store the malicious sample that some scenarios have at the start, unless it exists; return it."""
        with self._state.step():
            add_known(self._state)
        return next(each for each in self.samples() if each["sample_sha256hash"] == KNOWN_SHA256)

    def add_known_url(self, url: str, age: float) -> None:
        """Store a URL with what its analysis finds, unless it exists.

        Args:
            url: The URL.
            age: Seconds since its submission has finished.
        """
        with self._state.step():
            add_url(self._state, url, age)

    def add_known_samples(self, count: int, iocs_per_type: int = 3) -> list[str]:
        """Store many known malicious samples.

        Args:
            count: How many.
            iocs_per_type: IOCs in each of the eight lists that analysts see. Their verdicts rotate, beginning
                with malicious.

        Returns:
            Their SHA-256 hashes: those of the texts `known-sample-0`, `known-sample-1` and so on.
        """
        with self._state.step():
            samples = [store_known(self._state, numbered(number, iocs_per_type)) for number in range(count)]
        return [sample["sample_sha256hash"] for sample in samples]
