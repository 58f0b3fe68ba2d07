"""The URLs of an action, from a parameter or from the entities, as items that can be submitted; each URL once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from soar_sdk.SiemplifyDataModel import EntityTypes

from ...core.api.vmray_errors import UnsupportedSubjectError
from ...core.api.vmray_submit_options import SubmitOptions
from ...core.soar.vmray_detonations import new_detonation
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_submit_controls import SubmitControls
from ...core.soar.vmray_url_entities import notes_about, spelling_notes, text_of_entity
from ...core.soar.vmray_url_parameters import UrlParameters, analyzed_url, split_urls
from ...core.submissions.vmray_sources import UrlSource
from ...core.submissions.vmray_submit_entry import Entry
from ...core.submissions.vmray_url_subject import UrlSubject

CREDENTIALS: Final = "the URL holds credentials, VMRay keeps them"


@dataclass(frozen=True)
class SubmitUrlParameters(SubmitControls, UrlParameters):  # a dataclass takes the fields of its last base first
    """The URLs, and the submission controls."""


class Given(NamedTuple):
    """One text that stands for a URL.

    Attributes:
        entity: The identifier of its entity; empty for a parameter.
    """

    text: str
    entity: str = ""


def submitted_urls(run: Run, action: str, params: SubmitUrlParameters) -> AbstractContextManager[Sequence[Entry]]:
    """Return the items, in the given order; nothing is sent yet.

    Raises:
        ParameterError: There are too many URLs.
    """
    given: Iterable[Given] = map(Given, split_urls(params.urls))
    if not params.urls.strip():
        given = [Given(text_of_entity(each), each.identifier) for each in run.entities(EntityTypes.URL)]
    entries: dict[object, Entry] = {}
    for each in given:
        _add(run, action, params.options, each, entries)
    return nullcontext(list(entries.values()))


def _add(run: Run, action: str, options: SubmitOptions, given: Given, entries: dict[object, Entry]) -> None:
    """Add an item, or another entity to the item with the same URL."""
    name = given.entity or given.text
    try:
        subject = analyzed_url(given.text)
    except UnsupportedSubjectError as error:
        entries.setdefault(name, Entry(name, _facts(given.text, given), error=error))
        return
    known = entries.get(subject.identity)
    if known is not None:
        others = [known.facts, *known.shared_by]
        if given.entity and all(each["entity"] != given.entity for each in others):
            known.shared_by.append(_facts(str(known.facts["url"]), given))
        return
    source = UrlSource(subject.url, name)
    entry = Entry(name, _facts(subject.url, given), source, notes=_notes(run, given, subject))
    entry.detonation = new_detonation(run, action, name, source.facts(), options)
    entries[subject.identity] = entry


def _facts(url: str, given: Given) -> dict[str, Any]:
    return {"url": url, "entity": given.entity or None}


def _notes(run: Run, given: Given, subject: UrlSubject) -> list[str]:
    """Return what the analyst should know about a URL: other spellings, and credentials."""
    notes = notes_about(given.text, subject, subject.url)
    for entity in run.entities(EntityTypes.URL) if given.entity else ():
        if entity.identifier == given.entity:
            notes = spelling_notes(entity, subject.url)
    return [*notes, *([CREDENTIALS] if ":" in subject.identity[1] else [])]
