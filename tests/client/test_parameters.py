"""Each parameter is parsed into one typed value, or the error names the parameter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_errors import ParameterError
from vm_ray.core.soar.vmray_parameters import (
    Kind,
    Parameters,
    boolean,
    choices,
    param,
    plain_text,
    text,
    whole_number,
)
from vm_ray.core.soar.vmray_submit_parameters import ONE_TAG, SubmitParameters

NAME = "Some Parameter"
Value = TypeVar("Value")


def read(kind: Kind[Value], value: object, default: str = "", *, mandatory: bool = False) -> Value:
    """Parse a parameter of an action that has no others."""

    @dataclass(frozen=True)
    class One(Parameters):
        value: Value = param(NAME, kind, default=default, mandatory=mandatory)  # noqa: RUF009 - makes a field

    return One.parse({NAME: value}).value


@pytest.mark.parametrize(
    ("value", "expected"),
    [("true", True), ("False", False), (" TRUE ", True), ("", True), (None, True), (False, False)],
)
def test_booleans(value: object, *, expected: bool) -> None:
    """Given any case, then the value is parsed; an absent value means the default."""
    assert read(boolean(), value, "true") is expected


def test_a_boolean_without_a_default_is_false() -> None:
    """Given no value and no default, then the value is false, as the platform shows it."""
    assert read(boolean(), "") is False


@pytest.mark.parametrize("value", ["1", "yes", "nein", "truefalse"])
def test_an_invalid_boolean_is_an_error(value: str) -> None:
    """Given a text that is not true or false, then it is an error."""
    with pytest.raises(ParameterError):
        read(boolean(), value)


@given(st.integers(-(10**17), 10**17), st.integers(0, 100), st.integers(100, 200))
def test_whole_numbers_within_bounds(number: int, lowest: int, highest: int) -> None:
    """Given a number, then it is accepted within the bounds, and both bounds are included."""
    if lowest <= number <= highest:
        assert read(whole_number(lowest, highest), str(number)) == number
    else:
        with pytest.raises(ParameterError, match="is out of range"):
            read(whole_number(lowest, highest), str(number))


def test_the_sign_of_a_number_is_not_counted_as_a_digit() -> None:
    """Given a negative number of eighteen digits, then it is out of range, not too long."""
    with pytest.raises(ParameterError, match="is out of range"):
        read(whole_number(0), str(-(10**17)))


def test_a_number_with_too_many_digits_is_an_error() -> None:
    """Given a very long number, then it is rejected before it is converted."""
    with pytest.raises(ParameterError, match="has more than 18 digits"):
        read(whole_number(0), "9" * 5_000)


@pytest.mark.parametrize("value", [" ", None])
def test_an_empty_value_means_the_default_unless_the_parameter_is_mandatory(value: object) -> None:
    """Given an empty value, then a mandatory parameter is an error, although it has a default."""
    assert read(whole_number(0), value, "7") == 7
    with pytest.raises(ParameterError, match="is empty; allowed: a whole number of at least 0"):
        read(whole_number(0), value, "7", mandatory=True)


@given(st.text().filter(lambda value: not re.fullmatch(r"\s*([+-]?[0-9]+)?\s*", value)))
def test_an_invalid_number_is_an_error(value: str) -> None:
    """Given digits of other scripts, points, blanks or exponents, then it is an error."""
    with pytest.raises(ParameterError, match="is not a whole number"):
        read(whole_number(0), value)


def test_choices_keep_the_order_given_and_the_known_spelling() -> None:
    """Given any case, blanks, empty parts and repetitions, then the choices are in the given order."""
    assert read(choices("A", "B", "C"), " b,,A , B") == ("B", "A")


@pytest.mark.parametrize("value", ["", ",", "D", "A;B", None])
def test_an_invalid_choice_is_an_error(value: object) -> None:
    """Given an unknown or an empty choice, then the error names the allowed choices."""
    with pytest.raises(ParameterError, match="allowed: A, B"):
        read(choices("A", "B"), value, mandatory=True)


def test_blanks_around_a_text_stay_if_the_kind_keeps_them() -> None:
    """Given a kind that keeps blanks, as for file names, then blanks stay; only blanks are no value."""
    paths = plain_text("paths", keeps_blanks=True)
    assert (read(paths, " a "), read(plain_text("any"), " a ")) == (" a ", "a")
    with pytest.raises(ParameterError, match="is empty; allowed: paths"):
        read(paths, "  ", mandatory=True)


@pytest.mark.parametrize("value", ["a", "x" * 255, "ü-ß_.!?;:+–=/$@%^&)(#'\\", "标签"])  # noqa: RUF001 - VMRay's own signs
def test_tags_that_vmray_accepts(value: str) -> None:
    """Given a tag that follows VMRay's rule, then it is accepted."""
    assert read(ONE_TAG, value) == value


@pytest.mark.parametrize("value", ["a b", "a,b", "x" * 256, '"', "<", "a\nb", "a\u202e"])
def test_tags_that_vmray_rejects(value: str) -> None:
    """Given a tag that breaks VMRay's rule, then the error explains the rule."""
    with pytest.raises(ParameterError, match="which is not a tag that VMRay accepts"):
        read(ONE_TAG, value)


def test_tags_and_comment() -> None:
    """Given tags and a comment, then the form has both; given nothing, then the form is empty."""
    options = SubmitParameters.parse({"Tag Names": "a, b,,a", "Comment": " c "}).options
    assert options.form() == {"tags": "a,b", "comment": "c"}
    assert SubmitParameters.parse({}).options.form() == {}


def test_a_value_is_shown_on_one_line_and_not_over_long() -> None:
    """Given a long value with line ends, then the message is one short line."""
    with pytest.raises(ParameterError) as caught:
        read(whole_number(0), "x\n" + "y" * 500)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200
    assert text({NAME: None}, NAME) == ""
