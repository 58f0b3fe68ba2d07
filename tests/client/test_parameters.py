"""Parameters: text in, one typed value out, or an error that names the parameter."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_errors import ParameterError
from vm_ray.core.soar.vmray_parameters import boolean, choices, submit_options, tag, text, whole_number

NAME = "Some Parameter"


@pytest.mark.parametrize(
    ("value", "read"),
    [("true", True), ("False", False), (" TRUE ", True), ("", True), (None, True), (False, False)],
)
def test_booleans(value: object, *, read: bool) -> None:
    """Any case; absent means the default."""
    assert boolean({NAME: value}, NAME, default=True) is read


@pytest.mark.parametrize("value", ["1", "yes", "nein", "truefalse"])
def test_what_is_no_boolean(value: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ParameterError):
        boolean({NAME: value}, NAME, default=True)


@given(st.integers(-(10**17), 10**17), st.integers(0, 100), st.integers(100, 200))
def test_whole_numbers_within_bounds(number: int, lowest: int, highest: int) -> None:
    """Both ends included."""
    if lowest <= number <= highest:
        assert whole_number({NAME: str(number)}, NAME, lowest, highest) == number
    else:
        with pytest.raises(ParameterError, match="is out of range"):
            whole_number({NAME: str(number)}, NAME, lowest, highest)


def test_the_sign_of_a_number_is_no_digit() -> None:
    """A negative number of eighteen digits is out of range, not too long."""
    with pytest.raises(ParameterError, match="is out of range"):
        whole_number({NAME: str(-(10**17))}, NAME, 0)


def test_a_number_with_very_many_digits_is_a_number() -> None:
    """It is refused for its length, and never computed with."""
    with pytest.raises(ParameterError, match="has more than 18 digits"):
        whole_number({NAME: "9" * 5_000}, NAME, 0)


def test_a_whole_number_may_have_a_default() -> None:
    """Without one it must be there."""
    assert whole_number({NAME: " "}, NAME, 0, default="7") == 7
    with pytest.raises(ParameterError, match="is empty; allowed: a whole number of at least 0"):
        whole_number({}, NAME, 0)


@given(st.text().filter(lambda value: not re.fullmatch(r"\s*([+-]?[0-9]+)?\s*", value)))
def test_what_is_no_whole_number(value: str) -> None:
    """Digits of other scripts, points, blanks, exponents."""
    with pytest.raises(ParameterError, match="is not a whole number"):
        whole_number({NAME: value}, NAME, 0)


def test_choices_keep_the_order_given_and_the_known_spelling() -> None:
    """Any case; blanks, empty parts and repetitions are ignored."""
    assert choices({NAME: " b,,A , B"}, NAME, ("A", "B", "C")) == ("B", "A")


@pytest.mark.parametrize("value", ["", ",", "D", "A;B", None])
def test_what_is_no_choice(value: object) -> None:
    """An empty list is none either."""
    with pytest.raises(ParameterError, match="allowed: A, B"):
        choices({NAME: value}, NAME, ("A", "B"))


@pytest.mark.parametrize("value", ["a", "x" * 255, "ü-ß_.!?;:+–=/$@%^&)(#'\\", "标签"])  # noqa: RUF001 - VMRay's own signs
def test_tags_that_vmray_accepts(value: str) -> None:
    """Its own rule."""
    assert tag(value, NAME) == value


@pytest.mark.parametrize("value", ["", " ", "a b", "a,b", "x" * 256, '"', "<", "a\n", "a\u202e"])
def test_tags_that_vmray_refuses(value: str) -> None:
    """Explained before it refuses them."""
    with pytest.raises(ParameterError, match="which is not a tag that VMRay accepts"):
        tag(value, NAME)


def test_tags_and_comment() -> None:
    """What goes along with a submit; nothing where nothing is given."""
    options = submit_options({"Tag Names": "a, b,,a", "Comment": " c "})
    assert options.form() == {"tags": "a,b", "comment": "c"}
    assert submit_options({}).form() == {}


def test_a_value_is_shown_on_one_line_and_not_over_long() -> None:
    """It ends up in a message."""
    with pytest.raises(ParameterError) as caught:
        whole_number({NAME: "x\n" + "y" * 500}, NAME, 0)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200
    assert text({NAME: None}, NAME) == ""
