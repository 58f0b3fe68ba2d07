"""Parameters of an action, declared once: name, kind of value, default.

An action declares a frozen dataclass whose fields are created by ``param``; ``Parameters.parse`` reads all of them
before the first request. The platform sends every value as text. The error for a wrong value names the parameter as the
analyst sees it, the problem, and the allowed values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Generic, NamedTuple, Self, TypeVar

from ...core.api.vmray_errors import ParameterError, UnsupportedSubjectError
from ...core.api.vmray_spelling import hidden_cause, in_ascii, texts_of_list, trimmed, unwrapped, without_invisible
from ...core.api.vmray_text import one_line

MAX_DIGITS: Final = 18

Texts = Mapping[str, object]
Value = TypeVar("Value")


class Kind(NamedTuple, Generic[Value]):
    """A kind of value.

    Attributes:
        allowed: The allowed values, in words for an analyst.
        read: Returns the value of a text that is not empty; the name of the parameter is for its error.
        empty: The value of an optional parameter that is empty and has no default.
        keeps_blanks: Whether blanks around the text are part of the value.
    """

    allowed: str
    read: Callable[[str, str], Value]
    empty: Value | None = None
    keeps_blanks: bool = False


class Declared(NamedTuple):
    """What an action declares about one parameter; its YAML file declares the same."""

    name: str
    kind: Kind[Any]
    default: str
    mandatory: bool


@dataclass(frozen=True)
class Parameters:
    """The base of all parameters, and the parameters of an action that has none."""

    @classmethod
    def declared(cls) -> list[Declared]:
        """Return all parameters in the order of their declaration."""
        return [each.metadata["declared"] for each in fields(cls)]

    @classmethod
    def parse(cls, values: Texts) -> Self:
        """Read and check all parameters.

        Raises:
            ParameterError: The first parameter whose value is wrong.
        """
        return cls(**{each.name: _value(values, each.metadata["declared"]) for each in fields(cls)})


def param(name: str, kind: Kind[Value], *, default: str = "", mandatory: bool = False) -> Value:
    """Declare a field of ``Parameters``.

    Args:
        name: The display name, as in the YAML file.
        kind: The kind of value.
        default: The value of an optional parameter that is empty; the platform proposes it to the analyst.
        mandatory: Whether an empty value is an error.
    """
    made: Value = field(metadata={"declared": Declared(name, kind, default, mandatory)})
    return made


def text(values: Texts, name: str) -> str:
    """Return a text parameter without blanks and invisible characters around it; empty if it is absent."""
    value = values.get(name)
    return "" if value is None else trimmed(str(value))


def boolean() -> Kind[bool]:
    """Return the kind for ``true`` or ``false``, any case."""
    return Kind("true, false", _read_boolean, empty=False)


def whole_number(lowest: int, highest: int | None = None) -> Kind[int]:
    """Return the kind for a whole number within bounds."""
    allowed = (
        f"a whole number from {lowest} to {highest}" if highest is not None else f"a whole number of at least {lowest}"
    )

    def read(name: str, value: str) -> int:
        spelled = spelled_number(value)
        if not re.fullmatch(r"[+-]?[0-9]+", spelled):
            raise ParameterError(name, quoted(value, "is not a whole number"), allowed)
        if len(spelled.lstrip("+-")) > MAX_DIGITS:
            raise ParameterError(name, quoted(value, f"has more than {MAX_DIGITS} digits"), allowed)
        number = int(spelled)
        if number < lowest or (highest is not None and number > highest):
            raise ParameterError(name, quoted(value, "is out of range"), allowed)
        return number

    return Kind(allowed, read)


def choices(*words: str) -> Kind[tuple[str, ...]]:
    """Return the kind for a comma-separated list of allowed words, any case; blanks and repetitions are ignored."""
    allowed = ", ".join(words)

    def read(name: str, value: str) -> tuple[str, ...]:
        spelled = {word.lower(): word for word in words}
        given = parts(value.lower())
        for word in given:
            if word not in spelled:
                raise ParameterError(name, quoted(word, "is not known"), allowed)
        if not given:
            raise ParameterError(name, "is empty", allowed)
        return tuple(spelled[word] for word in given)

    return Kind(allowed, read)


def plain_text(allowed: str, *, keeps_blanks: bool = False) -> Kind[str]:
    """Return the kind for any text."""
    return Kind(allowed, lambda _name, value: value, empty="", keeps_blanks=keeps_blanks)


def texts(allowed: str) -> Kind[tuple[str, ...]]:
    """Return the kind for a comma-separated list of any texts, without blanks and repetitions."""
    return Kind(allowed, lambda _name, value: tuple(parts(value)), empty=())


def one_of(*words: str) -> Kind[str]:
    """Return the kind for one of several words, any case."""
    allowed = ", ".join(words)

    def read(name: str, value: str) -> str:
        for word in words:
            if word.lower() == value.lower():
                return word
        raise ParameterError(name, quoted(value, "is not known"), allowed)

    return Kind(allowed, read)


def spelled_number(text: str) -> str:
    """Return the usual spelling of a whole number: without quotes, full-width digits, and ``.0`` of a spreadsheet."""
    plain = without_invisible(in_ascii(unwrapped(text)))
    decimal = re.fullmatch(r"([+-]?[0-9]+)\.0+", plain)
    return decimal[1] if decimal else plain


def parts(value: str) -> list[str]:
    """Split a comma-separated list, or a list in JSON or Python, without blanks and repetitions."""
    given = texts_of_list(value)
    each_once = dict.fromkeys(map(trimmed, value.split(",") if given is None else given))
    return [part for part in each_once if part]


def quoted(value: str, problem: str, *, cause: str | None = None) -> str:
    """Quote a wrong value in an error, with the ``hidden_cause``, which for most kinds is a character beyond ASCII."""
    return f'has the value "{one_line(value, 60)}"{hidden_cause(value) if cause is None else cause}, which {problem}'


def _value(values: Texts, declared: Declared) -> object:
    """Return the value of one parameter; if it is empty, raise an error or return its default or its empty value."""
    name, kind, default, mandatory = declared
    value = text(values, name) or ("" if mandatory else default)
    if value:
        try:
            return kind.read(name, str(values.get(name)) if kind.keeps_blanks else value)
        except UnsupportedSubjectError as error:
            raise ParameterError(name, f"is not usable ({error})", kind.allowed) from None
    if mandatory:
        raise ParameterError(name, "is empty", kind.allowed)
    return kind.empty


def _read_boolean(name: str, value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ParameterError(name, quoted(value.lower(), "is neither true nor false"), "true, false")
    return value.lower() == "true"
