"""Write docs/api-evidence.md from the marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.evidence.marks import KINDS, Provenance
from tools.evidence.usage import Usage, users_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEAD = """\
# What is known about VMRay's REST API, with sources

Generated from the contract tests and from runs of the actions by `make generate`. Do not edit.

Each row is a behaviour that a test in `tests/contract` asserts of the emulator, and of a real server where
one is given (see [one-suite-two-servers.md](one-suite-two-servers.md)). Its mark says how it is known:

"""
_SILENT = """\
The emulator has these endpoints too, by the same rules.
No contract test asserts their behaviour: do not rely on them."""


def render(claims: Iterable[Provenance], usage: Usage, endpoints: Iterable[str] = ()) -> str:
    """Return the page: a summary, a table for each endpoint, and the endpoints without claims.

    Args:
        claims: One claim for each test; equal claims (a test with several parameters) count once.
        usage: The endpoints that each action requests.
        endpoints: All endpoints that the emulator has, as `METHOD /path`.
    """
    unique = sorted(set(claims), key=lambda claim: (_path(claim.endpoint), claim.endpoint, claim.behaviour))
    lines = [_HEAD + "| mark | means | behaviours |", "|---|---|---|"]
    for kind, meaning in KINDS.items():
        lines.append(f"| `{kind}` | {meaning} | {sum(claim.kind == kind for claim in unique)} |")
    for endpoint in dict.fromkeys(claim.endpoint for claim in unique):
        lines += _section(
            endpoint, users_of(endpoint, usage), [each for each in unique if each.endpoint == endpoint]
        )
    if silent := sorted(set(endpoints) - {claim.endpoint for claim in unique}):
        lines += ["", "## Nothing claimed", "", _SILENT, "", *(f"* `{endpoint}`" for endpoint in silent)]
    return "\n".join(lines) + "\n"


def _path(endpoint: str) -> str:
    return "" if endpoint.startswith("ANY ") else endpoint.partition(" ")[2]


def _section(endpoint: str, users: list[str], claims: list[Provenance]) -> list[str]:
    title = "Every endpoint" if endpoint.startswith("ANY ") else f"`{endpoint}`"
    used = f"Used by: {', '.join(users)}." if users else "Used by no action."
    rows = [
        f"| {_cell(claim.behaviour)} | `{claim.kind}` | {_cell(claim.source)} |"
        for claim in sorted(claims, key=lambda claim: (list(KINDS).index(claim.kind), claim.behaviour))
    ]
    return ["", f"## {title}", "", used, "", "| behaviour | mark | source |", "|---|---|---|", *rows]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
