"""The export as a STIX 2.1 bundle: indicators, malware, attack patterns, and how they belong together.

The id of each object follows from its content, so the same export twice is the same bundle. No object has the time of
the export: objects are created when VMRay analyzed the samples.
"""

from __future__ import annotations

import ipaddress
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from ...core.api.vmray_models import text_of, texts
from ...core.exports.vmray_export import Export, Written, problem_of_value, usual_value, utf8_texts
from ...core.exports.vmray_gated_iocs import DatedIoc
from ...core.results.vmray_escape import stix_string
from ...core.results.vmray_ioc_rows import IocRow

_NAMESPACE: Final = uuid.UUID("0f2d2b0c-7c61-5d9e-8a44-3b1f6c9d5e70")
_HASH_NAMES: Final = {32: "MD5", 40: "'SHA-1'", 64: "'SHA-256'"}
_PATHS: Final = {
    "domains": "domain-name:value",
    "urls": "url:value",
    "mutexes": "mutex:name",
    "registry": "windows-registry-key:key",
    "email_addresses": "email-addr:value",
}
_INDICATOR_TYPES: Final = {
    "malicious": "malicious-activity",
    "suspicious": "anomalous-activity",
    "clean": "benign",
}
_TECHNIQUE_ID: Final = re.compile(r"T[0-9]{4}(?:\.[0-9]{3})?")
_FIRST_YEAR: Final = 1970
_FIRST_DAY: Final = "1970-01-01T00:00:00.000Z"
Object = dict[str, Any]


def stix_file(export: Export) -> Written:
    """Return the bundle."""
    kept, left_out = export.accepted(_problem)
    maker = _sdo("identity", _FIRST_DAY, name="VMRay integration", identity_class="system")
    objects = [maker, *(_Objects(export, kept, maker["id"]).all() if kept else ())]
    content = {"type": "bundle", "id": _id("bundle", objects), "objects": objects}
    return Written(json.dumps(content, indent=1).encode("ascii"), left_out)


def _problem(ioc: DatedIoc) -> str:
    if ioc.seen is None or ioc.seen.year < _FIRST_YEAR:
        return "the time of its analysis is not known, which STIX requires"
    return problem_of_value(ioc.row)


