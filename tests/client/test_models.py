"""VMRay's objects: the fields that decisions use, in the forms of old and new servers."""

from __future__ import annotations

from typing import Any

import pytest
from tests.client.vmray_objects import submission, submission_object

from vm_ray.core.api.vmray_models import (
    Aggregate,
    Analysis,
    Sample,
    SubmitResponse,
    best_sample,
    newest_submission,
    objects,
    texts,
)
from vm_ray.core.api.vmray_request_errors import InvalidResponseError
from vm_ray.core.api.vmray_verdicts import VERDICTS, Verdict, verdict_of, worst

NOT_STORED = "Submission not stored because no jobs were created"


@pytest.mark.parametrize("value", [None, 7, "x", {"a": 1}, [None, 1, "x", []]])
def test_a_list_of_objects_may_be_anything(value: object) -> None:
    """Given null or values that are no objects, then the list is empty."""
    assert objects(value) == []


@pytest.mark.parametrize(
    ("value", "read"), [(None, []), ("a", ["a"]), (["a", None, 1], ["a", "1"]), ({}, []), (5, [])]
)
def test_a_list_of_texts_may_be_null_or_one_text(value: object, read: list[str]) -> None:
    """Given null, which old servers send for an empty list, or one text, then it is a list of texts."""
    assert texts(value) == read


@pytest.mark.parametrize("wrong", [None, True, "x", "", "9" * 5000, -1, 1.5])
def test_an_id_is_required(wrong: object) -> None:
    """Given a missing or invalid id, then the response is invalid, because requests need the id."""
    with pytest.raises(InvalidResponseError, match="VMRay's response does not contain sample_id"):
        Sample.from_json({"sample_id": wrong})


def test_an_id_may_be_a_text_of_digits() -> None:
    """Given digits as a text, which some responses contain, then it is the id."""
    assert Sample.from_json({"sample_id": "17"}).sample_id == 17


def test_a_sample_keeps_the_whole_object() -> None:
    """Given unknown fields, then they are kept."""
    raw = {"sample_id": 1, "sample_new": {"a": 1}}
    assert Sample.from_json(raw).raw is raw


@pytest.mark.parametrize(
    ("item", "verdict"),
    [
        ({"sample_verdict": "malicious"}, Verdict.MALICIOUS),
        ({"sample_verdict": "Suspicious"}, Verdict.SUSPICIOUS),
        ({"sample_verdict": "clean", "sample_severity": "malicious"}, Verdict.CLEAN),
        ({"sample_verdict": "not_available"}, Verdict.NONE),
        ({"sample_verdict": None, "sample_severity": "malicious"}, Verdict.NONE),
        ({"sample_verdict": ""}, Verdict.NONE),
        ({"sample_verdict": " Malicious\u200b "}, Verdict.MALICIOUS),
        ({"sample_severity": "blacklisted"}, Verdict.MALICIOUS),
        ({"sample_severity": "malicious"}, Verdict.MALICIOUS),
        ({"sample_severity": "suspicious"}, Verdict.SUSPICIOUS),
        ({"sample_severity": "not_suspicious"}, Verdict.CLEAN),
        ({"sample_severity": "whitelisted"}, Verdict.CLEAN),
        ({"sample_severity": "unknown"}, Verdict.NONE),
        ({"sample_severity": "error"}, Verdict.NONE),
        ({"sample_severity": None}, Verdict.NONE),
        ({}, Verdict.NONE),
    ],
)
def test_the_verdict_or_before_4_0_the_severity(item: dict[str, Any], verdict: Verdict) -> None:
    """Given the field of the verdict, then it is used; the severity is used only if this field is missing."""
    assert verdict_of(item, "sample_") is verdict


