"""The parameters of Look Up URL: URLs, or the entities of the case that are URLs or hosts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from soar_sdk.SiemplifyDataModel import EntityTypes

from ...core.api.vmray_errors import UnsupportedSubjectError
from ...core.soar.vmray_parameters import boolean, choices, param, whole_number
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_url_entities import text_of_entity
from ...core.soar.vmray_url_parameters import UrlParameters, analyzed_url, split_urls
from ...core.submissions.vmray_url_look_up import Limits
from ...core.submissions.vmray_url_search import UrlQuery, exact_query, host_query

if TYPE_CHECKING:
    from soar_sdk.SiemplifyDataModel import DomainEntityInfo

_URL: Final = "URL"
_TYPES: Final[Mapping[str, str]] = {
    _URL: EntityTypes.URL,
    "Domain": EntityTypes.DOMAIN,
    "Hostname": EntityTypes.HOSTNAME,
    "Address": EntityTypes.ADDRESS,
}


class Asked(NamedTuple):
    """One URL or host that the action is asked about.

    Attributes:
        name: The text of the parameter, or the identifier of the entity.
        query: What to search for, or why VMRay cannot be asked.
        entity: The entity; None for the parameter.
    """

    name: str
    query: UrlQuery | UnsupportedSubjectError
    entity: DomainEntityInfo | None = None


@dataclass(frozen=True)
class LookUpParameters(UrlParameters):
    """The URLs, the types of the entities that stand for them, and which samples count."""

    entity_types: tuple[str, ...] = param("Entity Types", choices(*_TYPES), default=_URL)
    younger_than: int = param("Younger Than Days", whole_number(0, 36_500), default="0")
    max_samples: int = param("Max Samples", whole_number(1, 100), default="10")
    create_insight: bool = param("Create Insight", boolean(), default="true")
    only_suspicious_insight: bool = param("Only Suspicious Insight", boolean(), default="false")

    @property
    def limits(self) -> Limits:
        """Which samples count."""
        return Limits(self.younger_than, self.max_samples)

    @property
    def types(self) -> str:
        """The types of the entities, for a sentence."""
        return ", ".join(_TYPES[word] for word in self.entity_types)

    def asked(self, run: Run) -> list[Asked]:
        """Return what the action is asked about, in the given order.

        Raises:
            ParameterError: There are too many URLs.
        """
        if self.urls.strip():
            return [Asked(each, _query(each, _URL)) for each in split_urls(self.urls)]
        found = [(word, entity) for word in self.entity_types for entity in run.entities(_TYPES[word])]
        return [Asked(each.identifier, _query(text_of_entity(each), word), each) for word, each in found]


def _query(text: str, word: str) -> UrlQuery | UnsupportedSubjectError:
    try:
        return exact_query(analyzed_url(text).url) if word == _URL else host_query(text)
    except UnsupportedSubjectError as error:
        return error
