"""Makes `soar_sdk.X` and `X` one module object, whichever of the two is imported first.

Importing this module puts a finder before all others. Asked for one spelling of a module that is loaded under
the other, it answers with the loaded module; everything else is left to the ordinary finders. Each public
module of this folder imports it first of all.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.util import spec_from_loader
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_PACKAGE = "soar_sdk."
_FOLDER = Path(__file__).resolve().parent


def _twin(name: str) -> ModuleType | None:
    """The module of this folder that is loaded under the other spelling of a name."""
    other = name.removeprefix(_PACKAGE) if name.startswith(_PACKAGE) else _PACKAGE + name
    module = sys.modules.get(other)
    path = getattr(module, "__file__", None)
    return module if path and Path(path).parent == _FOLDER else None


class _OneModule(MetaPathFinder, Loader):
    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return None if _twin(name) is None else spec_from_loader(name, self)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module = _twin(spec.name)
        spec.loader_state = None if module is None else module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import system has written the second spelling's spec into the module; the first one stays valid.
        if module.__spec__ is not None:
            module.__spec__ = module.__spec__.loader_state


if str(_FOLDER.parent) not in sys.path:
    sys.path.append(str(_FOLDER.parent))
if not any(type(finder).__name__ == _OneModule.__name__ for finder in sys.meta_path):
    sys.meta_path.insert(0, _OneModule())
