"""Case walls for the browser tests: the real integration with the emulator, or an attacking integration."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from tests.browser.hostile import TEXTS
from tests.lab.toy_integration import Toy

from secops_lab.host import ActionHost
from secops_lab.web import CaseWall, WallSettings
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from secops_lab.platform import LocalPlatform

INTEGRATION = Path(__file__).parents[2] / "integrations" / "vm_ray"
LABEL = "the embedded VMRay emulator"


@dataclass(frozen=True)
class WallOnEmulator:
    """A case wall with an emulator that finishes analyses only on request."""

    url: str
    vmray: EmbeddedEmulator
    platform: LocalPlatform


@contextmanager
def left_after(page: Page) -> Iterator[None]:
    """Leave the page at the end, before its case wall stops: the page keeps a connection open.

    A new tab would need more processor time than a short test.
    """
    yield
    page.goto("about:blank")


@contextmanager
def wall_on_emulator(platform: LocalPlatform, lifecycle: str = "manual") -> Iterator[WallOnEmulator]:
    """Open a wall with the real integration; the emulator contains one malicious sample."""
    with EmbeddedEmulator(scenario="known-sample", lifecycle=lifecycle) as vmray:
        host = ActionHost(platform, INTEGRATION)
        keys = {"Api Root": vmray.url, "Api Key": vmray.api_key, "Verify SSL": "true"}
        platform.configure(host.integration.identifier, keys)
        with CaseWall(platform, host, WallSettings(LABEL, poll_interval=0.1)) as wall:
            yield WallOnEmulator(wall.url, vmray, platform)


@contextmanager
def wall_on_toy(
    platform: LocalPlatform,
    folder: Path,
    body: str,
    *,
    parameters: dict[str, str] | None = None,
    is_async: bool = False,
    **settings: Any,  # noqa: ANN401 - passed on to WallSettings
) -> Iterator[CaseWall]:
    """Open a wall whose integration has one action with the given body."""
    host = Toy(folder, platform, None).host(body, parameters=parameters, is_async=is_async)
    with CaseWall(platform, host, WallSettings("nobody", **{"poll_interval": 0.05, **settings})) as wall:
        yield wall


# All outputs of an action that an analyst can see, each with every hostile text.
ATTACK = """
result = []
for entity, text in zip(siemplify.target_entities, TEXTS, strict=True):
    print(text)
    siemplify.LOGGER.info(text)
    entity.additional_properties.update({text: text})
    entity.is_suspicious = entity.is_enriched = True
    siemplify.add_entity_insight(entity, "<p>insight</p>" + text)
    siemplify.add_comment(text)
    siemplify.add_tag(text)
    siemplify.result.add_data_table(text, [text + ",Value", text + "," + text])
    siemplify.result.add_link(text, text)
    result.append({"Entity": text, "EntityResult": {text: [text, {text: None}]}})
siemplify.update_entities(siemplify.target_entities)
siemplify.result.add_result_json(json.dumps(result))
siemplify.end(" ".join(text[:100] for text in TEXTS), TEXTS[0])
"""
WIDGET = """<!doctype html><meta charset="utf-8"><title>Widget</title><p id="shown">nothing</p><script>
const data = [{stepInstanceName}.JsonResult];
document.getElementById("shown").innerHTML = "<p>drawn</p>" + data[0].Entity;
</script>"""


def attacking_host(
    folder: Path, platform: LocalPlatform, widget: str = WIDGET, body: str = ATTACK
) -> ActionHost:
    """Return a host whose action shows hostile text everywhere, and whose widget trusts it."""
    texts = "TEXTS = json.loads(" + repr(json.dumps(list(TEXTS.values()))) + ")\n"
    host = Toy(folder, platform, None).host(texts + body)
    widgets = host.integration.folder / "widgets"
    widgets.mkdir()
    (widgets / "do_it.html").write_text(widget, encoding="utf-8")
    condition = {"field_name": "[{stepInstanceName}.JsonResult]", "match_type": "contains", "value": "Entity"}
    declaration = {
        "title": "Trusting widget",
        "action_identifier": "Do It",
        "data_definition": {"html_height": 200},
        "condition_group": {"logical_operator": "and", "conditions": [condition]},
    }
    (widgets / "do_it.yaml").write_text(yaml.safe_dump(declaration))
    return host
