"""What people in the field run into: one small input of each kind, and what the action has to say about it.

The variants of each kind are in the tests of the module that handles the kind. These cases are run in both
forms of the integration, and on both SDKs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.actions.lab import Lab

Setup: TypeAlias = "Callable[[Lab, Path], Mapping[str, str]]"

EVER: Final = 1_000
SHA256: Final = "ab" * 32
UPLOAD: Final = "Upload File And Get Report"
MEBIBYTE: Final = 2**20


@dataclass(frozen=True, slots=True)
class FieldCase:
    """One input, and the message for the analyst.

    Attributes:
        name: The kind, in a few words.
        action: The action.
        says: A pattern of the message.
        setup: Brings VMRay and the case into the state of the input, and returns the parameters.
        state: The state of the run.
        never: A pattern that is not in the message.
        suspicious: Whether the entities are marked as suspicious; None where that does not matter.
        behind: What stands between the action and VMRay, a name of `vmray_emulator.gateways`.
        network: Environment variables of the process.
    """

    name: str
    action: str
    says: str
    setup: Setup
    state: str = "completed"
    never: str = "Traceback"
    suspicious: bool | None = None
    behind: str | None = None
    network: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name.replace(" ", "_")


def _nothing(_lab: Lab, _folder: Path) -> Mapping[str, str]:
    return {}


def _hash(spelling: str = SHA256, /, **sample: Any) -> Setup:  # noqa: ANN401 - the emulator's own fields
    """Return a setup with a malicious sample and its hash in the case, in this spelling."""

    def setup(lab: Lab, _folder: Path) -> Mapping[str, str]:
        lab.vmray.control.add_sample(sha256=SHA256, **sample)
        lab.hashes(spelling)
        return {}

    return setup


def _hash_with(path: str, fault: Mapping[str, Any], times: int = EVER) -> Setup:
    """Return the same setup, with a fault of one request."""

    def setup(lab: Lab, folder: Path) -> Mapping[str, str]:
        lab.vmray.control.inject({"path": path}, fault, times)
        return _hash()(lab, folder)

    return setup


def _tag(lab: Lab, _folder: Path) -> Mapping[str, str]:
    lab.vmray.control.add_sample()
    answer = {"kind": "status", "status": 200, "body": {}}
    lab.vmray.control.inject({"method": "POST"}, answer, EVER)
    return {"Submission ID": "6001", "Tag Name": "triaged"}


def _urls(*urls: str) -> Setup:
    def setup(lab: Lab, _folder: Path) -> Mapping[str, str]:
        lab.urls(*urls)
        return {}

    return setup


def _root(root: str) -> Setup:
    def setup(lab: Lab, folder: Path) -> Mapping[str, str]:
        lab.configure(Api_Root=root)
        return _hash()(lab, folder)

    return setup


def _large_file(_lab: Lab, folder: Path) -> Mapping[str, str]:
    path = folder / "large.bin"
    path.write_bytes(bytes(8 * MEBIBYTE))
    return {"Sample File Path": str(path)}


CASES: Final = (
    FieldCase(
        "a list that cannot be read",
        "Scan Hash",
        "Successfully enriched .*threat indicators could not be read: VMRay returned HTTP 500",
        _hash_with("/rest/sample/*/vtis", {"kind": "status", "status": 500}),
        suspicious=True,
    ),
    FieldCase(
        "a response without the mark of success",
        "Add Tag to Submission",
        "Failed to add tag triaged to submission 6001. Error is the response was not from VMRay: JSON of",
        _tag,
        state="failed",
    ),
    FieldCase(
        "a web server without the API",
        "Scan Hash",
        "None of the provided entities were.*the response was not from VMRay: a web page with HTTP 404",
        _hash(),
        never="not found in VMRay",
        suspicious=False,
        behind="web-server",
    ),
    FieldCase(
        "a firewall that blocks one URL",
        "Scan URL",
        "Successfully enriched .*EXAMPLE/A\n.*F=/ETC/PASSWD: the response was not from VMRay: a web page",
        _urls("http://evil.example/a", "http://evil.example/?f=/etc/passwd"),
        never="permission",
        behind="waf",
    ),
    FieldCase(
        "a login page",
        "Ping",
        "Failed to test connectivity. Error is the response was not from VMRay: a web page with HTTP 401",
        _nothing,
        state="failed",
        never="rejected the API key",
        behind="login-page",
    ),
    FieldCase(
        "a defanged URL",
        "Scan URL",
        r"Successfully enriched .*submitted as the real URL \(defanged here\): hxxp://evil\[\.\]example/login",
        _urls("hxxp://evil[.]example/login"),
    ),
    FieldCase(
        "a text that is not a URL", "Scan URL", "None of .*INVOICE.PDF: not a URL", _urls("invoice.pdf")
    ),
    FieldCase(
        "a verdict that this version does not know",
        "Scan Hash",
        'Successfully enriched .*does not know VMRay.s verdict "high_risk"',
        _hash_with(
            "/rest/sample/sha256/*", {"kind": "patch", "set": {"data.0.sample_verdict": "high_risk"}}, times=1
        ),
    ),
    FieldCase(
        "a proxy that rejects the login",
        "Scan Hash",
        r"Reason: the proxy for the VMRay server requires authentication \(HTTP 407\); check the user",
        _hash(),
        state="failed",
        behind="proxy-login",
    ),
    FieldCase(
        "a bundle of certificates that does not exist",
        "Scan Hash",
        'Reason: the setting CURL_CA_BUNDLE names "/nowhere/x.pem", which does not exist',
        _root("https://vmray.example"),
        state="failed",
        network={"CURL_CA_BUNDLE": "/nowhere/x.pem"},
    ),
    FieldCase(
        "a proxy that is not supported",
        "Scan Hash",
        "Reason: the setting HTTPS_PROXY names a socks5 proxy, which is not supported here",
        _root("https://vmray.example"),
        state="failed",
        never="s3cret",
        network={"HTTPS_PROXY": "socks5://user:s3cret@127.0.0.1:9"},
    ),
    FieldCase(
        "an address that no host can have",
        "Scan Hash",
        'Reason: parameter "Api Root" is not the address of a server',
        _root("https://cloud..vmray.com"),
        state="failed",
    ),
    FieldCase(
        "a proxy that inspects TLS",
        "Ping",
        "the certificate of the VMRay server was not accepted: .*CURL_CA_BUNDLE",
        _nothing,
        state="failed",
        behind="tls-inspection",
    ),
    FieldCase(
        "a request that is to be repeated",
        "Scan Hash",
        "Successfully enriched",
        _hash_with("/rest/sample/sha256/*", {"kind": "status", "status": 408}, times=1),
        never="408",
        suspicious=True,
    ),
    FieldCase(
        "a server that limits the size of uploads",
        UPLOAD,
        r"large.bin: the request is too large for VMRay, or for a server before VMRay \(HTTP 413\)",
        _large_file,
        state="failed",
        behind="too-large",
    ),
    FieldCase(
        "a hash with an invisible character",
        "Scan Hash",
        "Successfully enriched",
        _hash(f"sha256:{SHA256}\u200b"),
        never="unsupported",
        suspicious=True,
    ),
)
