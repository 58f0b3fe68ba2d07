"""The shared state of the emulated server."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vmray_emulator.clock import Clock, Lifecycle, timestamp
from vmray_emulator.findings import Findings
from vmray_emulator.relations import cut_relations
from vmray_emulator.schemas.catalogue import SCHEMAS
from vmray_emulator.settings import Settings
from vmray_emulator.versions import V2023_4_0, ServerVersion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vmray_emulator.store import Record, Store


@dataclass
class ServerState:
    """The emulated server without HTTP.

    Attributes:
        store: All objects.
        version: The VMRay version that is emulated.
        lifecycle: How submissions progress.
        content: Folder of uploaded files, by SHA-256.
        settings: Present settings.
        clock: Emulated time.
        lock: Held during every use of the store.
    """

    store: Store
    version: ServerVersion
    lifecycle: Lifecycle
    content: Path
    settings: Settings = field(default_factory=Settings)
    clock: Clock = field(default_factory=Clock)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self._hidden = {kind: schema.hidden_by(self.version) for kind, schema in SCHEMAS.items()}

    @contextmanager
    def step(self) -> Iterator[None]:
        """Change the state exclusively, and completely or not at all. Store the time of a change with it."""
        with self.lock, self.store.transaction():
            before = self.store.db.total_changes
            yield
            if self.store.db.total_changes > before:
                self.save_time()

    def stamp(self) -> str:
        """Return the present moment in the format of the API."""
        return timestamp(self.clock.now())

    def findings(self, sample_id: int) -> Findings:
        """Return what analyses of a sample find."""
        sql = "SELECT findings FROM sample_findings WHERE sample_id = ?"
        row = self.store.db.execute(sql, (sample_id,)).fetchone()
        return Findings.loads(row[0]) if row else Findings()

    def set_findings(self, sample_id: int, findings: Findings, content: str | None = None) -> None:
        """Store what analyses of a sample find, and which stored file is its content."""
        sql = """INSERT INTO sample_findings VALUES (?, ?, ?) ON CONFLICT DO UPDATE
                 SET findings = excluded.findings, content = COALESCE(excluded.content, content)"""
        self.store.db.execute(sql, (sample_id, findings.dumps(), content))

    def content_of(self, sample_id: int) -> Path | None:
        """Return the stored file of a sample, or None when only its hashes are known."""
        row = self.store.db.execute(
            "SELECT content FROM sample_findings WHERE sample_id = ?", (sample_id,)
        ).fetchone()
        return self.content / row[0] if row and row[0] else None

    def sample_link(self, sample_id: int) -> str:
        """Return the link to a sample in the web interface. Its path changed about 2022 (vendor's client)."""
        root = self.settings.webif_base_url
        if self.version < V2023_4_0:
            return f"{root}/user/sample/view?id={sample_id}"
        return f"{root}/samples/{sample_id}"

    def analysis_link(self, analysis_id: int) -> str:
        """Return the link to an analysis in the web interface (recorded from server 4.2.0)."""
        root = self.settings.webif_base_url
        return f"{root}/user/analysis/view?id={analysis_id}&sub=%2Freport%2Foverview.html"

    def save_time(self) -> None:
        """Save the clock in the store, so that it continues after a restart."""
        self.store.remember("clock", self.clock.anchors())

    def save_settings(self, settings: Settings) -> None:
        """Change the settings, for this process and the next one with the same database."""
        self.settings = settings
        self.store.remember("settings", settings.as_json())

    def resume(self, api_key: str) -> None:
        """Continue the state of an earlier process with this database, and save the key for the next one."""
        with self.step():
            anchors: list[float] | None = self.store.recall("clock")
            if anchors is not None:
                self.clock.restore((anchors[0], anchors[1]), self.lifecycle.speed)
            kept: dict[str, Any] | None = self.store.recall("settings")
            if kept is not None:
                self.settings = self.settings.changed(kept)
            self.store.remember("api_key", api_key)

    def serialize(self, kind: str, record: Record) -> Record:
        """Return an object as this version of the server sends it: its fields and its links."""
        if kind in ("sample", "submission"):
            sample_id = record["sample_id" if kind == "sample" else "submission_sample_id"]
            record[f"{kind}_webif_url"] = self.sample_link(sample_id)
        elif kind == "analysis" and record["analysis_result_code"] == 1:
            record["analysis_webif_url"] = self.analysis_link(record["analysis_id"])
        if kind == "sample" and self.settings.relations_per_sample is not None:
            cut_relations(record, self.settings.relations_per_sample)
        for name in self._hidden[kind]:
            record.pop(name, None)
        return record
