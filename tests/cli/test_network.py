"""A remote VMRay behind a proxy and a private certificate authority: options, variables, what is not used."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme
from tests.guarantees.proxy import Proxy

from secops_lab.runs.arguments import BadArgumentError, api_root
from secops_lab.runs.lab import open_lab, read_integration
from secops_lab.runs.network import NetworkOptions, embedded_network, proxy_address, remote_network
from secops_lab.runs.vmray import ServerOptions, chosen_vmray
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Cli

NO_OPTIONS = NetworkOptions(proxy=None, ca_bundle=None, verify_ssl=True)
REMOTE = "https://vmray.example"
NO_PROXY = "no_proxy", "NO_PROXY"
LOOPBACK = dict.fromkeys(NO_PROXY, "127.0.0.1")
SDKS = [None, *([os.environ["SOAR_SDK_DIR"]] if "SOAR_SDK_DIR" in os.environ else [])]
PASSWORD = "pass-of-the-proxy"
READ_BUNDLES = (
    "the integration reads REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE; set one of them, or give --ca-bundle"
)
EMBEDDED = "without --api-root, the VMRay is the emulator in this process"
CHECK_IS_OFF = "--no-verify-ssl switches the certificate check off"


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Return a certificate authority that this computer does not trust."""
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> Path:
    """Return the file with its certificate."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def in_folder_with_a(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Change to a folder in which the bundle is the file `a`."""
    monkeypatch.chdir(bundle.parent)
    bundle.rename("a")


@pytest.fixture
def emulator(authority: trustme.CA, tmp_path: Path) -> Iterator[EmbeddedEmulator]:
    """Yield a VMRay with a certificate of the private authority; its name is localhost."""
    pem = tmp_path / "server.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(pem)
    with EmbeddedEmulator(certfile=pem, keyfile=pem) as running:
        yield running


@pytest.mark.parametrize(
    ("root", "environ", "variables", "unused"),
    [
        (REMOTE, {}, {}, []),
        (REMOTE, {"HTTPS_PROXY": "http://p:1"}, {"HTTPS_PROXY": "http://p:1", **LOOPBACK}, []),
        (REMOTE, {"https_proxy": "p:1"}, {"https_proxy": "p:1", **LOOPBACK}, []),
        ("http://v", {"http_proxy": "p:1"}, {"http_proxy": "p:1", **LOOPBACK}, []),
        (REMOTE, {"ALL_PROXY": "p:1", "NO_PROXY": ""}, {"ALL_PROXY": "p:1", **LOOPBACK}, []),
        (
            REMOTE,
            {"all_proxy": "p:1", "NO_PROXY": "a,.b"},
            {"all_proxy": "p:1", **dict.fromkeys(NO_PROXY, "a,.b,127.0.0.1")},
            [],
        ),
        (
            REMOTE,
            {"HTTPS_PROXY": "p:1", "no_proxy": "a", "NO_PROXY": "b"},
            {"HTTPS_PROXY": "p:1", **dict.fromkeys(NO_PROXY, "a,127.0.0.1")},
            [],
        ),
        (
            REMOTE,
            {"HTTPS_PROXY": "p:1", "NO_PROXY": "*"},
            {"HTTPS_PROXY": "p:1", **dict.fromkeys(NO_PROXY, "*")},
            ["HTTPS_PROXY is not used: NO_PROXY applies to vmray.example"],
        ),
        (
            REMOTE,
            {"HTTPS_PROXY": "p:1", "no_proxy": ".example"},
            {"HTTPS_PROXY": "p:1", **dict.fromkeys(NO_PROXY, ".example,127.0.0.1")},
            ["HTTPS_PROXY is not used: NO_PROXY applies to vmray.example"],
        ),
        (
            REMOTE,
            {"HTTP_PROXY": "p:1"},
            {"HTTP_PROXY": "p:1", **LOOPBACK},
            ["HTTP_PROXY is not used: for https://, the variable is HTTPS_PROXY or ALL_PROXY"],
        ),
        (
            REMOTE,
            {"HTTPS_PROXY": "p:1", "https_proxy": ""},
            {"HTTPS_PROXY": "p:1", "https_proxy": "", **LOOPBACK},
            ["HTTPS_PROXY is not used: https_proxy is empty"],
        ),
        (
            "http://127.0.0.1:8420",
            {"HTTP_PROXY": "p:1", "HTTPS_PROXY": "p:1"},
            {"HTTP_PROXY": "p:1", "HTTPS_PROXY": "p:1", **LOOPBACK},
            ["HTTPS_PROXY, HTTP_PROXY are not used: no proxy is used for 127.0.0.1; write localhost"],
        ),
        (REMOTE, {"NO_PROXY": "a", "HTTPS_PROXY": " "}, {}, []),
        ("http://v", {"REQUESTS_CA_BUNDLE": "/nowhere", "SSL_CERT_FILE": "/x"}, {}, []),
        (
            REMOTE,
            {"SSL_CERT_FILE": "/x", "SSL_CERT_DIR": "/y"},
            {},
            [f"SSL_CERT_FILE, SSL_CERT_DIR are not used: {READ_BUNDLES}"],
        ),
    ],
)
def test_variables_reach_the_action_or_are_reported(
    root: str, environ: dict[str, str], variables: dict[str, str], unused: list[str]
) -> None:
    """Given variables for a proxy, then they reach the action, but the platform is excepted."""
    network = remote_network(api_root(root), NO_OPTIONS, environ)
    assert (dict(network.variables), list(network.unused)) == (variables, unused)


