"""The widget files: as built, small, self-contained, declared in the form of the content hub."""

from __future__ import annotations

import json
import re
import shutil
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
    """Return the HTML of a widget."""
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
    """Under 30 KB, no address, no second file, no handler in markup, no text that is parsed as markup."""
    page = page_of(stem)
    assert len(page.encode()) < MOST_BYTES
    assert not re.search(r"https?://[^)\]]|@import|url\(|<link|\bsrc=|\son\w+=", page)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function", page)


@each
def test_the_placeholder_occurs_once_inside_the_data_element(stem: str) -> None:
    """The platform replaces every occurrence; in the data element, JSON is never executed."""
    page = page_of(stem)
    assert page.count(PLACEHOLDER) == 1
    assert f'<script id="result" type="application/json">{PLACEHOLDER}</script>' in page


def test_a_script_that_contains_a_placeholder_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform could replace `[case.name]` at any place; the build fails."""
    shutil.copytree(build.SOURCE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "6_more.js").write_text("rows[case.name];\n", encoding="utf-8")
    monkeypatch.setattr(build, "SOURCE", tmp_path)
    with pytest.raises(WidgetError, match=r"\[case\.name\] reads like a placeholder"):
        build.build(ANY)


def test_a_widget_that_is_too_large_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The build checks the limit, not only the tests."""
    shutil.copytree(build.SOURCE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "6_more.js").write_text(f'const padding = "{"x" * MOST_BYTES}";\n', encoding="utf-8")
    monkeypatch.setattr(build, "SOURCE", tmp_path)
    with pytest.raises(WidgetError, match="allowed are fewer than 30000"):
        build.build(ANY)


def test_a_widget_has_the_parts_whose_keys_its_result_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given conditions of parts, then the keys of a result select them."""
    own = tmp_path / "own"
    own.mkdir()
    for name, condition in {"a": "one, two", "b": "three", "c": "one; without: four"}.items():
        (own / f"{name}.js").write_text(f"// With: {condition}\n", encoding="utf-8")
    monkeypatch.setattr(build, "SOURCE", tmp_path)

    def chosen(value: object) -> list[str]:
        return [path.stem for path in build.parts_of(build.keys_of(value))]

    assert chosen({"items": [{"two": 1}, {"three": {}}]}) == ["a", "b"]
    assert chosen([{"one": [{"four": "three"}]}]) == ["a"]
    assert chosen({"one": None}) == ["a", "c"]
    (own / "d.js").write_text("let a;\n", encoding="utf-8")
    with pytest.raises(WidgetError, match=r"d\.js does not begin with a comment"):
        chosen({})


@each
def test_a_widget_names_its_action(stem: str) -> None:
    """`action_identifier` is the display name of the action; title and file name match the sources."""
    action = yaml.safe_load((ACTIONS / f"{stem}.yaml").read_text("utf-8"))
    declaration = declared(stem)
    assert declaration["action_identifier"] == action["name"]
    assert declaration["title"] == f"VMRay - {action['name']}"
    assert (declaration["type"], declaration["scope"]) == ("html", "alert")
    assert declaration["data_definition"]["widget_definition_scope"] == "both"
    assert declaration["data_definition"]["safe_rendering"] is False


def shown(stem: str, text: str) -> bool:
    """Return whether the conditions of the widget hold for a JSON result."""
    holds = {"starts_with": text.startswith, "contains": text.__contains__}
    conditions = declared(stem)["condition_group"]["conditions"]
    assert all(condition["field_name"] == PLACEHOLDER for condition in conditions)
    return all(holds[condition["match_type"]](condition["value"]) for condition in conditions)


@each
def test_a_widget_is_displayed_for_its_result_and_not_for_an_empty_one(stem: str) -> None:
    """The conditions hold for the action's JSON, but not for an empty result or the bare placeholder."""
    assert shown(stem, example_of(stem).read_text("utf-8"))
    assert not shown(stem, "")
    assert not shown(stem, "[]")
    assert not shown(stem, PLACEHOLDER)


def without_findings(result: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a result of the same form without findings."""
    if isinstance(result, list):
        return [{**result[0], "EntityResult": {}}]
    return {name: [] if isinstance(value, list) else None for name, value in result.items()} | {
        "result": "ok"
    }


@each
def test_a_widget_is_displayed_for_a_result_without_findings(stem: str) -> None:
    """Given a result without findings, then the widget is displayed."""
    assert shown(stem, json.dumps(without_findings(json.loads(example_of(stem).read_text("utf-8")))))
