"""The API key is sent to the configured host only, and no output contains the key or another secret.

After every run of the fault matrix, `matrix/world.py` asserts that no secret is in the output. Here are other
ways in which a secret could be revealed.
"""

from __future__ import annotations

import html
import itertools
import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.actions.lab import Lab
from tests.guarantees.byte_server import ByteServer, reply
from tests.guarantees.listener import Listener, ok
from tests.guarantees.matrix.faults import API_KEY
from tests.guarantees.matrix.world import INTEGRATION, World, hash_item, output_of
from tests.support.example import prepare
from tests.support.registry import Case, every_example
from tests.support.secret_values import ACCOUNT, ARCHIVE_PASSWORD, DOCUMENT_PASSWORD, PASSWORD

from secops_lab.host import ActionHost
from secops_lab.platform import LocalPlatform
from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_errors import VMRayError
from vm_ray.core.api.vmray_request_errors import RedirectError
from vm_ray.core.api.vmray_transport import KeyHeader
from vm_ray.core.soar.vmray_configuration import Configuration
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.guarantees.listener import Response

    from vm_ray.core.api.vmray_client import Client

SHA256: Final = "a" * 64


def client_for(url: str, key: str = API_KEY) -> Client:
    """Return a client with this key."""
    return connect(url, key)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(status: int) -> None:
    """Given a redirect of a GET or a POST, then the other host receives no request."""
    with Listener(lambda _path: ok([])) as other:
        location = {"Location": f"{other.url}/rest/analysis"}
        with Listener(lambda _path: (status, location, b"")) as vmray:
            client = client_for(vmray.url)
            with pytest.raises(RedirectError):
                client.check_access()
            with pytest.raises(RedirectError):
                client.add_tag("submission", 1, "phish")
            assert len(vmray.requests) == 2
            assert all(f"Authorization: api_key {API_KEY}" in each for each in vmray.requests)
        assert other.requests == []


def test_the_next_page_of_a_list_is_requested_from_the_same_host() -> None:
    """Given a URL in `continuation_id`, then it is an id in the path: the other host receives no request."""
    with Listener(lambda _path: ok([])) as other:

        def respond(path: str) -> Response:
            body = {"result": "ok", "data": [], "continuation_id": f"{other.url}/../..//x"}
            return ok([]) if path.startswith("/rest/continuation/") else (200, {}, json.dumps(body).encode())

        with Listener(respond) as vmray:
            assert client_for(vmray.url).find_samples(SHA256) == []
            assert vmray.requests[1].startswith("GET /rest/continuation/http%3A%2F%2F127.0.0.1")
        assert other.requests == []


def test_cookies_are_neither_kept_nor_sent() -> None:
    """Given a response that sets a cookie, then later requests do not contain it."""
    with Listener(lambda _path: ok([], **{"Set-Cookie": "session=1; Path=/"})) as vmray:
        client = client_for(vmray.url)
        client.check_access()
        client.check_access()
        assert not any("Cookie" in each for each in vmray.requests)


def test_netrc_does_not_replace_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a netrc with a password for the same host, then the request has only the API key."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password netrc-password\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Listener(lambda _path: ok([])) as vmray:
        client_for(vmray.url).check_access()
        assert f"Authorization: api_key {API_KEY}" in vmray.requests[0]
        assert "Basic" not in vmray.requests[0]


