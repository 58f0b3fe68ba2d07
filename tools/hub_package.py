"""The built form of the integration: its files, whether they are complete, and the zip to import."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from typing import TYPE_CHECKING, Any, Final

from secops_lab.script_kinds import SCRIPT_KINDS
from secops_lab.yaml_text import read_yaml
from tools.flatten import SCRIPT_FOLDERS, flatten
from tools.hub_definitions import definitions
from tools.hub_errors import PackagingError

if TYPE_CHECKING:
    from pathlib import Path

DEPENDENCIES: Final = "Dependencies"
PLATFORMS: Final = ("any", "manylinux1_x86_64", "manylinux2014_x86_64", "manylinux_2_17_x86_64")
"""Tags of the wheels that the platform's Linux workers load (source: the dependency step of `mp`)."""

ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""Time of every file in the zip, so that equal contents give equal bytes."""


def build(integration: Path, target: Path) -> None:
    """Write the built form without its dependencies: scripts, definitions, AI descriptions.

    Args:
        integration: The source folder.
        target: The folder to fill, named after the integration's identifier; created if missing.

    Raises:
        FlatteningError: A script has an import that fails on the platform.
        PackagingError: A YAML lacks a key, or has a value that has no built counterpart.
    """
    flatten(integration, target)
    for name, value in definitions(integration).items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_json(path, value)
    shutil.copyfile(integration / ".python-version", target / ".python-version")
    spoken = target / "resources" / "ai"
    spoken.mkdir(parents=True, exist_ok=True)
    for description in (integration / "resources" / "ai").glob("*.yaml"):
        shutil.copyfile(description, spoken / description.name)


def add_dependencies(integration: Path, target: Path) -> None:
    """Download the wheels of the integration's requirements into `target/Dependencies`.

    Raises:
        PackagingError: pip could not download them: no network, or no wheel for the platform.
    """
    python = (integration / ".python-version").read_text(encoding="utf-8").strip()
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--only-binary=:all:", "--implementation", "cp", "--python-version", python]
    command += [option for platform in PLATFORMS for option in ("--platform", platform)]
    command += ["--dest", str(target / DEPENDENCIES), *requirements(integration)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own list
    if done.returncode:
        raise PackagingError(f"pip could not download the dependencies: {done.stderr.strip()}")


def requirements(integration: Path) -> list[str]:
    """Return the declared dependencies of the integration in pip's format."""
    return list(_project(integration)["dependencies"])


def version(integration: Path) -> str:
    """Return the integration's version, such as "14.0"."""
    return str(_project(integration)["version"])


def _project(integration: Path) -> dict[str, Any]:
    with (integration / "pyproject.toml").open("rb") as file:
        return dict(tomllib.load(file)["project"])


def missing(integration: Path, built: Path) -> list[str]:
    """Return the files that an import needs and `built` lacks, relative to `built`."""
    identifier = built.name
    wanted = [f"Integration-{identifier}.def", f"{identifier}.fulldetails", "RN.json", ".python-version"]
    for kind in SCRIPT_KINDS:
        declared = (integration / kind.source).glob("*.yaml")
        wanted += [f"{kind.definitions}/{path.stem}{kind.suffix}" for path in declared]
    wanted += [f"Widgets/{path.stem}.json" for path in (integration / "widgets").glob("*.yaml")]
    wanted += [f"resources/ai/{path.name}" for path in (integration / "resources/ai").glob("*.yaml")]
    for source, (folder, suffix) in SCRIPT_FOLDERS.items():
        scripts = (integration / source).rglob(f"*{suffix}")
        wanted += [f"{folder}/{path.name}" for path in scripts if path.name != "__init__.py"]
    absent = [name for name in wanted if not (built / name).is_file()]
    for requirement in requirements(integration):
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0].replace("-", "_")  # as wheels spell it
        if not list((built / DEPENDENCIES).glob(f"{name}-*.whl")):
            absent.append(f"{DEPENDENCIES}/{name}-*.whl")
    return sorted(absent)


def differences(ours: Path, theirs: Path) -> list[str]:
    """Return the files that differ in two built forms; dependencies and the order of names do not count."""
    names = _contents(ours) | _contents(theirs)
    return sorted(name for name in names if _meaning(ours / name) != _meaning(theirs / name))


def _contents(built: Path) -> set[str]:
    files = (path.relative_to(built) for path in built.rglob("*") if path.is_file())
    return {path.as_posix() for path in files if path.parts[0] != DEPENDENCIES}


def _meaning(path: Path) -> object:
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yaml":
        return read_yaml(text)
    if path.suffix not in {".def", ".json", ".fulldetails", *(kind.suffix for kind in SCRIPT_KINDS)}:
        return text
    value = json.loads(text)
    if path.suffix == ".fulldetails":  # mp lists the names in the order of its file system
        return {key: sorted(item, key=str) if isinstance(item, list) else item for key, item in value.items()}
    return value


def mark_custom(built: Path) -> None:
    """Mark the integration and its scripts as custom; a manual import requires the mark."""
    scripts = (path for kind in SCRIPT_KINDS for path in (built / kind.definitions).glob(f"*{kind.suffix}"))
    for path in [*built.glob("Integration-*.def"), *scripts]:
        _write_json(path, {**json.loads(path.read_text(encoding="utf-8")), "IsCustom": True})


def _write_json(path: Path, value: Any) -> None:  # noqa: ANN401 - any JSON value
    path.write_text(json.dumps(value, indent=4, sort_keys=True), encoding="utf-8")


def pack(built: Path, archive: Path) -> None:
    """Zip `built` with its files at the root, in a fixed order and with fixed times."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
        for path in sorted(item for item in built.rglob("*") if item.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(built).as_posix(), ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, path.read_bytes())