class _Objects:
    """The objects of one bundle."""

    def __init__(self, export: Export, iocs: list[DatedIoc], maker: str) -> None:
        """Set the export, the IOCs that are part of the bundle, and the id of who made it."""
        self._samples = export.samples
        self._iocs = iocs
        self._created = _time(max(ioc.seen for ioc in iocs if ioc.seen))
        self._families: dict[str, Object] = {}
        self._maker = maker

    def all(self) -> list[Object]:
        """Return all objects, each once."""
        objects = [*self._indicators(), *self._malware(), *self._attack_patterns(), *self._relationships()]
        return list({each["id"]: each for each in objects}.values())

    def _made(self, kind: str, created: str, **members: Any) -> Object:  # noqa: ANN401 - JSON may be anything
        return _sdo(kind, created, created_by_ref=self._maker, **members)

    def _indicators(self) -> Iterator[Object]:
        return (self._indicator(ioc) for ioc in self._iocs)

    def _indicator(self, ioc: DatedIoc) -> Object:
        verdict = ioc.row.verdict.in_json
        created = _time(ioc.seen) if ioc.seen else self._created
        is_longer = ioc.expires and ioc.seen and ioc.expires > ioc.seen
        return self._made(
            "indicator",
            created,
            name=ioc.row.name.value,
            indicator_types=[_INDICATOR_TYPES.get(verdict or "", "unknown")],
            pattern=pattern_of(ioc.row),
            pattern_type="stix",
            pattern_version="2.1",
            valid_from=created,
            **({"valid_until": _time(ioc.expires)} if is_longer and ioc.expires else {}),
            labels=[verdict or "no-verdict"],
            external_references=[self._reference(number) for number in ioc.row.sample_ids],
        )

    def _reference(self, number: int) -> Object:
        sample = self._samples.get(number)
        link = {"url": sample.link} if sample and sample.link else {}
        return {"source_name": "VMRay", "external_id": str(number), **link}

    def _family(self, name: str) -> Object:
        if name not in self._families:
            self._families[name] = self._made("malware", self._created, name=name, is_family=True)
        return self._families[name]

    def _names(self) -> list[str]:
        of_samples = (name for sample in self._samples.values() for name in sample.threat_names)
        return utf8_texts([*of_samples, *(name for ioc in self._iocs for name in ioc.row.threat_names)])

    def _malware(self) -> Iterator[Object]:
        return (self._family(name) for name in self._names())

    def _attack_patterns(self) -> Iterator[Object]:
        return (self._technique(each) for sample in self._samples.values() for each in _usual(sample.techniques))

    def _technique(self, technique: Mapping[str, Any]) -> Object:
        number = text_of(technique, "technique_id")
        phases = sorted(
            {each.strip().lower().replace(" ", "-") for each in utf8_texts(texts(technique.get("tactics")))}
        )
        tactics = [{"kill_chain_name": "mitre-attack", "phase_name": each} for each in phases]
        address = f"https://attack.mitre.org/techniques/{number.replace('.', '/')}/"
        return self._made(
            "attack-pattern",
            self._created,
            name=next(iter(utf8_texts([text_of(technique, "technique")])), number),
            external_references=[{"source_name": "mitre-attack", "external_id": number, "url": address}],
            **({"kill_chain_phases": tactics} if tactics else {}),
        )

    def _relationships(self) -> Iterator[Object]:
        for ioc in self._iocs:
            indicator = self._indicator(ioc)
            for name in utf8_texts(ioc.row.threat_names):
                yield self._relationship(indicator, "indicates", self._family(name))
        for sample in self._samples.values():
            techniques = list(map(self._technique, _usual(sample.techniques)))
            for name in utf8_texts(sample.threat_names):
                yield from (self._relationship(self._family(name), "uses", each) for each in techniques)

    def _relationship(self, source: Object, kind: str, target: Object) -> Object:
        return self._made(
            "relationship",
            source["created"],
            relationship_type=kind,
            source_ref=source["id"],
            target_ref=target["id"],
        )


def pattern_of(row: IocRow) -> str:
    """Return the pattern for an IOC whose value its type accepts."""
    return f"[{' AND '.join(f'{path} = {stix_string(value)}' for path, value in _comparisons(row).items())}]"


def _comparisons(row: IocRow) -> Mapping[str, str]:
    """Return what the pattern compares: values by their path."""
    value = usual_value(row.name)
    match row.name.kind:
        case "ips":
            return {f"ipv{ipaddress.ip_address(value).version}-addr:value": value}
        case "files":
            return {f"file:hashes.{_HASH_NAMES[len(value)]}": value}
        case "filenames":
            return _place(value)
        case "processes":
            return {f"process:{'command_line' if text_of(row.raw, 'cmd_line') else 'image_ref.name'}": value}
        case "emails":
            subjects = [("email-message:subject", each) for each in utf8_texts([row.name.context])]
            return {"email-message:from_ref.value": value, **dict(subjects)}
        case kind:
            return {_PATHS[kind]: value}


def _place(path: str) -> Mapping[str, str]:
    *_, name = re.split(r"[\\/]", path)
    folder = path[: -len(name) - 1] if name else ""
    if not folder:
        return {"file:name": path}
    return {"file:name": name, "file:parent_directory_ref.path": folder}


def _usual(techniques: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - a list of VMRay's objects
    return (each for each in techniques if _TECHNIQUE_ID.fullmatch(text_of(each, "technique_id")))


def _sdo(kind: str, created: str, **members: Any) -> Object:  # noqa: ANN401 - JSON may be anything
    content = {"created": created, "modified": created, **members}
    return {"type": kind, "spec_version": "2.1", "id": _id(kind, content), **content}


def _id(kind: str, content: object) -> str:
    return f"{kind}--{uuid.uuid5(_NAMESPACE, json.dumps([kind, content], sort_keys=True))}"


def _time(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='milliseconds')}Z"