@pytest.mark.parametrize(
    ("item", "value", "rating"),
    [
        ({"verdict": "high_risk"}, "high_risk", "unrecognized"),
        ({"verdict": "Brand-New", "severity": "unknown"}, "Brand-New", "unrecognized"),
        ({"verdict": "unrecognized"}, "unrecognized", "unrecognized"),
        ({"verdict": 5}, "5", "unrecognized"),
        ({"verdict": False}, "false", "unrecognized"),
        ({"verdict": ["malicious"]}, '["malicious"]', "unrecognized"),
        ({"verdict": {"level": 4}}, '{"level": 4}', "unrecognized"),
        ({"verdict": "a\nb" + "c" * 100}, "a b" + "c" * 56 + "…", "unrecognized"),
        ({"verdict": "high_risk", "severity": "malicious"}, "high_risk", "malicious"),
        ({"verdict": "high_risk", "severity": "blacklisted"}, "high_risk", "malicious"),
        ({"verdict": "harmless", "severity": "not_suspicious"}, "harmless", "clean"),
        ({"severity": "critical"}, "critical", "unrecognized"),
    ],
)
def test_a_verdict_that_is_not_known_keeps_its_word(item: dict[str, Any], value: str, rating: str) -> None:
    """Given a word of another version, then the word stays; a known severity decides about its rank."""
    verdict = verdict_of(item)

    assert (verdict.value, verdict.word, verdict.rating) == (value, value, rating)
    assert not verdict.is_recognized
    assert verdict.is_suspicious is (rating == "malicious")
    assert f'does not know VMRay\'s verdict "{value}"' in verdict.note


def test_the_order_of_verdicts() -> None:
    """The order is malicious, suspicious, one that is not known, clean, none; of no verdicts, none."""
    every = [*VERDICTS, Verdict("high_risk")]
    assert [each.value for each in sorted(every, key=lambda each: each.rank)] == [
        *("malicious", "suspicious", "high_risk", "clean", "none")
    ]
    assert worst([Verdict.CLEAN, Verdict.NONE, Verdict.SUSPICIOUS]) is Verdict.SUSPICIOUS
    assert worst([]) is Verdict.NONE
    assert [each.is_suspicious for each in every] == [True, True, False, False, False]
    assert [each.note for each in VERDICTS] == ["", "", "", ""]


def sample(number: int, verdict: str | None, created: str | None) -> Sample:
    """Return a sample."""
    return Sample.from_json({"sample_id": number, "sample_verdict": verdict, "sample_created": created})


@pytest.mark.parametrize(
    ("samples", "chosen"),
    [
        ([], None),
        ([sample(1, None, "2026-01-02"), sample(2, "clean", "2026-01-01")], 2),
        ([sample(1, "suspicious", "2026-01-02"), sample(2, "malicious", "2026-01-01")], 2),
        ([sample(1, "clean", "2026-01-01"), sample(2, "clean", "2026-01-02")], 2),
        ([sample(1, "clean", "2026-01-02T03:00:00"), sample(2, "clean", "2026-01-02T02:59:59")], 1),
        ([sample(1, "clean", None), sample(2, "clean", "2026-01-01")], 2),
        ([sample(1, "clean", None), sample(2, "clean", None)], 2),
    ],
)
def test_the_best_sample_is_independent_of_the_order(samples: list[Sample], chosen: int | None) -> None:
    """The best sample has the worst verdict (none last), then the newest date, then the highest id."""
    for order in (samples, samples[::-1]):
        best = best_sample(order)
        assert (best.sample_id if best else None) == chosen


def test_the_newest_submission_is_independent_of_the_order() -> None:
    """Given any order of the list, which VMRay does not document, then the newest is found by its date."""
    found = [submission(7, created="2026-01-02"), submission(9, created="2026-01-01")]
    assert newest_submission(found) == newest_submission(found[::-1]) == found[0]
    assert newest_submission([]) is None


@pytest.mark.parametrize("value", [None, False, "true", 1])
def test_only_true_means_finished(value: object) -> None:
    """Given any value but true, then the submission is not finished."""
    assert not submission(1, finished=value).finished
    assert submission(1, finished=True).finished


