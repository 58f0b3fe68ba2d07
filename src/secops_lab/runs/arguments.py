"""What a person writes after `run`, checked against what exists, before anything is started."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from secops_lab.runs.suggest import find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secops_lab.manifest import ActionSpec, IntegrationSpec

# The entity types of the platform, its own spelling of each, by every name a person may use for it:
# the value that the platform stores and the constant's name in the SDK (facts: the SDK's EntityTypes).
_STORED_AS = {
    "USER": "USERUNIQNAME",
    "URL": "DestinationURL",
    "EMAILMESSAGE": "EMAILSUBJECT",
    "GENERIC": "GENERICENTITY",
    "MACADDRESS": "MacAddress",
}
_STORED = """
    ALERT HOSTNAME USERUNIQNAME ADDRESS MacAddress PROCESS PARENTPROCESS CHILDPROCESS FILENAME
    FILEHASH PARENTHASH CHILDHASH DestinationURL THREATSIGNATURE EMAILSUBJECT USB EVENT CVEID
    DEPLOYMENT CREDITCARD PHONENUMBER CVE THREATACTOR THREATCAMPAIGN GENERICENTITY SOURCEDOMAIN
    DESTINATIONDOMAIN IPSET CLUSTER APPLICATION DATABASE POD CONTAINER SERVICE DOMAIN
""".split()  # noqa: SIM905 - as a literal it would be forty lines of quotes
ENTITY_TYPES = {**{name: name for name in _STORED}, **_STORED_AS}


class BadArgumentError(Exception):
    """An argument that cannot be understood; the text is a sentence that says what was expected."""


def action(integration: IntegrationSpec, name: str) -> ActionSpec:
    """Find an action by its name in any case, or by the name of its script (`scan_hash`).

    Raises:
        UnknownNameError: The integration has no such action.
    """
    exact = integration.action(name)
    return exact or find("action", name, {each.name: each for each in integration.actions})


def entities(arguments: Sequence[str]) -> list[tuple[str, str]]:
    """Read `TYPE=VALUE` arguments.

    Args:
        arguments: As written; the value may hold further `=`.

    Returns:
        Pairs of the platform's spelling of the type and the value as written.

    Raises:
        BadArgumentError: No `=`, or no value after it.
        UnknownNameError: The platform has no such entity type.
    """
    pairs = (_split(argument, "--entity TYPE=VALUE, for example FILEHASH=…") for argument in arguments)
    return [(find("entity type", kind, ENTITY_TYPES), value) for kind, value in pairs]


def parameters(action: ActionSpec, arguments: Sequence[str]) -> dict[str, str]:
    """Read `NAME=VALUE` arguments for an action.

    Args:
        action: The action that will receive them.
        arguments: As written; names in any case, the value may be empty.

    Returns:
        Values by the exact names of the action's YAML. Parameters that were not given are not in it.

    Raises:
        BadArgumentError: No `=`, a name given twice, or a mandatory parameter without default left out.
        UnknownNameError: The action has no such parameter.
    """
    names = {each.name: each.name for each in action.parameters}
    given: dict[str, str] = {}
    for argument in arguments:
        name, value = _split(argument, "--param NAME=VALUE", empty_value=True)
        exact = find("parameter", name, names, f' of "{action.name}"')
        if exact in given:
            raise BadArgumentError(f'--param "{exact}" was given twice.')
        given[exact] = value
    missing = [p.name for p in action.parameters if p.mandatory and not given.get(p.name, p.default)]
    if missing:
        options = " ".join(f'--param "{name}=…"' for name in missing)
        raise BadArgumentError(f'"{action.name}" needs {options}')
    return given


def api_root(text: str) -> str:
    """Check that `text` is the root of a web server, such as `https://cloud.vmray.com`.

    Raises:
        BadArgumentError: It is not.
    """
    try:
        parts = urlsplit(text)
        usable = (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        usable = False
    if not usable:
        raise BadArgumentError(
            f'"{text}" is not the root of a VMRay: expected https://HOST or http://HOST:PORT'
        )
    return text


def _split(argument: str, expected: str, *, empty_value: bool = False) -> tuple[str, str]:
    name, separator, value = argument.partition("=")
    if not separator or not name.strip() or not (value or empty_value):
        raise BadArgumentError(f'"{argument}" was not understood: expected {expected}')
    return name, value
