"""Flatten the integration's source folder into the form that the platform loads.

In the repository the integration is a package (`actions/`, `core/`) with relative imports between modules.
On the platform the modules of `core/` are top-level modules in one folder, with those of the SDK. Only these
forms of an import work in both places. Any other form would fail at import time in Google SecOps, so this
module rejects it and names its place::

    from ..core.api.vmray_x import Y    ->  from vmray_x import Y     (in a script's folder)
    from ...core.api.vmray_x import Y   ->  from vmray_x import Y     (in core/)
    from soar_sdk.SiemplifyX import Y   ->  from SiemplifyX import Y
    import requests                         (absolute imports of libraries stay)
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from secops_lab.script_kinds import SCRIPT_KINDS

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE: Final = "vm_ray"
SDK: Final = "soar_sdk"
SCRIPT_FOLDERS: Final = {
    **{kind.source: (kind.scripts, ".py") for kind in SCRIPT_KINDS},
    "core": ("Managers", ".py"),
    "widgets": ("WidgetsScripts", ".html"),
}
"""Source folder -> (folder of the built form, suffix of the files to copy)."""

CORE_LEVELS: Final = (2, 3)
"""Dots before `core` in an import: two in the folder of scripts, three in a package of `core/`."""

_FROM: Final = re.compile(r"from\s+(?P<module>[.\w]+)\s+import\b")


class FlatteningError(Exception):
    """An import that works in the source form and fails in the built form.

    Attributes:
        line: Line of the import, counted from 1.
        spelling: The import as written.
    """

    def __init__(self, line: int, spelling: str) -> None:
        super().__init__(line, spelling)
        self.line = line
        self.spelling = spelling

    def __str__(self) -> str:
        """Return the sentence for the author of the import."""
        return (
            f"line {self.line}: '{self.spelling}' does not work in the built package; "
            "write 'from ...core.PACKAGE.vmray_x import Y' ('..core' in a script) "
            "or 'from soar_sdk.X import Y'"
        )


def flatten(integration: Path, target: Path) -> None:
    """Write the scripts of `integration` into `target` in the built layout.

    Args:
        integration: The source folder, with `actions/`, `core/` and, where there are any, `widgets/`.
        target: Folder to write to, made if missing; `ActionsScripts/`, `Managers/` … appear in it.

    Raises:
        FlatteningError: A module has an import that fails there; the note on the error names the file.
    """
    for source_name, (built_name, suffix) in SCRIPT_FOLDERS.items():
        scripts = sorted((integration / source_name).rglob(f"*{suffix}"))
        for script in scripts:
            if script.name == "__init__.py":
                continue
            destination = target / built_name / script.name
            destination.parent.mkdir(parents=True, exist_ok=True)
            destination.write_bytes(_flattened(script))


def _flattened(script: Path) -> bytes:
    if script.suffix != ".py":
        return script.read_bytes()
    try:
        return flatten_imports(script.read_text(encoding="utf-8")).encode()
    except FlatteningError as error:
        error.add_note(str(script))
        raise


def flatten_imports(source: str) -> str:
    """Rewrite the imports of one module; all other characters stay unchanged.

    Raises:
        FlatteningError: An import has no counterpart in the built form.
    """
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            _check_plain_import(node)
        elif isinstance(node, ast.ImportFrom):
            _rewrite(lines, node)
    return "".join(lines)


def _check_plain_import(node: ast.Import) -> None:
    for alias in node.names:
        if alias.name.split(".")[0] in {PACKAGE, SDK}:
            raise FlatteningError(node.lineno, ast.unparse(node))


def _rewrite(lines: list[str], node: ast.ImportFrom) -> None:
    built = _built_module(node)
    if built is None:
        return
    line = lines[node.lineno - 1]
    match = _FROM.match(line, node.col_offset)
    if match is None:  # a line break before the word "import" is not supported
        raise FlatteningError(node.lineno, ast.unparse(node))
    start, end = match.span("module")
    lines[node.lineno - 1] = line[:start] + built + line[end:]


def _built_module(node: ast.ImportFrom) -> str | None:
    """Return the module's name in the built form, or None if the import stays."""
    module = node.module or ""
    head, _, name = module.rpartition(".")
    if node.level == 0 and module.split(".")[0] not in {PACKAGE, SDK}:
        return None
    of_core = node.level in CORE_LEVELS and re.fullmatch(r"core\.\w+", head) is not None
    flat = of_core or (node.level == 0 and head == SDK)
    if not flat or any(alias.name == "*" for alias in node.names):
        raise FlatteningError(node.lineno, ast.unparse(node))
    return name
