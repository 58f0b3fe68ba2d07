"""What the recorder takes for a secret, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest
from tools.record.scrub import LeakError, Scrubber

KEY = "KEY-0123456789"
ROOT = "https://vmray.bank.test:8443"


def scrubbed(body: dict[str, Any], root: str = ROOT, key: str = KEY) -> dict[str, Any]:
    """One body, scrubbed."""
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
    """Keys and e-mail addresses are replaced inside words too, and everything in its percent-encoded form."""
    body = {"k": text, "user_account_name": "Acme GmbH", "user_email": "jane.doe@bank.test"}
    assert secret.lower() not in scrubbed(body)["k"].lower()


def test_an_address_that_only_stands_encoded_is_found() -> None:
    """No other response has to show the address as it is."""
    assert scrubbed({"link": "https://x.test/?to=jane.doe%40bank.test"})["link"] == (
        "https://x.test/?to=user-1@scrubbed.example"
    )


def test_a_short_secret_changes_no_words_of_the_server() -> None:
    """Verdicts, severities, states and the like stay, whatever the host and an account are called."""
    words = {
        "analysis_analyzer_name": "vmray", "sample_verdict": "malicious", "sample_severity": "malicious",
        "submission_status": "user", "result": "malicious", "classifications": ["malicious", "vmray"],
        "analysis_ioc_aggregation_state": "malicious",
    }  # fmt: skip  # a row of the table is a line
    body = {**words, "user_name": "malicious", "text": "malicious on vmray"}
    done = scrubbed(body, root="https://vmray")
    assert {name: done[name] for name in words} == words
    assert done["text"] == "account-1 on host-1.scrubbed.example"


def test_a_key_is_replaced_even_there() -> None:
    """No word of the server is as long as a key."""
    assert scrubbed({"result": KEY, "sample_verdict": "jane@bank.test"}) == {
        "result": "api-key-1", "sample_verdict": "user-1@scrubbed.example",
    }  # fmt: skip  # a row of the table is a line


@pytest.mark.parametrize("name", ["user", "account", "api", "machine", "example", "text", "sample"])
def test_an_account_may_be_called_like_a_pseudonym_or_a_field(name: str) -> None:
    """The recording is not refused because of words that the recorder or the server brought in."""
    body = {"sample": {"user_account_name": name, "user_email": "a@b.test", "comment": "c", "k": KEY}}
    assert scrubbed(body, root="https://host")["sample"]["user_account_name"] == "account-1"


@pytest.mark.parametrize("field", [f"x{KEY}", "vmray.bank.test", "jane@bank.test"])
def test_a_secret_in_the_name_of_a_field_is_a_leak(field: str) -> None:
    """Names of fields are not replaced, so that nothing is written then."""
    with pytest.raises(LeakError, match=r"^one: a secret would be written$"):
        scrubbed({"user_email": "jane@bank.test", "rows": [{field: None}]})


def test_ids_in_addresses_are_those_of_the_fields() -> None:
    """Samples, submissions, analyses and jobs are numbered alike in fields, paths and encoded addresses."""
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
    """A number in a message that is an id somewhere is replaced; others, and those in IOCs, stay."""
    body = {
        "submission_sample_id": 900,
        "errors": [{"error_msg": "Sample 900, see /sample/900: no 901, not 900.5 nor v900. Ask for 900."}],
        "ioc": "cmd /c 900",
    }
    done = scrubbed(body)
    assert done["errors"][0]["error_msg"] == "Sample 1, see /sample/1: no 901, not 900.5 nor v900. Ask for 1."
    assert done["ioc"] == "cmd /c 900"
