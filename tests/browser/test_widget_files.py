"""The widget files on disk: as built, small, self-contained, declared as the hub reads them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tools.contract import read_contract
from tools.json_examples import path_of as example_of
from tools.widgets import build
from tools.widgets.build import MOST_BYTES, PLACEHOLDER, WIDGETS, Widget, WidgetError

if TYPE_CHECKING:
    from pathlib import Path

ACTIONS = WIDGETS.parent / "actions"
STEMS = sorted(path.stem for path in WIDGETS.glob("*.yaml"))
each = pytest.mark.parametrize("stem", STEMS)
ANY = Widget("any", "Any Action", "What it shows.", "item", "items", ("{", "outcome"))


def page_of(stem: str) -> str:
    """The HTML of a widget."""
    return (WIDGETS / f"{stem}.html").read_text("utf-8")


def declared(stem: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((WIDGETS / f"{stem}.yaml").read_text("utf-8"))
    return loaded


def test_every_action_with_a_json_result_has_a_widget() -> None:
    """Given the declarations, then those with a JSON result have both files of a widget, and no others."""
    with_json = [stem for stem, action in read_contract()["actions"].items() if action["json_result"]]
    assert sorted(with_json) == STEMS
    expected = {f"{stem}.{ending}" for stem in STEMS for ending in ("html", "yaml")}
    assert {path.name for path in WIDGETS.iterdir()} == expected


@each
def test_a_widget_stays_small_and_loads_nothing(stem: str) -> None:
    """Under 30 KB, no address, no second file, no handler in markup, no markup parsed from text."""
    page = page_of(stem)
    assert len(page.encode()) < MOST_BYTES
    assert not re.search(r"https?://[^)\]]|@import|url\(|<link|\bsrc=|\son\w+=", page)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function", page)


@each
def test_the_placeholder_stands_once_inside_the_data_element(stem: str) -> None:
    """The platform replaces every occurrence, so there is one, where JSON is data and never code."""
    page = page_of(stem)
    assert page.count(PLACEHOLDER) == 1
    assert f'<script id="result" type="application/json">{PLACEHOLDER}</script>' in page


def test_a_script_that_reads_like_a_placeholder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform could replace `[case.name]` wherever it stands; the build says so."""
    for source in build.SOURCE.iterdir():
        (tmp_path / source.name).write_text(source.read_text("utf-8"), encoding="utf-8")
    (tmp_path / "6_more.js").write_text("rows[case.name];\n", encoding="utf-8")
    monkeypatch.setattr(build, "SOURCE", tmp_path)
    with pytest.raises(WidgetError, match=r"\[case\.name\] reads like a placeholder"):
        build.build(ANY)


def test_a_widget_that_grows_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is checked where the file is built, not only where it is tested."""
    for source in build.SOURCE.iterdir():
        (tmp_path / source.name).write_text(source.read_text("utf-8"), encoding="utf-8")
    (tmp_path / "6_more.js").write_text(f'const padding = "{"x" * MOST_BYTES}";\n', encoding="utf-8")
    monkeypatch.setattr(build, "SOURCE", tmp_path)
    with pytest.raises(WidgetError, match="allowed are fewer than 30000"):
        build.build(ANY)


@each
def test_a_widget_names_the_action_it_belongs_to(stem: str) -> None:
    """`action_identifier` is the action's display name; title and file name agree with the sources."""
    action = yaml.safe_load((ACTIONS / f"{stem}.yaml").read_text("utf-8"))
    declaration = declared(stem)
    assert declaration["action_identifier"] == action["name"]
    assert declaration["title"] == f"VMRay - {action['name']}"
    assert (declaration["type"], declaration["scope"]) == ("html", "alert")
    assert declaration["data_definition"]["widget_definition_scope"] == "both"
    assert declaration["data_definition"]["safe_rendering"] is False


def shown(stem: str, text: str) -> bool:
    """Whether the widget's conditions hold for a JSON result."""
    holds = {"starts_with": text.startswith, "contains": text.__contains__}
    conditions = declared(stem)["condition_group"]["conditions"]
    assert all(condition["field_name"] == PLACEHOLDER for condition in conditions)
    return all(holds[condition["match_type"]](condition["value"]) for condition in conditions)


@each
def test_a_widget_is_shown_for_its_result_and_not_for_an_empty_one(stem: str) -> None:
    """The conditions hold for the action's JSON, and fail for none and for the bare placeholder."""
    assert shown(stem, example_of(stem).read_text("utf-8"))
    assert not shown(stem, "")
    assert not shown(stem, "[]")
    assert not shown(stem, PLACEHOLDER)


def without_findings(result: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A result of the same form in which nothing was found."""
    if isinstance(result, list):
        return [{**result[0], "EntityResult": {}}]
    return {name: [] if isinstance(value, list) else None for name, value in result.items()} | {
        "result": "ok"
    }


@each
def test_a_widget_is_shown_for_a_result_without_findings(stem: str) -> None:
    """Given a result in which nothing was found, then the widget is shown."""
    assert shown(stem, json.dumps(without_findings(json.loads(example_of(stem).read_text("utf-8")))))
