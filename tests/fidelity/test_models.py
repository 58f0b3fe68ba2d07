"""Each attribute of the integration's models contains the value of the field that it is read from.

The objects come from the emulator and, if there are any, from captures. Other tests compare their structure.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from tests.contract.servers import PROGRAM, Server
from tests.fidelity.captures import OF_A_SAMPLE, emulated, sets

from vm_ray.core.api.vmray_models import Aggregate, Analysis, Sample, Submission, SubmitResponse
from vm_ray.core.api.vmray_verdicts import verdict_of
from vm_ray.core.results.vmray_unknown_values import score_of
from vmray_emulator import SERVER_VERSIONS, EmbeddedEmulator

Objects = dict[str, list[dict[str, Any]]]
LISTED = ("sample", "submission", "analysis")


@cache
def of_the_emulator(version: str) -> Objects:
    """Return responses of the emulator, including locked reports and rejected submits."""
    found = emulated(version)
    with EmbeddedEmulator(server_version=version) as emulator:
        server = Server(emulator.url, emulator.api_key)
        with server.session:
            emulator.control.configure(locked=True, max_recursive_samples=5)
            server.submit(PROGRAM, "emulate-dropper.exe", submission_metadata='{"ticket": 1}')
            emulator.control.configure(analysis_caching="legacy")
            found["submit"].append(server.submit(PROGRAM, "emulate-dropper.exe"))
            found["submit"].append(server.submit(b"x", "emulate-unsupported.bin"))
            for kind in LISTED:
                found[kind] += server.get(f"/{kind}").data
    return found


@pytest.fixture(params=[*sets(), *SERVER_VERSIONS])
def objects(request: pytest.FixtureRequest) -> Objects:
    """Return all objects of one server, captured or emulated, by kind."""
    if isinstance(request.param, str):
        return of_the_emulator(request.param)
    kinds = (*LISTED, *OF_A_SAMPLE, "submit")
    return {kind: request.param.objects(kind) for kind in kinds}


def word(raw: dict[str, Any], field: str) -> str:
    """Return the verdict of VMRay's field as the word of the integration."""
    verdict = raw[field]
    return verdict if verdict in ("malicious", "suspicious", "clean") else "none"


def test_a_sample_has_its_fields(objects: Objects) -> None:
    """The id, the verdict and the time are equal to VMRay's fields."""
    assert objects["sample"]
    for raw in objects["sample"]:
        model = Sample.from_json(raw)
        assert {**model._asdict(), "verdict": model.verdict.value} == {
            "sample_id": raw["sample_id"],
            "verdict": word(raw, "sample_verdict"),
            "created": raw["sample_created"],
            "raw": raw,
        }


def test_a_submission_has_its_fields(objects: Objects) -> None:
    """The ids, times, verdict, errors, purchase and metadata are equal to VMRay's fields."""
    assert objects["submission"]
    for raw in objects["submission"]:
        model = Submission.from_json(raw)
        assert {**model._asdict(), "verdict": model.verdict.value} == {
            "submission_id": raw["submission_id"],
            "sample_id": raw["submission_sample_id"],
            "finished": raw["submission_finished"],
            "finish_time": raw["submission_finish_time"] or "",
            "created": raw["submission_created"],
            "verdict": word(raw, "submission_verdict"),
            "has_errors": raw["submission_has_errors"] or raw["submission_has_recursive_errors"],
            "verdict_only": raw.get("submission_quota_type") == "verdict"
            or raw.get("submission_billing_type") == "detector",
            "parent_id": raw["submission_parent_submission_id"],
            "metadata": raw["submission_submission_metadata"],
            "raw": raw,
        }