def test_verdict_only_submissions_have_two_spellings() -> None:
    """Given the newer or the older field, then the submission is verdict-only."""
    assert submission(1, quota_type="verdict").verdict_only
    assert submission(1, billing_type="detector").verdict_only
    assert not submission(1, quota_type="report", billing_type="analyzer").verdict_only


def test_errors_of_children_count_as_errors() -> None:
    """Given errors of child submissions, then the submission has errors, so that the analyses are read."""
    assert submission(1, has_recursive_errors=True).has_errors
    assert not submission(1, has_errors=None).has_errors


@pytest.mark.parametrize("code", [0, 7340034, None, "1", True])
def test_an_analysis_succeeded_with_code_one_only(code: object) -> None:
    """Given another code than 1, then the analysis is finished and has failed."""
    raw = {"analysis_id": 1, "analysis_result_code": code, "analysis_result_str": "Failed."}
    analysis = Analysis.from_json(raw)
    assert analysis.succeeded is (code == 1)
    assert analysis.result == f"Failed ({code})"


@pytest.mark.parametrize(
    ("errors", "samples", "known", "refusals"),
    [
        ([("a", NOT_STORED)], [("a", 1)], [1], []),
        ([("", "submission NOT STORED")], [("", 1)], [1], []),
        ([("a", NOT_STORED)], [], [], [("a", NOT_STORED)]),
        ([("a", "Quota exceeded")], [("a", 1)], [], [("a", "Quota exceeded")]),
        ([("a", NOT_STORED), ("b", NOT_STORED)], [("b", 2), ("a", 1)], [2, 1], []),
        ([("a", NOT_STORED), ("b", "Bad type")], [("b", 2), ("a", 1)], [1], [("b", "Bad type")]),
        ([("a", NOT_STORED)], [("c", 3), ("a", 1)], [1], []),
        ([("a", NOT_STORED)], [("a", 3)], [], [("a", NOT_STORED)]),
        ([], [("a", 1)], [], []),
    ],
)
def test_known_samples_of_a_submit_response(
    errors: list[tuple[str, str]],
    samples: list[tuple[str, int]],
    known: list[int],
    refusals: list[tuple[str, str]],
) -> None:
    """Known samples are found by file name: rejected samples are listed too. Sample 3 has a submission."""
    response = SubmitResponse.from_json(
        {
            "errors": [{"submission_filename": name, "error_msg": why} for name, why in errors],
            "samples": [{"submission_filename": name, "sample_id": number} for name, number in samples],
            "submissions": [submission_object(7, 3)],
        }
    )
    assert (list(response.known_sample_ids), list(response.errors)) == (known, refusals)


@pytest.mark.parametrize(
    ("named", "reasons", "known"),
    [("x.url", [NOT_STORED], [1]), ("a_b.exe", [NOT_STORED] * 2, [1]), ("x", [NOT_STORED, "Bad type"], [])],
)
def test_no_name_is_needed_if_everything_is_known(named: str, reasons: list[str], known: list[int]) -> None:
    """Given errors that all mean "known", then no name is needed: servers change names of URLs and files."""
    errors = [{"submission_filename": None, "error_msg": why} for why in reasons]
    samples = [{"submission_filename": named, "sample_id": 1}]
    assert list(SubmitResponse.from_json({"errors": errors, "samples": samples}).known_sample_ids) == known


@pytest.mark.parametrize(
    ("raw", "finished"),
    [({"status": "finished"}, True), ({}, True), ({"status": "waiting"}, False), ({"status": None}, True)],
)
def test_an_aggregate_is_finished_by_its_status(raw: dict[str, Any], *, finished: bool) -> None:
    """Given no status, then the collection is finished, which is the documented default."""
    assert Aggregate.from_json({**raw, "iocs": {"a": 1}}, "iocs") == Aggregate(finished, {"a": 1})


@pytest.mark.parametrize("parent", [6001, "6001"])
def test_the_id_of_the_parent_may_be_a_text(parent: object) -> None:
    """Given the parent's id as a text, then the child belongs to its parent."""
    assert submission(7, parent_submission_id=parent).parent_id == 6001
