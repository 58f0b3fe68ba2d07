"""Given a gateway before VMRay, then the message of an action is the one that `emulate` announces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.lab import Lab

from secops_lab.runs.arguments import entities
from vmray_emulator import GATEWAYS, EmbeddedEmulator
from vmray_emulator.gateways import LARGEST_BODY

if TYPE_CHECKING:
    from pathlib import Path

    from secops_lab.platform import LocalPlatform


@pytest.mark.parametrize("name", GATEWAYS)
def test_the_message_names_what_responded(
    name: str, soar_sdk: Path | None, secops: LocalPlatform, tmp_path: Path
) -> None:
    """Given a gateway, then the action that it is documented with has the documented message."""
    gateway = GATEWAYS[name]
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(4 * LARGEST_BODY))
    action, *words = (word.replace("/path/to/a/large/file", str(large)) for word in gateway.run)
    given = list(zip(words[::2], words[1::2], strict=True))
    with EmbeddedEmulator(behind=name) as vmray:
        lab = Lab(vmray, secops, sdk=soar_sdk)
        lab.open_case(*entities([value for option, value in given if option == "--entity"]))
        run = lab.run(action, dict(value.split("=") for option, value in given if option == "--param"))
    assert gateway.message in run.message


def test_a_firewall_stops_one_url_only(secops: LocalPlatform) -> None:
    """Given two URLs and a firewall that stops one, then the other is scanned, and one reason is told."""
    with EmbeddedEmulator(behind="waf") as vmray:
        lab = Lab(vmray, secops)
        lab.urls("http://shop.example/?file=/etc/passwd", "http://shop.example/")
        run = lab.run("Scan URL")
    assert "using information from VMRay: HTTP://SHOP.EXAMPLE/\n" in run.message
    assert run.message.count(GATEWAYS["waf"].message) == 1
