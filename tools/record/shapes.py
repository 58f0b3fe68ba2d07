"""Compare shapes of JSON: the fields with their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: Field path (`iocs.files[].hashes[].md5_hash`) to the JSON types seen there.
Shape = dict[str, set[str]]
_TYPES: Final[tuple[tuple[type, str], ...]] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
)


def type_of(value: object) -> str:
    """Return the JSON type; whole numbers and other numbers are different types."""
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "null")


def shape_of(values: Iterable[object]) -> Shape:
    """Return the common shape of several values: the fields of all values, each with all its types."""
    shape: Shape = {}
    for value in values:
        for path, kind in _walk(value, ""):
            shape.setdefault(path, set()).add(kind)
    return shape


def _walk(value: object, path: str) -> Iterator[tuple[str, str]]:
    yield path, type_of(value)
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _walk(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, f"{path}[]")


def differences(real: Shape, emulated: Shape, known: Mapping[str, str] | None = None) -> list[str]:
    """Return the differences between the emulated and the real shape, one line each.

    A null matches every type. Fields below null, or below a list that is empty on one side, cannot be
    compared and are skipped.

    Args:
        real: The shape from a real server.
        emulated: The shape from the emulator.
        known: Known differences: path to reason.
    """
    found = []
    for path in sorted(real.keys() | emulated.keys()):
        if path in (known or {}):
            continue
        if path not in emulated:
            if _could_be_seen(path, emulated):
                found.append(f"{path}: the real one has it ({_names(real[path])}), the emulator has not")
        elif path not in real:
            if _could_be_seen(path, real):
                found.append(f"{path}: the emulator has it ({_names(emulated[path])}), the real one has not")
        elif _clash(real[path], emulated[path]):
            found.append(f"{path}: really {_names(real[path])}, emulated {_names(emulated[path])}")
    return found


def _could_be_seen(path: str, shape: Shape) -> bool:
    """Return whether the other side has data at the place of the field."""
    if path.endswith("[]"):
        return False
    parent = path.rpartition(".")[0]
    return "object" in shape.get(parent, set())


def _clash(one: set[str], other: set[str]) -> bool:
    one, other = one - {"null"}, other - {"null"}
    return bool(one and other) and one.isdisjoint(other)


def _names(kinds: set[str]) -> str:
    return " or ".join(sorted(kinds))
