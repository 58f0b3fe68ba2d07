"""Flat dictionaries and CSV tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Json = dict[str, Any]


def construct_csv(list_of_dicts: list[Json]) -> list[str]:
    """Make a table of flat dictionaries.

    Missing and empty values become empty cells; a comma in a cell becomes a space, quotes and newlines stay
    unchanged. The SDK of the platform orders columns at random; here they keep their first order.

    Returns:
        CSV lines with the header first; no lines for no dictionaries.
    """
    if not list_of_dicts:
        return []
    headers = list(dict.fromkeys(key for row in list_of_dicts for key in row))
    lines = [",".join(str(header) for header in headers)]
    lines.extend(",".join(_cell(row.get(header)) for header in headers) for row in list_of_dicts)
    return lines


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace(",", " ")


def flat_dict_to_csv(flat_dict: Mapping[str, Any]) -> list[str]:
    """Make a table with one row per key; values stay unchanged, commas included."""
    return ["Property, Value", *(f"{key},{value}" for key, value in flat_dict.items())]


def add_prefix_to_dict(given_dict: Mapping[str, Any], prefix: str) -> Json:
    """Add `prefix_` to every key."""
    return {f"{prefix}_{key}": value for key, value in given_dict.items()}


def add_prefix_to_dict_keys(target_dict: Mapping[str, Any], prefix: str) -> Json:
    """Add `prefix_` to every key."""
    return add_prefix_to_dict(target_dict, prefix)


def dict_to_flat(target_dict: Mapping[str, Any]) -> Json:
    """Flatten nested dictionaries and lists, joining keys with `_`.

    List items are numbered from 1, lists and dictionaries before plain values. Outside of lists None becomes
    "None", and every other empty value (0 and False included) an empty text, as in the platform's SDK.
    """
    flat: Json = {}
    for key, value in target_dict.items():
        for name, leaf in _leaves(value):
            flat[f"{key}_{name}" if name else key] = leaf
    return flat


def _leaves(value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        yield from dict_to_flat(value).items()
    elif isinstance(value, list) and value:
        yield from _items(value)
    elif value is None:
        yield "", "None"
    else:
        yield "", value or ""


def _items(values: list[Any]) -> Iterable[tuple[str, Any]]:
    nested = [item for item in values if isinstance(item, dict | list)]
    plain = [item for item in values if not isinstance(item, dict | list)]
    for number, item in enumerate([*nested, *plain], 1):
        if isinstance(item, dict):
            for key, inner in dict_to_flat(item).items():
                yield f"{number}_{key}", inner
        elif isinstance(item, list):
            inner_leaves = _items(item) if item else [("", "")]
            for key, inner in inner_leaves:
                yield (f"{number}_{key}" if key else str(number)), inner
        else:
            yield str(number), item


def create_entity_json_result_object(entity_identifier: str, json_result_for_entity: Any) -> Json:
    """One item of a JSON result in the platform's convention."""
    return {"Entity": entity_identifier, "EntityResult": json_result_for_entity}


def convert_dict_to_json_result_dict(json_result_dict: Mapping[str, Any] | str) -> list[Json]:
    """Make a JSON result in the platform's convention.

    Args:
        json_result_dict: Results by entity identifier, or the JSON text of that.

    Raises:
        AttributeError: If it is a list.
    """
    results = json.loads(json_result_dict) if isinstance(json_result_dict, str) else json_result_dict
    return [create_entity_json_result_object(identifier, result) for identifier, result in results.items()]
