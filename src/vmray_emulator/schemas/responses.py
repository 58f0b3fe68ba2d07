"""JSON schemas of the responses, those of stored objects excepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vmray_emulator.findings import IOC_LISTS
from vmray_emulator.ioc_objects import ioc_object
from vmray_emulator.schemas.catalogue import SCHEMAS
from vmray_emulator.schemas.fields import type_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vmray_emulator.json_types import Json

Schema = dict[str, Any]


def obj(**fields: str | Schema) -> Schema:
    """Describe an object with these fields. A text is a type of the field tables, such as `i` or `s[]?`."""
    properties = {name: type_schema(of) if isinstance(of, str) else of for name, of in fields.items()}
    return {"type": "object", "properties": properties, "required": list(properties)}


def array(items: Schema) -> Schema:
    """Describe a list."""
    return {"type": "array", "items": items}


def ref(name: str) -> Schema:
    """Return a reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def envelope(data: Schema) -> Schema:
    """Describe the envelope of a success with some data."""
    schema = obj(data=data)
    schema["properties"]["result"] = {"const": "ok"}
    schema["required"].append("result")
    return schema


def list_envelope(items: Schema) -> Schema:
    """Describe the envelope of a list."""
    schema = envelope(array(items))
    schema["properties"] |= {"continuation_id": {"type": "integer"}, "truncated": {"const": True}}
    return schema


def _like(example: Json) -> Schema:
    """Describe the type of an example. Texts and numbers may be null."""
    if isinstance(example, bool):
        return {"type": "boolean"}
    if isinstance(example, int):
        return {"type": ["integer", "null"]}
    if isinstance(example, list):
        return {"type": "array"}
    return {"type": ["string", "null"]}


def _ioc(kind: str) -> Schema:
    example = ioc_object(kind, {"value": "x", "verdict": "malicious"}, [1])
    return {
        "type": "object",
        "properties": {name: _like(value) for name, value in example.items()},
        "required": list(example),
    }


_INDICATOR = obj(id="i", category="s", operation="s", score="i", classifications="s[]", analysis_ids="i[]")
_TECHNIQUE = obj(
    id="i",
    technique_id="s",
    technique="s",
    tactics="s[]",
    version="n",
    matrix_version="s",
    analysis_ids="i[]",
    threat_indicators=array(_INDICATOR),
)
_THREAT_NAME = obj(threat_name="s", sources="s[]")
_CLASSIFICATION = obj(classification_name="s")
_NET_SCHEME = obj(net_scheme_id="i", net_scheme_name="s", net_scheme_enabled="b", net_scheme_description="s?")
_SYSTEM_INFO = obj(
    api_items_per_request="i",
    file_param_http_scheme_enabled="b",
    max_api_items="i",
    version="s",
    version_major="i",
    version_minor="i",
    version_revision="i",
    webif_alias="s",
    webif_base_url="s",
    webif_max_sample_size="i",
    webif_max_upload_size="i",
)
_BILLING_INFO = obj(
    billing_period="s",
    product_plan_name="s",
    report_quota="i?",
    report_remaining="i?",
    verdict_quota="i?",
    verdict_remaining="i?",
    quota="i?",
    remaining="i?",
    detector_quota="i?",
    detector_remaining="i?",
    ppu_report_quota_used="i",
    ppu_verdict_quota_used="i",
    today_date="s",
    end_date="s",
    next_plan_start_date="s?",
    user_email="s",
    user_expiry_date="s?",
)
_USER = obj(
    user_id="i",
    user_email="s",
    user_role="o",
    user_api_enabled="b",
    user_enabled="b",
    user_created="ts",
    user_last_api_access="ts",
)


def _submit() -> Schema:
    lists = {
        "errors": obj(submission_filename="s", error_msg="s"),
        "jobs": ref("job"),
        "static_jobs": ref("job"),
        "reputation_jobs": ref("reputation_job"),
        "vt_jobs": ref("vt_job"),
        "md_jobs": {},
        "whois_jobs": {},
        "samples": ref("sample"),
        "submissions": ref("submission"),
    }
    return obj(**{name: array(items) for name, items in lists.items()})


def response_schemas() -> Mapping[str, Schema]:
    """Return the bodies of successful responses by the names in the route table."""
    iocs = obj(**{name: array(_ioc(kind)) for name, kind in IOC_LISTS.items()})
    refused = obj(errors=array(obj(error_msg="s")))
    unlocked = obj(unlocked_analysis_ids="i[]")
    unlocked["properties"] |= refused["properties"]  # only without quota
    data = {
        "iocs": obj(status="s", iocs=iocs),
        "indicators": obj(status="s", threat_indicators=array(_INDICATOR)),
        "techniques": obj(status="s", mitre_attack_techniques=array(_TECHNIQUE)),
        "submit": _submit(),
        "classifications": obj(
            sample_classifications=array(_CLASSIFICATION), children_classifications=array(_CLASSIFICATION)
        ),
        "threat_names": obj(
            sample_threat_names=array(_THREAT_NAME), children_threat_names=array(_THREAT_NAME)
        ),
        "unlocked": unlocked,
        "reanalysis": {"anyOf": [ref("job"), refused]},
        "system_info": _SYSTEM_INFO,
        "quota": obj(quota_limit="i", used_quota="i"),
        "billing_info": _BILLING_INFO,
        "user": _USER,
        "download_password": {"type": "string"},
        "net_schemes": array(_NET_SCHEME),
        "tags": array(obj(tag_name="s")),
        "tag": obj(tag_name="s"),
    }
    bodies = {name: envelope(schema) for name, schema in data.items()}
    for kind in SCHEMAS:
        bodies[f"{kind}_item"] = envelope(ref(kind))
        bodies[f"{kind}_list"] = list_envelope(ref(kind))
    bodies["continuation"] = list_envelope({"type": "object"})
    bodies["ok"] = {"type": "object", "properties": {"result": {"const": "ok"}}, "required": ["result"]}
    bodies["error"] = obj(error_msg="s")
    bodies["error"]["properties"]["result"] = {"const": "error"}
    bodies["error"]["required"].append("result")
    return bodies
