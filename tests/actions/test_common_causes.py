"""Causes that concern everything: each action ends FAILED, at once, in its own documented sentence."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.actions.certificate import self_signed
from tests.actions.lab import Lab, failed, outcome

from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from secops_lab.host import ActionRun
    from secops_lab.platform import LocalPlatform

HASH = "c7" * 32


class Case(NamedTuple):
    """An action with input that needs VMRay.

    Attributes:
        parameters: Its parameters; `FILE` stands for a file that exists.
        sentence: What it says before the reason.
        empty: The JSON result of a failed run.
    """

    action: str
    parameters: dict[str, str]
    sentence: str
    empty: list[str] | None = None


CASES = [
    Case("Ping", {}, "Failed to test connectivity. Error is "),
    Case(
        "Add Tag to Submission",
        {"Submission ID": "6001", "Tag Name": "phish"},
        "Failed to add tag phish to submission 6001. Error is ",
    ),
    Case("Scan Hash", {}, 'Error executing action "Scan Hash". Reason: ', []),
    Case("Scan URL", {}, 'Error executing action "Scan URL". Reason: '),
    Case(
        "Upload File And Get Report",
        {"Sample File Path": "FILE"},
        'Error executing action "Upload File And Get Report". Reason: ',
    ),
]
ALL = pytest.mark.parametrize("case", CASES, ids=[case.action for case in CASES])


def run_case(lab: Lab, case: Case, folder: Path) -> ActionRun:
    """Run the action on a hash, a URL and a file."""
    file = folder / "invoice.exe"
    file.write_bytes(b"MZ not really")
    lab.open_case(("FILEHASH", HASH), ("DestinationURL", "http://evil.example/"))
    return lab.run(case.action, {k: str(file) if v == "FILE" else v for k, v in case.parameters.items()})


def assert_failed(lab: Lab, run: ActionRun, case: Case, why: str) -> None:
    """The whole output is the sentence and the cause; nothing was stored or enriched, no key shows."""
    assert outcome(run) == failed(case.sentence + why, case.empty)
    assert set(lab.flags().values()) == {(False, False)}
    assert lab.case.insights == []
    assert lab.vmray.control.counts()["submissions"] == 0
    assert lab.vmray.api_key not in f"{run.rounds}"


@ALL
def test_a_wrong_key(lab: Lab, case: Case, tmp_path: Path) -> None:
    """401, once: the key does not become right by trying again."""
    lab.configure(Api_Key="not-the-key-0123456789")

    run = run_case(lab, case, tmp_path)

    assert_failed(lab, run, case, "VMRay rejected the API key (HTTP 401); check Api Key")
    assert len(lab.seen()) == 1


@ALL
def test_a_key_without_permission(lab: Lab, case: Case, tmp_path: Path) -> None:
    """403, with VMRay's own words."""
    fault = {
        "kind": "status",
        "status": 403,
        "body": '{"result": "error", "error_msg": "API access disabled"}',
    }
    times = (
        2 if case.action == "Upload File And Get Report" else 1
    )  # old servers refuse system_info to most keys
    lab.vmray.control.inject({}, fault, times)

    run = run_case(lab, case, tmp_path)

    assert_failed(
        lab, run, case, "the API key does not have the required permission (HTTP 403): API access disabled"
    )


@ALL
def test_an_unreachable_host(lab: Lab, case: Case, tmp_path: Path) -> None:
    """Nobody listens there; tried a few times, since a server may be restarting."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        lab.configure(Api_Root=f"http://127.0.0.1:{nobody.getsockname()[1]}")

        run = run_case(lab, case, tmp_path)

    why = "the VMRay server could not be reached (4 attempts); check Api Root and the network"
    assert_failed(lab, run, case, why)


@ALL
def test_a_redirect_is_not_followed(lab: Lab, case: Case, tmp_path: Path) -> None:
    """The key goes to the configured host only."""
    lab.vmray.control.inject({}, {"kind": "redirect", "location": "http://127.0.0.1:9/rest/elsewhere"})

    run = run_case(lab, case, tmp_path)

    why = "the server returned a redirect (HTTP 302), which is not followed; check Api Root"
    assert_failed(lab, run, case, why)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody has signed but itself; its key is in the same file."""
    return self_signed(tmp_path_factory.mktemp("certificate") / "server.pem")


@pytest.fixture
def secure(certificate: Path, secops: LocalPlatform) -> Iterator[Lab]:
    """A laboratory whose VMRay speaks TLS with that certificate."""
    with EmbeddedEmulator(certfile=certificate, keyfile=certificate) as running:
        running.control.add_sample(sha256=HASH)
        yield Lab(running, secops)


@ALL
def test_a_certificate_that_cannot_be_verified(secure: Lab, case: Case, tmp_path: Path) -> None:
    """The message says which certificate problem it was, and which parameter decides on it."""
    secure.vmray.control.reset()

    run = run_case(secure, case, tmp_path)

    why = "the certificate of the VMRay server was not accepted: self-signed certificate; see Verify SSL"
    assert_failed(secure, run, case, why)
    assert secure.seen() == []


@ALL
def test_the_same_server_without_the_check(secure: Lab, case: Case, tmp_path: Path) -> None:
    """With Verify SSL off the same server is used, and no warning disturbs the output."""
    secure.configure(Verify_SSL="false")

    run = run_case(secure, case, tmp_path)

    assert (run.state.value, run.is_success) == ("completed", True)
    assert "InsecureRequestWarning" not in run.rounds[-1].stderr + run.debug_output
