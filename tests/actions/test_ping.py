"""Ping: one sentence for a usable configuration, or one sentence with the cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.lab import completed, failed, outcome
from tests.support.example import Example

if TYPE_CHECKING:
    from tests.actions.lab import Lab

OK = completed("Successfully tested connectivity.", value=True)

EXAMPLES = [Example(failure_sentence="Failed to test connectivity. Error is ")]


def test_a_working_connection_needs_one_request(lab: Lab) -> None:
    """Ping makes one small request that needs a valid key, and logs the two sentences for the hub."""
    run = lab.run("Ping")

    assert outcome(run) == OK
    assert lab.seen() == ["GET /rest/analysis?_limit=1"]
    assert (
        "Successfully connected to the VMRay server with the provided connection parameters!"
        in run.debug_output
    )
    assert lab.vmray.api_key not in f"{run.rounds}"


@pytest.mark.parametrize("ending", ["/", "/rest", "/rest/"])
def test_the_api_root_may_end_with_rest_or_a_slash(lab: Lab, ending: str) -> None:
    """The Api Root may end with a slash, with `/rest`, or with both."""
    lab.configure(Api_Root=lab.vmray.url + ending)

    assert outcome(lab.run("Ping")) == OK


def test_the_log_has_the_reason_of_a_failure(lab: Lab) -> None:
    """After a failure the log has the second required sentence, with the same reason as the message."""
    lab.configure(Api_Key="not-the-key-0123456789")

    run = lab.run("Ping")

    why = "VMRay rejected the API key (HTTP 401); check Api Key"
    assert outcome(run) == failed(f"Failed to test connectivity. Error is {why}")
    assert f"Failed to connect to the VMRay server! Error is {why}" in run.debug_output
    assert "not-the-key" not in f"{run.rounds}"


ADDRESS = "allowed: the address of a VMRay server, such as https://cloud.vmray.com."
KEY = "allowed: the API key of a VMRay user."


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"Api_Root": ""}, f'"Api Root" is empty; {ADDRESS}'),
        ({"Api_Root": "ftp://vmray.example"}, f'"Api Root" is not the address of a server; {ADDRESS}'),
        (
            {"Api_Root": "https://u:secret@vmray.test"},
            f'"Api Root" is not the address of a server; {ADDRESS}',
        ),
        ({"Api_Key": ""}, f'"Api Key" is empty; {KEY}'),
        ({"Api_Key": "abc\r\nX-Other: 1"}, f'"Api Key" has characters that no API key has; {KEY}'),
        (
            {"Verify_SSL": "perhaps"},
            '"Verify SSL" has the value "perhaps", which is neither true nor false; allowed: true, false.',
        ),
    ],
    ids=["no address", "another protocol", "a password in it", "no key", "a header in it", "no boolean"],
)
def test_a_wrong_configuration_is_rejected_before_any_request(
    lab: Lab, values: dict[str, str], why: str
) -> None:
    """The message names the setting and its allowed values, and no request is made."""
    lab.configure(**values)

    run = lab.run("Ping")

    assert outcome(run) == failed(f"Failed to test connectivity. Error is parameter {why}")
    assert lab.seen() == []
    assert "secret" not in f"{run.rounds}"
