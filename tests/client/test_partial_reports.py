"""A fatal error of one sample keeps the reports that were read before it: Scan URL, and uploads."""

from __future__ import annotations

import json
import sys
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.client.failing_client import ERRORS, SAMPLE, fails, vmray
from tests.client.stand_in import imported

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_models import Aggregate
from vm_ray.core.api.vmray_request_errors import PermissionDeniedError, RedirectError
from vm_ray.core.api.vmray_submit_options import SubmitOptions
from vm_ray.core.api.vmray_verdicts import Verdict
from vm_ray.core.results.vmray_entity_result import EntityRecord
from vm_ray.core.submissions.vmray_detonation import Detonation, Stage, TrackedSubmission

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vm_ray.core.api.vmray_errors import VMRayError
    from vm_ray.core.api.vmray_models import Sample
    from vm_ray.core.results.vmray_report import SampleReport

# A missing permission is not fatal for a sample whose submission has a verdict.
FATAL: Final = [each for each in ERRORS if each.is_fatal and not isinstance(each, PermissionDeniedError)]
VERDICTS: Final = {5001: Verdict.MALICIOUS, 5002: Verdict.SUSPICIOUS, 5003: Verdict.CLEAN}
URLS: Final = ["HTTP://A/1", "HTTP://A/2", "HTTP://A/3"]
TOLD: Final = ["malicious", "suspicious", "clean"]
EVER: Final = 30.0  # seconds; longer than any wait of these tests


@pytest.fixture(scope="module")
def actions() -> Iterator[SimpleNamespace]:
    """Import the two actions with the stand-in of the SDK, and forget these modules at the end."""
    with imported("actions.scan_url", "actions.upload_file_and_get_report") as found:
        named = {name.removeprefix("actions."): module for name, module in found.items()}
        yield SimpleNamespace(script_result=sys.modules["soar_sdk.ScriptResult"].ScriptResult, **named)


class Platform:
    """The platform, and a run of an action on it.

    Attributes:
        run: The run.
        entities: The entities by name.
        insights: The names of the entities with an insight.
        log: The lines of the log.
    """

    def __init__(self, script_result: Any, client: object) -> None:  # noqa: ANN401 - a class of the SDK
        self.insights: list[str] = []
        self.entities = {
            url: SimpleNamespace(
                identifier=url, additional_properties={}, is_enriched=False, is_suspicious=False
            )
            for url in URLS
        }
        self.result = script_result([])
        self.log: list[str] = []
        siemplify = SimpleNamespace(
            async_total_duration_deadline=None,
            async_polling_interval_in_sec=0,
            update_entities=lambda _entities: None,
            add_entity_insight=self._add_insight,
            result=self.result,
        )
        self.run = SimpleNamespace(
            client=client,
            deadline=Deadline(None),
            max_result_bytes=2.0**20,
            siemplify=siemplify,
            entities=lambda _type: list(self.entities.values()),
            log=self.log.append,
            redacted=lambda text: text,
        )

    def _add_insight(self, entity: SimpleNamespace, _html: str, triggered_by: str) -> None:
        assert triggered_by == "VMRay"
        self.insights.append(entity.identifier)

    @property
    def flags(self) -> list[tuple[bool, bool]]:
        """For each entity whether it is enriched, and whether it is suspicious."""
        return [(each.is_enriched, each.is_suspicious) for each in self.entities.values()]

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The JSON result; None if there is none."""
        entry = self.result.to_dict().get("JsonResult")
        return None if entry is None else json.loads(entry["RawJson"])


class Lists:
    """The lists of two samples; sample 5002 fails after both have been read."""

    def __init__(self, error: Exception, *, finished: bool = True) -> None:
        self._error = error
        self._finished = finished
        self._read = threading.Semaphore(0)

    def client(self) -> object:
        """Return a client; sample 5002 waits for two lists of each of the other two."""

        def get_sample(number: int) -> Sample:
            if number == 5002:
                assert all(self._read.acquire(timeout=EVER) for _ in range(4))
                raise self._error
            return SAMPLE._replace(sample_id=number, verdict=VERDICTS[number], raw={"sample_id": number})

        def get_list(_number: int) -> Aggregate:
            self._read.release()
            return Aggregate(finished=self._finished, content=None)

        return vmray(get_sample=get_sample, get_iocs=get_list, get_threat_indicators=get_list)


def ready(name: str, *numbers: int) -> Detonation:
    """Return an item whose submissions have finished; a sample's submission has its verdict."""
    parts = [
        TrackedSubmission(
            number + 1000, number, finished=True, children_fetched=True, verdict=VERDICTS[number]
        )
        for number in numbers
    ]
    return Detonation(name.lower(), name, f"key of {name}", Stage.READY, parts)


