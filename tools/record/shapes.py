"""The shape of JSON: which fields, of which types; and how two shapes differ."""

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
    """The JSON type; whole numbers and others are told apart."""
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "null")


def shape_of(values: Iterable[object]) -> Shape:
    """The common shape of several values: all fields that any of them has, with all types."""
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
    """Where the emulated shape is not the real one, each as one line.

    A null says nothing against another type; what hangs below null or below a list that is empty on one
    side cannot be compared and is passed over.

    Args:
        real: What a real server answered.
        emulated: What the emulator answers.
        known: Paths that are known to differ, with the reason.
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
    """Whether the other side has anything at the place where the field would be."""
    if path.endswith("[]"):
        return False
    parent = path.rpartition(".")[0]
    return "object" in shape.get(parent, set())


def _clash(one: set[str], other: set[str]) -> bool:
    one, other = one - {"null"}, other - {"null"}
    return bool(one and other) and one.isdisjoint(other)


def _names(kinds: set[str]) -> str:
    return " or ".join(sorted(kinds))
