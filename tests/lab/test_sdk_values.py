"""The utility functions of the SDK return the same values on the stand-in and on the real SDK."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from secops_lab.host.launch import find_sdk

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROGRAM = """
import json, sys
import SiemplifyUtils as u
from ScriptResult import ScriptResult
from SiemplifyDataModel import DomainEntityInfo, EntityTypes, SecurityEventInfo
import datetime as dt


class Log:
    lines = []

    def info(self, message):
        self.lines.append(message)


class Owner:
    LOGGER = Log()


def extract(values, **rules):
    Log.lines = []
    return [u.extract_script_param(Owner(), values, "P", **rules), Log.lines]


def results(*calls):
    made = ScriptResult([("A", "T")])
    for name, arguments in calls:
        getattr(made, name)(*arguments)
    return list(getattr(made, "_result_object", None) or made._entries)[0], list(
        (getattr(made, "_result_object", None) or made._entries).values()
    )


def value_of(expression):
    try:
        return eval(expression)
    except Exception as error:
        return [type(error).__name__, str(error)]


print(json.dumps([value_of(expression) for expression in json.load(sys.stdin)]), file=u.real_stdout)
"""


def evaluate(sdk: Path | None, expressions: list[str]) -> list[object]:
    """Evaluate Python expressions in a process that has the SDK's modules."""
    folder = find_sdk(sdk)
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROGRAM],
        input=json.dumps(expressions),
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": f"{folder}:{folder.parent}"},
    )
    values: list[object] = json.loads(done.stdout)
    return values


def check(sdk: Path | None, expected: Mapping[str, object]) -> None:
    """Compare the values of all expressions at once."""
    assert dict(zip(expected, evaluate(sdk, list(expected)), strict=True)) == dict(expected)


def test_tables(soar_sdk: Path | None) -> None:
    """In cells, a comma becomes a space and None becomes empty; quotes and line breaks stay."""
    check(
        soar_sdk,
        {
            "u.construct_csv([])": [],
            "u.construct_csv([{}])": ["", ""],
            "u.construct_csv([{'a': None}])": ["a", ""],
            "u.construct_csv([{'a': 'x,y'}, {'a': 1}])": ["a", "x y", "1"],
            "u.construct_csv([{'a': '\"q\"\\n'}])": ["a", '"q"\n'],
            "u.construct_csv([{'a,b': 0}])": ["a,b", "0"],
            "u.flat_dict_to_csv({'k': 'v,w', 'n': None})": ["Property, Value", "k,v,w", "n,None"],
            "u.add_prefix_to_dict({'a': 1}, 'VMRay')": {"VMRay_a": 1},
        },
    )


def test_columns_keep_the_order_of_their_first_use() -> None:
    """The stand-in keeps the order of columns. In the real SDK the order differs from run to run."""
    rows = [{"b": 1, "a": 2}, {"c": 3, "a": 4}]

    assert evaluate(None, [f"u.construct_csv({rows})"]) == [["b,a,c", "1,2,", ",4,3"]]


def test_flattening(soar_sdk: Path | None) -> None:
    """Nested values get joined names. Empty values get the special texts of the SDK."""
    flat = "u.dict_to_flat({})".format
    check(
        soar_sdk,
        {
            flat("{'a': {'b': 1}}"): {"a_b": 1},
            flat("{'a': None}"): {"a": "None"},
            flat("{'a': 0, 'b': False, 'c': [], 'd': {}}"): {"a": "", "b": "", "c": "", "d": ""},
            flat("{'a': True, 'b': 1.5}"): {"a": True, "b": 1.5},
            flat("{'l': [1, [5, 6], {'k': 2}]}"): {"l_1_1": 5, "l_1_2": 6, "l_2_k": 2, "l_3": 1},
            flat("{'l': [{'k': 1}, [5], 2]}"): {"l_1_k": 1, "l_2_1": 5, "l_3": 2},
            flat("{'l': [None, 0]}"): {"l_1": None, "l_2": 0},
            flat("{'l': [[], {}, 1]}"): {"l_1": "", "l_3": 1},
        },
    )


