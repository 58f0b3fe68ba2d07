"""The start of the SDK: arguments, standard input, environment."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from secops_lab.host.launch import find_sdk

CONTEXT = {
    "target_entities": [],
    "case_id": 0,
    "alert_id": None,
    "environment": "Default Environment",
    "workflow_id": "",
    "parameters": None,
    "integration_identifier": "Toy",
    "integration_instance": "inst-1",
    "action_definition_name": "Toy_Do It",
    "original_requesting_user": None,
    "default_result_value": None,
}
SCRIPT = """
import json
from SiemplifyAction import SiemplifyAction
s = SiemplifyAction()
s.script_name = "Do It"
s.end(json.dumps({EXPRESSION}), True)
"""


def start(
    sdk: Path | None, expression: str, arguments: list[str], stdin: bytes, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Start a script that evaluates the expression `expression` and returns the value as its message."""
    folder = find_sdk(sdk)
    done = subprocess.run(
        [sys.executable, "-B", "-c", SCRIPT.replace("{EXPRESSION}", expression), *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        env={"PYTHONPATH": f"{folder}:{folder.parent}", "PATH": os.environ["PATH"], **environment},
    )
    return subprocess.CompletedProcess([], done.returncode, done.stdout.decode(), done.stderr.decode())


def value_of(done: subprocess.CompletedProcess[str]) -> object:
    """Return the value of the expression from a script's output."""
    assert done.returncode == 0, done.stderr
    return json.loads(json.loads(done.stdout)["Message"])


def stdin(**changes: object) -> bytes:
    """Return the smallest context document with these changes."""
    return json.dumps({**CONTEXT, **changes}).encode()


@pytest.fixture
def log(tmp_path: Path) -> str:
    """Return the option that writes the log into the test's folder."""
    return f"--logPath={tmp_path / 'script.log'}"


def test_optional_context_keys_have_their_defaults(soar_sdk: Path | None, log: str) -> None:
    """A context document without optional keys gives their documented defaults."""
    expression = (
        "[s.parameters, s.target_entity_ids, s.environment, s.workflow_instance_id, s.max_json_result_size,"
        " s.execution_deadline_unix_time_ms, s.script_timeout_deadline, s.async_total_duration_deadline,"
        " s.async_polling_interval_in_sec, s.use_proxy_settings, s.vault_settings, s.API_ROOT]"
    )
    environment = {"APP_USE_SSL": "False", "APP_IP": "127.0.0.1", "APP_PORT": "1"}

    done = start(soar_sdk, expression, ["key", "True", log], b"\xef\xbb\xbf" + stdin(), **environment)

    root = "http://127.0.0.1:1/api"
    assert value_of(done) == [{}, [], "Default Environment", None, 15, 0, 0, 0, 0, False, None, root]


@pytest.mark.parametrize("key", sorted(CONTEXT))
def test_a_missing_key_is_a_crash(soar_sdk: Path | None, log: str, key: str) -> None:
    """A context document without a required key is a crash."""
    document = {name: value for name, value in CONTEXT.items() if name != key}

    done = start(soar_sdk, "1", ["key", "True", log], json.dumps(document).encode())

    assert (done.returncode, done.stdout) == (1, "")
    assert f"KeyError: '{key}'" in done.stderr


def test_options_become_headers(soar_sdk: Path | None, log: str) -> None:
    """Each request has the key and the tracing options as headers, without the quotes around them."""
    baggage = base64.b64encode(b"a=b").decode()
    options = ['--correlationId="c-1"', "--traceId=t-1", f"--baggage={baggage}", "--useElastic", log]
    names = "('AppKey', 'correlation_id', 'traceparent', 'baggage', 'Content-Type', 'Accept')"

    done = start(
        soar_sdk, f"[s.session.headers[name] for name in {names}]", ["key", "True", *options], stdin()
    )

    assert value_of(done) == ["key", "c-1", "t-1", "a=b", "application/json", "application/json"]


def test_unknown_options_are_rejected(soar_sdk: Path | None, log: str) -> None:
    """A script ends with an error at any other long option."""
    done = start(soar_sdk, "1", ["key", "True", log, "--verbose"], stdin())

    assert done.returncode == 1
    assert "GetoptError: option --verbose not recognized" in done.stderr


def test_the_key_is_required(soar_sdk: Path | None) -> None:
    """A script ends with an error when it has no argument for the key."""
    done = start(soar_sdk, "1", [], stdin())

    assert done.returncode == 1
    assert "IndexError" in done.stderr


def test_the_log_goes_to_its_file(soar_sdk: Path | None, log: str) -> None:
    """Log lines are in the file, in the debug output and on stderr, in the format of the platform."""
    expression = "[s.LOGGER.info('a %s'), s.LOGGER.warn('b'), s.LOGGER.debug('c'), s.LOGGER.error('d')]"

    done = start(soar_sdk, expression, ["key", "True", log], stdin())

    assert json.loads(done.stdout)["DebugOutput"] == "a %s\nb\nd\n"
    lines = Path(log.partition("=")[2]).read_text().splitlines()
    assert [line.partition(",000 ")[2] for line in lines] == ["INFO] a %s", "WARNING] b", "ERROR] d"]
    assert done.stderr.splitlines() == lines


def test_a_ca_bundle_in_the_environment_gives_a_warning(soar_sdk: Path | None, log: str) -> None:
    """The debug output has a warning when the environment contains `REQUESTS_CA_BUNDLE`."""
    done = start(soar_sdk, "1", ["key", "True", log], stdin(), REQUESTS_CA_BUNDLE="/nowhere")

    warning = "Environment Variables cannot contain key REQUESTS_CA_BUNDLE, please remove it.\n"
    assert json.loads(done.stdout)["DebugOutput"] == warning


def test_a_log_that_cannot_be_opened_does_not_stop_the_script(soar_sdk: Path | None, tmp_path: Path) -> None:
    """A log file that cannot be opened does not stop the script, and stderr has the reason."""
    option = f"--logPath={tmp_path / 'missing' / 'script.log'}"

    done = start(soar_sdk, "[s.LOGGER.info('a')]", ["key", "True", option], stdin())

    assert done.returncode == 0
    assert "LOGGER: loadConfigFromFile FAILED" in done.stderr


def test_entities_in_the_old_format_change_the_keys_of_results(soar_sdk: Path | None, log: str) -> None:
    """Target entities in the old format (plain texts) change the keys of results."""
    expression = "[s.result.add_data_table('A', ['a']), s.support_old_entities, s.target_entity_ids]"

    done = start(soar_sdk, expression, ["key", "True", log], stdin(target_entities=["A"]))

    assert value_of(done) == [None, True, ["A"]]
    (entry,) = json.loads(json.loads(done.stdout)["ResultObjectJson"]).items()
    assert (entry[0], entry[1]["IsForEntity"], "Type" in entry[1]) == ("A", True, False)


def test_deadlines(soar_sdk: Path | None, log: str) -> None:
    """A script can read whether its deadline has passed."""
    for deadline, over in ((1, True), (99999999999999, False)):
        document = stdin(execution_deadline_unix_time_ms=deadline)
        assert value_of(start(soar_sdk, "s.is_timeout_reached", ["key", "True", log], document)) is over
