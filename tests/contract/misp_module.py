"""Run one of MISP's VMRay modules in a process of its own: `misp_module.py MODULE < request > response`.

MISP loads its modules from their files, with its library folder on the path; so does this. The package itself
is not imported: it would bring the service around the modules, whose dependencies are not needed here.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any, Final

# Where `make` installs what must not mix with this environment's packages.
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
