"""Submissions to a real server: a switch allows them, and their cost is printed before the first one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.contract.servers import LIVE, LIVE_SUBMIT, live_server

if TYPE_CHECKING:
    import pytest


def may_submit() -> bool:
    """Return whether the switch is set."""
    return os.environ.get(LIVE_SUBMIT, "") == "1"


def costs_of(items: list[pytest.Item]) -> list[str]:
    """Return one line for each test that will submit to a real server, and their sum.

    What a submission consumes is the vendor's matter: one of the key's quota or more, since samples that the
    server itself goes on to submit count too (OpenAPI document 2026.2.1, `submission_consumed_quota`).
    """
    if live_server() is None or not may_submit():
        return []
    lines, total = [], 0
    for item in items:
        callspec = getattr(item, "callspec", None)
        mark = item.get_closest_marker("submits")
        if mark is None or callspec is None or callspec.params.get("server") != LIVE:
            continue
        number = mark.args[0]
        total += number
        lines.append(f"will submit {number} sample(s), quota cost {number} or more: {item.nodeid}")
    return [*lines, f"{LIVE_SUBMIT}=1: {total} submissions in all, quota cost {total} or more"]
