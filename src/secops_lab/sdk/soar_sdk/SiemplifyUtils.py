"""Small tools for scripts: standard output, time, tables, JSON results, parameters."""

from __future__ import annotations

import functools
import io
import os
import re
import sys
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from urllib.parse import quote

import _soar_names  # type: ignore[import-not-found]  # noqa: F401 - both spellings, one module

from soar_sdk._clock import (
    convert_datetime_to_unix_time,
    convert_string_to_datetime,
    convert_string_to_unix_time,
    convert_timezone,
    convert_unixtime_to_datetime,
    from_unix_time,
    set_utc_timezone_to_naive_datetime,
    unix_now,
    utc_now,
    utc_to_local,
)
from soar_sdk._extraction import extract_script_param
from soar_sdk._flattening import (
    add_prefix_to_dict,
    add_prefix_to_dict_keys,
    construct_csv,
    convert_dict_to_json_result_dict,
    create_entity_json_result_object,
    dict_to_flat,
    flat_dict_to_csv,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "MAXIMUM_PROPERTY_VALUE",
    "add_prefix_to_dict",
    "add_prefix_to_dict_keys",
    "construct_csv",
    "convert_datetime_to_unix_time",
    "convert_dict_to_json_result_dict",
    "convert_string_to_datetime",
    "convert_string_to_unix_time",
    "convert_timezone",
    "convert_unixtime_to_datetime",
    "create_entity_json_result_object",
    "dict_to_flat",
    "enrich_entities",
    "extract_script_param",
    "flat_dict_to_csv",
    "from_unix_time",
    "get_domain_from_entity",
    "is_json_result_size_valid",
    "is_old_entities_format",
    "is_str_instance",
    "my_stdout",
    "output_handler",
    "override_stdout",
    "real_stdout",
    "resume_stdout",
    "set_proxy_state",
    "set_utc_timezone_to_naive_datetime",
    "unix_now",
    "utc_now",
    "utc_to_local",
    "validate_property_value",
]

MAXIMUM_PROPERTY_VALUE = 3_000_000
_EMAIL = re.compile(r"^[\w.+-]+@\w+\.[a-z]{2,3}$")

real_stdout = sys.stdout
"""The process's standard output, which only `end()` writes to."""
my_stdout = io.StringIO()
"""All other output of a script; `end()` returns this output as debug output."""

P = ParamSpec("P")
T = TypeVar("T")


def override_stdout() -> None:
    """Let `print()` write to `my_stdout`."""
    sys.stdout = my_stdout


def resume_stdout() -> None:
    """Let `print()` write to the process's standard output again."""
    sys.stdout = real_stdout


def output_handler(func: Callable[P, T]) -> Callable[P, T]:
    """Decorate a script's main function: in a crash, what it printed goes to stderr, before the trace."""

    @functools.wraps(func)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return func(*args, **kwargs)
        except Exception:
            sys.stderr.write(f"STDOUT:\n{my_stdout.getvalue()}STDERR:\n")
            raise

    return wrapper


def enrich_entities(siemplify: Any, enrichment_data: Mapping[str, Mapping[str, Any]]) -> None:
    """Enrich target entities.

    Args:
        siemplify: The action.
        enrichment_data: Properties by entity identifier.
    """
    enriched = []
    for entity in siemplify.target_entities:
        if entity.identifier in enrichment_data:
            entity.additional_properties.update(enrichment_data[entity.identifier])
            entity.is_enriched = True
            enriched.append(entity)
    siemplify.update_entities(enriched)


def get_domain_from_entity(entity: Any) -> str | None:
    """The domain of an entity that is a mail address; other entities need a list of public suffixes.

    Raises:
        ImportError: For other entities; the platform has no such list either unless an integration brings it.
    """
    if _EMAIL.match(entity.identifier):
        return str(entity.identifier).rpartition("@")[2]
    raise ImportError("tldextract is not installed. Use pip and install it.")


def set_proxy_state(proxy_settings: Mapping[str, Any], is_enabled: bool = True) -> None:
    """Write the proxy into the environment's variables; does nothing without an address.

    Args:
        proxy_settings: `proxy_server_address`, `username`, `password`, `ignore_addresses`.
        is_enabled: The value of the variable `proxy`: `on` or `off`.
    """
    scheme, _, host = str(proxy_settings.get("proxy_server_address") or "").rpartition("://")
    if not host:
        return
    user = proxy_settings.get("username")
    login = f"{quote(user)}:{quote(proxy_settings.get('password') or '')}@" if user else ""
    url = f"{scheme or 'http'}://{login}{host}"
    ignored = ",".join(proxy_settings.get("ignore_addresses") or [])
    state = "on" if is_enabled else "off"
    os.environ.update(http_proxy=url, https_proxy=url, no_proxy=ignored, proxy=state)


def is_old_entities_format(entities: list[Any]) -> bool:
    """Whether target entities come as plain texts."""
    return bool(entities) and isinstance(entities[0], str)


def is_json_result_size_valid(result_json: str, max_size_in_mb: float) -> bool:
    """Whether a result's text is within the limit, in MiB of characters."""
    return len(result_json) <= max_size_in_mb * 1024 * 1024


def validate_property_value(property_value: Any) -> bool:
    """Whether a context value is within the limit of 3,000,000 characters."""
    return len(str(property_value)) <= MAXIMUM_PROPERTY_VALUE


def is_str_instance(value: Any) -> bool:
    """Whether a value is text."""
    return isinstance(value, str)