GIVEN = NO_OPTIONS._replace(ca_bundle=Path("a"))
UNVERIFIED = NO_OPTIONS._replace(verify_ssl=False)


@pytest.mark.parametrize(
    ("options", "environ", "used", "unused"),
    [
        (NO_OPTIONS, {"REQUESTS_CA_BUNDLE": "a"}, "a", ""),
        (NO_OPTIONS, {"CURL_CA_BUNDLE": "a", "SSL_CERT_FILE": "/x"}, "a", ""),
        (NO_OPTIONS, {"REQUESTS_CA_BUNDLE": "a", "CURL_CA_BUNDLE": "./a"}, "a", ""),
        (
            NO_OPTIONS,
            {"REQUESTS_CA_BUNDLE": "a", "CURL_CA_BUNDLE": "/nowhere"},
            "a",
            "CURL_CA_BUNDLE is not used: REQUESTS_CA_BUNDLE is set",
        ),
        (NO_OPTIONS, {"REQUESTS_CA_BUNDLE": "."}, ".", ""),
        (
            GIVEN,
            {"REQUESTS_CA_BUNDLE": "/nowhere"},
            "a",
            "REQUESTS_CA_BUNDLE is not used: --ca-bundle is given",
        ),
        (GIVEN._replace(verify_ssl=False), {}, "", f"--ca-bundle is not used: {CHECK_IS_OFF}"),
        (UNVERIFIED, {"CURL_CA_BUNDLE": "/nowhere"}, "", f"CURL_CA_BUNDLE is not used: {CHECK_IS_OFF}"),
    ],
)
@pytest.mark.usefixtures("in_folder_with_a")
def test_the_bundle_reaches_the_action(
    options: NetworkOptions, environ: dict[str, str], used: str, unused: str
) -> None:
    """Given a bundle, then the action gets its absolute path, in a variable without a warning of the SDK."""
    network = remote_network(api_root(REMOTE), options, environ)
    assert network.variables == ({"CURL_CA_BUNDLE": str(Path(used).absolute())} if used else {})
    assert network.unused == ((unused,) if unused else ())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "contains no certificate"),
        (b"no certificate", "contains no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "contains no certificate"),
        (b"\x30\x82\x01\x00", "contains no certificate"),
        (None, "does not exist"),
    ],
)
@pytest.mark.parametrize("name", ["--ca-bundle", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_bundle_that_cannot_be_used_is_named(
    name: str, content: bytes | None, reason: str, tmp_path: Path
) -> None:
    """Given a missing file or one without certificates, then the error names option or variable, and path."""
    path = tmp_path / "x.pem"
    if content is not None:
        path.write_bytes(content)
    options = NO_OPTIONS._replace(ca_bundle=path) if name == "--ca-bundle" else NO_OPTIONS
    with pytest.raises(BadArgumentError) as caught:
        remote_network(api_root(REMOTE), options, {name: str(path)})
    assert str(caught.value) == f"{name} names {path}, which {reason}; expected a file of PEM certificates"


def test_a_pipe_is_no_bundle() -> None:
    """Given a device or a pipe, which the action's process cannot read, then it is rejected."""
    with pytest.raises(BadArgumentError, match="which is not a file"):
        remote_network(api_root("http://v"), NO_OPTIONS._replace(ca_bundle=Path("/dev/null")), {})


def test_the_option_for_a_proxy_replaces_all_variables() -> None:
    """Given --proxy, then no variable has an effect, NO_PROXY included."""
    environ = {"https_proxy": "p:1", "NO_PROXY": "vmray.example", "ALL_PROXY": ""}
    network = remote_network(api_root(REMOTE), NO_OPTIONS._replace(proxy=" q:2 "), environ)
    assert network.variables == {
        "HTTP_PROXY": "http://q:2",
        "HTTPS_PROXY": "http://q:2",
        "NO_PROXY": "127.0.0.1",
    }
    assert network.unused == ("https_proxy, NO_PROXY are not used: --proxy is given",)


def test_an_option_about_certificates_needs_https(bundle: Path) -> None:
    """Given an Api Root or an emulator without TLS, then the options about its certificate are reported."""
    options = NetworkOptions(proxy=None, ca_bundle=bundle, verify_ssl=False)
    network = remote_network(api_root("http://v"), options, {})
    reason = "an http:// address has no certificate"
    assert network.unused == (f"--ca-bundle, --no-verify-ssl are not used: {reason}",)
    assert embedded_network(UNVERIFIED, {}).unused == (f"--no-verify-ssl is not used: {EMBEDDED}",)


def test_a_proxy_is_not_used_for_this_computer() -> None:
    """Given --proxy and a VMRay on 127.0.0.1, then this is reported: the platform is on the same address."""
    network = remote_network(api_root("http://127.0.0.1:1"), NO_OPTIONS._replace(proxy="q:2"), {})
    assert network.unused == ("--proxy is not used: no proxy is used for 127.0.0.1; write localhost",)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("proxy", "http://proxy"),
        (" proxy.example:3128\n", "http://proxy.example:3128"),
        ("https://proxy:443/", "https://proxy:443/"),
        ("http://me:p%40ss@[::1]:8080", "http://me:p%40ss@[::1]:8080"),
    ],
)
def test_addresses_of_proxies(text: str, url: str) -> None:
    """Given the address of a proxy, then it gets a scheme if it has none."""
    assert proxy_address(text) == url