@pytest.mark.parametrize(
    ("attribute", "field", "value"),
    [
        ("has_errors", "submission_has_errors", True),
        ("has_errors", "submission_has_recursive_errors", True),
        ("verdict_only", "submission_quota_type", "verdict"),
        ("verdict_only", "submission_billing_type", "detector"),
    ],
)
def test_one_of_two_fields_is_enough(objects: Objects, attribute: str, field: str, value: object) -> None:
    """Two fields exist for errors and for locked reports; a server may set only one of them."""
    others = {"submission_quota_type": "report", "submission_billing_type": "analyzer"}
    faultless = {"submission_has_errors": False, "submission_has_recursive_errors": False}
    for raw in objects["submission"]:
        assert getattr(Submission.from_json({**raw, **others, **faultless}), attribute) is False
        assert getattr(Submission.from_json({**raw, **others, **faultless, field: value}), attribute) is True


def test_an_analysis_has_its_fields(objects: Objects) -> None:
    """Verdict, machine, success, result with its code, and lock are equal to VMRay's fields."""
    assert objects["analysis"]
    for raw in objects["analysis"]:
        sentence = raw["analysis_result_str"].removesuffix(".")
        assert Analysis.from_json(raw)._asdict() == {
            "analysis_id": raw["analysis_id"],
            "sample_id": raw["analysis_sample_id"],
            "created": raw["analysis_created"],
            "analyzer": raw["analysis_analyzer_name"],
            "machine": raw.get("analysis_vm_name") or "",
            "verdict": verdict_of(raw, "analysis_"),
            "succeeded": raw["analysis_result_code"] == 1,
            "result": f"{sentence} ({raw['analysis_result_code']})",
            "locked": raw["analysis_lock_status"] != "unlocked",
            "raw": raw,
        }


def test_a_submit_response_has_its_fields(objects: Objects) -> None:
    """Submissions, known samples, and rejected items with the reason are equal to VMRay's fields."""
    if not objects["submit"]:
        pytest.skip("no response to a submit among these captures")
    for raw in objects["submit"]:
        new = {item["submission_sample_id"] for item in raw["submissions"]}
        cached = [item["error_msg"].startswith("Submission not stored") for item in raw["errors"]]
        assert SubmitResponse.from_json(raw)._asdict() == {
            "submissions": tuple(map(Submission.from_json, raw["submissions"])),
            "known_sample_ids": tuple(
                one["sample_id"] for one in raw["samples"] if one["sample_id"] not in new
            )
            if any(cached)
            else (),
            "errors": tuple(
                (item["submission_filename"], item["error_msg"])
                for item, is_cached in zip(raw["errors"], cached, strict=True)
                if not is_cached
            ),
        }


def test_iocs_and_threat_indicators_are_unchanged(objects: Objects) -> None:
    """The objects are VMRay's own, complete, each with a verdict or a score."""
    for kind, field in (("iocs", "iocs"), ("vtis", "threat_indicators")):
        assert objects[kind]
        for raw in objects[kind]:
            finished = raw.get("status", "finished") == "finished"
            assert Aggregate.from_json(raw, field)._asdict() == {"finished": finished, "content": raw[field]}
    for raw in objects["iocs"]:
        for ioc in (one for listed in raw["iocs"].values() for one in listed):
            assert verdict_of(ioc).value == word(ioc, "verdict")
    for raw in objects["vtis"]:
        assert [score_of(one) for one in raw["threat_indicators"]] == [
            one["score"] for one in raw["threat_indicators"]
        ]


@pytest.mark.parametrize("version", SERVER_VERSIONS)
def test_the_emulated_objects_have_both_values_of_each_attribute(version: str) -> None:
    """Given failed, locked, recursive and rejected objects, no attribute always has the same value."""
    found = of_the_emulator(version)
    submissions = [Submission.from_json(raw) for raw in found["submission"]]
    analyses = [Analysis.from_json(raw) for raw in found["analysis"]]
    submits = [SubmitResponse.from_json(raw) for raw in found["submit"]]
    for values in (
        {one.has_errors for one in submissions},
        {one.verdict_only for one in submissions},
        {one.parent_id is None for one in submissions},
        {one.metadata == '{"ticket": 1}' for one in submissions},
        {one.succeeded for one in analyses},
        {one.locked for one in analyses},
        {bool(one.known_sample_ids) for one in submits},
        {bool(one.errors) for one in submits},
    ):
        assert values == {False, True}
