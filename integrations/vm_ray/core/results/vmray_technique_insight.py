"""The insight about the MITRE ATT&CK techniques of one sample: simple HTML, the techniques by tactic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...core.results.vmray_escape import html_text, unclickable
from ...core.results.vmray_item_result import Item

# The order of the enterprise matrix; other names follow.
TACTICS: Final = (
    *("reconnaissance", "resource development", "initial access", "execution", "persistence"),
    *("privilege escalation", "defense evasion", "credential access", "discovery", "lateral movement"),
    *("collection", "command and control", "exfiltration", "impact"),
)
NO_TACTIC: Final = "Without a tactic"
MAX_TECHNIQUES: Final = 10
MAX_NAME_LENGTH: Final = 120


def technique_insight(item: Item) -> str:
    """Return the insight of one item."""
    by_tactic: dict[str, list[Mapping[str, Any]]] = {}
    for row in item.facts["techniques"]:
        for tactic in row["tactics"] or [NO_TACTIC]:
            by_tactic.setdefault(tactic, []).append(row)
    lists = [_tactic(name, by_tactic[name]) for name in sorted(by_tactic, key=_place)]
    note = f"<p><em>Note: {html_text(item.reason)}.</em></p>" if item.reason else ""
    return f"<h2><strong>MITRE techniques by tactic</strong></h2>{''.join(lists)}{note}"


def _place(tactic: str) -> tuple[int, str]:
    name = tactic.lower()
    return (TACTICS.index(name) if name in TACTICS else len(TACTICS), name)


def _tactic(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [f"<li>{_shown(row['technique_id'])} {_shown(row['technique'])} ({row['score']}/5)</li>" for row in rows]
    more = [f"<li>{len(lines) - MAX_TECHNIQUES} more</li>"] if len(lines) > MAX_TECHNIQUES else []
    return f"<p><strong>{_shown(name)}</strong></p><ul>{''.join([*lines[:MAX_TECHNIQUES], *more])}</ul>"


def _shown(text: str) -> str:
    return html_text(unclickable(text), MAX_NAME_LENGTH)
