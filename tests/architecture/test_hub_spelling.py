"""The imports of the integration still work after the hub has moved all modules into one namespace."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from importlib.metadata import packages_distributions
from typing import TYPE_CHECKING

import pytest
from tests.architecture.modules import (
    SDK_STAND_IN,
    action_scripts,
    core_modules,
    name_of,
    syntax,
)
from tools.flatten import FlatteningError, flatten_imports
from tools.hub_step import INTEGRATION

if TYPE_CHECKING:
    from pathlib import Path

INITS = sorted(INTEGRATION.glob("**/__init__.py"))


@pytest.mark.parametrize("path", [*core_modules(), *action_scripts()], ids=name_of)
def test_every_import_can_be_flattened(path: Path) -> None:
    """Given each module, then the built form has no relative import."""
    built = flatten_imports(path.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(ast.parse(built)) if isinstance(node, ast.ImportFrom)]
    assert [ast.unparse(node) for node in imports if node.level] == []


@pytest.mark.parametrize(
    ("source", "built"),
    [
        ("from ..core.api.vmray_x import A, B as C\n", "from vmray_x import A, B as C\n"),
        ("from ..core.api.vmray_x import (\n    A,  # why\n)\n", "from vmray_x import (\n    A,  # why\n)\n"),
        ("from soar_sdk.SiemplifyUtils import unix_now\n", "from SiemplifyUtils import unix_now\n"),
        ("def f():\n    from ..core.api.vmray_x import A\n", "def f():\n    from vmray_x import A\n"),
        ("if T:\n    from ..core.api.vmray_x import A\n", "if T:\n    from vmray_x import A\n"),
        ("from ...core.api.vmray_x import A\n", "from vmray_x import A\n"),
        ("import requests\n", "import requests\n"),
        ("from urllib3.util import Retry\n", "from urllib3.util import Retry\n"),
        ('"from ..core.api.vmray_x import A"\n', '"from ..core.api.vmray_x import A"\n'),
    ],
)
def test_allowed_imports_are_rewritten(source: str, built: str) -> None:
    """Given an allowed import, then only the module's name changes; comments, strings and layout stay."""
    assert flatten_imports(source) == built


@pytest.mark.parametrize(
    "source",
    [
        "from .vmray_x import A",
        "from . import vmray_x",
        "from ..core import vmray_x",
        "from ..core import *",
        "from ..core.api.vmray_x import *",
        "from ..core.vmray_x import A",
        "from ..core.api.sub.vmray_x import A",
        "from ....core.api.vmray_x import A",
        "from ..widgets.x import A",
        "from ...widgets.x import A",
        "from vm_ray.core.vmray_x import A",
        "import vm_ray.core.vmray_x",
        "import soar_sdk",
        "import soar_sdk.SiemplifyUtils as utils",
        "from soar_sdk import SiemplifyUtils",
        "from soar_sdk.sub.x import A",
    ],
)
def test_an_import_that_would_fail_is_rejected_with_its_line(source: str) -> None:
    """Given an import that would fail on the platform, then the error has its line and its text."""
    with pytest.raises(FlatteningError, match="line 2") as refused:
        flatten_imports(f"import json\n{source}\n")
    assert source in str(refused.value)


@pytest.mark.parametrize("path", INITS, ids=name_of)
def test_package_files_export_nothing(path: Path) -> None:
    """Given `__init__.py`, which the built form does not have, then it defines nothing."""
    assert [ast.unparse(node) for node in syntax(path).body] == ["from __future__ import annotations"]


def test_the_names_of_modules_are_unique_and_prefixed() -> None:
    """Given one namespace for all modules, then their names are unique and have the prefix."""
    names = Counter(path.stem for path in [*core_modules(), *action_scripts()])
    assert [name for name, times in names.items() if times > 1] == []
    assert {path.parent.parent for path in core_modules()} == {INTEGRATION / "core"}
    assert [path.name for path in core_modules() if not path.stem.startswith("vmray_")] == []


def test_no_module_shadows_the_standard_library_the_sdk_or_a_dependency() -> None:
    """Given the modules of the standard library, the SDK and the dependencies, then no name is ours."""
    sdk = {path.stem for path in SDK_STAND_IN.glob("*.py")}
    taken = sys.stdlib_module_names | sdk | set(packages_distributions()) - {"vm_ray"}
    folded = {name.lower() for name in taken}
    ours = {path.stem for path in [*core_modules(), *action_scripts()]}
    assert "SiemplifyAction" in sdk
    assert {name for name in ours if name.lower() in folded} == set()
