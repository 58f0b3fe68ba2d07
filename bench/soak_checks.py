"""The checks after each job of the soak test, and at its end."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.soak_load import Attempt, Done
from bench.soak_messages import is_undocumented_reason, parse_details, parse_message, undocumented_lines
from secops_lab.host import RunState

#: Largest ratio allowed between the peak memory of the last third and of the first third of the runs.
FLAT: Final = 1.1


def check_job(done: Done, secrets: Sequence[str]) -> tuple[list[str], set[str]]:
    """Check one job.

    Returns:
        The violations as text; and the names that have a result (enriched, or a row with a sample).
    """
    wrong = [
        f"{place}: {each}"
        for place, attempt in _with_place(done)
        for each in _attempt_faults(attempt, done, secrets)
    ]
    last = done.attempts[-1]
    if last.run.state is not RunState.COMPLETED:
        return [
            *wrong,
            f"job {done.job.number}: ended {last.run.state.value}: {last.run.message[:300]}",
        ], set()
    judge = _check_entities if done.job.kind.entity_type else _check_files
    found, named = judge(done, last)
    return [*wrong, *(f"job {done.job.number}: {each}" for each in found)], named


def _with_place(done: Done) -> Iterable[tuple[str, Attempt]]:
    for number, attempt in enumerate(done.attempts, start=1):
        yield f"job {done.job.number} ({done.job.kind.action}), run {number}", attempt


def _attempt_faults(attempt: Attempt, done: Done, secrets: Sequence[str]) -> Iterable[str]:
    """Check one run: its end state, its message and its log, and that no output contains a secret."""
    run = attempt.run
    if run.state not in (RunState.COMPLETED, RunState.FAILED):
        yield f"ended {run.state.value}: {run.message[:300]} {run.rounds[-1].stderr[-300:]}"
    message = parse_message(run.message)
    _, unexpected = parse_details(message.details, done.job.names)
    for line in [*message.unexpected, *unexpected]:
        yield f"unexpected text in the message: {line[:300]}"
    if run.state is RunState.FAILED and not message.failure:
        yield f"failed without a known cause: {run.message[:300]}"
    for one in run.rounds:
        for line in undocumented_lines(one.output["DebugOutput"] if one.output else ""):
            yield f"unexpected text in the log: {line[:300]}"
    texts = [*(each for one in run.rounds for each in (one.stdout, one.stderr)), json.dumps(attempt.calls)]
    for secret in secrets:
        if any(secret in text for text in texts):
            yield f"the secret that begins with {secret[:6]} was written"
    if any(unicodedata.category(sign) in ("Cc", "Cf") for sign in run.message.replace("\n", "")):
        yield "a control character in the message"


def _check_entities(done: Done, last: Attempt) -> tuple[list[str], set[str]]:
    message, names = parse_message(last.run.message), done.job.names
    details, _ = parse_details(message.details, names)
    enriched = set(message.enriched)
    missed = [name for name in names if name not in enriched] if message.none_enriched else message.missed
    wrong = []
    if Counter([*message.enriched, *missed]) != Counter(names):
        wrong.append("not every entity is named exactly once")
    wrong += [f"{name} is missed without a reason" for name in missed if name not in details]
    if [each["Entity"] for each in last.run.json_result or []] != message.enriched:
        wrong.append("the JSON result does not hold the enriched entities in their order")
    for entity in done.case.entities:
        name, fields = entity["identifier"], entity["additional_properties"]
        written = entity["is_enriched"] and "VMRay_sample_id" in fields
        if written != (name in enriched) and (name in enriched or len(done.attempts) == 1):
            wrong.append(f"{name}: the entity does not show what the message says")
    if last.run.result_value != str(bool(enriched)) and last.run.result_value != bool(enriched):
        wrong.append(f"is_success is {last.run.result_value!r}")
    return wrong, enriched


def _check_files(done: Done, last: Attempt) -> tuple[list[str], set[str]]:
    message, names = parse_message(last.run.message), done.job.names
    details, _ = parse_details(message.details, names)
    rows: list[dict[str, Any]] = (last.run.json_result or {"files": []})["files"]
    wrong = []
    if Counter(row["file_path"] for row in rows) != Counter(names):
        wrong.append("not every file has exactly one row")
    wrong += [f"{name} has no line of details" for name in names if name not in details]
    for row in rows:
        path, problem = row["file_path"], row["error"] or ""
        if (row["result"] == "ok") != (row["data"] is not None) or (row["result"] == "ok") == bool(problem):
            wrong.append(f"{path}: the row contradicts itself")
        if problem and (is_undocumented_reason(problem) or problem not in details.get(path, [])):
            wrong.append(f"{path}: the row gives another reason than the message: {problem[:200]}")
        if row["data"] and row["data"]["sample_filename"] != Path(path).name:
            wrong.append(f"{path}: the row holds the sample {row['data']['sample_filename']!r}")
        if row["submission_id"] and path not in message.submitted:
            wrong.append(f"{path}: was submitted, and is not named so")
    return wrong, {row["file_path"] for row in rows if row["result"] == "ok"}


def check_submissions(
    submissions: Sequence[Mapping[str, Any]], results: Mapping[str, bool]
) -> tuple[list[str], int]:
    """Compare the stored submissions with the submitted items.

    Args:
        submissions: All submissions that VMRay stored in this soak test.
        results: For each URL and each file name: whether a result exists.

    Returns:
        The violations; and the number of items that were not stored (each message gives the reason).
    """
    stored = Counter(
        each["submission_original_url"] or each["submission_filename"]
        for each in submissions
        if each["submission_parent_submission_id"] is None
    )
    wrong = [f"{name} was submitted {count} times" for name, count in stored.items() if count > 1]
    wrong += [f"{name} was submitted by nobody" for name in stored if name not in results]
    wrong += [
        f"{name} has a result without a submission"
        for name, has in results.items()
        if has and not stored[name]
    ]
    return wrong, sum(1 for name in results if not stored[name])


def memory(done: Sequence[Done]) -> dict[str, tuple[int, int]]:
    """Return, for each action, the median peak in bytes of the first and the last third of its full runs."""
    found = {}
    for action in sorted({each.job.kind.action for each in done}):
        peaks = [each.attempts[-1].peak for each in done if each.job.kind.action == action and each.job.full]
        third = max(1, len(peaks) // 3)
        if peaks:
            found[action] = (round(median(peaks[:third])), round(median(peaks[-third:])))
    return found


def check_memory(found: Mapping[str, tuple[int, int]]) -> list[str]:
    """Return a violation for each action whose memory grew from the first runs to the last."""
    return [
        f"{action}: peak memory grew from {first} to {last}"
        for action, (first, last) in found.items()
        if last > FLAT * first
    ]
