"""The document of an insight on its own: in the page it is in a frame that axe-core cannot check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
import requests
from playwright.sync_api import expect
from tests.browser.results import sample
from tests.browser.views import assert_accessible
from tests.browser.wall import attacking_host

from secops_lab.web import CaseWall, WallSettings
from vm_ray.core.api.vmray_models import IOC_TYPES, Sample
from vm_ray.core.api.vmray_verdicts import VERDICTS, Verdict
from vm_ray.core.results.vmray_insight import insight
from vm_ray.core.results.vmray_report import SampleReport

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from secops_lab.platform import LocalPlatform


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_verdict_is_readable_in_each_theme(
    platform: LocalPlatform, tmp_path: Path, page: Page, theme: Literal["light", "dark"]
) -> None:
    """The colours come from the integration; the background and the heading size come from the case wall."""
    page.emulate_media(color_scheme=theme)
    case = platform.new_case()
    with CaseWall(platform, attacking_host(tmp_path, platform), WallSettings("nobody")) as wall:
        for place, verdict in enumerate((*VERDICTS, Verdict("high_risk"))):
            known = Sample(12, verdict, "2026-03-05T07:29:05", sample())
            content = insight(SampleReport(known, {kind: [] for kind in IOC_TYPES}, {}, []))
            case.post("insight", {"title": "VMRay", "content": content, "entity_identifier": None})
            page.set_content(requests.get(f"{wall.url}/cases/1/insights/{place}", timeout=60).text)
            expect(page.locator("h2 span")).to_have_text(verdict.word)
            assert_accessible(page, "color-contrast")
