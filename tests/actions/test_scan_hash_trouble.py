"""Scan Hash with faults of VMRay, and with results that are larger than the limit of the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.expected import ENRICHED, NONE_ENRICHED, NOT_ENRICHED, details, entity_result, sample_table
from tests.actions.lab import Lab, completed, outcome

from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from secops_lab.platform import LocalPlatform

GOOD, BAD = "aa" * 32, "bb" * 32
CHECK = (
    "check Api Root (http or https, host, port, prefix), and the proxy, firewall or login page before VMRay"
)


@pytest.mark.parametrize(
    ("fault", "times", "why"),
    [
        ({"kind": "status", "status": 502}, 4, "VMRay returned HTTP 502 (4 attempts)"),
        (
            {"kind": "html"},
            4,
            f"the response was not from VMRay: a web page with HTTP 200 (4 attempts); {CHECK}",
        ),
        ({"kind": "truncated_json"}, 4, "VMRay's response was incomplete or not JSON (4 attempts)"),
        ({"kind": "data_null"}, 4, "VMRay's response does not contain the requested data (4 attempts)"),
        (
            {"kind": "reset_mid_body"},
            4,
            "the connection to VMRay was lost before the response was complete (4 attempts)",
        ),
        (
            {"kind": "result_error", "error_msg": "Database is\nlocked"},
            1,
            "VMRay rejected the request: Database is locked",
        ),
        (
            {"kind": "status", "status": 400, "body": "oops"},
            1,
            f"the response was not from VMRay: another text with HTTP 400; {CHECK}",
        ),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else None,
)
def test_a_fault_of_one_entity_does_not_affect_the_other(
    lab: Lab, fault: dict[str, Any], times: int, why: str
) -> None:
    """Transient faults are retried. A persistent fault is named with its entity, the other is enriched."""
    sample = lab.vmray.control.add_sample(sha256=GOOD)
    lab.vmray.control.inject({"path": f"/rest/sample/sha256/{BAD}"}, fault, times)
    lab.hashes(BAD, GOOD)
    good, bad = GOOD.upper(), BAD.upper()

    run = lab.run("Scan Hash")

    assert outcome(run) == completed(
        f"{ENRICHED}{good}\n{NOT_ENRICHED}{bad}{details(f'{bad}: {why}')}",
        value=True,
        json_result=[{"Entity": good, "EntityResult": entity_result(sample)}],
        tables={good: sample_table(sample)},
    )
    assert lab.flags() == {bad: (False, False), good: (True, True)}


def test_transient_faults_do_not_change_the_output(lab: Lab) -> None:
    """A server error, a 429 and a reset connection, one after the other, do not change the output."""
    lab.vmray.control.add_sample(sha256=GOOD)
    for fault in (
        {"kind": "status", "status": 503},
        {"kind": "throttle", "retry_after": "0"},
        {"kind": "reset_before"},
    ):
        lab.vmray.control.inject({"path": "/rest/sample/sha256/*"}, fault)
    lab.hashes(GOOD)

    run = lab.run("Scan Hash")

    assert run.message == f"{ENRICHED}{GOOD.upper()}"


def test_a_key_of_digits_changes_no_number_in_the_results(secops: LocalPlatform) -> None:
    """A number that contains the digits of the API key stays unchanged in the JSON result."""
    with EmbeddedEmulator(api_key="912345", lifecycle="immediate") as vmray:
        lab = Lab(vmray, secops)
        vmray.control.add_sample(sha256=GOOD, sample_filesize=19_123_456)
        lab.hashes(GOOD)

        run = lab.run("Scan Hash")

    assert run.message == f"{ENRICHED}{GOOD.upper()}"
    assert run.json_result[0]["EntityResult"]["sample_filesize"] == 19_123_456


def test_a_run_without_a_response_ends_before_its_deadline(lab: Lab) -> None:
    """Without a response before the deadline, the action ends by itself and names the entity."""
    lab.vmray.control.inject({"path": "/rest/sample/sha256/*"}, {"kind": "stall", "seconds": 60.0})
    lab.hashes(BAD)

    run = lab.run("Scan Hash", script_timeout=12.0)

    assert (run.state.value, run.result_value) == ("completed", False)
    assert run.message.startswith(
        f"{NONE_ENRICHED}\n\nDetails:\n{BAD.upper()}: VMRay did not respond within "
    )


def test_a_result_that_is_too_large_is_reduced_with_a_note(lab: Lab) -> None:
    """A result above the size limit is reduced. Each entity and each verdict stays."""
    hashes = lab.vmray.control.add_known_samples(12, iocs_per_type=60)
    lab.hashes(*hashes)
    entities = [each.upper() for each in hashes]

    run = lab.run("Scan Hash", {"Max IOCs To Return": "60"}, max_json_result_size=1)

    assert [each["Entity"] for each in run.json_result] == entities
    assert {each["EntityResult"]["sample_verdict"] for each in run.json_result} == {"malicious"}
    assert {each["EntityResult"]["iocs"]["domains"][0]["verdict"] for each in run.json_result} == {
        "malicious"
    }
    listed = "\n".join(entities)
    left_out = "omitted: the tables of IOCs and threat indicators, all but the 10 worst IOCs per type"
    where = "full report in VMRay, see sample_webif_url"
    assert run.message == f"{ENRICHED}{listed}" + details(
        f"Result: result exceeds the platform's size limit; {left_out}; {where}"
    )
    assert set(run.tables) == set(entities)
    assert [enriched for enriched, _ in lab.flags().values()] == [True] * 12
