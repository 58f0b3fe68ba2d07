"""Fatal errors: each action fails immediately with its own documented sentence."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.certificate import self_signed
from tests.actions.lab import Lab, failed, outcome
from tests.support.example import FOLDER, prepare, run_example, subject_rows
from tests.support.registry import Case, every_action

from vm_ray.core.api.vmray_protocol import permission_for
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from secops_lab.platform import LocalPlatform

BYSTANDER = ("HOSTNAME", "BYSTANDER")
ALL_REQUESTS = 1000


def assert_failed(
    lab: Lab, case: Case, folder: Path, why: str, fault: Mapping[str, Any] | None = None
) -> None:
    """Run the example with a fault in every request, and compare the whole output and the stored objects.

    `PERMISSION` in the reason stands for the permission that a request of the action needs.
    """
    parameters = prepare(lab, case.example, folder, BYSTANDER)
    stored = lab.vmray.control.submissions()
    if fault is not None:
        lab.vmray.control.inject({}, fault, ALL_REQUESTS)

    run = lab.run(case.action.name, parameters)

    lab.vmray.control.clear_faults()
    if "PERMISSION" in why:
        requests = [each.partition("?")[0].split(" /rest") for each in lab.seen()]
        needed = {permission_for(method, path) for method, path in requests}
        why = why.replace("PERMISSION", next(each for each in needed if each in run.message))
    example = case.example
    found = outcome(run)
    if example.has_outcome_word:
        found["json"] = rows_without_cause(found["json"], why)
    rows = json.loads(json.dumps(example.failed_json).replace(FOLDER, str(folder)))
    expected = failed(example.failure(case.action.name, why), rows, value=example.failed_result)
    assert found == expected
    assert set(lab.flags().values()) == {(False, False)}
    assert lab.case.insights == []
    assert lab.vmray.control.submissions() == stored
    assert lab.vmray.api_key not in f"{run.rounds}"


def rows_without_cause(json_result: Any, why: str) -> list[dict[str, Any]] | None:  # noqa: ANN401 - any JSON value
    """Check that each item failed with the reason, and return the rows without these facts."""
    if json_result is None:
        return None
    causes = {(each["outcome"], each["reason"]) for each in subject_rows(json_result)}
    assert (json_result["outcome"], json_result["complete"]) == ("failed", False)
    assert causes == {("failed", why)}
    assert [each["reason"] for each in json_result["errors"]] == [why] * len(subject_rows(json_result))
    return [
        {name: value for name, value in each.items() if name not in ("outcome", "reason")}
        for each in subject_rows(json_result)
    ]


@every_action
def test_a_wrong_key_fails_the_action_after_one_request(lab: Lab, case: Case, tmp_path: Path) -> None:
    """Given a wrong API key, then the action fails after one request, because a retry cannot succeed."""
    lab.configure(Api_Key="not-the-key-0123456789")

    assert_failed(lab, case, tmp_path, "VMRay rejected the API key (HTTP 401); check Api Key")

    assert len(lab.seen()) == 1


@every_action
def test_a_key_without_permission_fails_the_action(lab: Lab, case: Case, tmp_path: Path) -> None:
    """Given 403 for every request, then the action fails with the reason that VMRay returned."""
    body = {"result": "error", "error_msg": "API access disabled"}

    denied = "VMRay denied the request (HTTP 403): API access disabled"
    why = f"{denied}; check that the API key has the permission to PERMISSION"
    assert_failed(lab, case, tmp_path, why, {"kind": "status", "status": 403, "body": body})


@every_action
def test_an_unreachable_host_fails_the_action_after_some_attempts(
    lab: Lab, case: Case, tmp_path: Path
) -> None:
    """Given a closed port, then the action fails after a few attempts, because a server may be restarting."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        lab.configure(Api_Root=f"http://127.0.0.1:{nobody.getsockname()[1]}")

        why = "the VMRay server could not be reached (4 attempts); check Api Root and the network"
        assert_failed(lab, case, tmp_path, why)


@every_action
def test_a_redirect_is_not_followed(lab: Lab, case: Case, tmp_path: Path) -> None:
    """Given a redirect, then the action fails: the API key is sent only to the configured host."""
    why = "the server returned a redirect (HTTP 302), which is not followed; check Api Root"
    fault = {"kind": "redirect", "location": "http://127.0.0.1:9/rest/elsewhere"}
    assert_failed(lab, case, tmp_path, why, fault)

    assert len(lab.seen()) == 1


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a self-signed certificate for 127.0.0.1, with its key in the same file."""
    return self_signed(tmp_path_factory.mktemp("certificate") / "server.pem")


@pytest.fixture
def secure(certificate: Path, secops: LocalPlatform) -> Iterator[Lab]:
    """Return a lab whose emulator uses TLS with that certificate."""
    with EmbeddedEmulator(certfile=certificate, keyfile=certificate) as running:
        yield Lab(running, secops)


@every_action
def test_a_self_signed_certificate_fails_the_action_before_any_request(
    secure: Lab, case: Case, tmp_path: Path
) -> None:
    """Given a self-signed certificate, then the message names the problem, and no request is made."""
    why = (
        "the certificate of the VMRay server was not accepted: self-signed certificate; add its certificate "
        "authority to the file that CURL_CA_BUNDLE names on the machine that runs the action"
    )
    assert_failed(secure, case, tmp_path, why)

    assert secure.seen() == []


@every_action
def test_a_self_signed_certificate_is_accepted_without_verify_ssl(
    secure: Lab, case: Case, tmp_path: Path
) -> None:
    """Given the same server and Verify SSL off, then the run completes and shows no warning."""
    secure.configure(Verify_SSL="false")

    run = run_example(secure, case.action.name, case.example, tmp_path)

    assert (run.state.value, run.result_value) == ("completed", case.example.result)
    assert "InsecureRequestWarning" not in run.rounds[-1].stderr + run.debug_output
