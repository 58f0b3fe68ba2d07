"""Run one of MISP's VMRay modules in a separate process: `misp_module.py MODULE < request > response`.

Like MISP, the script loads a module from its file, with the library folder on the path. The package itself
is not imported: it would bring the service around the modules, whose dependencies are not needed here.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any, Final

# The folder in which `make` installs packages that must not be in this environment.
PACKAGE: Final = Path(sys.prefix) / "field" / "misp_modules"


def load(module: str) -> Any:
    """Load a module by its path below `misp_modules/modules`."""
    sys.path.insert(0, str(PACKAGE / "lib"))
    spec = importlib.util.spec_from_file_location("module", PACKAGE / "modules" / module)
    if spec is None or spec.loader is None:
        raise SystemExit(f"misp-modules has no {module}")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


if __name__ == "__main__":
    sys.stdout.write(json.dumps(load(sys.argv[1]).handler(q=sys.stdin.read())))