def test_json_results(soar_sdk: Path | None) -> None:
    """A dictionary becomes a list of objects with entity and result. A list as input is an error."""
    convert = "u.convert_dict_to_json_result_dict({})".format
    check(
        soar_sdk,
        {
            convert("{'A': 1, 'B': {}}"): [
                {"Entity": "A", "EntityResult": 1},
                {"Entity": "B", "EntityResult": {}},
            ],
            convert("'{\"A\": 1}'"): [{"Entity": "A", "EntityResult": 1}],
            convert("{}"): [],
            convert("[]"): ["AttributeError", "'list' object has no attribute 'items'"],
        },
    )


def test_parameters(soar_sdk: Path | None) -> None:
    """Parameter extraction follows its rules and has its own error messages."""
    missing = "Parameter P was not found or was empty, used default_value {} instead".format
    no_bool = "Parameter named P, with value {} isn't a valid BOOL".format
    check(
        soar_sdk,
        {
            "extract({'P': ' a '}, print_value=True)": [" a ", ["P:  a "]],
            "extract({'P': ''}, default_value='d')": ["d", [missing("d")]],
            "extract({})": [None, [missing("None")]],
            "extract({}, default_value='d', is_mandatory=True)": [
                "Exception",
                "Missing mandatory parameter P",
            ],
            "extract({'P': '5'}, default_value='5', input_type=int)": [
                "Exception",
                "Given default_value of '5' doesn't match expected type int",
            ],
            "extract({'P': 'TRUE'}, input_type=bool)": [True, []],
            "extract({'P': ' true'}, input_type=bool)": ["Exception", no_bool(" true")],
            "extract({'P': 1}, input_type=bool)": ["Exception", no_bool("1")],
            "extract({}, default_value=False, input_type=bool)": [False, [missing("False")]],
            "extract({'P': ' 5 '}, input_type=int, print_value=True)": [5, ["P: 5"]],
            "extract({'P': '0'}, input_type=int)": [0, []],
            "extract({'P': 0}, input_type=int)": [None, [missing("None")]],
            "extract({'P': '5.0'}, input_type=int)": [
                "ValueError",
                "invalid literal for int() with base 10: '5.0'",
            ],
            "extract({'P': '1.5'}, input_type=float)": [1.5, []],
            "extract({'P': '[1]'}, input_type=list)": [[1], []],
            "extract({}, input_type=list)": [
                "TypeError",
                "the JSON object must be str, bytes or bytearray, not NoneType",
            ],
            "extract({'P': '{}'}, input_type=dict)": [
                "Exception",
                "input_type dict isn't not supported for conversion",
            ],
        },
    )


def test_times(soar_sdk: Path | None) -> None:
    """Times are Unix milliseconds. A time as text needs a time zone."""
    no_zone = "no timezone info was supplied (either in input string or optional parameter"
    check(
        soar_sdk,
        {
            "u.convert_unixtime_to_datetime(1700000000123).isoformat()": "2023-11-14T22:13:20.123000+00:00",
            "u.from_unix_time(1700000000123).isoformat()": "2023-11-14T22:13:20.123000",
            "u.convert_datetime_to_unix_time(dt.datetime(2023, 1, 1))": 1672531200000,
            "u.convert_datetime_to_unix_time(dt.datetime(2023, 1, 1, tzinfo=dt.timezone.utc))": 1672531200000,
            "u.convert_string_to_unix_time('2023-01-01T10:00:00+02:00')": 1672560000000,
            "u.convert_string_to_datetime('2023-01-01 10:00:00')": [
                "Exception",
                f"convert_string_to_datetime Failed: {no_zone}",
            ],
            "u.convert_string_to_datetime('2023-01-01 10:00', 'Europe/Berlin').isoformat()": (
                "2023-01-01T10:00:00+01:00"
            ),
            "u.convert_string_to_datetime('x', 'UTC')": [
                "Exception",
                "convert_string_to_datetime Failed: Unknown string format: x",
            ],
            "u.convert_timezone(dt.datetime(2023, 1, 1, tzinfo=dt.timezone.utc), 'Europe/Berlin').hour": 1,
            "[type(u.unix_now()).__name__, u.unix_now() > 1e12]": ["int", True],
        },
    )


