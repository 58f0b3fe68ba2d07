"""`POST /sample/submit`: an upload or a URL becomes samples, submissions and jobs.

The caching mode decides about a known sample (vendor's clients). `disabled` (or `reanalyze`) always creates
new jobs. `enabled` and `smart` create a submission that uses earlier analyses. `legacy` refuses the sample
with a fixed sentence. The default depends on the settings of the server.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.analyses import hashes_of, link_submissions
from vmray_emulator.archive_passwords import WRONG_ARCHIVE_PASSWORD, opens
from vmray_emulator.completion import finish_submission
from vmray_emulator.content import store_bytes
from vmray_emulator.job_schedule import open_schedule, start_schedule
from vmray_emulator.net_schemes import unknown_net_scheme
from vmray_emulator.quota import EXHAUSTED, is_refused
from vmray_emulator.sample_types import HEAD_BYTES, has_macros, sample_type
from vmray_emulator.store import column
from vmray_emulator.verdict_rules import Upload, decide

if TYPE_CHECKING:
    from vmray_emulator.content import StoredFile
    from vmray_emulator.json_types import Json
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record
    from vmray_emulator.submit_form import SubmitForm

NOT_STORED: Final = "Submission not stored because no jobs were created"
_ILLEGAL_NAME: Final = re.compile(r'[:<>"|?*/\\\x00-\x1f]|^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?$', re.I)


@dataclass(slots=True)
class SubmitResponse:
    """The `data` of the response to a submission."""

    errors: list[Record] = field(default_factory=list)
    jobs: list[Record] = field(default_factory=list)
    static_jobs: list[Record] = field(default_factory=list)
    reputation_jobs: list[Record] = field(default_factory=list)
    samples: list[Record] = field(default_factory=list)
    submissions: list[Record] = field(default_factory=list)

    def refuse(self, name: str, message: str) -> None:
        """Add an error for an item that is not accepted."""
        self.errors.append({"submission_filename": name, "error_msg": message})

    def as_json(self, state: ServerState) -> dict[str, Any]:
        """Return the response as this server version sends it. The lists of removed engines stay empty."""
        return {
            "errors": self.errors,
            "jobs": [state.serialize("job", job) for job in self.jobs],
            "static_jobs": [state.serialize("job", job) for job in self.static_jobs],
            "reputation_jobs": [state.serialize("reputation_job", job) for job in self.reputation_jobs],
            "vt_jobs": [],
            "md_jobs": [],
            "whois_jobs": [],
            "samples": [state.serialize("sample", sample) for sample in self.samples],
            "submissions": [state.serialize("submission", submission) for submission in self.submissions],
        }


def submit_file(state: ServerState, form: SubmitForm, file: StoredFile, response: SubmitResponse) -> None:
    """Accept or refuse one stored file, and add the result to the response."""
    refusal = _refusal(state, form, file)
    if refusal is not None:
        response.refuse(file.name, refusal)
        return
    path = state.content / file.sha256
    compound = form.archive_action == "compound_sample" and sample_type(path, file.name) == "Archive"
    kind = (None if compound else form.sample_type) or sample_type(path, file.name)
    known = _known_sample(state, file.sha256, kind)
    if known is None:
        with path.open("rb") as content:
            head = content.read(HEAD_BYTES)
        upload = Upload(file.name, kind, file.sha256, head, has_macros(path))
        known = _new_sample(state, file, kind, upload)
        protected = state.settings.password_of(file.name) is not None
        state.store.change("sample", known["sample_id"], is_multipart=compound, password_protected=protected)
    else:
        if form.sample_type and not compound:
            state.store.change("sample", known["sample_id"], type=kind)
        state.set_findings(known["sample_id"], state.findings(known["sample_id"]), file.sha256)
    _submit(state, form, known["sample_id"], file.name, response)


def _refusal(state: ServerState, form: SubmitForm, file: StoredFile) -> str | None:
    """Return why a file is not accepted, or None. All wordings are inferred."""
    password = state.settings.password_of(file.name)
    if "emulate-unsupported" in file.name:
        return "Unsupported sample type"
    if password is not None and form.document_password != password:
        return "Wrong document password"
    if not opens(state.content / file.sha256, form.archive_password):
        return WRONG_ARCHIVE_PASSWORD
    return unknown_net_scheme(form)


def submit_url(state: ServerState, form: SubmitForm, url: str, response: SubmitResponse) -> None:
    """Accept one URL.

    The sample has the name `sample.url` (recorded). Its hashes are those of the text of the URL.
    """
    file = store_bytes(state.content, "sample.url", url.encode())
    refusal = unknown_net_scheme(form)
    if refusal is not None:
        response.refuse(url, refusal)
        return
    known = _known_sample(state, file.sha256, "URL")
    if known is None:
        known = _new_sample(state, file, "URL", Upload(url, "URL", file.sha256), url=url, display_url=url)
    fields = {**form.fields, "original_url": url}
    _submit(state, replace(form, fields=fields), known["sample_id"], file.name, response)


def _known_sample(state: ServerState, sha256: str, kind: str) -> Record | None:
    found = state.store.select("sample", f"{column('sample_sha256hash')} = ?", (sha256,))
    return next((sample for sample in found if (sample["sample_type"] == "URL") == (kind == "URL")), None)


def _new_sample(state: ServerState, file: StoredFile, kind: str, upload: Upload, **more: Json) -> Record:
    sample = state.store.insert(
        "sample",
        filename=stored_name(file.name),
        filesize=file.size,
        type=kind,
        container_type="zip" if kind == "Archive" else None,
        md5hash=file.md5,
        sha1hash=file.sha1,
        sha256hash=file.sha256,
        created=state.stamp(),
        **more,
    )
    findings = decide(upload, state.settings)
    findings.locked = findings.locked or state.settings.locked
    state.set_findings(sample["sample_id"], findings, file.sha256)
    return sample


def stored_name(name: str) -> str:
    """Return the name that the server stores. A name that Windows does not allow is replaced.

    The vendor's OpenAPI document speaks of a random string. Here it follows from the name, so that runs can
    be compared.
    """
    return hashlib.sha256(name.encode()).hexdigest()[:12] if not name or _ILLEGAL_NAME.search(name) else name


def _submit(
    state: ServerState, form: SubmitForm, sample_id: int, name: str, response: SubmitResponse
) -> None:
    sample = state.store.get("sample", sample_id)
    if sample is None:
        raise LookupError(f"sample {sample_id} does not exist")
    response.samples.append({**sample, "submission_filename": name})
    cached = cacheable(state, sample_id)
    if form.caching == "legacy" and (cached or _pending(state, sample_id)):
        response.refuse(name, NOT_STORED)
        return
    borrowed = form.caching in ("enabled", "smart") and cached
    if not borrowed and is_refused(state):
        response.refuse(name, EXHAUSTED)
        return
    submission = new_submission(state, form, sample, name)
    if borrowed:
        _borrow(state, submission, cached)
    else:
        options = {
            "seconds": form.seconds,
            "triage": form.triage,
            "max_jobs": form.max_jobs,
            "recursion": form.max_recursive_samples if state.findings(sample_id).children else 0,
        }
        jobs = start_schedule(state, submission, sample, options)
        response.jobs += jobs["jobs"]
        response.static_jobs += jobs["static_jobs"]
        response.reputation_jobs += jobs["reputation_jobs"]
    stored = state.store.get("submission", submission["submission_id"])
    response.submissions.append(stored or submission)


def new_submission(state: ServerState, form: SubmitForm, sample: Record, name: str, **more: Json) -> Record:
    """Store a submission of a sample."""
    kept = stored_name(name)
    quota = "verdict" if state.findings(sample["sample_id"]).locked else "report"
    return state.store.insert(
        "submission",
        **hashes_of(sample),
        **form.fields,
        created=state.stamp(),
        filename=kept,
        original_filename=name if kept != name else None,
        tags=list(form.tags),
        comment=form.comment,
        submission_metadata=form.metadata,
        quota_type=quota,
        billing_type="detector" if quota == "verdict" else "analyzer",
        user_email=state.settings.user_email,
        analyzer_mode_analysis_caching=form.caching,
        analyzer_mode_analyzer_mode=form.analyzer_mode,
        analyzer_mode_archive_action=form.archive_action,
        analyzer_mode_max_recursive_samples=str(form.max_recursive_samples),
        analyzer_mode_triage="enabled" if form.triage else "disabled",
        consumed_quota=0,
        **more,
    )


def cacheable(state: ServerState, sample_id: int) -> list[Record]:
    """Successful analyses of a sample."""
    found = state.store.select("analysis", f"{column('analysis_sample_id')} = ?", (sample_id,))
    return [analysis for analysis in found if analysis["analysis_result_code"] == 1]


def _pending(state: ServerState, sample_id: int) -> bool:
    return bool(state.store.select("job", f"{column('job_sample_id')} = ?", (sample_id,), limit=1))


def _borrow(state: ServerState, submission: Record, analyses: list[Record]) -> None:
    """Answer a submission with earlier analyses: it is finished at once and makes no jobs."""
    number = submission["submission_id"]
    open_schedule(state, number, {})
    for analysis in analyses:
        analysis["analysis_submission_ids"].append(number)
        state.store.put("analysis", analysis)
        link_submissions(state, analysis["analysis_id"], [number])
    state.store.change(
        "submission",
        number,
        used_cache=True,
        number_cached_analyses=len(analyses),
        analysis_cache_ids=[analysis["analysis_id"] for analysis in analyses],
        job_cache_ids=[analysis["analysis_job_id"] for analysis in analyses],
    )
    finish_submission(state, number)
