"""One emulator, one local SecOps and one host, with methods that read their state after a run."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlencode

from secops_lab.host import ActionHost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from secops_lab.host import ActionRun
    from secops_lab.platform import Case, LocalPlatform
    from vmray_emulator import EmbeddedEmulator

JsonValue: TypeAlias = Any

REPOSITORY = Path(__file__).parents[2]
INTEGRATION = REPOSITORY / "integrations" / "vm_ray"


@dataclass
class Lab:
    """Run actions in a new case, against an empty emulator.

    Attributes:
        vmray: The emulated VMRay.
        secops: The local SecOps; its VMRay instance is configured for `vmray`.
        case: The case in which the actions run; `open_case` replaces it.
        sdk: Folder of the real SDK, None for the stand-in.
        integration: The folder of the integration, in source or built form.
        network: Environment variables of the processes: proxies, certificate authorities.
    """

    vmray: EmbeddedEmulator
    secops: LocalPlatform
    sdk: Path | None = None
    integration: Path = INTEGRATION
    network: Mapping[str, str] = field(default_factory=dict)
    case: Case = field(init=False)

    def __post_init__(self) -> None:
        self.host = ActionHost(self.secops, self.integration, sdk=self.sdk, network=self.network)
        self.configure()
        self.open_case()

    def configure(self, **values: str) -> None:
        """Configure the integration for this emulator; in the names of settings, `_` stands for a space."""
        given = _spaced(values)
        usual = {"Api Root": self.vmray.url, "Api Key": self.vmray.api_key, "Verify SSL": "true"}
        self.secops.configure("VMRay", usual | given)

    def open_case(self, *entities: tuple[str, str]) -> None:
        """Open a new case with these entities."""
        self.case = self.secops.new_case(entities=entities)

    def hashes(self, *values: str) -> None:
        """Open a new case with FILEHASH entities."""
        self.open_case(*(("FILEHASH", value) for value in values))

    def urls(self, *values: str) -> None:
        """Open a new case with URL entities."""
        self.open_case(*(("DestinationURL", value) for value in values))

    def run(
        self, action: str, parameters: Mapping[str, str] | None = None, **options: JsonValue
    ) -> ActionRun:
        """Clear the request log and run an action on all entities of the case."""
        self.vmray.control.forget_requests()
        return self.host.run(action, self.case, parameters, **options)

    def run_with(self, action: str, **parameters: str) -> ActionRun:
        """Run an action with these parameters; in their names, `_` stands for a space."""
        return self.run(action, _spaced(parameters))

    def read(self, path: str) -> JsonValue:
        """Send a GET request to the emulator and return `data`."""
        request = urllib.request.Request(f"{self.vmray.url}/rest{path}")  # noqa: S310 - our own loopback server
        request.add_header("Authorization", f"api_key {self.vmray.api_key}")
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own loopback server
            return json.load(answer)["data"]

    def seen(self) -> list[str]:
        """Return the requests in order, as `GET /rest/path?query`, with `KEY` for an idempotency key."""
        return [
            f"{each.method} {each.path}{'?' if each.query else ''}{_query(each.query)}"
            for each in self.vmray.control.requests()
        ]

    def submits(self) -> list[dict[str, str]]:
        """Return the forms of the submit requests, without the idempotency key (see `keys`)."""
        return [
            {name: value for name, value in each.form.items() if name != "submission_metadata"}
            for each in self.vmray.control.requests()
            if each.path == "/rest/sample/submit"
        ]

    def keys(self) -> list[str]:
        """Return the idempotency keys in the `submission_metadata` of all stored submissions."""
        submissions = self.vmray.control.submissions()
        stored = [json.loads(each["submission_submission_metadata"]) for each in submissions]
        assert all(set(each) == {"google_secops_key"} for each in stored)
        return [each["google_secops_key"] for each in stored]

    def samples(self) -> list[dict[str, Any]]:
        """Return all samples of the emulator, as its API returns them."""
        return list(self.vmray.control.samples())

    def enrichment(self, identifier: str) -> dict[str, str]:
        """Return the `VMRay_` fields of one entity."""
        properties = self.entity(identifier)["additional_properties"]
        return {name: value for name, value in properties.items() if name.startswith("VMRay_")}

    def entity(self, identifier: str) -> dict[str, Any]:
        """Return one entity of the case."""
        return next(each for each in self.case.entities if each["identifier"] == identifier.upper())

    def flags(self) -> dict[str, tuple[bool, bool]]:
        """Return for each entity of the case whether it is enriched and whether it is suspicious."""
        return {
            each["identifier"]: (each["is_enriched"], each["is_suspicious"]) for each in self.case.entities
        }

    def insights(self) -> dict[str, str]:
        """Return the HTML of the case's insights by entity."""
        return {each["entity_identifier"]: each["content"] for each in self.case.insights}


def items_of(run: ActionRun) -> list[dict[str, Any]]:
    """Return the rows of the JSON result of an action with an outcome."""
    return list(run.json_result["items"])


def _spaced(values: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", " "): value for name, value in values.items()}


def _query(query: Mapping[str, str]) -> str:
    """Return a query without the idempotency key, which differs from case to case."""
    name = "submission_submission_metadata"
    return urlencode({**query, **({name: "KEY"} if name in query else {})})


def outcome(run: ActionRun) -> dict[str, Any]:
    """Return the whole output of an action as one value."""
    return {
        "state": run.state.value,
        "value": run.result_value,
        "message": run.message,
        "json": run.json_result,
        "tables": run.tables,
        "links": run.links,
        "attachments": run.attachments,
    }


def completed(
    message: str,
    *,
    value: bool | str,
    json_result: JsonValue = None,
    tables: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return the expected whole output of an action that completed."""
    return {
        "state": "completed",
        "value": value,
        "message": message,
        "json": json_result,
        "tables": dict(tables or {}),
        "links": {},
        "attachments": {},
    }


def failed(message: str, json_result: JsonValue = None, *, value: bool | str = False) -> dict[str, Any]:
    """Return the expected whole output of an action that failed."""
    return completed(message, value=value, json_result=json_result) | {"state": "failed"}
