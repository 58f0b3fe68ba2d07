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
    large.write_bytes(bytes(2 * LARGEST_BODY))
    action, *words = (word.replace("/path/to/a/file/of/2/MiB", str(large)) for word in gateway.run)
    given = list(zip(words[::2], words[1::2], strict=True))
    with EmbeddedEmulator(behind=name) as vmray:
        lab = Lab(vmray, secops, sdk=soar_sdk)
        lab.open_case(*entities([value for option, value in given if option == "--entity"]))
        run = lab.run(action, dict(value.split("=") for option, value in given if option == "--param"))
    assert gateway.message in run.message
