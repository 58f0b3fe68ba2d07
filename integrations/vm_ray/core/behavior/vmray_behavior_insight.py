"""The insight about behavior: the process tree as indented text, configurations of malware, the top network peers.

All text is from samples: it is escaped, and addresses are defanged. Of many processes, those with the worst verdicts
are shown, with their ancestors.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, TypeVar

from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_verdicts import Verdict
from ...core.behavior.vmray_behavior import Behavior
from ...core.behavior.vmray_behavior_details import BehaviorDetails
from ...core.behavior.vmray_behavior_processes import worst_with_ancestors
from ...core.evidence.vmray_evidence import Evidence
from ...core.results.vmray_escape import defang, defang_text, html_text, unclickable
from ...core.results.vmray_insight import coloured
from ...core.results.vmray_result import Insight

MAX_PROCESSES: Final = 30
MAX_INDENT: Final = 12
MAX_PEERS: Final = 10
MAX_CONFIGURATIONS: Final = 3
MAX_LINES: Final = 25
MAX_TEXT: Final = 200
MAX_HTML: Final = 90_000
_INDENT: Final = "&nbsp;" * 4
One = TypeVar("One")


def behavior_insights(found: Iterable[tuple[str, Evidence | VMRayError]]) -> list[Insight]:
    """Return one insight for each subject.

    Args:
        found: The behavior in each analysis, with the entity of its subject; empty for a parameter.
    """
    blocks: dict[tuple[str, str], list[str]] = {}
    for entity, details in found:
        if isinstance(details, BehaviorDetails):
            blocks.setdefault((entity, details.title), []).extend(_blocks(details))
    return [Insight("" if entity else title, _fitted(each), entity) for (entity, title), each in blocks.items() if each]


def _fitted(blocks: Sequence[str]) -> str:
    """Return the first blocks: text of a sample can be six times as long when it is escaped."""
    sizes = accumulate(map(len, blocks))
    shown = [block for block, size in zip(blocks, sizes, strict=True) if size <= MAX_HTML]
    return "".join([*shown, *_more(len(blocks) - len(shown), " lines")])


def _blocks(details: BehaviorDetails) -> list[str]:
    """Return the headings and lines about one analysis; none if there is nothing to show."""
    behavior, machine = details.behavior, details.facts["machine"]
    configurations, others = _first(behavior.malware_configuration.rows, MAX_CONFIGURATIONS)
    blocks = [
        *_list("Processes", *_processes(behavior.processes.rows)),
        *(block for row in configurations for block in _configuration(row)),
        *_more(others, " malware configurations"),
        *_list("Network peers", *_first(_peers(behavior), MAX_PEERS)),
    ]
    if not blocks:
        return []
    on = f" on {_shown(machine)}" if machine else ""
    return [f"<h2><strong>Behavior in analysis {details.facts['analysis_id']}{on}</strong></h2>", *blocks]


def _list(title: str, lines: Sequence[str], left_out: int) -> list[str]:
    """Return lines under a title, and how many there are besides; none without lines."""
    if not lines:
        return []
    return [f"<p><strong>{title}</strong></p>", *(f"<p>{line}</p>" for line in lines), *_more(left_out)]


def _more(left_out: int, what: str = "") -> list[str]:
    return [f"<p>… and {left_out} more{what}</p>"] if left_out else []


def _first(found: Sequence[One], most: int) -> tuple[Sequence[One], int]:
    """Return at most so many, and the number of the others."""
    return found[:most], max(0, len(found) - most)


def _processes(rows: Sequence[Mapping[str, Any]]) -> tuple[list[str], int]:
    """Return a line for each process to show, and the number of the others."""
    ranks = {place: _verdict(row["verdict"]).rank for place, row in enumerate(rows)}
    chosen = worst_with_ancestors(ranks, _parents(rows), MAX_PROCESSES)
    return [_process(row) for place, row in enumerate(rows) if place in chosen], len(rows) - len(chosen)


def _parents(rows: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Return the place of the parent of each row: the last row before it that is less deep; -1 for a root."""
    parents, above = {}, [-1]
    for place, row in enumerate(rows):
        while above[-1] >= 0 and rows[above[-1]]["depth"] >= row["depth"]:
            above.pop()
        parents[place] = above[-1]
        above.append(place)
    return parents


def _process(row: Mapping[str, Any]) -> str:
    name = _coloured(row["verdict"], _shown(row["name"] or "unknown process"))
    pid = "" if row["pid"] is None else f" ({row['pid']})"
    command_line = f": {_shown(row['command_line'])}" if row["command_line"] else ""
    return f"{_INDENT * min(row['depth'], MAX_INDENT)}{name}{pid}{command_line}"


def _configuration(row: Mapping[str, Any]) -> list[str]:
    """Return one configuration: a line for each of its members."""
    found = row["configuration"]
    members = found.items() if isinstance(found, dict) else enumerate(found, start=1)
    lines = [html_text(defang_text(f"{name}: {_value(value)}"), MAX_TEXT) for name, value in members]
    return _list(f"Malware configuration {_shown(row['file'])}", *_first(lines, MAX_LINES))


def _value(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _peers(behavior: Behavior) -> list[str]:
    """Return the addresses, names and URLs that the sample used, the worst verdict first, each once."""
    network = behavior.network
    peers = [
        *((row["verdict"], _address(row)) for row in network.connections.rows),
        *((row["verdict"], row["name"]) for row in network.dns.rows),
        *((row["verdict"], row["url"]) for row in network.http.rows),
    ]
    peers.sort(key=lambda peer: _verdict(peer[0]).rank)
    return list(dict.fromkeys(_coloured(verdict, html_text(defang(text), MAX_TEXT)) for verdict, text in peers))


def _address(row: Mapping[str, Any]) -> str:
    port = "" if row["port"] is None else f":{row['port']}"
    protocol = f" ({row['protocol']})" if row["protocol"] else ""
    return f"{row['ip'] or 'unknown address'}{port}{protocol}"


def _coloured(verdict: str | None, html: str) -> str:
    return coloured(_verdict(verdict), html)


def _verdict(word: str | None) -> Verdict:
    return Verdict(word) if word else Verdict.NONE


def _shown(text: str) -> str:
    return html_text(unclickable(text), MAX_TEXT)
