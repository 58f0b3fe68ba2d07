"""The items of Look Up URL: the rows, the sentences, the table and the insights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_models import text_of
from ...core.api.vmray_verdicts import Verdict, worst
from ...core.results.vmray_escape import csv_cell, defang, html_text
from ...core.results.vmray_insight import headline, verdict_html
from ...core.results.vmray_item_result import Item, item_of_error
from ...core.results.vmray_messages import listed_items
from ...core.results.vmray_outcome import VERDICT_WORDS, verdict_outcome, worst_outcome
from ...core.results.vmray_result import Insight, Link, Table
from ...core.results.vmray_sample_fields import web_link
from ...core.soar.vmray_look_up_parameters import Asked, LookUpParameters
from ...core.submissions.vmray_url_look_up import MOST_READ, KnownUrl, LookUp
from ...core.submissions.vmray_url_search import UrlQuery

FOUND: Final = "Successfully found the following URLs in VMRay: "
NOT_FOUND: Final = "The following URLs were not found in VMRay: "
NONE_FOUND: Final = "None of the provided URLs were found in VMRay."
MISSED: Final = "Action wasn't able to look up the following URLs in VMRay: "
_UNKNOWN: Final = "not found in VMRay"
_UNLISTED: Final = "VMRay has more samples than it lists"
_SUBMIT: Final = "Submit the URL, or use an API key that can see the sample."
_MAX_LENGTH: Final = 500


def item_of(asked: Asked, found: LookUp | VMRayError, params: LookUpParameters) -> Item:
    """Return the item of one URL or host."""
    facts = _facts(asked)
    if isinstance(found, VMRayError):
        return item_of_error(asked.name, found, facts)
    facts |= {"similar": found.similar, "truncated": found.is_truncated}
    if not found.known:
        reason = _why_not_found(found, params)
        return Item(asked.name, "not_found", facts, reason=reason, kind="not_found", advice=_SUBMIT)
    verdict = worst(each.sample.verdict for each in found.known)
    samples = [_sample(each) for each in found.known]
    facts |= {"match": _match(asked), "verdict": verdict.in_json, "samples": samples}
    html = _insight(verdict, found.known) if _wants_insight(verdict, params) else ""
    return Item(
        asked.name,
        worst_outcome(_outcome(each) for each in found.known),
        facts,
        objects=("samples",),
        reason="; ".join(_notes(found, params)),
        complete=not found.has_unlisted and all(each.missing is None for each in found.known),
        links=[Link(f"VMRay sample {each['sample_id']}", each["web_link"]) for each in samples if each["web_link"]],
        insights=[_placed(asked, found.known[0], html)] if html else [],
    )


def sentences(items: Sequence[Item]) -> list[str]:
    """Return the sentences about the items."""
    found = [each.name for each in items if each.outcome in {*VERDICT_WORDS, "pending"}]
    if not found:
        return [NONE_FOUND]
    names = {
        NOT_FOUND: [each.name for each in items if each.outcome == "not_found"],
        MISSED: [each.name for each in items if each.outcome == "failed"],
    }
    return [listed_items(FOUND, found), *(listed_items(prefix, each) for prefix, each in names.items() if each)]


def url_table(items: Sequence[Item]) -> Sequence[Table]:
    """Return the table of all samples, with a line for each item without one."""
    lines = [line for item in items for line in _lines(item)]
    return [Table("VMRay URLs", ["URL,Verdict,Age,Sample ID", *lines])] if lines else []


def is_suspicious(item: Item) -> bool:
    """Return whether the item is a URL that VMRay found suspicious; a host is never judged by its URLs."""
    return item.facts["match"] == "exact" and item.facts["verdict"] in ("malicious", "suspicious")


def _facts(asked: Asked) -> dict[str, Any]:
    return {
        "subject": asked.name,
        "entity": asked.entity.identifier if asked.entity else None,
        "query": asked.query.text if isinstance(asked.query, UrlQuery) else None,
        "match": None,
        "verdict": None,
        "samples": [],
        "similar": 0,
        "truncated": False,
    }


def _match(asked: Asked) -> str | None:
    return asked.query.match if isinstance(asked.query, UrlQuery) else None


def _outcome(known: KnownUrl) -> str:
    return "pending" if known.is_pending else verdict_outcome(known.sample.verdict)


def _sample(known: KnownUrl) -> dict[str, Any]:
    """Return the row of a sample: ours, because the submissions are read from another request."""
    result = known.earlier.finished
    submission = result or known.newest
    return {
        "sample_id": known.sample.sample_id,
        "url": text_of(known.sample.raw, "sample_url"),
        "verdict": known.sample.verdict.in_json,
        "newest_finished": (result.finish_time or None) if result else None,
        "age_days": known.earlier.age_days,
        "submission_id": submission.submission_id if submission else None,
        "web_link": web_link(known.sample.raw),
    }


def _why_not_found(found: LookUp, params: LookUpParameters) -> str:
    reason = _UNKNOWN
    if found.total:
        reason = f"{_UNKNOWN} with a result that is younger than {params.younger_than} days"
    if found.has_unread:
        reason += "; not all samples were read"
    if found.has_unlisted:
        reason += f"; {_UNLISTED}"
    return f"{reason}; similar URLs that were found: {found.similar}" if found.similar else reason


def _notes(found: LookUp, params: LookUpParameters) -> list[str]:
    notes = {each.sample.verdict.note: None for each in found.known if each.sample.verdict.note}
    notes |= {f"sample {each.sample.sample_id}: {each.missing.note}": None for each in found.known if each.missing}
    if found.has_unread and len(found.known) == params.max_samples:
        notes[f"{len(found.known)} of {found.total} samples are returned; the limit is Max Samples"] = None
    elif found.has_unread:
        notes[f"{found.total} samples were found; only the age of the worst {MOST_READ} was read"] = None
    if found.has_unlisted:
        notes[_UNLISTED] = None
    return list(notes)


def _lines(item: Item) -> list[str]:
    """Return the lines of one item; addresses are defanged."""
    samples = item.facts["samples"]
    if not samples:
        words = {"not_found": "Not found", "failed": "Failed"}
        return [f"{csv_cell(defang(item.name))},{words.get(item.outcome, item.outcome)},,"]
    return [
        f"{csv_cell(defang(each['url']))},{csv_cell((each['verdict'] or 'unknown').capitalize())},"
        f"{_age(each)},{each['sample_id']}"
        for each in samples
    ]


def _age(sample: dict[str, Any]) -> str:
    days = sample["age_days"]
    return "" if days is None else "1 day" if days == 1 else f"{days} days"


def _wants_insight(verdict: Verdict, params: LookUpParameters) -> bool:
    return params.create_insight and (verdict.is_suspicious or not params.only_suspicious_insight)


def _placed(asked: Asked, first: KnownUrl, html: str) -> Insight:
    """Return the insight of the entity, or of the case."""
    return Insight.about_sample(first.sample.sample_id, html, asked.entity.identifier if asked.entity else "")


def _insight(verdict: Verdict, known: Sequence[KnownUrl]) -> str:
    lines = []
    for each in known:
        row = _sample(each)
        age = f", {_age(row)} old" if _age(row) else ", the first analysis still runs" if each.is_pending else ""
        url = html_text(defang(row["url"]), _MAX_LENGTH)
        lines.append(f"<li>{url}: {verdict_html(each.sample.verdict)} (sample {row['sample_id']}{age})</li>")
    return f"{headline('Verdict', verdict_html(verdict))}<p><strong>URLs in VMRay</strong></p><ul>{''.join(lines)}</ul>"
