"""Which texts the recorder replaces as secrets, and which it keeps."""

from __future__ import annotations

from typing import Any

import pytest
from tools.record.scrub import LeakError, Scrubber

KEY = "KEY-0123456789"
ROOT = "https://vmray.bank.test:8443"


def scrubbed(body: dict[str, Any], root: str = ROOT, key: str = KEY) -> dict[str, Any]:
    """Return one body after scrubbing."""
    result: dict[str, Any] = Scrubber(root, key).scrub({"one": body})["one"]
    return result


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"x{KEY}", KEY),
        (f"{KEY}x{KEY.lower()}7", KEY),
        ("jane.doe%40bank.test", "jane.doe"),
        ("mailto%3Ajane%2Edoe%40bank.test%3Fx", "bank.test"),
        ("éjane.doe@bank.testé", "jane.doe"),
        ("https%3A%2F%2Fvmray.bank.test%3A8443%2Fuser", "bank.test"),
        ("q=%2FAcme%20GmbH", "Acme"),
        ("owner=acme+gmbh&x", "acme"),
    ],
)
def test_secrets_are_found_inside_words_and_encoded(text: str, secret: str) -> None:
    """Keys and e-mail addresses are replaced inside words too; all secrets also in percent-encoded form."""
    body = {"k": text, "user_account_name": "Acme GmbH", "user_email": "jane.doe@bank.test"}
    assert secret.lower() not in scrubbed(body)["k"].lower()


def test_an_address_that_occurs_only_encoded_is_replaced() -> None:
    """No other response needs to contain the plain address."""
    assert scrubbed({"link": "https://x.test/?to=jane.doe%40bank.test"})["link"] == (
        "https://x.test/?to=user-1@scrubbed.example"
    )


def test_a_short_secret_does_not_change_words_of_the_server() -> None:
    """Verdicts, severities and states stay, even if the host or an account has the same name."""
    words = {
        "analysis_analyzer_name": "vmray", "sample_verdict": "malicious", "sample_severity": "malicious",
        "submission_status": "user", "result": "malicious", "classifications": ["malicious", "vmray"],
        "analysis_ioc_aggregation_state": "malicious",
    }  # fmt: skip  # a row of the table is a line
    body = {**words, "user_name": "malicious", "text": "malicious on vmray"}
    done = scrubbed(body, root="https://vmray")
    assert {name: done[name] for name in words} == words
    assert done["text"] == "account-1 on host-1.scrubbed.example"


def test_a_key_is_replaced_in_words_of_the_server() -> None:
    """No word of the server is as long as a key."""
    assert scrubbed({"result": KEY, "sample_verdict": "jane@bank.test"}) == {
        "result": "api-key-1", "sample_verdict": "user-1@scrubbed.example",
    }  # fmt: skip  # a row of the table is a line


@pytest.mark.parametrize("name", ["user", "account", "api", "machine", "example", "text", "sample"])
def test_an_account_may_have_the_name_of_a_pseudonym_or_a_field(name: str) -> None:
    """Given such a name, the recording is not rejected because of words of the recorder or the server."""
    body = {"sample": {"user_account_name": name, "user_email": "a@b.test", "comment": "c", "k": KEY}}
    assert scrubbed(body, root="https://host")["sample"]["user_account_name"] == "account-1"


@pytest.mark.parametrize("field", [f"x{KEY}", "vmray.bank.test", "jane@bank.test"])
def test_a_secret_in_the_name_of_a_field_is_a_leak(field: str) -> None:
    """Field names are not replaced, so the scrubber raises an error instead."""
    with pytest.raises(LeakError, match=r"^one: a secret would be written$"):
        scrubbed({"user_email": "jane@bank.test", "rows": [{field: None}]})


def test_ids_in_addresses_and_in_fields_have_equal_replacements() -> None:
    """Ids of samples, submissions, analyses and jobs are equal in fields, paths and encoded addresses."""
    body = {
        "sample_id": 900, "submission_id": 901, "analysis_id": 902, "job_id": 903, "other_sample_id": 904,
        "links": [
            "/rest/submission/901/iocs", "/rest/analysis/submission/901", "/job/903", "/jobs/903",
            "/analyses/902", "/user/analysis/view?id=902&sub=%2Freport", "/user/sample/view?id=904",
            "https%3A%2F%2Fx.test%2Fsamples%2F904",
        ],
    }  # fmt: skip  # a row of the table is a line
    assert scrubbed(body)["links"] == [
        "/rest/submission/1/iocs", "/rest/analysis/submission/1", "/job/1", "/jobs/1",
        "/analyses/1", "/user/analysis/view?id=1&sub=%2Freport", "/user/sample/view?id=2",
        "https%3A%2F%2Fx.test%2Fsamples%2F2",
    ]  # fmt: skip  # a row of the table is a line


def test_known_ids_are_replaced_in_messages() -> None:
    """Given a number in a message, it is replaced if it is an id elsewhere; numbers in IOCs stay."""
    body = {
        "submission_sample_id": 900,
        "errors": [{"error_msg": "Sample 900, see /sample/900: no 901, not 900.5 nor v900. Ask for 900."}],
        "ioc": "cmd /c 900",
    }
    done = scrubbed(body)
    assert done["errors"][0]["error_msg"] == "Sample 1, see /sample/1: no 901, not 900.5 nor v900. Ask for 1."
    assert done["ioc"] == "cmd /c 900"
