"""`python -m tools.simulation`: make all examples anew: docs/examples.md, the READMEs', the JSON results'."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tools import examples
from tools.simulation.page import page, readme
from tools.simulation.stage import perform

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "examples.md"
READMES: Final = (ROOT / "README.md", ROOT / "README.es.md")


def main() -> None:
    """Write them."""
    shown = perform()
    examples.main()
    PAGE.write_text(page(shown), "utf-8")
    for path in READMES:
        path.write_text(readme(path.read_text("utf-8"), shown), "utf-8")


if __name__ == "__main__":
    main()
