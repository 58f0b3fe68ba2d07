"""The API key goes to the configured host only, and neither it nor other secrets come out anywhere.

That no secret shows under any fault is asserted after every run of the fault matrix (`matrix/world.py`); here
are the ways around it.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.actions.lab import Lab
from tests.guarantees.byte_server import ByteServer, reply
from tests.guarantees.listener import Listener, ok
from tests.guarantees.matrix.faults import API_KEY
from tests.guarantees.matrix.world import INTEGRATION, World, hash_item, said_by
from tests.support.example import prepare
from tests.support.registry import Case, every_example
from tests.support.secret_values import ACCOUNT, PASSWORD

from secops_lab.host import ActionHost
from secops_lab.platform import LocalPlatform
from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_errors import RedirectError, VMRayError
from vm_ray.core.api.vmray_transport import KeyHeader
from vm_ray.core.soar.vmray_configuration import Configuration
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from pathlib import Path

    from tests.guarantees.listener import Answer

    from vm_ray.core.api.vmray_client import Client

SHA256: Final = "a" * 64


def client_for(url: str, key: str = API_KEY) -> Client:
    """A client with that key."""
    return connect(url, key)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(status: int) -> None:
    """The other host hears nothing at all, neither of the key nor of the sample, by GET and by POST."""
    with Listener(lambda _path: ok([])) as other:
        location = {"Location": f"{other.url}/rest/analysis"}
        with Listener(lambda _path: (status, location, b"")) as vmray:
            client = client_for(vmray.url)
            with pytest.raises(RedirectError):
                client.check_access()
            with pytest.raises(RedirectError):
                client.add_tag(1, "phish")
            assert len(vmray.heard) == 2
            assert all(f"Authorization: api_key {API_KEY}" in each for each in vmray.heard)
        assert other.heard == []


def test_the_next_page_of_a_list_is_asked_of_the_same_host() -> None:
    """A continuation is an id, whatever a server puts there: it cannot lead elsewhere."""
    with Listener(lambda _path: ok([])) as other:

        def answer(path: str) -> Answer:
            body = {"result": "ok", "data": [], "continuation_id": f"{other.url}/../..//x"}
            return ok([]) if path.startswith("/rest/continuation/") else (200, {}, json.dumps(body).encode())

        with Listener(answer) as vmray:
            assert client_for(vmray.url).find_samples(SHA256) == []
            assert vmray.heard[1].startswith("GET /rest/continuation/http%3A%2F%2F127.0.0.1")
        assert other.heard == []


def test_cookies_are_neither_kept_nor_sent() -> None:
    """A server that sets one does not get it back: a run leaves no session behind."""
    with Listener(lambda _path: ok([], **{"Set-Cookie": "session=1; Path=/"})) as vmray:
        client = client_for(vmray.url)
        client.check_access()
        client.check_access()
        assert not any("Cookie" in each for each in vmray.heard)


def test_netrc_does_not_replace_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password for the same host in the account's netrc stays there."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password netrc-password\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Listener(lambda _path: ok([])) as vmray:
        client_for(vmray.url).check_access()
        assert f"Authorization: api_key {API_KEY}" in vmray.heard[0]
        assert "Basic" not in vmray.heard[0]


def test_a_proxy_for_https_does_not_see_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for a tunnel to the host; what is sent within is not for it."""
    with Listener(lambda _path: (403, {}, b"")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(VMRayError, match="proxy"):
            client_for("https://vmray.example").check_access()
        assert all(API_KEY not in each for each in proxy.heard)


def test_a_certificate_bundle_in_the_environment_does_not_undo_the_choice_not_to_verify(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Verify SSL is what the analyst set, not what the machine's environment suggests."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/at/all.pem")
    with Listener(lambda _path: ok([])) as vmray:
        client = connect(vmray.url.replace("http:", "https:"), API_KEY, verify=False)
        # a plain-text server: what fails is TLS itself, not a bundle that is not there
        with pytest.raises(VMRayError, match="a TLS connection"):
            client.check_access()


@pytest.mark.parametrize("key", [API_KEY, 'k"<&\\/key-1', "Abc-123_xyz.~"])
def test_an_echo_of_the_key_comes_out_of_no_answer(key: str) -> None:
    """Whatever holds it: the text of an error, a field of the data, a list that is read to its end."""
    sample = {"sample_id": 1, "sample_filename": f"Authorization: api_key {key}", key: [key]}
    with Listener(lambda _path: ok([sample])) as vmray:
        found = client_for(vmray.url, key).find_samples(SHA256)
        assert key not in str(found)
    spelled_out = "".join(f"\\u{ord(each):04x}" for each in key)
    whole = json.dumps({"result": "error", "error_msg": "x" * 290 + "KEY"})
    bodies = [whole.replace("KEY", each).encode() for each in (json.dumps(key)[1:-1], spelled_out)]
    for status, body in itertools.product((200, 400, 401, 403, 404), bodies):
        with Listener(lambda _path, given=(status, {}, body): given) as vmray:  # type: ignore[misc]  # mypy does not infer a lambda with a default
            with pytest.raises(VMRayError) as caught:
                client_for(vmray.url, key).find_samples(SHA256)
            assert key not in str(caught.value)
            assert key[:10] not in str(caught.value), "a key that was cut off is a key as well"


def test_nothing_that_holds_the_key_shows_it() -> None:
    """As a tracker of errors would print it."""
    configuration = Configuration("https://vmray.example", API_KEY, verify_ssl=True)
    shown = repr(configuration) + repr(KeyHeader(API_KEY)) + repr(client_for("https://vmray.example"))
    assert API_KEY not in shown


def with_secrets(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A response of VMRay's with secrets in each sample, and with the API key in each object."""
    if isinstance(value, list):
        return [with_secrets(each) for each in value]
    if not isinstance(value, dict):
        return value
    sample = {"sample_password": PASSWORD, "sample_account_ids": [ACCOUNT]} if "sample_id" in value else {}
    echo = {"echo": f"api_key {API_KEY}"}
    return {name: with_secrets(each) for name, each in value.items()} | sample | echo


def planting(_line: str, true: bytes) -> list[bytes]:
    """Plant the secrets into a response."""
    head, _, body = true.partition(b"\r\n\r\n")
    status = head.partition(b"\r\n")[0].decode().partition(" ")[2]
    document = json.loads(body)
    return [reply(json.dumps({**document, "data": with_secrets(document.get("data"))}).encode(), status)]


@every_example
def test_no_action_shows_a_secret(case: Case, tmp_path: Path) -> None:
    """Given secrets in each object that VMRay returns, then no output and no platform call holds one."""
    with EmbeddedEmulator(api_key=API_KEY) as vmray, LocalPlatform() as platform:
        lab = Lab(vmray, platform)
        parameters = prepare(lab, case.example, tmp_path)
        with ByteServer(vmray.url, planting) as proxy:
            lab.configure(Api_Root=proxy.url)
            run = lab.run(case.action.name, parameters)
        everything = said_by(run) + json.dumps([lab.case.entities, lab.case.insights, lab.case.comments])
        everything += json.dumps([call.body for call in platform.requests()])

    assert (run.state.value, run.result_value) == ("completed", case.example.result), run.message
    assert [secret for secret in (API_KEY, PASSWORD, str(ACCOUNT)) if secret in everything] == []


def test_passwords_and_accounts_of_samples_stay_at_vmray(tmp_path: Path) -> None:
    """They are in VMRay's answer, and in nothing that the action writes (see `World.run`)."""
    with World(tmp_path) as world:
        sample = world.vmray.control.add_sample(sample_password=PASSWORD, sample_account_ids=[ACCOUNT])
        run = world.run("Scan Hash", [hash_item(sample["sample_sha256hash"])])
        (result,) = run.json_result
        assert result["EntityResult"]["sample_id"] == sample["sample_id"]
        assert not {"sample_password", "sample_account_ids"} & set(result["EntityResult"])


@pytest.mark.parametrize("root", ["https://{key}@vmray.example", "https://vmray.example/?key={key}", "{key}"])
def test_a_key_that_was_put_into_the_address_is_not_repeated(tmp_path: Path, root: str) -> None:
    """Somebody pasted it there: the message names the parameter, not its value."""
    del tmp_path
    with LocalPlatform() as platform:
        host = ActionHost(platform, INTEGRATION)
        platform.configure("VMRay", {"Api Root": root.format(key=API_KEY), "Api Key": API_KEY})
        run = host.run("Ping", platform.new_case())
        assert API_KEY not in said_by(run)
        assert run.message.startswith("Failed to test connectivity.")
