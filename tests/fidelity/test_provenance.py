"""Each contract test states the source of its claim, and the page of claims is up to date."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools.evidence.marks import KINDS, Provenance
from tools.evidence.page import render
from tools.evidence.usage import template, users_of
from tools.generate import EVIDENCE

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = ROOT / "tests" / "contract" / "conftest.py"
GOOD = '@pytest.mark.recorded("a capture", endpoint="GET /sample/{id}")'
BAD = {
    "no mark": "",
    "two marks": f'{GOOD}\n@pytest.mark.inferred("a guess", endpoint="GET /sample/{{id}}")',
    "the same mark twice": f"{GOOD}\n{GOOD}",
    "no source": '@pytest.mark.recorded(endpoint="GET /sample/{id}")',
    "an empty source": '@pytest.mark.recorded(" ", endpoint="GET /sample/{id}")',
    "no endpoint": '@pytest.mark.recorded("a capture")',
    "no method": '@pytest.mark.recorded("a capture", endpoint="/sample/{id}")',
    "an unknown word": '@pytest.mark.recorded("a capture", endpoint="GET /sample", by="us")',
}


def run(folder: Path, tests: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder with the conftest of the contract tests and these tests: name to marks."""
    shutil.copy(CONFTEST, folder)
    (folder / "pytest.ini").write_text(
        f"[pytest]\npythonpath = {ROOT}\nmarkers =\n    recorded\n    inferred\n"
    )
    bodies = [f'{marks}\ndef {name}():\n    """It does."""\n' for name, marks in tests.items()]
    bodies.append(f"{GOOD}\ndef test_without_a_sentence():\n    pass\n" if len(tests) > 1 else "")
    (folder / "test_one.py").write_text("import pytest\n\n" + "\n\n".join(bodies))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    # Plugins that these tests do not need take seconds to load.
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, timeout=120, env=environment
    )


def test_a_test_with_one_valid_mark_runs(tmp_path: Path) -> None:
    """Given one mark with a source and an endpoint, the test runs."""
    finished = run(tmp_path, {"test_good": GOOD})
    assert finished.returncode == pytest.ExitCode.OK, finished.stdout + finished.stderr


def test_collection_fails_without_exactly_one_valid_mark(tmp_path: Path) -> None:
    """Given invalid marks, no test runs, and the error names each of the tests with its problem."""
    tests = {f"test_{name.replace(' ', '_')}": marks for name, marks in BAD.items()}
    finished = run(tmp_path, {**tests, "test_good": GOOD})
    assert finished.returncode == pytest.ExitCode.USAGE_ERROR
    named = dict(re.findall(r"test_one\.py::(\w+): (.+)", finished.stderr))
    assert named.keys() == {*tests, "test_without_a_sentence"}
    assert "found: none" in named["test_no_mark"]
    assert "found: recorded, inferred" in named["test_two_marks"]
    assert "docstring" in named["test_without_a_sentence"]
    assert "passed" not in finished.stdout


def test_the_page_has_the_claims_of_the_tests() -> None:
    """Given the contract tests, then each of their claims is a row of docs/api-evidence.md."""
    code = (
        "from tools.evidence.claims import collect; print(*(each.behaviour for each in collect()), sep='\\n')"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT, timeout=120
    )
    assert finished.returncode == 0, finished.stderr
    page = EVIDENCE.read_text("utf-8")
    behaviours = finished.stdout.splitlines()
    assert len(behaviours) > 100
    assert [each for each in behaviours if f"| {each.replace('|', chr(92) + '|')} |" not in page] == []


def test_the_page_lists_a_claim_once() -> None:
    """Given a test with parameters, its claim has one row; marks are sorted from strong to weak."""
    weak = Provenance("inferred", "a guess", "GET /sample/{id}", "It may.")
    strong = Provenance("recorded", "a capture", "GET /sample/{id}", "It does.")
    page = render([weak, strong, weak], {})
    rows = [line for line in page.splitlines() if line.startswith("| It ")]
    assert rows == ["| It does. | `recorded` | a capture |", "| It may. | `inferred` | a guess |"]
    assert all(f"| `{kind}` |" in page for kind in KINDS)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/rest/sample/sha256/00ff", "GET /sample/{kind}/{hash}"),
        ("/rest/sample/5001/iocs", "GET /sample/{id}/iocs"),
        ("/rest/analysis/submission/6001", "GET /analysis/submission/{id}"),
        ("/rest/continuation/1", "GET /continuation/{id}"),
        ("/rest/submission/1/tag/a%2fb", "POST /submission/{id}/tag/{tag}"),
        ("/rest/system_info", "GET /system_info"),
    ],
)
def test_the_endpoint_of_a_request_has_no_values(path: str, name: str) -> None:
    """The name of an endpoint contains no id, hash or tag of the path."""
    assert template(name.partition(" ")[0], path) == name


def test_a_request_without_an_endpoint_is_an_error() -> None:
    """Given a path that the emulator does not have, then the error names the request."""
    with pytest.raises(LookupError, match="GET /moon"):
        template("GET", "/moon")


def test_a_claim_about_every_endpoint_is_used_by_all_actions() -> None:
    """Given `ANY /`, then all actions use the claim."""
    usage = {"One": frozenset({"GET /sample/{id}"}), "Two": frozenset({"GET /tag"})}
    assert users_of("ANY /", usage) == ["One", "Two"]
    assert users_of("GET /tag", usage) == ["Two"]
    assert users_of("GET /sample/{id}/mitre_attack", usage) == []


def test_each_used_endpoint_has_a_claim() -> None:
    """Given the endpoints that the actions use, then each of them has a claim."""
    _, _, silent = EVIDENCE.read_text("utf-8").partition("## Nothing claimed")
    used = re.findall(r"^## `(.+)`\n\nUsed by: ", EVIDENCE.read_text("utf-8"), re.MULTILINE)
    assert used
    assert [each for each in used if f"* `{each}`" in silent] == []
