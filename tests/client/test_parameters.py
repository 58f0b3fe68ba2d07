"""Each parameter is parsed into one typed value, or the error names the parameter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_errors import ParameterError
from vm_ray.core.soar.vmray_configuration import Configuration
from vm_ray.core.soar.vmray_parameters import (
    Kind,
    Parameters,
    boolean,
    choices,
    one_of,
    param,
    plain_text,
    text,
    texts,
    whole_number,
)
from vm_ray.core.soar.vmray_subject_kinds import IDS, SAMPLES
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


NUMBERS = [
    "5001",
    "+5001",
    "05001",
    " 5001\t",
    "5001.0",
    "5001.00",
    "+5001.0",
    '"5001"',
    "'5001.0'",
    "“5001”",
    "<5001>",
    "5001\u200b",
    "\ufeff5001",
    "50\u206001",
    "\u202d5001\u202c",
    "5001\u00a0\r\n",
    "５００１",  # noqa: RUF001 - full-width digits
    "５００１．０",  # noqa: RUF001 - full-width digits
    5001,
    5001.0,
]
NO_NUMBERS = [
    *("5001.5", "5001.", ".0", "5e3", "5_001", "0x5", "5 001", "5\u00a0001", "5\t001", "5001\n5002", "5,001"),
    *("'5001", "\"'5001'\"", "(5001)", "+-5001", "--1", "- 1", "²", "٣", "①", "five", "5001.0.0", "5001.01"),
    *(5001.5, 5e30, True, [5001]),
]


@pytest.mark.parametrize("value", NUMBERS, ids=repr)
def test_a_number_in_another_spelling(value: object) -> None:
    """Given quotes, invisible characters, full-width digits or a decimal zero, then the number is read."""
    assert read(whole_number(1), value) == 5001


@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
def test_a_text_that_could_be_another_number_is_an_error(value: object) -> None:
    """Given fractions, exponents, groups of digits or two numbers, then no number is guessed."""
    with pytest.raises(ParameterError, match="is not a whole number"):
        read(whole_number(0), value)


@given(st.text().filter(lambda value: not re.fullmatch(r"[\W\d_]*", value)))
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


@pytest.mark.parametrize("value", ["a b", "a,b", "x" * 256, '"', "<", "a\nb", "a\u202eb"])
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


UNSEEN = ["\u200b", "\ufeff", "\u00ad", "\u202e", "\u2060", "\u00a0", "\r\n", "\t", "\u3164"]


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
def test_what_nobody_sees_is_removed_around_every_value(unseen: str) -> None:
    """Given invisible characters around a value, then they are removed, in every kind of value."""

    def around(value: str) -> str:
        return f"{unseen}{value}{unseen}"

    assert read(boolean(), around("True")) is True
    assert read(choices("A", "B"), f"{around('a')},{around('B')}") == ("A", "B")
    assert read(one_of("A", "B"), around("b")) == "B"
    assert read(ONE_TAG, around("phish")) == "phish"
    assert read(plain_text("any"), around("a")) == "a"
    assert read(whole_number(1), unseen, "7") == 7
    given = {
        "Api Root": around("https://vmray.example"),
        "Api Key": around("k" * 20),
        "Verify SSL": around("false"),
    }
    configuration = Configuration.parse(given)
    assert configuration.api_root == "https://vmray.example"
    assert configuration.api_key == "k" * 20
    assert configuration.verify_ssl is False
    tags = SubmitParameters.parse({"Tag Names": f"{around('a')},{around('b')}"}).tags
    assert tags == ("a", "b")


@pytest.mark.parametrize("value", ['["A", "B"]', '[ "b","a", "B" ]', '\u200b["A","B"]\n'])
def test_a_list_may_be_json(value: str) -> None:
    """Given a JSON list, as a playbook passes the result of another step, then its items are the values."""
    chosen = read(choices("A", "B"), value)
    assert sorted(chosen) == ["A", "B"]
    assert read(texts("any"), '["a, b", "c"]') == ("a, b", "c")


def test_an_invisible_character_inside_the_key_is_an_error_that_does_not_show_the_key() -> None:
    """Given an invisible character inside the API key, then it is an error: the key may be wrong."""
    with pytest.raises(ParameterError) as caught:
        Configuration.parse({"Api Root": "https://vmray.example", "Api Key": "secret\u200bsecret"})
    assert "secret" not in str(caught.value)
    assert caught.value.problem == "has characters that no API key has (with U+200B ZERO WIDTH SPACE)"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("5001,5002", ("5001", "5002")),
        ("5001.0, '5002' ,5003\u200b", ("5001", "5002", "5003")),
        ("5001;5002\r\n5003\n", ("5001", "5002", "5003")),
        ('[5001, "5002.0"]', ("5001", "5002")),
        ("[\n5001,\n5002\n]", ("5001", "5002")),
        ('5001, 5001.0, "5001"', ("5001",)),
        ("['5001', 5002]", ("5001", "5002")),
        ("5001, 00005001", ("5001",)),
        ("007", ("7",)),
        ("５００１", ("5001",)),  # noqa: RUF001 - full-width digits
    ],
)
def test_ids_in_other_spellings(value: str, expected: tuple[str, ...]) -> None:
    """Given ids from spreadsheets, lists and playbooks, then each id is once in the list."""
    assert read(IDS, value) == expected
    assert read(SAMPLES, value) == expected


def test_zero_is_no_id_of_a_submission() -> None:
    """Given zeros, then a list of ids is refused: these are positive. A sample id may be any digits."""
    assert read(SAMPLES, "000") == ("0",)
    with pytest.raises(ParameterError, match="not a positive number"):
        read(IDS, "5001, 000")


@pytest.mark.parametrize(
    "value", ["5001 5002", "5001.5", "5e3", "-1", "+5001", "../x", "9" * 20, "5001\u00a05002"]
)
def test_what_is_not_an_id_is_an_error(value: str) -> None:
    """Given another text, then it is an error, and two ids are never joined to a third."""
    for kind in (IDS, SAMPLES):
        with pytest.raises(ParameterError, match="which is not of an allowed form"):
            read(kind, value)


def test_lists_with_null_and_hashes_of_digits() -> None:
    """Given null in a list, then the error names the element; a hash of digits keeps its zeros."""
    for kind in (IDS, SAMPLES):
        with pytest.raises(
            ParameterError, match=r"is not usable \(element 2 of the list is null\); allowed: "
        ):
            read(kind, "[5001, null]")
    digits = "5001".zfill(32)
    assert read(SAMPLES, f"['{digits}', '{'Ab' * 32}']") == (digits, "Ab" * 32)


def test_samples_are_ids_and_hashes_in_any_spelling() -> None:
    """Given both in several spellings, then each is in its usual one; a wrong one is explained."""
    md5, sha256 = "ab" * 16, "CD" * 32
    assert read(SAMPLES, f"md5:{md5},5001.0\n'{sha256}\u200b'") == (md5, "5001", sha256)
    with pytest.raises(
        ParameterError, match=r"first that is not hexadecimal is U\+0417 CYRILLIC CAPITAL LETTER ZE"
    ):
        read(SAMPLES, f"{md5[1:]}З")  # noqa: RUF001 - the confusable character is intended


LOOKALIKES = [
    (boolean(), "truе", "U+0435 CYRILLIC SMALL LETTER IE"),  # noqa: RUF001 - another script
    (whole_number(0), "5О01", "U+041E CYRILLIC CAPITAL LETTER O"),  # noqa: RUF001 - another script
    (whole_number(0), "5\u00a0001", "U+00A0 NO-BREAK SPACE"),
    (whole_number(0), "−1", "U+2212 MINUS SIGN"),  # noqa: RUF001 - not a hyphen
    (choices("ips", "urls"), "urls, іps", "U+0456 CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I"),  # noqa: RUF001 - another script
    (choices("ips", "urls"), "ur\u200bls", "U+200B ZERO WIDTH SPACE"),
    (one_of("pdf", "json"), "jsоn", "U+043E CYRILLIC SMALL LETTER O"),  # noqa: RUF001 - another script
    (IDS, "5001, 5О02", "U+041E CYRILLIC CAPITAL LETTER O"),  # noqa: RUF001 - another script
    (ONE_TAG, "ünï\u200bcode", "U+200B ZERO WIDTH SPACE"),
    (ONE_TAG, "a\u00a0b", "U+00A0 NO-BREAK SPACE"),
]


@pytest.mark.parametrize(("kind", "value", "name"), LOOKALIKES, ids=lambda value: ascii(value)[:30])
def test_a_character_that_looks_like_another_is_named(kind: Kind[Any], value: str, name: str) -> None:
    """Given a value that looks right, then the message names the character that is not."""
    with pytest.raises(ParameterError) as caught:
        read(kind, value)
    assert f"(with {name})" in str(caught.value)


def test_a_character_that_anybody_sees_is_not_named() -> None:
    """Given a wrong value in ASCII, or letters that the rule of tags allows, then no character is named."""
    kinds: list[tuple[Kind[Any], str]] = [
        (whole_number(0), "5x"),
        (choices("a"), "b"),
        (ONE_TAG, "ün ï\u2013x"),
    ]
    for kind, value in kinds:
        with pytest.raises(ParameterError) as caught:
            read(kind, value)
        assert "(with" not in str(caught.value)
