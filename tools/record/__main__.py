"""`python -m tools.record --root URL --key-env NAME --out FOLDER`: record a live server, without secrets."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools.record.scrub import LeakError, Scrubber
from tools.record.tour import Guide, TourError, conversation

_ABOUT = """\
Read the data of a VMRay server and of one submission, replace keys, e-mail addresses, host and account names,
free texts and ids, and write one JSON file for each response. Nothing is submitted unless --submit names a
file, which costs quota. The analysed data stays readable: file names, hashes, IOCs."""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.record", description=_ABOUT)
    parser.add_argument("--root", required=True, help="root of the server, such as https://cloud.vmray.com")
    parser.add_argument(
        "--key-env", required=True, metavar="NAME", help="environment variable with the API key"
    )
    parser.add_argument("--out", required=True, type=Path, help="new folder for the files")
    parser.add_argument(
        "--submission",
        type=int,
        metavar="ID",
        help="ID of the submission to read; default: the newest finished one",
    )
    parser.add_argument("--submit", type=Path, metavar="FILE", help="submit this file first (costs quota)")
    parser.add_argument("--no-verify", action="store_true", help="do not check the server's certificate")
    return parser.parse_args()


def _write(folder: Path, bodies: dict[str, Any]) -> None:
    """Write all files or none: into a temporary folder that is renamed at the end."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".recording-") as beside:
        target = Path(beside) / "captures"
        target.mkdir()
        for name, body in bodies.items():
            text = json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False)
            (target / f"{name}.json").write_text(f"{text}\n", "utf-8")
        target.rename(folder)


def main() -> int:
    """Record, and return the exit code: 0 written, 1 not written, 2 wrong usage."""
    options = _options()
    api_key = os.environ.get(options.key_env, "")
    if not api_key or options.out.exists():
        said = f"{options.out} exists already" if api_key else f"{options.key_env} is not set"
        sys.stderr.write(f"{said}\n")
        return 2
    root = options.root.rstrip("/").removesuffix("/rest")
    try:
        guide = Guide(root, api_key, verify=not options.no_verify)
        bodies = dict(conversation(guide, options.submission, options.submit))
        _write(options.out, Scrubber(root, api_key).scrub(bodies))
    except (TourError, LeakError, OSError) as error:
        sys.stderr.write(f"nothing was written: {error}\n")
        return 1
    sys.stdout.write(f"{len(bodies)} responses in {options.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
