"""The parameters of a submission, read and checked once.

Names and values: vendor's OpenAPI document 2026.2.1. Only the status 400 of an error is documented, the
wording is that of the emulator.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.errors import ApiError
from vmray_emulator.settings import CACHING_MODES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vmray_emulator.settings import Settings

ANALYZER_MODES: Final = (
    "reputation",
    "reputation_static",
    "reputation_static_dynamic",
    "static_dynamic",
    "static",
)
ARCHIVE_ACTIONS: Final = ("sample", "compound_sample", "separate_samples")
MOST_JOBS: Final = 100
_TAG: Final = re.compile(r"[\w.!?;:+–=/$@%^&)(#'\\-]{1,255}")  # noqa: RUF001 - the vendor's rule


def checked_tag(text: str) -> str:
    """Check a tag: up to 255 letters, digits and some signs, no blanks.

    Raises:
        ApiError: 400, the tag is not allowed.
    """
    if not _TAG.fullmatch(text):
        raise ApiError(400, f"Invalid tag name: {text[:255]!r}")
    return text


def boolean(params: Mapping[str, str], name: str, *, default: bool) -> bool:
    """Read a boolean in any of the spellings that clients use: `true`, `True`, `1` and their opposites.

    Raises:
        ApiError: 400, the value is none of them.
    """
    text = params.get(name, "")
    if not text:
        return default
    if text.lower() not in ("true", "false", "1", "0"):
        raise ApiError(400, f'Parameter "{name}" is not a boolean')
    return text.lower() in ("true", "1")


def _one_of(params: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    text = params.get(name, "") or default
    if text not in allowed:
        raise ApiError(400, f'Parameter "{name}" is not one of {", ".join(allowed)}')
    return text


def _integer(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name, "")
    if not text:
        return default
    try:
        value = int(text)
    except ValueError:
        raise ApiError(400, f'Parameter "{name}" is not an integer') from None
    if not 0 <= value < 2**31:
        raise ApiError(400, f'Parameter "{name}" is out of range')
    return value


def _json(params: Mapping[str, str], name: str) -> dict[str, Any]:
    text = params.get(name, "")
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ApiError(400, f'Parameter "{name}" is not a JSON object')
    return value


def _net_scheme(config: Mapping[str, Any]) -> str | None:
    name = config.get("net_scheme_name")
    if name is not None and not isinstance(name, str):
        raise ApiError(400, 'The net_scheme_name in "user_config" is not a text')
    return name


def _max_jobs(params: Mapping[str, str]) -> int | None:
    if not params.get("max_jobs"):
        return None
    number = _integer(params, "max_jobs", 0)
    if not 1 <= number <= MOST_JOBS:
        raise ApiError(400, f'Parameter "max_jobs" is not a number from 1 to {MOST_JOBS}')
    return number


def _check_jobrules(params: Mapping[str, str]) -> None:
    """Check the form of `jobrule_entries`: a list of signatures, or an object of lists by sample type."""
    text = params.get("jobrule_entries", "")
    try:
        value = json.loads(text) if text else []
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, list | dict):
        raise ApiError(400, 'Parameter "jobrule_entries" is neither a JSON list nor a JSON object')


def decoded_name(params: Mapping[str, str], part_name: str | None) -> str | None:
    """Return the file name: from `sample_filename_b64enc` where given, else from the file part.

    Raises:
        ApiError: 400, the parameter is not Base64 of UTF-8.
    """
    encoded = params.get("sample_filename_b64enc", "")
    if part_name and part_name.startswith("@param="):
        encoded = params.get(part_name.removeprefix("@param="), "")
    if not encoded:
        return part_name
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise ApiError(400, 'Parameter "sample_filename_b64enc" is not Base64 of UTF-8') from None


@dataclass(frozen=True, slots=True)
class SubmitForm:
    """The parameters of a submission, defaults included.

    Attributes:
        url: The `sample_url`, or None.
        sample_type: Forced type, or None.
        tags: Tags in order.
        comment: Free text, or None.
        metadata: `submission_metadata`, as its JSON text.
        caching: The caching mode. `reanalyze` sets it to `disabled`.
        analyzer_mode: Engines.
        archive_action: What an archive becomes (see `Settings`).
        archive_password: Password of an uploaded archive.
        triage: Whether the reputation job comes before any analysis job.
        max_recursive_samples: Maximum number of children.
        seconds: Detonation time, from `timeout` in `user_config` where given.
        document_password: Password of an office or PDF document. It is never stored.
        net_scheme: The `net_scheme_name` in `user_config`, or None.
        max_jobs: Maximum number of analysis jobs, or None.
        fields: Submission fields (short names) that are stored unchanged.
    """

    url: str | None
    sample_type: str | None
    tags: list[str]
    comment: str | None
    metadata: str
    caching: str
    analyzer_mode: str
    archive_action: str
    archive_password: str | None
    triage: bool
    max_recursive_samples: int
    seconds: float
    document_password: str | None
    net_scheme: str | None
    max_jobs: int | None
    fields: dict[str, Any]

    @classmethod
    def read(cls, params: Mapping[str, str], settings: Settings) -> SubmitForm:
        """Read the merged query and form.

        Raises:
            ApiError: 400, a parameter has a value that is not allowed.
        """
        caching = _one_of(params, "analysis_caching", CACHING_MODES, settings.analysis_caching)
        if boolean(params, "reanalyze", default=False):
            caching = "disabled"
        action = _one_of(params, "archive_action", ARCHIVE_ACTIONS, settings.archive_action)
        if boolean(params, "compound_sample", default=False):
            action = "compound_sample"
        config = _json(params, "user_config")
        timeout = config.get("timeout", settings.detonation_seconds)
        if not isinstance(timeout, int | float) or not 0 <= timeout < 2**31:
            raise ApiError(400, 'The timeout in "user_config" is not a number of seconds')
        metadata = _json(params, "submission_metadata")
        _check_jobrules(params)
        return cls(
            url=params.get("sample_url") or None,
            sample_type=params.get("sample_type") or None,
            tags=[checked_tag(tag.strip()) for tag in params.get("tags", "").split(",") if tag.strip()],
            comment=params.get("comment") or None,
            metadata=params.get("submission_metadata") or json.dumps(metadata),
            caching=caching,
            analyzer_mode=_one_of(params, "analyzer_mode", ANALYZER_MODES, "reputation_static_dynamic"),
            archive_action=action,
            archive_password=params.get("archive_password") or None,
            triage=boolean(params, "enable_triage", default=settings.triage),
            max_recursive_samples=_integer(params, "max_recursive_samples", settings.max_recursive_samples),
            seconds=float(timeout),
            document_password=params.get("document_password") or None,
            net_scheme=_net_scheme(config),
            max_jobs=_max_jobs(params),
            fields={
                "shareable": boolean(params, "shareable", default=False),
                "retention_period": _integer(params, "retention_period", 0),
                "analyzer_mode_enable_reputation": boolean(params, "enable_reputation", default=True),
                "analyzer_mode_known_benign": boolean(params, "known_benign", default=False),
                "analyzer_mode_known_malicious": boolean(params, "known_malicious", default=False),
            },
        )
