"""When Google SecOps is slow or returns errors, the action still returns its results."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.actions.expected import ENRICHED, NONE_ENRICHED, NOT_ENRICHED, details
from tests.actions.lab import Lab
from tests.actions.patched_integration import PatchedIntegration

from secops_lab.platform import case_routes, routes
from secops_lab.platform.responses import RejectedRequestError, Response

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.actions.lab import JsonValue

    from secops_lab.platform.state import PlatformState

ENTITIES = [f"{number:064x}" for number in range(0xA0, 0xA0 + 25)]


@pytest.fixture
def respond_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[..., Response]], None]:
    """Replace the handler of one route of the platform."""

    def replace(path: str, handler: Callable[..., Response]) -> None:
        monkeypatch.setattr(routes, "CALLS", [("POST", re.compile(path), handler), *routes.CALLS])

    return replace


def known(lab: Lab, hashes: list[str]) -> list[str]:
    """Add samples with these hashes to the emulator, and return the names of their entities."""
    for sha256 in hashes:
        lab.vmray.control.add_sample(sha256=sha256)
    lab.hashes(*hashes)
    return [each.upper() for each in hashes]


def test_failed_enrichment_is_reported_and_the_results_are_kept(
    lab: Lab, respond_with: Callable[[str, Callable[..., Response]], None]
) -> None:
    """When one of two batches fails, its entities are named and the others enriched; all have results."""
    entities = known(lab, ENTITIES)
    refused: list[str] = []
    update = case_routes.update_entities

    def refuse_once(state: PlatformState, body: JsonValue) -> Response:
        if refused:
            return update(state, body)
        refused.extend(each["identifier"] for each in body)
        raise RejectedRequestError(502, "bad gateway")

    respond_with("sdk/UpdateEntities", refuse_once)
    run = lab.run("Scan Hash")

    enriched = [each for each in entities if each not in refused]
    missed = [each for each in entities if each in refused]
    assert (len(enriched), len(missed), run.is_success) == (5, 20, True)
    why = "the platform rejected the enrichment"
    assert run.message == "\n".join(
        [f"{ENRICHED}{enriched[0]}", *enriched[1:], f"{NOT_ENRICHED}{missed[0]}", *missed[1:]]
    ) + details(*(f"{each}: {why}" for each in missed))
    assert {each["Entity"] for each in run.json_result} == set(entities)


def test_a_slow_platform_delays_insights_but_no_result(lab: Lab, tmp_path: Path) -> None:
    """After the deadline of the run, further insights are skipped and the message says so."""
    entities = known(lab, ENTITIES[:3])
    slow = PatchedIntegration(lab, tmp_path)
    # the first insight takes as long as the whole run may last, on the clock of the run
    slow.put_in(
        "core/soar/vmray_insights.py",
        "return _accepted(run, lambda: run.siemplify.add_entity_insight(",
        'run.deadline._clock = lambda: float("inf")',
    )

    run = slow.host.run("Scan Hash", lab.case)

    listed = "\n".join(entities)
    said = "Insights: not created for 2 entities: this run reached its time limit"
    assert run.message == f"{ENRICHED}{listed}{details(said)}"
    assert (len(run.json_result), len(lab.case.insights)) == (3, 1)


def test_a_platform_that_rejects_all_enrichment_is_reported(
    lab: Lab, respond_with: Callable[[str, Callable[..., Response]], None]
) -> None:
    """When all enrichment fails, the message says that no entity was enriched, and gives the reason."""
    (entity,) = known(lab, ENTITIES[:1])
    respond_with("sdk/UpdateEntities", lambda *_: Response(500, b"", "text/plain"))

    run = lab.run("Scan Hash")

    why = "the platform rejected the enrichment"
    assert (run.message, run.is_success) == (f"{NONE_ENRICHED}{details(f'{entity}: {why}')}", False)
    assert [each["Entity"] for each in run.json_result] == [entity]


def test_a_platform_that_rejects_a_suspicious_entity_is_reported(
    lab: Lab, respond_with: Callable[[str, Callable[..., Response]], None]
) -> None:
    """The message says that the update failed, after the reason why the URL has no report."""
    url = "http://www.example/emulate-dropper"
    lab.vmray.control.configure(max_recursive_samples=10)
    lab.vmray.control.inject({"path": "/rest/sample/5001"}, {"kind": "status", "status": 404})
    lab.urls(url)
    respond_with("sdk/UpdateEntities", lambda *_: Response(500, b"", "text/plain"))

    run = lab.run("Scan URL")

    reason, refused = run.message.splitlines()[-2:]
    assert reason.startswith(f"{url.upper()}: sample 5001 could not be read: ")
    assert reason.endswith("; content reached through this URL is malicious: sample 5002")
    assert refused == f"{url.upper()}: suspicious, but the platform rejected the update of the entity"


@pytest.mark.parametrize(
    ("variable", "proxy", "reason"),
    [
        ("ALL_PROXY", "socks5://u:s3cret@127.0.0.1:9", "the setting ALL_PROXY names a socks5 proxy"),
        ("http_proxy", "http://u:s3cret@:8080", "the setting http_proxy is not the address of a proxy"),
        ("HTTP_PROXY", "http://u:s3cret@127.0.0.1:9", r"Google SecOps could not be reached \(ProxyError\)"),
    ],
)
def test_a_proxy_between_the_action_and_the_platform_is_named(
    lab: Lab, variable: str, proxy: str, reason: str
) -> None:
    """Given a proxy that stops the first request to the platform, then the message says so."""
    run = Lab(lab.vmray, lab.secops, network={variable: proxy}).run("Ping")

    assert re.match(f"Failed to test connectivity. Error is {reason}.*; ", run.message), run.message
    assert "s3cret" not in run.message + run.debug_output
