"""MISP's modules for VMRay (misp-modules on PyPI) submit to the emulator and read from it.

`vmray_submit` and `vmray_import` contain their own old copy of the REST client. The importer, in part a VMRay
engineer's work, follows a summary's references and needs more of its keys than any other client here.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.certificate import self_signed
from tests.contract.misp_module import PACKAGE
from tests.contract.servers import PROGRAM

from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from tests.contract.servers import Server

RUNNER = Path(__file__).with_name("misp_module.py")
INSTALLED = PACKAGE.is_dir() and importlib.util.find_spec("pymisp")
pytestmark = pytest.mark.skipif(not INSTALLED, reason="misp-modules is not installed: `make test` does that")


def run(module: str, request: dict[str, Any], **environment: str) -> dict[str, Any]:
    """Let a module handle a request, as MISP does."""
    finished = subprocess.run(
        [sys.executable, str(RUNNER), module],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    response: dict[str, Any] = json.loads(finished.stdout)
    assert "error" not in response, response
    return response


def configuration(emulator: EmbeddedEmulator, **more: str) -> dict[str, str]:
    """Return a module's configuration."""
    return {"url": emulator.url, "apikey": emulator.api_key, **more}


@pytest.mark.documented("MISP module vmray_submit, run unmodified", endpoint="POST /sample/submit")
def test_the_misp_module_submits_an_attachment(emulator: EmbeddedEmulator) -> None:
    """The module reads hashes, link, sample ID and the machine of the job from the submit response."""
    switches = {"shareable": "no", "do_not_reanalyze": "no", "do_not_include_vmrayjobids": "no"}
    request = {"attachment": "misp.exe", "data": base64.b64encode(PROGRAM).decode()}
    response = run("expansion/vmray_submit.py", {**request, "config": configuration(emulator, **switches)})
    (sample,) = emulator.control.samples()
    values = [result["values"] for result in response["results"]]
    assert values[:3] == [sample[f"sample_{name}hash"] for name in ("md5", "sha1", "sha256")]
    assert sample["sample_webif_url"] in values
    assert any(value.startswith("VMRay Job ID ") for value in values)


@pytest.mark.documented(
    "MISP module vmray_import, run unmodified", endpoint="GET /analysis/{id}/archive/{member}"
)
def test_the_misp_module_imports_the_results_of_a_sample(
    emulator: EmbeddedEmulator, emulator_server: Server
) -> None:
    """The module creates a MISP event from the reports: IOCs, indicators, techniques and the verdict."""
    number = emulator_server.submit(PROGRAM, "misp.exe")["samples"][0]["sample_id"]
    request = {"config": configuration(emulator, **{"Sample ID": str(number)})}
    event = run("import_mod/vmray_import.py", request)["results"]
    assert {one["name"] for one in event["Object"]} == {
        "domain-ip", "email", "file", "ip-port", "mutex", "process", "registry-key", "sandbox-report",
        "sb-signature", "url",
    }  # fmt: skip  # a row of the table is a line
    tags = {tag["name"] for tag in event["Tag"]}
    assert 'vmray:verdict="malicious"' in tags
    assert any("T1547.001" in tag for tag in tags)


@pytest.mark.documented("MISP module vmray_analyzer, run unmodified", endpoint="GET /sample/{kind}/{hash}")
@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
def test_the_misp_module_looks_up_a_hash(tmp_path: Path, kind: str) -> None:
    """The module finds the sample over HTTPS, checks the certificate, and lists the analyses."""
    certificate = self_signed(tmp_path / "server.pem")
    with EmbeddedEmulator(certfile=certificate, keyfile=certificate) as emulator:
        sample = emulator.control.add_sample(filename="misp.exe", analyses=2)
        value = sample[f"sample_{kind}hash"]
        attribute = {"type": kind, "value": value.upper(), "uuid": "5b3f1d2e-0000-4000-8000-000000000001"}
        request = {"attribute": attribute, "config": configuration(emulator)}
        results = run("expansion/vmray_analyzer.py", request, REQUESTS_CA_BUNDLE=str(certificate))["results"]
    (file,) = [one for one in results["Object"] if one["name"] == "file"]
    found = {one["object_relation"]: one["value"] for one in file["Attribute"]}
    assert found["filename"] == "misp.exe"
    assert found[kind] == value
    assert sum(one.get("comment") == "VMRay analysis" for one in results["Object"]) == 2
    assert sample["sample_webif_url"] in [one["value"] for one in results["Attribute"]]
