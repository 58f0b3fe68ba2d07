"""Storing samples that exist from the start: the sample, its analyses, its submissions and its children."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vmray_emulator.analyses import hashes_of, new_analysis
from vmray_emulator.clock import timestamp
from vmray_emulator.completion import sample_outcome, submission_outcome
from vmray_emulator.content import ContentWriter
from vmray_emulator.jobs import new_job
from vmray_emulator.known_sample import KnownSample
from vmray_emulator.machines import machines_of, seen_by
from vmray_emulator.relations import End, relate
from vmray_emulator.store import column

if TYPE_CHECKING:
    from vmray_emulator.findings import Findings
    from vmray_emulator.json_types import Json
    from vmray_emulator.machines import Machine
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record

# Seconds from the beginning of a submission to its end.
_SECONDS: Final = 125.0
_PATTERNS: Final = {
    "domains": "host{n}.{tag}.example",
    "emails": "sender{n}@{tag}.example",
    "files": "C:\\Users\\eve\\AppData\\Local\\Temp\\{tag}\\file{n}.exe",
    "ips": "192.0.2.{byte}",
    "mutexes": "Global\\{tag}-{n}",
    "processes": "C:\\Temp\\{tag}\\process{n}.exe --run",
    "registry": "HKEY_CURRENT_USER\\Software\\{tag}\\Value{n}",
    "urls": "http://host{n}.{tag}.example/path",
}
_VERDICTS_IN_TURN: Final = ("malicious", "suspicious", "clean", None)


def store_known(
    state: ServerState, known: KnownSample, findings: Findings | None = None, parent: End | None = None
) -> Record:
    """Store a known sample with its analyses, its submissions and its children.

    Args:
        state: The server.
        known: The sample.
        findings: Findings in place of those that the sample describes.
        parent: The sample that it came out of.
    """
    found = known.findings() if findings is None else findings
    oldest = state.clock.now() - max((known.age, *known.earlier)) - _SECONDS
    outcome = {} if known.failed or not known.analyses else sample_outcome(found)
    sample = state.store.insert("sample", **{"created": timestamp(oldest), **outcome, **known.fields()})
    state.set_findings(sample["sample_id"], found, _stored(state, known))
    past = _Past(state, known, found, sample, parent.submission_id if parent else None)
    end = End(sample["sample_id"], past.store())
    if parent is not None:
        relate(state, parent, end, known.relation)
    for choices in known.children:
        _store_child(state, KnownSample.choose(choices), end)
    stored = state.store.get("sample", end.sample_id)
    if known.missing:
        state.store.remove("sample", end.sample_id)
    return stored or sample


def _stored(state: ServerState, known: KnownSample) -> str | None:
    """Store the content of a sample, and return its name in the content folder."""
    if known.content is None:
        return None
    with ContentWriter(state.content) as writer:
        writer.write(known.content.encode())
        return writer.keep(known.filename).sha256


def _store_child(state: ServerState, child: KnownSample, parent: End) -> None:
    """Store a child. One that exists already becomes the child of a further parent."""
    sha256 = child.fields()["sha256hash"]
    found = state.store.select("sample", f"{column('sample_sha256hash')} = ?", (sha256,), limit=1)
    if not found:
        store_known(state, child, parent=parent)
        return
    number = found[0]["sample_id"]
    where = f"{column('submission_sample_id')} = ?"
    submissions = state.store.select("submission", where, (number,), "id DESC", 1)
    end = End(number, submissions[0]["submission_id"] if submissions else None)
    relate(state, parent, end, child.relation)


@dataclass(frozen=True, slots=True)
class _Past:
    """The submissions of a known sample."""

    state: ServerState
    known: KnownSample
    findings: Findings
    sample: Record
    parent_submission_id: int | None

    def store(self) -> int | None:
        """Store all submissions, oldest first. Return the id of the newest finished one."""
        newest = None
        ages = sorted(self.known.earlier, reverse=True)
        for age in [*ages, *([self.known.age] if self.known.analyses else [])]:
            newest = self._finished(self.state.clock.now() - age)
        if self.known.running is not None:
            self._running(self.state.clock.now() - self.known.running)
        return newest

    @property
    def _engine(self) -> str:
        return "web" if self.sample["sample_type"] == "URL" else "dynamic"

    @property
    def _machines(self) -> list[Machine | None]:
        if self.findings.machines:
            return machines_of(self.findings, self._engine)
        return [None] * max(self.known.analyses, 1)

    def _submission(self, created: float, **more: Json) -> Record:
        quota = {"quota_type": "verdict", "billing_type": "detector"} if self.findings.locked else {}
        child = self.parent_submission_id is not None
        return self.state.store.insert(
            "submission",
            **hashes_of(self.sample),
            **quota,
            filename=self.sample["sample_filename"],
            original_url=self.sample["sample_url"],
            created=timestamp(created),
            user_email=self.state.settings.user_email,
            tags=list(self.known.tags),
            parent_submission_id=self.parent_submission_id,
            recursive=child,
            consumed_quota=0 if child else 1 + len(self.known.children),
            **more,
        )

    def _finished(self, moment: float) -> int:
        begin = moment - _SECONDS
        submission = self._submission(begin, finish_time=timestamp(moment))
        number: int = submission["submission_id"]
        row = (number, number, begin, _SECONDS, self.state.store.next_number("finished"), "{}")
        self.state.store.db.execute("INSERT INTO schedule VALUES (?, ?, ?, ?, ?, ?)", row)
        for position, machine in enumerate(self._machines):
            new_analysis(
                self.state,
                self._engine,
                self.sample,
                seen_by(self.findings, self._engine, machine),
                begin + 120 + position,
                known=True,
                job_id=self.state.store.next_number("job", 7001),
                submission_id=number,
                submission_ids=[number],
                tags=list(self.known.tags),
                **(machine.fields if machine else {}),
            )
        outcome = submission_outcome(self.state, number, self.findings)
        created = len(self._machines)
        self.state.store.change("submission", number, number_created_jobs=created, **outcome)
        return number

    def _running(self, begin: float) -> None:
        submission = self._submission(begin, status="in_progress", number_created_jobs=1)
        number = submission["submission_id"]
        row = (number, number, begin, _SECONDS, "{}")
        self.state.store.db.execute("INSERT INTO schedule VALUES (?, ?, ?, ?, NULL, ?)", row)
        job = new_job(self.state, submission, self.sample, self._engine)
        tracking = "//running/vm/executing/sample"
        self.state.store.change("job", job["job_id"], status="inwork", tracking_state=tracking)


def numbered(number: int, iocs_per_type: int) -> KnownSample:
    """Describe one of many known samples: hashes of the text `known-sample-NUMBER`, rotating verdicts."""
    tag = f"s{number}"
    return KnownSample(
        filename=f"known-sample-{number}",
        iocs={
            name: [
                {"value": pattern.format(n=n, byte=n % 256, tag=tag), "verdict": _VERDICTS_IN_TURN[n % 4]}
                for n in range(iocs_per_type)
            ]
            for name, pattern in _PATTERNS.items()
        },
        indicators=[
            {"category": "Persistence", "operation": "Installs a startup entry", "score": 4},
            {"category": "Execution", "operation": "Starts a process", "score": 3},
            {"category": "Mutex", "operation": "Creates mutex", "score": 1},
        ],
    )