def ended(action: Any, platform: Platform, items: list[Detonation]) -> Any:  # noqa: ANN401 - classes that are imported later
    """Perform an action with these items, and return its outcome."""
    prepared = type("Prepared", (action,), {"items": lambda *_: items})()
    params = SimpleNamespace(
        options=SubmitOptions(),
        report=SimpleNamespace(
            ioc_types=(), ioc_verdicts=frozenset(), max_iocs=1, min_score=0, max_indicators=1
        ),
        create_insight=True,
        only_suspicious_insight=False,
    )
    return prepared.perform(platform.run, params)


def scanned(actions: SimpleNamespace, platform: Platform) -> Any:  # noqa: ANN401 - a class that is imported later
    """Perform Scan URL for three URLs, one sample each."""
    items = [ready(url, number) for url, number in zip(URLS, VERDICTS, strict=True)]
    return ended(actions.scan_url.ScanURL, platform, items)


def message(action: str, reason: object, *details: str) -> str:
    """Return the message of an action that failed."""
    return "\n".join([f'Error executing action "{action}". Reason: {reason}', "", "Details:", *details])


KEPT_URLS: Final = [
    f"{url}: kept in VMRay: submission {6001 + place}; verdict: {TOLD[place]}"
    for place, url in enumerate(URLS)
]


