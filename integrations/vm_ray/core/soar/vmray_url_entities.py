"""The texts of URL entities, and what an analyst should know about their spellings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...core.api.vmray_errors import UnsupportedSubjectError
from ...core.api.vmray_spelling import trimmed
from ...core.results.vmray_escape import defang
from ...core.submissions.vmray_url_subject import UrlSubject, url_subject

if TYPE_CHECKING:
    from soar_sdk.SiemplifyDataModel import DomainEntityInfo

_INTERRUPTED: Final = "submitted without the line ends or invisible characters inside the URL"
_UPPER_CASE: Final = (
    "submitted in upper case, because the entity has no OriginalIdentifier; upper case can lead to another page"
)


def spelling_notes(entity: DomainEntityInfo, submitted: str) -> list[str]:
    """Return notes about differences between the text of an entity and the URL that was submitted for it."""
    text = text_of_entity(entity)
    try:
        subject = url_subject(text)
    except UnsupportedSubjectError:
        return []  # the item has failed with this reason
    notes = notes_about(text, subject, submitted)
    if not _original(entity) and text == text.upper() and url_subject(text.lower()).identity != subject.identity:
        notes.append(_UPPER_CASE)
    return notes


def notes_about(text: str, subject: UrlSubject, submitted: str) -> list[str]:
    """Return notes about differences between a text, which stands for a URL, and the URL that was submitted."""
    notes = []
    if subject.was_defanged and text != submitted:
        notes.append(f"submitted as the real URL (defanged here): {defang(submitted)}")
    if subject.was_interrupted and text != submitted:
        notes.append(_INTERRUPTED)
    return notes


def text_of_entity(entity: DomainEntityInfo) -> str:
    """Return the text of an entity before the platform changed it to upper case, if the platform has that text."""
    return _original(entity) or str(entity.identifier)


def _original(entity: DomainEntityInfo) -> str:
    text = str(entity.additional_properties.get("OriginalIdentifier") or "")
    return text if trimmed(text) else ""