def test_entities_and_events_reject_invalid_keys(soar_sdk: Path | None) -> None:
    """Entities and events reject missing keys, unknown keys and an empty identifier."""
    keys = (
        "creation_time=1, modification_time=1, case_identifier=1, alert_identifier='a', entity_type='T', "
        "is_internal=False, is_suspicious=False, is_artifact=False, is_enriched=False, is_vulnerable=False, "
        "is_pivot=False, additional_properties={}"
    )
    values = evaluate(
        soar_sdk,
        [
            f"str(DomainEntityInfo(identifier='X', {keys}))",
            f"sorted(DomainEntityInfo(identifier='X', {keys}).to_dict())",
            f"DomainEntityInfo(identifier='', {keys})",
            f"DomainEntityInfo(identifier='X', more=1, {keys})",
            "DomainEntityInfo(identifier='X')",
            "SecurityEventInfo(more=1)",
            "SecurityEventInfo(file_name='a').start_time",
            "[EntityTypes.URL, EntityTypes.FILEHASH, EntityTypes.USER]",
        ],
    )

    assert values[0] == "X"
    assert isinstance(values[1], list)
    assert len(values[1]) == 13
    assert values[2] == ["Exception", "Identifier is required"]
    assert [value[0] for value in values[3:6] if isinstance(value, list)] == ["TypeError"] * 3
    assert values[6:] == [None, ["DestinationURL", "FILEHASH", "USERUNIQNAME"]]


@pytest.mark.parametrize(
    ("calls", "changed"),
    [
        ("('add_json', ('A', {'x': object}))", {"RawJson": '{"x": "<class \'object\'>"}'}),
        ("('add_json', ('A', '{\"x\":  1}'))", {"RawJson": '{"x":  1}'}),
        ("('add_data_table', ('A', ['a'])), ('add_entity_table', ('A', ['b']))", {"CSVLines": ["b"]}),
        (
            "('add_attachment', ('A', 'f', 'YQ==')), ('add_entity_attachment', ('A', 'g', 'Yg==', {}))",
            {"Attachments": {"f": "YQ==", "g": "Yg=="}},
        ),
        ("('add_link', ('A', 'u')), ('add_entity_link', ('A', 'v'))", {"Links": ["u", "v"]}),
        (
            "('add_html', ('A', 'n', 'c')), ('add_entity_html_report', ('A', 'm', 'd'))",
            {"Htmls": {"n": "c", "m": "d"}},
        ),
        ("('add_markdown', ('A', 'n', 'c'))", {"Markdowns": {"n": "c"}}),
        ("('add_content', ('A', 'c'))", {"Content": "c"}),
    ],
)
def test_results_with_the_same_title_share_one_entry(
    soar_sdk: Path | None, calls: str, changed: dict[str, object]
) -> None:
    """A second result with the same title replaces a table or JSON, and is added to files and links."""
    entry = {
        "Title": "A",
        "Type": None,
        "IsForEntity": True,
        "Content": "",
        "RawJson": "",
        "CSVLines": "",
        "Attachments": {},
        "Htmls": {},
        "Markdowns": {},
        **changed,
    }

    assert evaluate(soar_sdk, [f"results({calls})"]) == [[["A", None], [entry]]]


def test_invalid_results_raise_the_errors_of_the_sdk(soar_sdk: Path | None) -> None:
    """A value that is not JSON and an attachment that is too large raise the errors of the SDK."""
    slip = "object has no attribute 'message'"
    check(
        soar_sdk,
        {
            "results(('add_json', ('A', 'x')))": ["AttributeError", f"'JSONDecodeError' {slip}"],
            "results(('add_json', ('A', None)))": ["AttributeError", f"'TypeError' {slip}"],
            "results(('add_attachment', ('A', 'f', 'a' * 52428801)))": [
                "OSError",
                "Attachment cannot be larger than 50 MB",
            ],
            "results(*[('add_attachment', ('A', name, 'a' * 30000000)) for name in 'fg'])": [
                "OSError",
                "Total entity attachments cannot be larger than 50 MB",
            ],
        },
    )
