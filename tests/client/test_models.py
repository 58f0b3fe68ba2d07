"""VMRay's objects: the few facts that are decided on, through all quirks of servers old and new."""

from __future__ import annotations

from typing import Any

import pytest
from tests.client.wording import submission, submission_object

from vm_ray.core.api.vmray_errors import InvalidResponseError
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
from vm_ray.core.api.vmray_verdicts import Verdict, verdict_of, worst

NOT_STORED = "Submission not stored because no jobs were created"


@pytest.mark.parametrize("value", [None, 7, "x", {"a": 1}, [None, 1, "x", []]])
def test_a_list_of_objects_may_be_anything(value: object) -> None:
    """Null, absent and foreign values count as nothing."""
    assert objects(value) == []


@pytest.mark.parametrize(
    ("value", "read"), [(None, []), ("a", ["a"]), (["a", None, 1], ["a", "1"]), ({}, []), (5, [])]
)
def test_a_list_of_texts_may_be_null_or_one_text(value: object, read: list[str]) -> None:
    """Old servers send null for an empty list."""
    assert texts(value) == read


@pytest.mark.parametrize("wrong", [None, True, "x", "", "9" * 5000, -1, 1.5])
def test_an_id_must_be_there(wrong: object) -> None:
    """Without it nothing can be asked about the object."""
    with pytest.raises(InvalidResponseError, match="VMRay's response does not contain sample_id"):
        Sample.from_json({"sample_id": wrong})


def test_an_id_may_be_a_text_of_digits() -> None:
    """Some answers were seen with it."""
    assert Sample.from_json({"sample_id": "17"}).sample_id == 17


def test_a_sample_keeps_the_whole_object() -> None:
    """What is not known here is not lost."""
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
        ({"sample_verdict": "brand-new"}, Verdict.NONE),
        ({"sample_verdict": 5}, Verdict.NONE),
        ({"sample_severity": "blacklisted"}, Verdict.MALICIOUS),
        ({"sample_severity": "malicious"}, Verdict.MALICIOUS),
        ({"sample_severity": "suspicious"}, Verdict.SUSPICIOUS),
        ({"sample_severity": "not_suspicious"}, Verdict.CLEAN),
        ({"sample_severity": "whitelisted"}, Verdict.CLEAN),
        ({"sample_severity": "unknown"}, Verdict.NONE),
        ({"sample_severity": "error"}, Verdict.NONE),
        ({}, Verdict.NONE),
    ],
)
def test_the_verdict_and_before_4_0_the_severity(item: dict[str, Any], verdict: Verdict) -> None:
    """The severity counts only where the verdict's field is missing altogether."""
    assert verdict_of(item, "sample_") is verdict


def test_the_order_of_verdicts() -> None:
    """Malicious, suspicious, clean, none; no verdicts at all are none."""
    assert [each.rank for each in Verdict] == [0, 1, 2, 3]
    assert [each.value for each in Verdict] == ["malicious", "suspicious", "clean", "none"]
    assert worst([Verdict.CLEAN, Verdict.NONE, Verdict.SUSPICIOUS]) is Verdict.SUSPICIOUS
    assert worst([]) is Verdict.NONE
    assert [each.is_suspicious for each in Verdict] == [True, True, False, False]


def sample(number: int, verdict: str | None, created: str | None) -> Sample:
    """A sample."""
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
def test_one_sample_is_chosen_whatever_the_order(samples: list[Sample], chosen: int | None) -> None:
    """The worst verdict (any before none), then the newest, then the highest id."""
    for order in (samples, samples[::-1]):
        best = best_sample(order)
        assert (best.sample_id if best else None) == chosen


def test_the_newest_submission_whatever_the_order() -> None:
    """The order of VMRay's lists is not documented."""
    found = [submission(7, created="2026-01-02"), submission(9, created="2026-01-01")]
    assert newest_submission(found) == newest_submission(found[::-1]) == found[0]
    assert newest_submission([]) is None


@pytest.mark.parametrize("value", [None, False, "true", 1])
def test_only_true_means_finished(value: object) -> None:
    """Anything else is waited for."""
    assert not submission(1, finished=value).finished
    assert submission(1, finished=True).finished


def test_verdict_only_submissions_have_two_spellings() -> None:
    """The newer and the older name of the same thing."""
    assert submission(1, quota_type="verdict").verdict_only
    assert submission(1, billing_type="detector").verdict_only
    assert not submission(1, quota_type="report", billing_type="analyzer").verdict_only


def test_errors_of_children_count_as_errors() -> None:
    """Otherwise nobody would ask which analysis failed."""
    assert submission(1, has_recursive_errors=True).has_errors
    assert not submission(1, has_errors=None).has_errors


@pytest.mark.parametrize("code", [0, 7340034, None, "1", True])
def test_an_analysis_succeeded_with_code_one_only(code: object) -> None:
    """Finished is not successful."""
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
def test_which_samples_vmray_knew(
    errors: list[tuple[str, str]],
    samples: list[tuple[str, int]],
    known: list[int],
    refusals: list[tuple[str, str]],
) -> None:
    """Paired by file name, since refused samples are listed as well; sample 3 has a submission of its own."""
    answer = SubmitResponse.from_json(
        {
            "errors": [{"submission_filename": name, "error_msg": why} for name, why in errors],
            "samples": [{"submission_filename": name, "sample_id": number} for name, number in samples],
            "submissions": [submission_object(7, 3)],
        }
    )
    assert (list(answer.known_sample_ids), list(answer.errors)) == (known, refusals)


@pytest.mark.parametrize(
    ("named", "reasons", "known"),
    [("x.url", [NOT_STORED], [1]), ("a_b.exe", [NOT_STORED] * 2, [1]), ("x", [NOT_STORED, "Bad type"], [])],
)
def test_no_name_is_needed_where_all_of_it_is_known(named: str, reasons: list[str], known: list[int]) -> None:
    """A server names a URL's sample as it likes, and leaves out of file names what it does not allow."""
    errors = [{"submission_filename": None, "error_msg": why} for why in reasons]
    samples = [{"submission_filename": named, "sample_id": 1}]
    assert list(SubmitResponse.from_json({"errors": errors, "samples": samples}).known_sample_ids) == known


@pytest.mark.parametrize(
    ("raw", "finished"),
    [({"status": "finished"}, True), ({}, True), ({"status": "waiting"}, False), ({"status": None}, True)],
)
def test_collected_means_finished_in_vmrays_own_words(raw: dict[str, Any], *, finished: bool) -> None:
    """A missing status is the documented default."""
    assert Aggregate.from_json({**raw, "iocs": {"a": 1}}, "iocs") == Aggregate(finished, {"a": 1})


@pytest.mark.parametrize("parent", [6001, "6001"])
def test_the_submission_that_another_was_made_from_may_be_text(parent: object) -> None:
    """As all ids may: a child that is not recognised would be missing from its file."""
    assert submission(7, parent_submission_id=parent).parent_id == 6001
