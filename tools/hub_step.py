"""Run `make hub`: check the integration with the hub's own tool and write a zip to `dist/`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

from tools.flatten import FlatteningError
from tools.hub_errors import PackagingError
from tools.hub_mp import RULES, Hub, find_mp, find_sdk
from tools.hub_package import (
    add_dependencies,
    build,
    differences,
    mark_custom,
    missing,
    pack,
    version,
)

REPOSITORY: Final = Path(__file__).resolve().parent.parent
INTEGRATION: Final = REPOSITORY / "integrations" / "vm_ray"
IDENTIFIER: Final = "VMRay"
HOW_TO_GET_MP: Final = """\
The content hub's tool mp was not found, so the hub's own validation was not run. To install mp:
  python3.11 -m venv mp-env
  mp-env/bin/pip install "git+https://github.com/chronicle/content-hub#subdirectory=packages/mp"
  MP=mp-env/bin/mp make hub
"""


def main(arguments: list[str] | None = None) -> int:
    """Package the integration.

    Args:
        arguments: Command line without the program; None takes the process's own.

    Returns:
        Exit code: 0 packaged, 1 rejected by the hub's rules or impossible to package.
    """
    parser = argparse.ArgumentParser(prog="hub", description=__doc__)
    parser.add_argument("--dist", type=Path, default=REPOSITORY / "dist", help="folder for the zip")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="vmray-hub-") as scratch:
            archive = package(INTEGRATION, Path(scratch), options.dist)
    except (PackagingError, FlatteningError, OSError) as error:
        say("\n".join([f"Not packaged: {error}", *getattr(error, "__notes__", [])]))
        return 1
    say(f"Import this file in Google SecOps (docs/import-into-secops.md): {archive}")
    return 0


def package(integration: Path, scratch: Path, dist: Path) -> Path:
    """Build the zip with `mp` if it is installed, otherwise with our own builder.

    Args:
        integration: The source folder.
        scratch: An empty folder for intermediate files.
        dist: The folder for the zip.

    Returns:
        The zip.

    Raises:
        PackagingError: The integration breaks a rule of the hub, or the result is not complete.
        FlatteningError: A script has an import that fails on the platform.
    """
    own = scratch / "own" / IDENTIFIER
    build(integration, own)
    mp = find_mp()
    if mp is None:
        say(HOW_TO_GET_MP)
        add_dependencies(integration, own)
        built = own
    else:
        built = _build_with_mp(Hub(mp, scratch / "hub"), integration, own)
    absent = missing(integration, built)
    if absent:
        raise PackagingError(f"the built form lacks {', '.join(absent)}")
    mark_custom(built)
    archive = dist / f"{IDENTIFIER}-{version(integration)}.zip"
    pack(built, archive)
    return archive


def _build_with_mp(hub: Hub, integration: Path, own: Path) -> Path:
    name = integration.name
    hub.export(integration, find_sdk())
    figures, said = hub.validate(name)
    if figures is None or not figures.clean:
        raise PackagingError(f"mp validate must pass {RULES} of {RULES} rules. Its output:\n{said.strip()}")
    say(f"mp validate: {figures}")
    built = hub.build(name, IDENTIFIER)
    differing = differences(own, built)
    say(f"mp build: {sum(path.is_file() for path in built.rglob('*'))} files")
    if differing:
        say(f"Our own builder differs from mp in: {', '.join(differing)}. The zip is made from mp's files.")
    return built


def say(text: str) -> None:
    """Print a text to the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
