"""Each module of the stand-in has two import names and is one module object."""

from __future__ import annotations

import subprocess
import sys
from itertools import permutations

import pytest

from secops_lab.host.launch import STAND_IN

MODULES = sorted(path.stem for path in STAND_IN.glob("[!_]*.py"))
IMPORTS = (
    "import SiemplifyUtils as {}",
    "import soar_sdk.SiemplifyUtils as {}",
    "from soar_sdk import SiemplifyUtils as {}",
    "from soar_sdk.SiemplifyConnectors import SiemplifyUtils as {}",
)


def run(code: str, *folders: object) -> str:
    """Run code in a new process with these folders on its path, and return its output."""
    path = ":".join(str(folder) for folder in folders)
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONPATH": path})
    return done.stdout + done.stderr


def test_all_documented_modules_exist() -> None:
    """The stand-in has all modules that scripts can import."""
    assert MODULES == [
        "OverflowManager",
        "ScriptResult",
        "Siemplify",
        "SiemplifyAction",
        "SiemplifyAddressProvider",
        "SiemplifyBase",
        "SiemplifyConnectors",
        "SiemplifyConnectorsDataModel",
        "SiemplifyDataModel",
        "SiemplifyJob",
        "SiemplifyLogger",
        "SiemplifySdkConfig",
        "SiemplifyUtils",
    ]


@pytest.mark.parametrize("order", ["bare, dotted", "dotted, bare"])
def test_both_import_names_give_the_same_module(order: str) -> None:
    """Both import names give the same module with an unchanged spec, in any order of imports."""
    code = f"""
import sys
from importlib import import_module
for module in {MODULES}:
    for name in [name for name in sys.modules if name.removeprefix("soar_sdk.") in {MODULES}]:
        del sys.modules[name]
    bare, dotted = module, "soar_sdk." + module
    first, second = [import_module(name) for name in ({order})]
    assert first is second is getattr(import_module("soar_sdk"), module), module
    assert first.__spec__.name == first.__name__ == [{order}][0], module
sys.__stdout__.write("same")
"""
    assert run(code, STAND_IN.parent, STAND_IN) == "same"


@pytest.mark.parametrize(("first", "second"), list(permutations(IMPORTS, 2)))
def test_every_form_of_import_gives_the_same_module(first: str, second: str) -> None:
    """Every form of an import statement gives the same module."""
    code = f"{first.format('a')}; {second.format('b')}; import sys; print(a is b, file=sys.__stdout__)"

    assert run(code, STAND_IN, STAND_IN.parent) == "True\n"


@pytest.mark.parametrize("folder", [STAND_IN, STAND_IN.parent])
def test_one_folder_on_the_path_is_enough(folder: object) -> None:
    """The stand-in works with only the inner folder on the path (built scripts) or only the outer one."""
    name = "SiemplifyAction" if folder == STAND_IN else "soar_sdk.SiemplifyAction"
    code = f"""
import {name}, SiemplifyUtils, soar_sdk.SiemplifyUtils as other
SiemplifyUtils.real_stdout.write(str(SiemplifyUtils is other))"""

    assert run(code, folder) == "True"


def test_print_does_not_write_to_stdout_after_an_import_of_the_sdk() -> None:
    """After an import of the SDK, `print()` does not write to standard output."""
    code = """
import SiemplifyAction, SiemplifyUtils as utils
print("x")
utils.resume_stdout()
print([utils.my_stdout.getvalue()])"""

    assert run(code, STAND_IN) == "['x\\n']\n"