@pytest.mark.parametrize(
    "text",
    [
        *("", "http://", "ftp://h:1", f"socks5://me:{PASSWORD}@h:1", f"http://me:{PASSWORD}@h:port"),
        *(f"http://me:{PASSWORD}/x@h:1", f"me {PASSWORD}@h", "h:0", "h:99999", "http://[::1"),
    ],
)
def test_a_wrong_address_of_a_proxy_is_not_repeated(text: str) -> None:
    """Given an address that cannot be used, then the error names the option, and contains no password."""
    with pytest.raises(BadArgumentError) as caught:
        proxy_address(text)
    assert str(caught.value).startswith("--proxy")
    assert "expected http://HOST:PORT" in str(caught.value)
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    ("environ", "unused"),
    [
        ({}, ()),
        ({"REQUESTS_CA_BUNDLE": "/x", "NO_PROXY": "a"}, ()),
        ({"http_proxy": "p:1"}, (f"http_proxy is not used: {EMBEDDED}",)),
    ],
)
def test_the_embedded_emulator_needs_no_network(environ: dict[str, str], unused: tuple[str, ...]) -> None:
    """Given no --api-root, then no variable reaches the action, and variables for a proxy are reported."""
    network = embedded_network(NO_OPTIONS, environ)
    assert (dict(network.variables), network.unused) == ({}, unused)


