"""The complete report of a sample: read concurrently, once more while VMRay collects, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_models import Sample
from vm_ray.core.api.vmray_request_errors import AuthenticationError, NotFoundError
from vm_ray.core.api.vmray_verdicts import VERDICTS
from vm_ray.core.results.vmray_aggregation_wait import AggregationWait
from vm_ray.core.results.vmray_bounded_lists import AllLists, BoundedLists
from vm_ray.core.results.vmray_full_report import (
    LOCKED,
    NOT_AVAILABLE,
    TRUNCATED,
    FullReport,
    read_full_report,
)
from vm_ray.core.results.vmray_report import ReportFilter
from vm_ray.core.results.vmray_report_row import LEVELS, ReportRow
from vm_ray.core.results.vmray_threat_names import classifications, threat_names
from vm_ray.core.results.vmray_unknown_values import ALL_TYPES
from vm_ray.core.results.vmray_why import NOT_READ
from vm_ray.core.results.vmray_why_insight import why_insight

if TYPE_CHECKING:
    from tests.client.vmray_objects import JsonValue

    from vmray_emulator import EmbeddedEmulator

STRONG = {"category": "Persistence", "operation": "Installs a service", "score": 5}
SIGNED = {"category": "Reputation", "operation": "Has a trusted signature", "score": -1}
TECHNIQUE = {"technique_id": "T1543", "technique": "System Process", "tactics": ["Persistence"]}
WANTED = ReportFilter(ALL_TYPES, frozenset(VERDICTS), 25, 3, 25)
LISTS = ("iocs", "vtis", "mitre_attack", "threat_names", "classifications")


class Patience(AggregationWait):
    """Waits so many times, without time."""

    def __init__(self, times: int) -> None:
        super().__init__(Deadline(None))
        self.left = times

    def wait(self, seconds: float) -> bool:
        """Return whether another attempt is wanted."""
        assert seconds > 0
        self.left -= 1
        return self.left >= 0


def read(emulator: EmbeddedEmulator, patience: int = 0, wanted: ReportFilter = WANTED) -> FullReport:
    """Read the report of the first sample."""
    client = connect(emulator.url, emulator.api_key)
    lists: AllLists = BoundedLists(client, Deadline(None))
    return read_full_report(lists, 5001, lambda: client.get_sample(5001), wanted, Patience(patience))


def refuse(emulator: EmbeddedEmulator, *parts: str, status: int = 403) -> None:
    """Let VMRay refuse some of the lists of the first sample."""
    for part in parts:
        path = "/rest/analysis/sample/5001" if part == "analyses" else f"/rest/sample/5001/{part}"
        emulator.control.inject({"path": path}, {"kind": "status", "status": status}, 100)


def requests_of(emulator: EmbeddedEmulator) -> list[str]:
    """The paths that VMRay saw, in any order."""
    return sorted(each.path.removeprefix("/rest") for each in emulator.control.requests())


def test_everything_is_read_once(emulator: EmbeddedEmulator) -> None:
    """Given a sample with everything, then each list is read with one request."""
    emulator.control.add_sample(
        iocs={"domains": ["c2.invalid"], "filenames": ["a.exe"], "email_addresses": ["eve@mail.invalid"]},
        indicators=[SIGNED, STRONG],
        techniques=[{**TECHNIQUE, "indicators": [1]}],
        threat_names=["Gen.Loader"],
        classifications=["Dropper"],
    )
    found = read(emulator)

    assert requests_of(emulator) == [
        "/analysis/sample/5001",
        "/sample/5001",
        *(f"/sample/5001/{each}" for each in sorted(LISTS)),
    ]
    assert {name: len(each) for name, each in found.base.iocs.items() if each} == {
        "domains": 1,
        "filenames": 1,
        "email_addresses": 1,
    }
    assert sorted(found.base.iocs) == list(ALL_TYPES)
    assert [each["operation"] for each in found.base.indicators] == ["Installs a service"]
    assert [each["operation"] for each in found.mitigating] == ["Has a trusted signature"]
    assert [each["technique_id"] for each in found.techniques] == ["T1543"]
    assert found.names == [{"name": "Gen.Loader", "sources": ["av"], "from_child": False}]
    assert found.classifications == [{"name": "Dropper", "from_child": False}]
    assert found.why.strongest[0]["techniques"] == ["T1543 System Process"]
    assert (found.complete, found.locked, found.base.notes, found.why.missing) == (True, False, (), [])


def test_lists_that_are_not_finished_are_read_again(emulator: EmbeddedEmulator) -> None:
    """Given lists that VMRay still collects, then only these are read again."""
    emulator.control.add_sample(indicators=[STRONG, STRONG])
    patch = {"kind": "patch", "set": {"data.status": "waiting"}}
    emulator.control.inject({"path": "/rest/sample/5001/vtis"}, patch, 2)

    found = read(emulator, patience=5)

    assert found.complete
    assert len(found.base.indicators) == 2
    assert requests_of(emulator).count("/sample/5001/vtis") == 3
    assert requests_of(emulator).count("/sample/5001/iocs") == 1


def test_the_patience_ends(emulator: EmbeddedEmulator) -> None:
    """Given lists that stay unfinished or fail later, then what was read is returned, with a note."""
    emulator.control.add_sample(indicators=[STRONG])
    patch = {"kind": "patch", "set": {"data.status": "waiting"}}
    emulator.control.inject({"path": "/rest/sample/5001/vtis"}, patch, 1)
    emulator.control.inject({"path": "/rest/sample/5001/mitre_attack"}, patch, 100)
    emulator.control.inject({"path": "/rest/sample/5001/vtis"}, {"kind": "status", "status": 400}, 100)

    found = read(emulator, patience=1)

    note = "VMRay had not finished collecting threat indicators and MITRE techniques; some may be missing"
    assert (found.complete, found.base.complete) == (False, False)
    assert (found.base.notes, found.why.missing) == ((note,), [note])
    assert len(found.base.indicators) == 1


def test_a_list_that_cannot_be_read_is_named(emulator: EmbeddedEmulator) -> None:
    """Given refused lists of a report that is not locked, then each is missing, not empty."""
    emulator.control.add_sample(indicators=[STRONG])
    refuse(emulator, "iocs", "vtis", "analyses")

    found = read(emulator)

    parts = [note.partition(" could not be read: ")[0] for note in found.base.notes]
    assert parts == ["IOCs", "threat indicators", "analyses"]
    assert list(found.base.notes) == found.why.missing
    assert (found.complete, found.locked, found.base.complete) == (False, False, True)
    assert found.why.speaks_against == [NOT_READ]


def test_a_locked_report_keeps_its_verdict(emulator: EmbeddedEmulator) -> None:
    """Given a locked report, then one note says so, and the lists are empty."""
    emulator.control.add_sample(locked=True, verdict="suspicious")
    refuse(emulator, "iocs", "vtis", "mitre_attack")

    found = read(emulator)

    assert found.base.notes == (NOT_AVAILABLE,)
    assert NOT_AVAILABLE.startswith("its report is locked")
    assert (found.locked, found.complete, found.sample.verdict.value) == (True, False, "suspicious")


def test_a_locked_report_with_readable_lists_is_named(emulator: EmbeddedEmulator) -> None:
    """Given a locked report whose lists VMRay returns, then a note says so, and nothing else is missing."""
    emulator.control.add_sample(locked=True, indicators=[STRONG])

    found = read(emulator)

    assert (found.base.notes, found.why.missing) == ((LOCKED,), [LOCKED])
    assert (found.locked, found.complete, len(found.base.indicators)) == (False, True, 1)


@pytest.mark.parametrize(
    ("status", "notes"), [(404, []), (403, []), (400, ["threat names", "classifications"])]
)
def test_names_of_older_servers_are_those_of_the_sample(
    emulator: EmbeddedEmulator, status: int, notes: list[str]
) -> None:
    """Given a server without the two requests, then the sample has the names; another error is named."""
    emulator.control.add_sample(threat_names=["Gen.Loader"], classifications=["Dropper"])
    refuse(emulator, "threat_names", "classifications", status=status)

    found = read(emulator)

    assert [note.partition(" could not be read")[0] for note in found.base.notes] == notes
    assert found.names == [{"name": "Gen.Loader", "sources": [], "from_child": False}]
    assert found.classifications == [{"name": "Dropper", "from_child": False}]
    assert found.complete


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "status", "status": 404}, NotFoundError),
        ({"kind": "status", "status": 401}, AuthenticationError),
    ],
)
def test_the_sample_is_required(
    emulator: EmbeddedEmulator, fault: dict[str, JsonValue], error: type[Exception]
) -> None:
    """Given a sample that cannot be read, then its error is raised."""
    emulator.control.add_sample()
    emulator.control.inject({"path": "/rest/sample/5001"}, fault, 100)

    with pytest.raises(error):
        read(emulator)


def test_child_names_and_truncated_children(emulator: EmbeddedEmulator) -> None:
    """Given names of children, and more children than VMRay returns, then both are told."""
    emulator.control.add_sample(sample_child_relations_truncated=True)
    names = [{"threat_name": "From.Child", "sources": ["yara"]}, {"threat_name": None}]
    patch = {"kind": "patch", "set": {"data.children_threat_names": names}}
    emulator.control.inject({"path": "/rest/sample/5001/threat_names"}, patch)

    found = read(emulator)

    assert found.names[-1] == {"name": "From.Child", "sources": ["yara"], "from_child": True}
    assert (found.truncated, found.why.missing) == (True, [TRUNCATED])


def test_names_in_any_form() -> None:
    """Given null or an odd response, then the names of the sample count."""
    sample = Sample.from_json({"sample_id": 1, "sample_threat_names": ["A"], "sample_classifications": None})
    for found in (None, {}, {"sample_threat_names": None, "sample_classifications": "x"}):
        assert [each["name"] for each in threat_names(found, sample)] == ["A"]
        assert classifications(found, sample) == []
    assert threat_names({"sample_threat_names": []}, sample) == []


def row_of(found: FullReport) -> ReportRow:
    """The row of a report in a result."""
    return ReportRow.of({"subject": "sample 5001"}, "VMRay sample 5001", found, ["the note"])


def test_each_level_makes_the_row_smaller(emulator: EmbeddedEmulator) -> None:
    """Given a row, then each level costs less, and its text is within its cost."""
    emulator.control.add_sample(
        iocs={name: [f"{index}.invalid" for index in range(30)] for name in ("domains", "urls")},
        indicators=[{**STRONG, "operation": f"Operation {number}"} for number in range(9)],
        techniques=[{**TECHNIQUE, "indicators": [0]}],
    )
    row = row_of(read(emulator))
    costs = row.costs()
    assert costs == sorted(costs, reverse=True)
    for level, cost in zip(LEVELS, costs, strict=True):
        text = row.reduced(level).json_text()
        assert len(text) + text.count('"') + text.count("\\") <= cost
    assert len(LEVELS) == len({level.omitted for level in LEVELS})


def test_the_insight_has_the_same_words(emulator: EmbeddedEmulator) -> None:
    """Given a report, then the lines of the insight are the lines of the text, in the same order."""
    emulator.control.add_sample(indicators=[STRONG, SIGNED], verdict="clean")
    refuse(emulator, "iocs")
    found = read(emulator)

    html = why_insight(found)

    places = [html.index(f"{line}<") for each in found.why.sections for line in each.lines if "'" not in line]
    assert places == sorted(places)
    assert html.count("<li>") == sum(len(each.lines) for each in found.why.sections[1:])
    assert "color:#188038" in html
    assert "Note:" not in html  # what is missing is not said twice
