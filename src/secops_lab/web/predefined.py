"""The predefined widgets of an integration, shown like on the platform.

The platform replaces a placeholder in the widget's HTML by the text of the action's JSON result, and shows
the widget only where its conditions on that text hold.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from secops_lab.manifest import Form, IntegrationSpec
from secops_lab.yaml_text import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLACEHOLDER: Final = "[{stepInstanceName}.JsonResult]"

_MATCHES: Final[dict[str, Callable[[str, str], bool]]] = {
    "equal": lambda text, value: text == value,
    "contains": lambda text, value: value in text,
    "starts_with": lambda text, value: text.startswith(value),
    "not_equal": lambda text, value: text != value,
    "not_contains": lambda text, value: value not in text,
    "is_empty": lambda text, _: not text,
    "is_not_empty": lambda text, _: bool(text),
}
# The numbers in the built layout.
_NUMBERED: Final = {
    0: "equal",
    1: "contains",
    2: "starts_with",
    5: "not_equal",
    6: "not_contains",
    7: "is_empty",
    8: "is_not_empty",
}


@dataclass(frozen=True, slots=True)
class PredefinedWidget:
    """One widget of an action.

    Attributes:
        title: The title of the widget.
        action: The name of the action that it belongs to.
        height: The height in pixels.
        html: The HTML with the placeholder.
        conditions: Pairs of a kind of match and a value, about the JSON text.
        any_condition: Whether one condition is enough.
    """

    title: str
    action: str
    height: int
    html: str
    conditions: tuple[tuple[str, str], ...]
    any_condition: bool = False

    def applies(self, json_text: str) -> bool:
        """Return whether the platform would show the widget for this JSON result."""
        held = [_MATCHES[kind](json_text, value) for kind, value in self.conditions if kind in _MATCHES]
        return any(held) if self.any_condition else all(held)

    def filled(self, json_text: str) -> str:
        """Return the widget's HTML with the raw JSON result instead of the placeholder, like the platform."""
        return self.html.replace(PLACEHOLDER, json_text)


def load_widgets(integration: IntegrationSpec) -> list[PredefinedWidget]:
    """Read the widgets of an integration's folder, in either layout; leave out broken widgets."""
    source = integration.form is Form.SOURCE
    folder = integration.folder / ("widgets" if source else "Widgets")
    widgets = []
    for path in sorted(folder.glob("*.yaml" if source else "*.json")):
        page = path.with_suffix(".html") if source else folder.parent / "WidgetsScripts" / f"{path.stem}.html"
        try:
            widgets.append(_source(path, page) if source else _built(path, page))
        except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError):
            continue
    return widgets


def _source(path: Path, page: Path) -> PredefinedWidget:
    raw: dict[str, Any] = read_yaml(path.read_text("utf-8"))
    group = raw["condition_group"]
    return PredefinedWidget(
        title=raw["title"],
        action=raw["action_identifier"],
        height=int(raw["data_definition"]["html_height"]),
        html=page.read_text("utf-8"),
        conditions=tuple((one["match_type"], str(one["value"] or "")) for one in group["conditions"]),
        any_condition=group["logical_operator"] == "or",
    )


def _built(path: Path, page: Path) -> PredefinedWidget:
    raw: dict[str, Any] = json.loads(path.read_text("utf-8-sig"))
    group = raw["ConditionsGroup"]
    return PredefinedWidget(
        title=raw["Title"],
        action=raw["ActionIdentifier"],
        height=int(raw["DataDefinition"]["htmlHeight"]),
        html=page.read_text("utf-8"),
        conditions=tuple(
            (_NUMBERED.get(one["MatchType"], ""), str(one["Value"] or "")) for one in group["Conditions"]
        ),
        any_condition=group["LogicalOperator"] == 1,
    )
