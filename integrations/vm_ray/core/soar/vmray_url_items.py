"""The URL entities of a case as items to submit: each URL once, however the entities spell it."""

from __future__ import annotations

from ...core.api.vmray_errors import UnsupportedSubjectError
from ...core.api.vmray_submit_options import SubmitOptions
from ...core.soar.vmray_detonations import new_detonation
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_url_entities import text_of_entity
from ...core.submissions.vmray_detonation import Detonation
from ...core.submissions.vmray_sources import UrlSource
from ...core.submissions.vmray_url_subject import url_subject


def url_items(run: Run, action: str, entity_type: str, options: SubmitOptions) -> list[Detonation]:
    """Return an item for each URL, in the order of the entities; nothing is submitted yet.

    Entities with the same URL share the item, which is submitted as the first of them spells it. An entity whose text
    is not a URL gets an item that has failed.
    """
    items: dict[object, Detonation] = {}
    for entity in run.entities(entity_type):
        name, text = entity.identifier, text_of_entity(entity)
        try:
            subject = url_subject(text)
        except UnsupportedSubjectError as error:
            refused = new_detonation(run, action, name, UrlSource(text, name).facts(), options)
            refused.failed(str(error))
            items[name] = refused
            continue
        item = items.get(subject.identity)
        if item is None:
            items[subject.identity] = new_detonation(run, action, name, UrlSource(subject.url, name).facts(), options)
        elif name not in item.names:
            item.shared_by.append(name)
    return list(items.values())
