"""CONTRIBUTING.md names files and folders that exist."""

from __future__ import annotations

import re

from tools.hub_step import INTEGRATION, REPOSITORY

GUIDE = (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8")
EXAMPLE = "get_weather"
"""The action that the guide adds: its files do not exist."""


def test_every_path_that_is_named_exists() -> None:
    """Given the paths in the guide, then each exists in the repository or in the integration."""
    named = {name for name in re.findall(r"`([\w.]+(?:/[\w.*]+)+)`", GUIDE) if EXAMPLE not in name}
    assert len(named) >= 8
    roots = (REPOSITORY, INTEGRATION)
    assert [name for name in sorted(named) if not any(list(root.glob(name)) for root in roots)] == []
