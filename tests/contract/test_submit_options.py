"""Fields of `POST /sample/submit` that control what it costs, where it runs and what it may open."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.contract.servers import PROGRAM

from vmray_emulator.zipcrypto import encrypted_zip

if TYPE_CHECKING:
    from tests.contract.servers import Json
    from tests.contract.situations import Situation

ENDPOINT = "POST /sample/submit"
DOCUMENT = "OpenAPI document 2026.2.1"
TEXTS = "refusals are in `errors`; their texts are not known"
PASSWORD = "Tr0ub4dor&3"


def submit(situation: Situation, name: str = "options.exe", content: bytes = PROGRAM, **form: Any) -> Json:
    """Submit a file that the emulator does not know."""
    return situation.server.submit(content, name, **form)


@pytest.mark.documented(DOCUMENT, endpoint=ENDPOINT)
@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("shareable", "true", True),
        ("shareable", "false", False),
        ("analyzer_mode", "static", "static"),
        ("analysis_caching", "smart", "smart"),
        ("archive_action", "compound_sample", "compound_sample"),
        ("max_recursive_samples", "7", "7"),
    ],
)
def test_settings_of_a_submission_can_be_read_back(
    situation: Situation, name: str, value: str, field: object
) -> None:
    """The settings that a submission was made with are fields of it."""
    form: dict[str, Any] = {name: value}
    number = submit(situation, **form)["submissions"][0]["submission_id"]
    submission = situation.server.get(f"/submission/{number}").data
    kept = submission.get(f"submission_{name}", submission.get(f"submission_analyzer_mode_{name}"))
    assert kept == field


@pytest.mark.documented(DOCUMENT, endpoint=ENDPOINT)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("shareable", "perhaps"),
        ("analyzer_mode", "thorough"),
        ("analysis_caching", "maybe"),
        ("archive_action", "burn"),
        ("max_recursive_samples", "many"),
        ("max_jobs", "0"),
        ("max_jobs", "101"),
        ("user_config", "[]"),
        ("user_config", '{"net_scheme_name": 1}'),
        ("jobrule_entries", '"exe"'),
    ],
)
def test_a_value_that_is_not_allowed_is_400(situation: Situation, name: str, value: str) -> None:
    """A field with another value than the documented ones is 400, and nothing is stored."""
    files = {"sample_file": ("bad.exe", PROGRAM)}
    assert situation.server.post("/sample/submit", {name: value}, files=files).error[0] == 400
    assert situation.control.counts()["submissions"] == 0


@pytest.mark.documented(f"{DOCUMENT}; Cortex XSOAR pack VMRay", endpoint=ENDPOINT)
def test_max_jobs_limits_the_analyses(situation: Situation) -> None:
    """`max_jobs` is the maximum number of analysis jobs. It limits the consumption of quota."""
    situation.control.configure(quota_unit="job")
    data = submit(situation, max_jobs="1")
    (submission,) = data["submissions"]
    assert len(data["jobs"] + data["static_jobs"]) == 1
    number = submission["submission_id"]
    assert situation.server.get(f"/submission/{number}").data["submission_consumed_quota"] == 1
    assert len(situation.server.get(f"/analysis/submission/{number}").data) == 1


@pytest.mark.documented(DOCUMENT, endpoint=ENDPOINT)
def test_a_network_scheme_is_chosen_by_name(situation: Situation) -> None:
    """`user_config` is a JSON object. Its `net_scheme_name` is one of the names of `/net_scheme`."""
    names = [one["net_scheme_name"] for one in situation.server.get("/net_scheme").data]
    for name in names:
        config = json.dumps({"net_scheme_name": name, "timeout": 180})
        assert len(submit(situation, user_config=config)["submissions"]) == 1


@pytest.mark.inferred(TEXTS, endpoint=ENDPOINT)
@pytest.mark.parametrize("is_url", [False, True])
def test_an_unknown_network_scheme_is_an_error(situation: Situation, is_url: bool) -> None:  # noqa: FBT001 - a case of the table
    """A network scheme that does not exist is in `errors`, and nothing is stored."""
    form: dict[str, Any] = {"user_config": json.dumps({"net_scheme_name": "Atlantis (VPN)"})}
    if is_url:
        data = situation.server.post("/sample/submit", {"sample_url": "http://a.example", **form}).data
    else:
        data = submit(situation, **form)
    assert data["submissions"] == []
    assert "Atlantis (VPN)" in data["errors"][0]["error_msg"]


@pytest.mark.documented(DOCUMENT, endpoint=ENDPOINT)
def test_jobrules_are_accepted(situation: Situation) -> None:
    """`jobrule_entries` is a JSON list of signatures, or an object of lists by sample type."""
    for value in ('["exe"]', '{"Windows Exe (x86-64)": ["exe"]}'):
        assert len(submit(situation, jobrule_entries=value)["submissions"]) == 1


@pytest.mark.documented(DOCUMENT, endpoint=ENDPOINT)
def test_a_sample_type_can_be_forced(situation: Situation) -> None:
    """`sample_type` decides the type of the sample, and with it where the sample runs."""
    data = submit(situation, content=b"#!/bin/sh\n", sample_type="Linux ELF Executable (x86-64)")
    assert data["samples"][0]["sample_type"] == "Linux ELF Executable (x86-64)"
    assert data["jobs"][0]["job_vm_name"] == "ubuntu_22_64"
    again = submit(situation, content=b"#!/bin/sh\n", sample_type="Python Script")
    assert again["samples"][0]["sample_type"] == "Python Script"


@pytest.mark.documented(f"{DOCUMENT}: ignored for compound samples", endpoint=ENDPOINT)
def test_a_sample_type_is_ignored_for_compound_samples(situation: Situation) -> None:
    """The type of a compound sample cannot be forced."""
    content = encrypted_zip({"a.exe": PROGRAM}, "infected")
    form = {"archive_action": "compound_sample", "sample_type": "PDF Document"}
    (sample,) = submit(situation, "two.zip", content, **form)["samples"]
    assert (sample["sample_type"], sample["sample_is_multipart"]) == ("Archive", True)


@pytest.mark.documented("Cortex XSOAR pack VMRay (`reanalyze`)", endpoint=ENDPOINT)
def test_reanalyze_overrides_the_caching_mode_legacy(situation: Situation) -> None:
    """With caching "legacy", `reanalyze=true` stores a known sample again."""
    situation.control.load_scenario("not-stored")
    assert submit(situation)["errors"] == []
    assert submit(situation)["submissions"] == []
    again = submit(situation, reanalyze="true")
    assert (len(again["submissions"]), again["errors"]) == (1, [])
    assert again["jobs"]


@pytest.mark.inferred(TEXTS, endpoint=ENDPOINT)
@pytest.mark.parametrize("action", ["sample", "compound_sample", "separate_samples"])
def test_an_archive_with_an_uncommon_password_needs_it(situation: Situation, action: str) -> None:
    """An encrypted archive with an uncommon password is refused in `errors`, unless the password is given."""
    content = encrypted_zip({"a.exe": PROGRAM}, PASSWORD)
    for wrong in ({}, {"archive_password": "wrong"}):
        data = submit(situation, "locked.zip", content, archive_action=action, **wrong)
        assert data["submissions"] == []
        assert "password" in data["errors"][0]["error_msg"]
    data = submit(situation, "locked.zip", content, archive_action=action, archive_password=PASSWORD)
    assert (len(data["submissions"]), data["errors"]) == (1, [])


@pytest.mark.documented(f"{DOCUMENT}: only uncommon passwords are needed", endpoint=ENDPOINT)
def test_a_common_password_is_not_needed(situation: Situation) -> None:
    """An archive with the password `infected` is opened without it."""
    content = encrypted_zip({"a.exe": PROGRAM}, "infected")
    data = submit(situation, "common.zip", content, archive_action="separate_samples")
    assert [one["submission_filename"] for one in data["submissions"]] == ["a.exe"]


@pytest.mark.inferred(TEXTS, endpoint=ENDPOINT)
def test_a_document_with_a_password_needs_it(situation: Situation) -> None:
    """A document with a password is refused in `errors`, unless the password is given."""
    situation.control.configure(document_passwords=[["*.docx", PASSWORD]])
    for wrong in ({}, {"document_password": "wrong"}):
        data = submit(situation, "letter.docx", b"PK letter", **wrong)
        assert data["submissions"] == []
        assert "password" in data["errors"][0]["error_msg"]
    data = submit(situation, "letter.docx", b"PK letter", document_password=PASSWORD)
    assert data["samples"][0]["sample_id"] == data["submissions"][0]["submission_sample_id"]
    number = data["samples"][0]["sample_id"]
    assert situation.server.get(f"/sample/{number}").data["sample_password_protected"] is True


@pytest.mark.inferred("a server does not show secrets", endpoint="GET /submission/{id}")
def test_a_password_is_never_returned(situation: Situation) -> None:
    """No object and no response has a password that was given."""
    form: dict[str, Any] = {"archive_password": PASSWORD, "document_password": PASSWORD}
    situation.control.set_lifecycle("manual")
    assert PASSWORD not in json.dumps(submit(situation, **form))
    kinds = ("sample", "submission", "job", "analysis", "reputation_job")
    running = [situation.server.get(f"/{kind}").content.decode() for kind in kinds]
    situation.control.finish_all()
    finished = [situation.server.get(f"/{kind}").content.decode() for kind in kinds]
    assert not any(PASSWORD in text for text in running + finished)
    assert any("document_password" in text for text in finished)