@pytest.mark.parametrize("error", [*FATAL, KeyError("sample_id")], ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("finished", [True, False])
def test_urls_that_were_read_are_enriched(
    actions: SimpleNamespace, error: Exception, *, finished: bool
) -> None:
    """Given a fatal error of one of three URLs, then the others are shown, also if a list is not complete."""
    platform = Platform(actions.script_result, Lists(error, finished=finished).client())

    outcome = scanned(actions, platform)

    why = "internal error (KeyError) in the integration; see the debug output"
    kept = "Kept: 2 of 3 entities were enriched before this error"
    reason = why if isinstance(error, KeyError) else error
    assert outcome.message == message("Scan URL", reason, kept, *KEPT_URLS)
    assert (outcome.state, outcome.value) == (2, False)
    assert platform.flags == [(True, True), (False, True), (True, False)]
    assert platform.insights == [URLS[0], URLS[2]]
    assert [each["Entity"] for each in platform.json] == [URLS[0], URLS[2]]


@pytest.mark.parametrize("error", FATAL, ids=lambda error: type(error).__name__)
def test_without_any_report_known_verdicts_are_marked(actions: SimpleNamespace, error: VMRayError) -> None:
    """Given a fatal error of each sample, then the verdicts of the submissions are told and marked."""
    platform = Platform(actions.script_result, vmray(get_sample=fails(error)))

    outcome = scanned(actions, platform)

    assert outcome.message == message("Scan URL", error, *KEPT_URLS)
    assert platform.flags == [(False, True), (False, True), (False, False)]
    assert (platform.json, platform.insights) == (None, [])


def test_a_report_that_cannot_be_shown_does_not_affect_the_others(
    actions: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a bug in the result of one URL, then the others are shown, and the action fails."""
    show = EntityRecord.of

    def broken(identifier: str, report: SampleReport) -> EntityRecord:
        return show({URLS[1]: identifier, URLS[2]: identifier}[identifier], report)

    monkeypatch.setattr(EntityRecord, "of", broken)
    client = vmray(get_sample=lambda number: SAMPLE._replace(sample_id=number))
    platform = Platform(actions.script_result, client)

    outcome = scanned(actions, platform)

    why = "internal error (KeyError) in the integration; see the debug output"
    kept = "Kept: 2 of 3 entities were enriched before this error"
    assert outcome.message == message("Scan URL", why, kept, *KEPT_URLS)
    assert [enriched for enriched, _ in platform.flags] == [False, True, True]
    assert [each["Entity"] for each in platform.json] == URLS[1:]


def uploaded(actions: SimpleNamespace, platform: Platform, *items: Detonation) -> Any:  # noqa: ANN401 - a class that is imported later
    """Perform an upload of these items."""
    return ended(actions.upload_file_and_get_report.UploadFileAndGetReport, platform, list(items))


class Members:
    """Samples that are read at once; sample 5002 fails after two others have been read."""

    def __init__(self, error: Exception) -> None:
        self._error = error
        self._read = threading.Semaphore(0)

    def get_sample(self, number: int) -> Sample:
        """Return a sample, or raise the error."""
        if number == 5002:
            assert all(self._read.acquire(timeout=EVER) for _ in range(2))
            raise self._error
        self._read.release()
        return SAMPLE._replace(sample_id=number, verdict=VERDICTS[number], raw={"sample_id": number})


@pytest.mark.parametrize("error", FATAL, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "files",
    [
        [("/a", 5001), ("/b", 5002), ("/c", 5003)],
        [("/a", 5001, 5002, 5003)],
        [("/b", 5002), ("/a", 5001, 5003)],
    ],
    ids=["three files", "an archive", "a file and an archive"],
)
def test_samples_that_were_read_are_in_the_result_of_an_upload(
    actions: SimpleNamespace, error: Exception, files: Sequence[tuple[str, *tuple[int, ...]]]
) -> None:
    """Given a fatal error of one sample, then the result has the others, and its row has the error."""
    platform = Platform(actions.script_result, vmray(get_sample=Members(error).get_sample))

    outcome = uploaded(actions, platform, *(ready(*each) for each in files))

    lines = outcome.message.splitlines()
    action = "Upload File And Get Report"
    assert (
        lines[:4] == message(action, error, "Kept: 2 of 3 samples were read before this error").splitlines()
    )
    assert [line.partition(":")[0] for line in lines[4:]] == [name for name, *_ in files]
    assert all(": kept in VMRay: submission 600" in line for line in lines[4:])
    assert (outcome.state, outcome.value) == (2, False)
    rows = platform.json["files"]
    numbers = [number for _, *numbers in files for number in numbers]
    assert [row["submission_id"] - 1000 for row in rows] == numbers
    assert [row["verdict"] for row in rows] == [VERDICTS[number].value for number in numbers]
    unread = f"sample 5002 could not be read: {error}; verdict of submission 6002: suspicious"
    assert [row["error"] for row in rows] == [unread if number == 5002 else None for number in numbers]
    assert [row["data"] for row in rows] == [
        None if number == 5002 else {"sample_id": number} for number in numbers
    ]


def test_an_upload_without_any_sample_has_no_result(actions: SimpleNamespace) -> None:
    """Given a fatal error before any sample was read, then the message names the submission."""
    error = RedirectError("the server returned a redirect")
    platform = Platform(actions.script_result, vmray(get_sample=fails(error)))

    outcome = uploaded(actions, platform, ready("/a", 5001))

    kept = "/a: kept in VMRay: submission 6001; verdict: malicious"
    assert outcome.message == message("Upload File And Get Report", error, kept)
    assert platform.json is None
