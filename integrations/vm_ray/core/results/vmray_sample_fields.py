"""The fields of VMRay's sample object that are shown: all but secrets, the essential ones, or only the location."""

from __future__ import annotations

import re
from typing import Any, Final

from ...core.api.vmray_models import Json, text_of
from ...core.api.vmray_text import one_line
from ...core.results.vmray_escape import defang, unclickable

# Never copied into a case: the password protects the sample, and the account ids are private data of the customer.
SECRET_FIELDS: Final = ("sample_password", "sample_account_ids")
# VMRay's own address of the report, which people open.
LINK_FIELD: Final = "sample_webif_url"
ANALYSIS_LINK: Final = "analysis_webif_url"
MAX_ESSENTIAL_LENGTH: Final = 300
MAX_NAME_LENGTH: Final = 2_000
# Programs open no longer addresses.
MAX_ADDRESS_LENGTH: Final = 2_000
ESSENTIAL_FIELDS: Final = (
    "sample_id",
    "sample_verdict",
    "sample_severity",
    "sample_type",
    "sample_filename",
    "sample_sha256hash",
    "sample_created",
    LINK_FIELD,
)


def web_link(raw: Json, field: str = LINK_FIELD) -> str | None:
    """Return VMRay's own address of a sample or an analysis; None if a browser would not open a web page."""
    return web_address(text_of(raw, field))


def web_address(text: str) -> str | None:
    """Return a text that is the address of a web page, which people can open; None for any other text."""
    is_address = text.lower().startswith(("https://", "http://")) and len(text) <= MAX_ADDRESS_LENGTH
    return text if is_address else None


def sha256_of_sample(raw: Json, field: str = "sample_sha256hash") -> str | None:
    """Return the SHA-256 of a sample, as VMRay names it; None for another text."""
    text = text_of(raw, field)
    return text if re.fullmatch(r"[0-9A-Fa-f]{64}", text) else None


def name_of(raw: Json) -> str | None:
    """Return the URL of a sample, else its file name, as one line; None if VMRay returned neither."""
    return one_line(text_of(raw, "sample_url") or text_of(raw, "sample_filename"), MAX_NAME_LENGTH) or None


def readable_name(name: str) -> str:
    """Return a name of ``name_of`` for people: URLs are defanged."""
    return defang(name) if "://" in name else unclickable(name)


def public_sample(raw: Json) -> dict[str, Any]:
    """Return VMRay's sample object without the fields that must stay in VMRay."""
    return {name: value for name, value in raw.items() if name not in SECRET_FIELDS}


def essential_fields(raw: Json) -> Json:
    """Return the fields of a sample that are kept even in the smallest result."""
    kept = {name: raw[name] for name in ESSENTIAL_FIELDS if name in raw}
    return {
        name: value if isinstance(value, int | float | None) else one_line(str(value), MAX_ESSENTIAL_LENGTH)
        for name, value in kept.items()
    }


def location_fields(raw: Json) -> Json:
    """Return only the fields by which a sample is found in VMRay."""
    return {name: raw[name] for name in ("sample_id", LINK_FIELD) if name in raw}
