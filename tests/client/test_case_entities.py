"""Entities from IOCs: which are planned, and what becomes of each if the platform does not answer."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest
import requests
from tests.client.stand_in import imported

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import PlatformCaseError
from vm_ray.core.exports.vmray_gated_iocs import DatedIoc
from vm_ray.core.results.vmray_ioc_rows import merged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Key = tuple[str, str]


class PlatformFaultError(Exception):
    """An error as the SDK raises it: without a class of its own."""


HASH: Final = "ab" * 32


@dataclass
class Platform:
    """The case of an action, as the SDK shows it.

    Attributes:
        stored: The entities by type and identifier, with the values that they were added with.
        on_add: Called with the identifier of a new entity before it is stored, by identifier.
        after: Called after it is stored, by identifier.
        unreadable: The numbers of the reads that fail; the first read is 1.
    """

    stored: dict[Key, dict[str, Any]] = field(default_factory=dict)
    on_add: dict[str, Callable[[], object]] = field(default_factory=dict)
    after: dict[str, Callable[[], object]] = field(default_factory=dict)
    unreadable: set[int] = field(default_factory=set)
    reads: int = 0
    sent: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    rejects_updates: bool = False
    current_alert: object = "alert"
    alerts: list[Any] = field(default_factory=list)

    @property
    def case(self) -> Platform:
        """The case that was read last."""
        return self

    def load_case_data(self) -> None:
        """Read the case."""
        self.reads += 1
        if self.reads in self.unreadable:
            raise PlatformFaultError("500")
        entities = [
            SimpleNamespace(
                entity_type=kind,
                identifier=identifier,
                additional_properties=dict(values.get("properties", {})),
                is_enriched=False,
                is_suspicious=False,
            )
            for (kind, identifier), values in self.stored.items()
        ]
        self.alerts = [SimpleNamespace(entities=entities)]

    def add_entity_to_case(self, identifier: str, entity_type: str, **values: Any) -> None:  # noqa: ANN401 - as the SDK
        """Store an entity."""
        self.sent.append(identifier)
        self.on_add.get(identifier, lambda: None)()
        assert (entity_type, identifier) not in self.stored, "added twice"
        self.stored[entity_type, identifier] = values
        self.after.get(identifier, lambda: None)()

    def update_entities(self, entities: list[Any]) -> None:
        """Store changes."""
        if self.rejects_updates:
            raise PlatformFaultError("400")
        self.updated += [each.identifier for each in entities]


def fails(error: Exception) -> Callable[[], object]:
    """Return a function that raises an error."""

    def raised() -> None:
        raise error

    return raised


@pytest.fixture(scope="module")
def core() -> Iterator[SimpleNamespace]:
    """The modules, which need the SDK."""
    names = ("core.soar.vmray_case_entities", "core.soar.vmray_planned_entities")
    with imported(*names) as modules:
        entities, planned = (modules[name] for name in names)
        yield SimpleNamespace(
            added=entities.added, without_alert=entities.without_alert, planned=planned.planned
        )


def iocs(**lists: list[Any]) -> list[DatedIoc]:
    """IOCs of sample 1 by list; a text is a malicious IOC."""
    names = {
        "files": "filename",
        "ips": "ip_address",
        "urls": "url",
        "domains": "domain",
        "filenames": "filename",
    }
    found = {
        kind: [
            {names[kind]: each, "verdict": "malicious"}
            if isinstance(each, str)
            else {"verdict": "malicious", **each}
            for each in values
        ]
        for kind, values in lists.items()
    }
    return [DatedIoc(row, None, None) for row in merged([(1, found)], 10_000).rows]


def run_of(platform: Platform, seconds: float | None = None) -> SimpleNamespace:
    """A run with so many seconds left."""
    deadline = Deadline(None if seconds is None else seconds, clock=lambda: 0.0)
    return SimpleNamespace(
        siemplify=platform, deadline=deadline, log=lambda _text: None, redacted=lambda text: text
    )


def states(
    core: SimpleNamespace, platform: Platform, *, update: bool = True, seconds: float | None = None
) -> dict[str, tuple[str, str]]:
    """Add three domains; return the state and the class of each."""
    plan = core.planned(iocs(domains=["a.example", "b.example", "c.example"]), [], 20)
    found = core.added(run_of(platform, seconds), plan.entities, update=update)
    assert [each.entity.identifier for each in found] == ["A.EXAMPLE", "B.EXAMPLE", "C.EXAMPLE"]
    assert all(bool(each.reason) == (each.state in ("failed", "dropped")) for each in found)
    return {each.entity.identifier[0]: (each.state, each.kind) for each in found}


def test_an_entity_has_the_flags_of_its_ioc(core: SimpleNamespace) -> None:
    """Given IOCs, then each is sent once, enriched, and suspicious by its own verdict."""
    platform = Platform()
    plan = core.planned(iocs(domains=["A.example", {"domain": "b.example", "verdict": "clean"}]), [], 20)

    core.added(run_of(platform), plan.entities, update=True)

    first, second = platform.stored.values()
    assert [(each["is_suspicous"], each["is_enriched"]) for each in (first, second)] == [
        (True, True),
        (False, True),
    ]
    assert [(each["is_internal"], each["is_vulnerable"]) for each in (first, second)] == [(False, False)] * 2
    assert first["properties"]["OriginalIdentifier"] == "A.example"
    assert len(first["properties"]) == 13
    assert all(isinstance(value, str) for value in first["properties"].values())


@pytest.mark.parametrize(
    ("error", "is_stored", "expected"),
    [
        (PlatformFaultError("400"), False, ("failed", "platform")),
        (PlatformFaultError("500"), True, ("created", "")),
        (requests.ConnectionError(), False, ("failed", "platform")),
        (requests.ConnectionError(), True, ("created", "")),
    ],
)
def test_a_failed_request_is_settled_by_reading(
    core: SimpleNamespace,
    error: Exception,
    is_stored: bool,  # noqa: FBT001 - a parameter of the test
    expected: tuple[str, str],
) -> None:
    """Given an error before or after the entity is stored, then the case decides; nothing is sent again."""
    fault = {"B.EXAMPLE": fails(error)}
    platform = Platform(after=fault) if is_stored else Platform(on_add=fault)

    assert states(core, platform) == {"A": ("created", ""), "B": expected, "C": ("created", "")}
    assert (len(platform.sent), platform.reads) == (3, 2)


def test_a_request_without_an_answer_is_not_waited_for(core: SimpleNamespace) -> None:
    """Given a platform that stores an entity and does not answer, then the time limit ends the wait."""
    stuck = threading.Event()
    platform = Platform(after={"B.EXAMPLE": stuck.wait})

    assert states(core, platform, seconds=0.2)["B"] == ("created", "")
    stuck.set()


def test_a_case_that_cannot_be_read_again(core: SimpleNamespace) -> None:
    """Given a lost response and no case, then it is not certain whether the entity was added."""
    platform = Platform(after={"B.EXAMPLE": fails(requests.ConnectionError())}, unreadable={2})

    assert states(core, platform) == {"A": ("created", ""), "B": ("failed", "platform"), "C": ("created", "")}


def test_nothing_is_added_to_a_case_that_cannot_be_read(core: SimpleNamespace) -> None:
    """Given a case that the platform does not return, then no entity is sent: it could be there already."""
    platform = Platform(unreadable={1})

    with pytest.raises(PlatformCaseError):
        states(core, platform)
    assert platform.sent == []


def test_what_was_not_reached_is_named(core: SimpleNamespace) -> None:
    """Given no time left, then the case is not read, no entity is sent, and each is late."""
    platform = Platform(stored={("DOMAIN", "A.EXAMPLE"): {}})

    assert states(core, platform, seconds=0.0) == dict.fromkeys("ABC", ("failed", "late"))
    assert (platform.sent, platform.updated, platform.reads) == ([], [], 0)


def test_the_time_ends_between_two_entities(core: SimpleNamespace) -> None:
    """Given a time that ends after the second entity, then the third is late, and the others are there."""
    clock = [0.0]
    platform = Platform(after={"B.EXAMPLE": lambda: clock.append(99.0)})
    run = run_of(platform)
    run.deadline = Deadline(100.0, clock=lambda: clock[-1])
    plan = core.planned(iocs(domains=["a.example", "b.example", "c.example"]), [], 20)

    found = core.added(run, plan.entities, update=True)

    assert [(each.state, each.kind) for each in found] == [
        ("created", ""),
        ("created", ""),
        ("failed", "late"),
    ]
    assert platform.sent == ["A.EXAMPLE", "B.EXAMPLE"]


@pytest.mark.parametrize(
    ("update", "rejects", "expected"),
    [
        (True, False, ("updated", "")),
        (True, True, ("failed", "platform")),
        (False, False, ("dropped", "")),
    ],
)
def test_an_entity_of_the_case_is_never_added(
    core: SimpleNamespace,
    update: bool,  # noqa: FBT001 - a parameter of the test
    rejects: bool,  # noqa: FBT001 - a parameter of the test
    expected: tuple[str, str],
) -> None:
    """Given the same type and identifier, then the entity is updated or left; another type is another one."""
    stored: dict[Key, dict[str, Any]] = {("DOMAIN", "B.EXAMPLE"): {}, ("HOSTNAME", "A.EXAMPLE"): {}}
    platform = Platform(stored=stored, rejects_updates=rejects)

    assert states(core, platform, update=update)["B"] == expected
    assert platform.sent == ["A.EXAMPLE", "C.EXAMPLE"]
    assert platform.updated == (["B.EXAMPLE"] if expected[0] == "updated" else [])


def test_an_entity_in_lower_case_is_the_same(core: SimpleNamespace) -> None:
    """Given an entity of another integration with lower-case letters, then it is not added again."""
    platform = Platform(stored={("DOMAIN", "b.example"): {}})

    assert states(core, platform)["B"] == ("updated", "")
    assert platform.sent == ["A.EXAMPLE", "C.EXAMPLE"]


def test_an_action_without_an_alert(core: SimpleNamespace) -> None:
    """Given no alert, then there is an error of the platform."""
    assert core.without_alert(run_of(Platform())) is None
    assert core.without_alert(run_of(Platform(current_alert=None))).kind == "platform"


def test_the_order_of_the_entities(core: SimpleNamespace) -> None:
    """The worst verdict comes first, then the type, and the rest is dropped with its reason."""
    found = iocs(
        urls=["http://a.example/"],
        ips=["192.0.2.1"],
        filenames=["a.exe"],
        domains=[{"domain": "b.example", "verdict": "suspicious"}, "a.example"],
        files=[{"filename": "a.exe", "hashes": [{"sha256_hash": HASH}]}],
    )

    plan = core.planned(found, [], 5)

    assert [each.key for each in plan.entities] == [
        ("FILEHASH", HASH.upper()),
        ("DOMAIN", "A.EXAMPLE"),
        ("ADDRESS", "192.0.2.1"),
        ("DestinationURL", "HTTP://A.EXAMPLE/"),
        ("FILENAME", "A.EXE"),
    ]
    assert [(each.row.name.value, each.reason) for each in plan.dropped] == [
        ("b.example", "over the limit of Max Entities, 5")
    ]


@pytest.mark.parametrize(
    ("lists", "reason"),
    [
        ({"ips": ["192.0.2.999"]}, "not an IP address"),
        ({"files": ["a.exe"]}, "VMRay has no hash of this file"),
        ({"urls": ["http://a.example/\u202e"]}, "has invisible characters"),
        ({"urls": [f"http://a.example/{'a' * 2_000}"]}, "more characters than an entity can have"),
        ({"domains": ["stra\u00dfe.example"]}, "another text in upper case"),
        ({"domains": ["pa\u0131.example"]}, "another text in upper case"),
    ],
)
def test_what_becomes_no_entity(core: SimpleNamespace, lists: dict[str, list[Any]], reason: str) -> None:
    """Given an IOC that no entity can stand for, then it is dropped with the reason."""
    plan = core.planned(iocs(**lists), [], 20)

    assert plan.entities == []
    assert reason in plan.dropped[0].reason


def test_one_entity_for_iocs_that_differ_in_case(core: SimpleNamespace) -> None:
    """Given URLs that the platform stores alike, then the first is the entity, and the other says so."""
    plan = core.planned(iocs(urls=["http://a.example/x", "http://a.example/X"]), [], 20)

    assert [each.properties["OriginalIdentifier"] for each in plan.entities] == ["http://a.example/x"]
    assert plan.dropped[0].reason == "its entity is that of another IOC: http://a.example/x"
