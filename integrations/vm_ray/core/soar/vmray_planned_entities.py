"""The entities that IOCs become: type, identifier and properties, and which IOCs become none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from soar_sdk.SiemplifyDataModel import EntityTypes

from ...core.api.vmray_models import Sample, text_of
from ...core.api.vmray_text import one_line
from ...core.api.vmray_verdicts import worst
from ...core.exports.vmray_gated_iocs import DatedIoc
from ...core.exports.vmray_ioc_gate import DroppedIoc
from ...core.exports.vmray_ioc_hosts import address_of
from ...core.results.vmray_enrichment import ENRICHMENT_PREFIX, MAX_ENRICHMENT_LENGTH
from ...core.results.vmray_ioc_items import IocItem
from ...core.results.vmray_ioc_rows import LISTS, IocRow
from ...core.results.vmray_item_result import Item
from ...core.results.vmray_sample_fields import web_link

# VMRay's lists in the order of importance, and the type of the entity.
ENTITY_TYPES: Final[Mapping[str, str]] = {
    "files": EntityTypes.FILEHASH,
    "domains": EntityTypes.DOMAIN,
    "ips": EntityTypes.ADDRESS,
    "urls": EntityTypes.URL,
    "filenames": EntityTypes.FILENAME,
}
# A property of the platform: the identifier as it was before the platform changed it to upper case.
ORIGINAL: Final = "OriginalIdentifier"
# A convention of other integrations for entities that an action created.
NEW: Final = "is_new_entity"
MAX_IDENTIFIER: Final = 2_000
_PLACES: Final = {kind: place for place, kind in enumerate(ENTITY_TYPES)}


@dataclass(frozen=True, slots=True)
class PlannedEntity:
    """The entity that an IOC becomes.

    Attributes:
        row: The IOC.
        entity_type: The platform's name of the type.
        identifier: The value of the IOC in upper case, as the platform stores it.
        properties: What VMRay knows of the IOC, and of the samples that it is from.
    """

    row: IocRow
    entity_type: str
    identifier: str
    properties: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str]:
        """What makes an entity the same."""
        return self.entity_type, self.identifier


class Plan(NamedTuple):
    """The entities, the most important first, and the IOCs that become none."""

    entities: list[PlannedEntity]
    dropped: list[DroppedIoc]


def planned(iocs: Iterable[DatedIoc], items: Sequence[Item], limit: int) -> Plan:
    """Return at most so many entities: the worst verdicts first, of these the types in their order."""
    parents = {each.sample.sample_id: each.sample for each in items if isinstance(each, IocItem) and each.sample}
    entities: dict[tuple[str, str], PlannedEntity] = {}
    dropped: list[DroppedIoc] = []
    for ioc in sorted(iocs, key=lambda each: (each.row.verdict.rank, _PLACES[each.row.name.kind])):
        entity = _planned(ioc, parents)
        if reason := _why_none(entity, entities, limit):
            dropped.append(DroppedIoc(ioc.row, reason))
        else:
            entities[entity.key] = entity
    return Plan(list(entities.values()), dropped)


def _planned(ioc: DatedIoc, parents: Mapping[int, Sample]) -> PlannedEntity:
    value = ioc.row.name.value
    properties = {ORIGINAL: value, NEW: str(True), **_provenance(ioc, parents)}
    return PlannedEntity(ioc.row, ENTITY_TYPES[ioc.row.name.kind], one_line(value, MAX_IDENTIFIER).upper(), properties)


def _why_none(entity: PlannedEntity, others: Mapping[tuple[str, str], PlannedEntity], limit: int) -> str:
    """Return why an IOC becomes no entity; empty if it does."""
    row = entity.row
    if row.name.kind == "files" and not row.content_hashes:
        return "VMRay has no hash of this file"
    if row.name.kind == "ips" and address_of(row.name.value) is None:
        return "not an IP address"
    if entity.identifier != row.name.value.upper():
        return "has invisible characters, blanks around it, or more characters than an entity can have"
    if entity.identifier.lower() != row.name.value.lower():  # such as a sharp s: the entity would be of another host
        return "would be another text in upper case, in which the platform stores it"
    if entity.key in others:
        return f"its entity is that of another IOC: {others[entity.key].row.name.value}"
    return f"over the limit of Max Entities, {limit}" if len(others) == limit else ""


def _provenance(ioc: DatedIoc, parents: Mapping[int, Sample]) -> dict[str, str]:
    """Return what VMRay knows of an IOC: always the same properties, all texts."""
    row = ioc.row
    known = sorted((parents[each] for each in row.sample_ids if each in parents), key=lambda each: each.verdict.rank)
    links = [link for each in known if (link := web_link(each.raw))]
    found = {
        "source": "VMRay",
        "ioc_verdict": row.verdict.value,
        "ioc_type": LISTS[row.name.kind][0],
        "ioc_threat_names": ", ".join(row.threat_names),
        "parent_sample_id": ", ".join(map(str, row.sample_ids)),
        "parent_sha256": ", ".join(filter(None, (text_of(each.raw, "sample_sha256hash") for each in known))),
        "parent_verdict": worst(each.verdict for each in known).value,
        "parent_link": links[0] if links else "",
        "analysis_ids": ", ".join(map(str, row.analysis_ids)),
        "seen_at": ioc.seen.isoformat(timespec="seconds") if ioc.seen else "",
        "expires": ioc.expires_text or "",
    }
    return {f"{ENRICHMENT_PREFIX}{name}": one_line(value, MAX_ENRICHMENT_LENGTH) for name, value in found.items()}
