"""Read and validate the arguments of `run` before any process is started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from secops_lab.runs.suggest import find

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from urllib.parse import SplitResult

    from secops_lab.manifest import ActionSpec, IntegrationSpec

# A user may write the value that the platform stores or the name of the constant in the SDK's EntityTypes.
_STORED_AS = {
    "USER": "USERUNIQNAME",
    "URL": "DestinationURL",
    "EMAILMESSAGE": "EMAILSUBJECT",
    "GENERIC": "GENERICENTITY",
    "MACADDRESS": "MacAddress",
}
COMMON_ENTITY_TYPES: Final = (
    *("FILEHASH", "DestinationURL", "ADDRESS", "DOMAIN", "HOSTNAME", "FILENAME", "USERUNIQNAME"),
    *("EMAILSUBJECT", "PROCESS", "GENERICENTITY"),
)
"""The types that a form offers; the types of the integration's actions come first."""
_FURTHER_ENTITY_TYPES: Final = """
    ALERT MacAddress PARENTPROCESS CHILDPROCESS PARENTHASH CHILDHASH THREATSIGNATURE USB EVENT CVEID
    DEPLOYMENT CREDITCARD PHONENUMBER CVE THREATACTOR THREATCAMPAIGN SOURCEDOMAIN DESTINATIONDOMAIN
    IPSET CLUSTER APPLICATION DATABASE POD CONTAINER SERVICE
""".split()  # noqa: SIM905 - shorter than one quoted line for each name
ENTITY_TYPES: Final = {
    **{name: name for name in (*COMMON_ENTITY_TYPES, *_FURTHER_ENTITY_TYPES)},
    **_STORED_AS,
}


class BadArgumentError(Exception):
    """An argument is invalid; the text is a sentence with the expected form."""


def action(integration: IntegrationSpec, name: str) -> ActionSpec:
    """Find an action by its name in any letter case, or by the name of its script (`scan_hash`).

    Raises:
        UnknownNameError: The integration has no such action.
    """
    exact = integration.action(name)
    return exact or find("action", name, {each.name: each for each in integration.actions})


def entities(arguments: Sequence[str]) -> list[tuple[str, str]]:
    """Read `TYPE=VALUE` arguments.

    Args:
        arguments: The texts that the user wrote; the value may contain further `=`.

    Returns:
        Pairs of the platform's spelling of the type and the unchanged value.

    Raises:
        BadArgumentError: The `=` or the value is missing.
        UnknownNameError: The platform has no such entity type.
    """
    pairs = (named_value(argument, "--entity TYPE=VALUE, for example FILEHASH=…") for argument in arguments)
    return [(find("entity type", kind, ENTITY_TYPES), value) for kind, value in pairs]


def check_mandatory(action: ActionSpec, values: Mapping[str, str]) -> None:
    """Check that each mandatory parameter has a value or a default.

    Args:
        action: The action that will receive the parameters.
        values: The values by name.

    Raises:
        BadArgumentError: The message names the missing options.
    """
    missing = [p.name for p in action.parameters if p.mandatory and not values.get(p.name, p.default)]
    if missing:
        options = " ".join(f'--param "{name}=…"' for name in missing)
        raise BadArgumentError(f'"{action.name}" needs {options}')


def parameters(action: ActionSpec, arguments: Sequence[str]) -> dict[str, str]:
    """Read `NAME=VALUE` arguments for an action.

    Args:
        action: The action that will receive the parameters.
        arguments: The texts that the user wrote; names in any letter case, the value may be empty.

    Returns:
        Values by the exact names of the action's YAML. Parameters that were not given are left out.

    Raises:
        BadArgumentError: The `=` is missing, or a name is given twice.
        UnknownNameError: The action has no such parameter.
    """
    names = {each.name: each.name for each in action.parameters}
    given: dict[str, str] = {}
    for argument in arguments:
        name, value = named_value(argument, "--param NAME=VALUE", empty_value=True)
        exact = find("parameter", name, names, f' of "{action.name}"')
        if exact in given:
            raise BadArgumentError(f'--param "{exact}" was given twice.')
        given[exact] = value
    return given


def api_root(text: str) -> SplitResult:
    """Return the address that an action will use for this "Api Root": a missing scheme means https.

    The action checks the text, and its message names what is wrong. Only a text without an HTTP address is
    rejected here.

    Raises:
        BadArgumentError: The text is no such address.
    """
    root = text.strip() if "://" in text else f"https://{text.strip()}"
    try:
        parts = urlsplit(root)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise BadArgumentError(
            f'"{without_login(text)}" is not the root of a VMRay: expected https://HOST or http://HOST:PORT'
        )
    return parts


def without_login(address: str) -> str:
    """Return an address with `…` for a user name and a password: it can be shown anywhere."""
    login, at, rest = address.rpartition("@")
    return (
        f"{login.partition('://')[0]}://…@{rest}" if at and "://" in login else f"{'…@' if at else ''}{rest}"
    )


def named_value(argument: str, expected: str, *, empty_value: bool = False) -> tuple[str, str]:
    """Split `NAME=VALUE` at the first `=`.

    Raises:
        BadArgumentError: The `=`, the name or the value is missing.
    """
    name, separator, value = argument.partition("=")
    if not separator or not name.strip() or not (value or empty_value):
        raise BadArgumentError(f'"{argument}" is invalid: expected {expected}')
    return name, value
