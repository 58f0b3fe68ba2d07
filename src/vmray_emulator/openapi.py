"""An OpenAPI 3.1 document of the emulator, generated from the route table and the field tables.

The document describes the emulator. It is not the document of the vendor.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.endpoints.columns import LARGEST_ID
from vmray_emulator.routes import ENDPOINTS
from vmray_emulator.schemas.catalogue import SCHEMAS
from vmray_emulator.schemas.responses import ref, response_schemas
from vmray_emulator.submit_form import ANALYZER_MODES, ARCHIVE_ACTIONS

if TYPE_CHECKING:
    from vmray_emulator.endpoints.api_request import Endpoint, Parameter
    from vmray_emulator.versions import ServerVersion

_PLACEHOLDER: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
_REFUSALS: Final = {
    "400": "A parameter has a value that is not allowed.",
    "401": "The key is missing or wrong.",
    "403": "The key has no right to this, or the report is locked.",
    "404": "The id, column or route is unknown.",
    "429": "Too many requests. `Retry-After` has the seconds until the next attempt.",
}
# Form fields of a submission that the emulator reads. It accepts and ignores the other ones of the vendor.
_SUBMIT_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "sample_file": {"type": "string", "contentMediaType": "application/octet-stream"},
    "sample_url": {"type": "string"},
    "sample_filename_b64enc": {"type": "string", "contentEncoding": "base64"},
    "sample_type": {"type": "string"},
    "tags": {"type": "string"},
    "comment": {"type": "string"},
    "submission_metadata": {"type": "string"},
    "reanalyze": {"type": "string", "enum": ["true", "false"]},
    "analysis_caching": {"type": "string", "enum": ["disabled", "enabled", "smart", "legacy"]},
    "analyzer_mode": {"type": "string", "enum": list(ANALYZER_MODES)},
    "archive_action": {"type": "string", "enum": list(ARCHIVE_ACTIONS)},
    "compound_sample": {"type": "string", "enum": ["true", "false"]},
    "archive_password": {"type": "string"},
    "document_password": {"type": "string"},
    "enable_triage": {"type": "string", "enum": ["true", "false"]},
    "max_recursive_samples": {"type": "string"},
    "user_config": {"type": "string"},
    "max_jobs": {"type": "string"},
    "jobrule_entries": {"type": "string"},
    "shareable": {"type": "string", "enum": ["true", "false"]},
    "retention_period": {"type": "string"},
}


def openapi(version: ServerVersion) -> dict[str, Any]:
    """Return the document of a server version."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        if endpoint.since <= version:
            path = _PLACEHOLDER.sub(r"{\1}", f"/rest{endpoint.path}")
            paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint)
    objects = {kind: schema.json_schema(version) for kind, schema in SCHEMAS.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "VMRay emulator",
            "version": str(version),
            "summary": "What the emulator implements of the VMRay REST API; its limits: docs/limits.md",
        },
        "paths": paths,
        "components": {
            "schemas": {**objects, **{f"{name}_response": body for name, body in response_schemas().items()}},
            "securitySchemes": {
                "key": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`api_key KEY`",
                }
            },
        },
        "security": [{"key": []}],
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "tags": [endpoint.family],
        "parameters": [*_path_parameters(endpoint), *map(_query, _placed(endpoint, "query"))],
        "responses": {"200": _success(endpoint), **_refusals()},
    }
    body = _body(endpoint)
    if body:
        operation["requestBody"] = body
    return operation


def _placed(endpoint: Endpoint, place: str) -> list[Parameter]:
    return [parameter for parameter in endpoint.parameters if parameter.place == place]


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _path_schema(convertor)}
        for name, convertor in _PLACEHOLDER.findall(endpoint.path)
    ]


def _path_schema(convertor: str) -> dict[str, Any]:
    if convertor == "id":
        return {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}
    if convertor.endswith("_column"):
        return {"type": "string", "enum": sorted(SCHEMAS[convertor.removesuffix("_column")].short_names)}
    return {"type": "string", "minLength": 1}


def _query(parameter: Parameter) -> dict[str, Any]:
    schema = {"type": parameter.type}
    return {"name": parameter.name, "in": "query", "required": parameter.required, "schema": schema}


def _success(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.response == "binary":
        content: dict[str, Any] = {"application/octet-stream": {}}
    else:
        content = {"application/json": {"schema": ref(f"{_response_name(endpoint)}_response")}}
    return {"description": endpoint.summary, "content": content}


def _response_name(endpoint: Endpoint) -> str:
    if endpoint.lists:
        return f"{endpoint.lists}_list"
    return f"{endpoint.response}_item" if endpoint.response in SCHEMAS else endpoint.response


def _refusals() -> dict[str, Any]:
    error = {"application/json": {"schema": ref("error_response")}}
    return {status: {"description": why, "content": error} for status, why in _REFUSALS.items()}


def _body(endpoint: Endpoint) -> dict[str, Any] | None:
    if endpoint.upload:
        plain = {name: schema for name, schema in _SUBMIT_FIELDS.items() if name != "sample_file"}
        return {
            "content": {
                "multipart/form-data": {"schema": {"type": "object", "properties": _SUBMIT_FIELDS}},
                "application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": plain}},
            }
        }
    fields = _placed(endpoint, "form")
    if not fields:
        return None
    schema = {
        "type": "object",
        "properties": {field.name: {"type": field.type} for field in fields},
        "required": [field.name for field in fields if field.required],
    }
    return {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