def test_a_proxy_for_https_does_not_see_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a proxy for HTTPS, then it receives CONNECT without the key."""
    with Listener(lambda _path: (403, {}, b"")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(VMRayError, match="proxy"):
            client_for("https://vmray.example").check_access()
        assert all(API_KEY not in each for each in proxy.requests)


def test_a_certificate_bundle_in_the_environment_does_not_override_verify_ssl(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Given Verify SSL off, then a bundle in the environment has no effect."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/at/all.pem")
    with Listener(lambda _path: ok([])) as vmray:
        client = connect(vmray.url.replace("http:", "https:"), API_KEY, verify=False)
        # The server has no TLS: the error has to be about TLS, not about a missing bundle.
        with pytest.raises(VMRayError, match="a TLS connection"):
            client.check_access()


@pytest.mark.parametrize("key", [API_KEY, 'k"<&\\/key-1', "Abc-123_xyz.~"])
def test_a_key_in_a_response_is_removed(key: str) -> None:
    """Given the key in an error text, in a field or in a list, then it is removed."""
    sample = {"sample_id": 1, "sample_filename": f"Authorization: api_key {key}", key: [key]}
    with Listener(lambda _path: ok([sample])) as vmray:
        found = client_for(vmray.url, key).find_samples(SHA256)
        assert key not in str(found)
    escaped = "".join(f"\\u{ord(each):04x}" for each in key)
    whole = json.dumps({"result": "error", "error_msg": "x" * 290 + "KEY"})
    bodies = [whole.replace("KEY", each).encode() for each in (json.dumps(key)[1:-1], escaped)]
    for status, body in itertools.product((200, 400, 401, 403, 404), bodies):
        with Listener(lambda _path, given=(status, {}, body): given) as vmray:  # type: ignore[misc]  # mypy does not infer a lambda with a default
            with pytest.raises(VMRayError) as caught:
                client_for(vmray.url, key).find_samples(SHA256)
            assert key not in str(caught.value)
            assert key[:10] not in str(caught.value), "a part of the key is a secret as well"


def test_no_representation_contains_the_key() -> None:
    """Given a representation of each object with the key, then the key is not in it."""
    configuration = Configuration("https://vmray.example", API_KEY, verify_ssl=True)
    shown = repr(configuration) + repr(KeyHeader(API_KEY)) + repr(client_for("https://vmray.example"))
    assert API_KEY not in shown


def with_secrets(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a response of VMRay with secrets in each sample, and with the API key in each object."""
    if isinstance(value, list):
        return [with_secrets(each) for each in value]
    if not isinstance(value, dict):
        return value
    sample = {"sample_password": PASSWORD, "sample_account_ids": [ACCOUNT]} if "sample_id" in value else {}
    echo = {"echo": f"api_key {API_KEY}"}
    return {name: with_secrets(each) for name, each in value.items()} | sample | echo


