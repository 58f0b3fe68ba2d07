"""Look Up URL: what VMRay knows of URLs, or of the URLs on hosts, without a submission."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.api.vmray_concurrency import map_concurrently
from ..core.api.vmray_errors import VMRayError
from ..core.results.vmray_item_result import Item
from ..core.results.vmray_messages import none_of_type
from ..core.results.vmray_outcome import worst_outcome
from ..core.soar.vmray_action import Outcome
from ..core.soar.vmray_entity_updates import mark_suspicious
from ..core.soar.vmray_look_up_parameters import Asked, LookUpParameters
from ..core.soar.vmray_look_up_rows import is_suspicious, item_of, sentences, url_table
from ..core.soar.vmray_outcome_action import OutcomeAction, Presentation
from ..core.soar.vmray_run import Run
from ..core.submissions.vmray_url_look_up import LookUp, look_up
from ..core.submissions.vmray_url_search import UrlQuery

Found = Mapping[UrlQuery, LookUp | VMRayError]


class LookUpURL(OutcomeAction[LookUpParameters]):
    """Searches VMRay for URLs, or for the URLs on hosts, and reads the age of their results.

    VMRay's search ignores case, so each result is compared again: only other spellings of the same URL are the answer.
    An entity becomes suspicious only if the URL itself is; a host is not judged by its URLs. The action costs no quota.
    """

    name = "Look Up URL"
    parameters = LookUpParameters

    def perform(self, run: Run, params: LookUpParameters) -> Outcome:
        """Look up each URL or host once, concurrently, and show the items in the given order."""
        asked = params.asked(run)
        queries = dict.fromkeys(each.query for each in asked if isinstance(each.query, UrlQuery))
        found: dict[UrlQuery, LookUp | VMRayError] = {}
        try:
            found.update(map_concurrently(lambda query: look_up(run.client, query, params.limits), queries))
        except VMRayError as error:  # a fatal error; what was found before it is kept
            items = _items(asked, dict.fromkeys(queries, error) | found, params)
            self.write(run, Presentation("failed", items))
            raise
        items = _items(asked, found, params)
        entities = [each.entity for each, item in zip(asked, items, strict=True) if each.entity and is_suspicious(item)]
        shown = Presentation(
            worst_outcome(item.outcome for item in items),
            items,
            sentences=sentences(items),
            tables=url_table(items),
            details=[*([] if asked else [none_of_type(params.types)]), *mark_suspicious(run, entities)],
        )
        return self.present(run, shown)


def _items(asked: list[Asked], found: Found, params: LookUpParameters) -> list[Item]:
    return [
        item_of(each, found[each.query] if isinstance(each.query, UrlQuery) else each.query, params) for each in asked
    ]


def main() -> None:
    """Run as the platform's process."""
    LookUpURL().start()


if __name__ == "__main__":
    main()