@pytest.mark.parametrize(
    ("root", "names"), [(REMOTE, {"HTTPS_PROXY", "no_proxy", "NO_PROXY", "CURL_CA_BUNDLE"}), (None, set())]
)
def test_only_the_actions_of_a_remote_run_get_the_variables(
    root: str | None, names: set[str], bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given the variables, then the processes of actions have them with --api-root, and not without it."""
    variables = {"HTTPS_PROXY": "http://p:1", "REQUESTS_CA_BUNDLE": str(bundle), "THE_KEY": "key"}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for name in set(os.environ) - set(variables):
        monkeypatch.delenv(name)
    options = ServerOptions(root, "THE_KEY", NO_OPTIONS)
    with (
        chosen_vmray(options, scenario="default", lifecycle="immediate") as vmray,
        open_lab(vmray, read_integration(None).folder, None) as lab,
    ):
        environment = lab.host.launch.environment("127.0.0.1", 1, bundle.parent)
    own = {"APP_USE_SSL", "APP_IP", "APP_PORT", "TMPDIR", "PYTHONPATH"}
    own |= {"CLIENT_ADDRESS", "http://webhooks_proxy"}  # the way to the platform's file storage
    assert environment.keys() == own | names


@pytest.mark.parametrize("sdk", SDKS)
def test_variables_for_proxy_and_authority_reach_a_real_run(
    cli: Cli, emulator: EmbeddedEmulator, bundle: Path, sdk: str | None
) -> None:
    """Given the usual variables, then the run goes through the proxy and accepts the private authority."""
    root = f" {emulator.url.removeprefix('https://').replace('127.0.0.1', 'localhost')}/rest "
    arguments = ["run", "Ping", "--api-root", root, "--json", *(["--sdk", sdk] if sdk else [])]
    with Proxy(lambda _line: False) as proxy:
        finished = cli(
            *arguments,
            VMRAY_API_KEY=emulator.api_key,
            HTTPS_PROXY=proxy.url.replace("//", f"//me:{PASSWORD}@"),
            REQUESTS_CA_BUNDLE=bundle.name,
            HTTP_PROXY="http://192.0.2.1:1",
        )
    document = json.loads(finished.stdout)
    assert document["message"] == "Successfully tested connectivity."
    assert {line.rpartition(" ")[0] for line in proxy.served} == {f"CONNECT localhost:{emulator.port}"}
    assert "REQUESTS_CA_BUNDLE" not in finished.stdout + finished.stderr
    assert PASSWORD not in finished.stdout + finished.stderr


def test_options_for_proxy_and_authority_reach_a_real_run(
    cli: Cli, emulator: EmbeddedEmulator, bundle: Path
) -> None:
    """Given options, then they replace the variables, and stderr names those."""
    root = emulator.url.replace("127.0.0.1", "localhost")
    with Proxy(lambda _line: False) as proxy:
        way = ("--proxy", proxy.url.removeprefix("http://"), "--ca-bundle", bundle.name)
        variables = {"HTTPS_PROXY": f"http://me:{PASSWORD}@192.0.2.1:1", "REQUESTS_CA_BUNDLE": "/nowhere"}
        finished = cli("run", "Ping", "--api-root", root, *way, VMRAY_API_KEY=emulator.api_key, **variables)
    assert "Successfully tested connectivity." in finished.stdout
    assert proxy.served
    assert "vmray-secops: HTTPS_PROXY is not used: --proxy is given\n" in finished.stderr
    assert "vmray-secops: REQUESTS_CA_BUNDLE is not used: --ca-bundle is given\n" in finished.stderr
    assert PASSWORD not in finished.stdout + finished.stderr
