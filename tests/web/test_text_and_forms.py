"""Small functions of the case wall: visible text, tables, widgets and forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from starlette.datastructures import FormData

from secops_lab.manifest import ActionSpec, Form, IntegrationSpec, ParameterSpec, load_integration
from secops_lab.web.forms import empty_form, sent_form
from secops_lab.web.predefined import PLACEHOLDER, load_widgets
from secops_lab.web.text import table_rows, visible, web_links
from secops_lab.web.uploads import UploadBox

if TYPE_CHECKING:
    from collections.abc import Iterator

INTEGRATION = Path(__file__).parents[2] / "integrations" / "vm_ray"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, ""),
        (True, "True"),
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        ("a\u202eb", 'a<span class="hidden-char">U+202E</span>b'),
        ("half\ud800", 'half<span class="hidden-char">U+D800</span>'),
        ("nul\x00", 'nul<span class="hidden-char">U+0000</span>'),
        ("zürich \u4f60", "zürich \u4f60"),
        ("two\nlines", 'two<span class="hidden-char">U+000A</span>lines'),
    ],
)
def test_markup_and_invisible_characters_are_displayed_as_text(text: object, shown: str) -> None:
    """Markup is escaped, and an invisible character is displayed as its code point."""
    assert visible(text) == shown


@pytest.mark.parametrize(
    "character", "\u034f\u115f\u1160\u17b5\u180d\u2065\u3164\ufe0f\uffa0\ufff0\U000e0100\U000e0fff"
)
def test_default_ignorable_characters_are_displayed(character: str) -> None:
    """Fillers, joiners and variation selectors are letters or marks in Unicode, but invisible."""
    assert visible(f"a{character}b") == f'a<span class="hidden-char">U+{ord(character):04X}</span>b'


def test_line_breaks_are_kept_on_request_and_long_texts_are_shortened() -> None:
    """The length of the text follows the shortened text."""
    assert visible("two\n\tlines", lines=True) == "two\n\tlines"
    assert visible("x" * 5_000, 10) == 'xxxxxxxxxx <span class="faint">… (5,000 characters)</span>'


def test_only_web_addresses_are_links() -> None:
    """Given addresses of other schemes, they are left out."""
    links = ["https://a.example/", "http://b", "javascript:alert(1)", "//c", "data:x", "http://[broken", ""]
    assert web_links(links) == ["https://a.example/", "http://b"]


def test_a_table_is_split_at_its_commas() -> None:
    """The platform has no quoting: a quotation mark is an ordinary character."""
    assert table_rows(["Key,Value", 'a,"b', "c,"]) == [["Key", "Value"], ["a", '"b'], ["c", ""]]


def test_the_widgets_of_the_integration_are_found() -> None:
    """Each declared widget is found, and applies only to its own kind of result."""
    widgets = {one.action: one for one in load_widgets(load_integration(INTEGRATION))}
    declared = [yaml.safe_load(path.read_text("utf-8")) for path in INTEGRATION.glob("widgets/*.yaml")]
    assert widgets.keys() == {one["action_identifier"] for one in declared}
    scan = widgets["Scan Hash"]
    text = '[{"Entity": "A", "EntityResult": {"sample_filename": "\\u003cb>"}}]'
    assert scan.applies(text)
    assert not scan.applies("[]")
    assert not scan.applies('{"data": null, "result": "ok"}')
    assert text in scan.filled(text)
    assert PLACEHOLDER not in scan.filled(text)


@pytest.mark.parametrize(("operator", "shown"), [(0, False), (1, True)])
def test_the_widgets_of_a_built_integration_are_found(tmp_path: Path, operator: int, shown: bool) -> None:  # noqa: FBT001 - a parametrized value
    """The built form has numbers instead of words; a broken definition is skipped."""
    conditions = [{"MatchType": 2, "Value": "["}, {"MatchType": 6, "Value": "secret"}]
    widget = {
        "Title": "T",
        "ActionIdentifier": "Do It",
        "DataDefinition": {"htmlHeight": 300},
        "ConditionsGroup": {"Conditions": conditions, "LogicalOperator": operator},
    }
    for name in ("Widgets", "WidgetsScripts"):
        (tmp_path / name).mkdir()
    (tmp_path / "Widgets" / "do_it.json").write_text(json.dumps(widget))
    (tmp_path / "Widgets" / "broken.json").write_text("{")
    (tmp_path / "WidgetsScripts" / "do_it.html").write_text("<p>")
    (found,) = load_widgets(IntegrationSpec("T", "T", 1.0, tmp_path, Form.BUILT, (), ()))
    assert (found.title, found.height) == ("T", 300)
    assert found.applies("[secret") is shown
    assert found.applies("[]")


@pytest.fixture
def box() -> Iterator[UploadBox]:
    box = UploadBox(10, 10)
    yield box
    box.close()


def test_each_type_of_parameter_has_its_form_control(box: UploadBox) -> None:
    """A sent value is checked against the allowed values, and becomes the text that the platform passes."""
    wanted = [
        ("Flag", "boolean", (), "checkbox"),
        ("Level", "ddl", ("low", "high"), "choice"),
        ("Key", "password", (), "password"),
        ("Sample File Path", "string", (), "files"),
        ("Comment", "string", (), "text"),
    ]
    parameters = tuple(
        ParameterSpec(name, kind, mandatory=False, default="", description=name, optional_values=values)
        for name, kind, values, _ in wanted
    )
    action = ActionSpec("A", "a", "", is_async=False, parameters=parameters)
    assert [field.control for field in empty_form(action)] == [control for *_, control in wanted]
    sent = FormData(
        [("parameter-0", "anything"), ("parameter-1", "middle"), ("parameter-2", " s "), ("parameter-4", "x")]
    )
    fields = sent_form(action, sent, box)
    assert [field.sent_value for field in fields] == ["true", "", " s ", "", "x"]
    assert [bool(field.problem) for field in fields] == [False, True, False, False, False]
    assert sent_form(action, FormData(), box)[0].sent_value == "false"