def add_secrets(_line: str, real: bytes) -> list[bytes]:
    """Add the secrets to a response: to each object of a JSON document, to a file between two lines."""
    head, _, body = real.partition(b"\r\n\r\n")
    status = head.partition(b"\r\n")[0].decode().partition(" ")[2]
    if body.startswith(b"PK"):  # a ZIP with a text in it that its directory does not name is refused
        return [real]
    if not body.startswith(b"{"):
        at = body.find(b"\n", len(body) // 2) + 1 or len(body) // 2
        return [reply(body[:at] + API_KEY.encode() + b"\n" + body[at:], status)]
    document = json.loads(body)
    return [reply(json.dumps({**document, "data": with_secrets(document.get("data"))}).encode(), status)]


@every_example
def test_no_output_of_an_action_contains_a_secret(case: Case, tmp_path: Path) -> None:
    """Given secrets in each object that VMRay returns, then no output and no platform call holds one."""
    with EmbeddedEmulator(api_key=API_KEY) as vmray, LocalPlatform() as platform:
        lab = Lab(vmray, platform)
        parameters = prepare(lab, case.example, tmp_path)
        with ByteServer(vmray.url, add_secrets) as proxy:
            lab.configure(Api_Root=proxy.url)
            run = lab.run(case.action.name, parameters)
        everything = output_of(run) + json.dumps([lab.case.entities, lab.case.insights, lab.case.comments])
        everything += json.dumps([call.body for call in platform.requests()])
        everything += "".join(b64decode(each).decode("latin-1") for each in run.attachments.values())

    assert (run.state.value, run.result_value) == ("completed", case.example.result), run.message
    assert [secret for secret in (API_KEY, PASSWORD, str(ACCOUNT)) if secret in everything] == []


def test_passwords_and_accounts_of_samples_are_in_no_output(tmp_path: Path) -> None:
    """Given secrets in a sample, then no output of the action contains them (see `World.run`)."""
    with World(tmp_path) as world:
        sample = world.vmray.control.add_sample(sample_password=PASSWORD, sample_account_ids=[ACCOUNT])
        run = world.run("Scan Hash", [hash_item(sample["sample_sha256hash"])])
        (result,) = run.json_result
        assert result["EntityResult"]["sample_id"] == sample["sample_id"]
        assert not {"sample_password", "sample_account_ids"} & set(result["EntityResult"])


ECHO: Final = f"cannot open the file with {ARCHIVE_PASSWORD} or {DOCUMENT_PASSWORD}"
# How VMRay could repeat a password: in no way, in a rejection, and in errors that end the action.
REPEATING: Final[Mapping[str, Mapping[str, Any] | None]] = {
    "accepted": None,
    "rejected": {"kind": "patch", "set": {"data.errors": [{"error_msg": ECHO}], "data.submissions": []}},
    "400": {"kind": "status", "status": 400, "body": {"result": "error", "error_msg": ECHO}},
    "403": {"kind": "status", "status": 403, "body": {"result": "error", "error_msg": ECHO}},
    "lost": {"kind": "reset_before", "stored": True},
}


@pytest.mark.parametrize("response", REPEATING)
def test_passwords_of_files_are_in_no_output(tmp_path: Path, response: str) -> None:
    """Given passwords, then VMRay receives them, and no output, log, result or platform call holds one."""
    (tmp_path / "a.zip").write_bytes(b"PK and so on")
    parameters = {
        "Files": f"{tmp_path}/a.zip",
        "Archive Password": ARCHIVE_PASSWORD,
        "Document Password": DOCUMENT_PASSWORD,
    }
    with World(tmp_path) as world:
        fault = REPEATING[response]
        if fault is not None:
            world.vmray.control.inject({"method": "POST", "path": "/rest/sample/submit"}, fault, 10)
        run = world.run("Submit File", [], parameters)
        posts = [each for each in world.vmray.control.requests() if each.method == "POST"]
        forms = [each.form for each in posts if each.form]  # without those that a status was returned for
        everything = output_of(run) + json.dumps([call.body for call in world.platform.requests()])
        everything += json.dumps([world.case.entities, world.case.insights, world.case.comments])
        everything += json.dumps([form["submission_metadata"] for form in forms])

    sent = {(form["archive_password"], form["document_password"]) for form in forms}
    assert sent == ({(ARCHIVE_PASSWORD, DOCUMENT_PASSWORD)} if forms else set())
    assert posts
    for password in (ARCHIVE_PASSWORD, DOCUMENT_PASSWORD):
        for spelling in (password, json.dumps(password)[1:-1], html.escape(password)):
            assert spelling not in everything
    assert run.json_result["items"][0]["file"] == f"{tmp_path}/a.zip"
    assert ("***" in run.message) is (response in ("rejected", "400", "403"))


@pytest.mark.parametrize("root", ["https://{key}@vmray.example", "https://vmray.example/?key={key}", "{key}"])
def test_a_key_in_the_api_root_is_not_in_the_message(tmp_path: Path, root: str) -> None:
    """Given the key in the parameter Api Root, then the message does not contain the value."""
    del tmp_path
    with LocalPlatform() as platform:
        host = ActionHost(platform, INTEGRATION)
        platform.configure("VMRay", {"Api Root": root.format(key=API_KEY), "Api Key": API_KEY})
        run = host.run("Ping", platform.new_case())
        assert API_KEY not in output_of(run)
        assert run.message.startswith("Failed to test connectivity.")
