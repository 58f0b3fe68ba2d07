"""Reading parameters: the rules behind all `extract_…_param` methods."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Logs(Protocol):
    def info(self, message: str) -> None: ...


class Owner(Protocol):
    """An object with a logger."""

    @property
    def LOGGER(self) -> _Logs: ...


def extract_script_param(
    siemplify: Owner,
    input_dictionary: Mapping[str, Any],
    param_name: str,
    default_value: Any = None,
    input_type: type = str,
    is_mandatory: bool = False,
    print_value: bool = False,
) -> Any:
    """Read a parameter and convert it to the requested type.

    Args:
        siemplify: Logs what happens.
        input_dictionary: The parameters as the platform passed them: texts.
        param_name: The name.
        default_value: Replaces a missing or empty value. The texts "0" and "false" are not empty, but the
            number 0 is.
        input_type: `str`, `int`, `float`, `bool`, or `list` (JSON text).
        is_mandatory: Whether a missing or empty value is an error, even when there is a default.
        print_value: Whether to log the value.

    Raises:
        Exception: If a mandatory value is missing, a default is of the wrong type, or a value is no `bool`.
        ValueError: If a value is no number.
        TypeError: If a `list` is missing.
    """
    if default_value and type(default_value) is not input_type:
        _fail(f"Given default_value of '{default_value}' doesn't match expected type {input_type.__name__}")
    value = input_dictionary.get(param_name)
    if input_type is list:
        value = json.loads(value)  # type: ignore[arg-type]  # a missing list is the SDK's TypeError
    if not value:
        if is_mandatory:
            _fail(f"Missing mandatory parameter {param_name}")
        value = default_value
        siemplify.LOGGER.info(
            f"Parameter {param_name} was not found or was empty, used default_value {default_value} instead"
        )
        if value is None:
            return None
    value = _convert(param_name, value, input_type)
    if print_value:
        siemplify.LOGGER.info(f"{param_name}: {value}")
    return value


def _convert(name: str, value: Any, wanted: type) -> Any:
    if wanted is bool:
        text = str(value).lower()
        if text not in {"true", "false"}:
            _fail(f"Parameter named {name}, with value {value} isn't a valid BOOL")
        return text == "true"
    if wanted in {int, float, str}:
        return wanted(value)
    if wanted is list:
        return value
    return _fail(f"input_type {wanted.__name__} isn't not supported for conversion")


def _fail(message: str) -> None:
    raise Exception(message)
