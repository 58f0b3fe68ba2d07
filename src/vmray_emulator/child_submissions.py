"""Child submissions: an analysis extracts files, which become samples and submissions of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vmray_emulator.content import store_bytes
from vmray_emulator.job_schedule import schedule_options, start_schedule
from vmray_emulator.relations import End, relate
from vmray_emulator.store import column
from vmray_emulator.submit_form import SubmitForm
from vmray_emulator.submitting import new_submission
from vmray_emulator.verdict_rules import PROFILES, Upload

if TYPE_CHECKING:
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record

# Seconds that a child spends in the virtual machine. It finishes before its parent.
_CHILD_SECONDS = 1.0


def spawn_children(state: ServerState, submission_id: int) -> None:
    """Submit the files that the analysis of a sample extracts, as children of its submission."""
    parent = state.store.get("submission", submission_id)
    if parent is None:
        return
    options = schedule_options(state, submission_id)
    root = options.get("root_id", submission_id)
    form = SubmitForm.read({}, state.settings)
    children = state.findings(parent["submission_sample_id"]).children
    for name, profile in children[: _allowed(state, root, options["recursion"])]:
        child = _child_sample(state, parent, name, profile)
        submission = new_submission(
            state, form, child, name, recursive=True, parent_submission_id=submission_id
        )
        recursion = options["recursion"] if state.findings(child["sample_id"]).children else 0
        child_options = {"root_id": root, "seconds": _CHILD_SECONDS, "recursion": recursion}
        start_schedule(state, submission, child, child_options)
        owner = End(parent["submission_sample_id"], submission_id)
        relate(state, owner, End(child["sample_id"], submission["submission_id"]), "Dropped File")


def _allowed(state: ServerState, root: int, most: int) -> int:
    """Return how many further children the submission at the root may have."""
    sql = "SELECT count(*) FROM schedule WHERE root_id = ? AND submission_id <> ?"
    (present,) = state.store.db.execute(sql, (root, root)).fetchone()
    return max(0, most - int(present))


def _child_sample(state: ServerState, parent: Record, name: str, profile: str) -> Record:
    content = f"{parent['submission_sample_sha256']}/{name}".encode()
    file = store_bytes(state.content, name, content)
    known = state.store.select("sample", f"{column('sample_sha256hash')} = ?", (file.sha256,))
    if known:
        return known[0]
    kind = "Windows Exe (x86-32)"
    child = state.store.insert(
        "sample",
        filename=name,
        filesize=file.size,
        type=kind,
        md5hash=file.md5,
        sha1hash=file.sha1,
        sha256hash=file.sha256,
        created=state.stamp(),
    )
    state.set_findings(child["sample_id"], PROFILES[profile](Upload(name, kind, file.sha256)), file.sha256)
    return child
