"""`make generate`: write every generated file; with `--check`, name those that are out of date.

No generated file is edited by hand: the files follow from the declarations of the actions, from the runs of
their examples, from the claims of the contract tests, and from the sources of the widgets.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tools import contract, examples_page, json_examples, readme_blocks, troubleshooting
from tools.ai_description import ai_description
from tools.evidence import claims, page, usage
from tools.hub_step import INTEGRATION, REPOSITORY, say
from tools.performance import perform, usual
from tools.readme_blocks import ENGLISH, SPANISH_README, spanish_sentences, with_block
from tools.widgets import build

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tools.performance import Performance

EVIDENCE = REPOSITORY / "docs" / "api-evidence.md"
EXAMPLES = REPOSITORY / "docs" / "examples.md"
AI = INTEGRATION / "resources" / "ai" / "actions_ai_description.yaml"


def generated() -> dict[Path, str]:
    """Return every generated file with its text."""
    asserted = claims.collect()  # before the runs: pytest has to import the tests itself
    performances = perform()
    shown = usual(performances)
    used = usage.usage_of(performances)
    return {
        **json_examples.json_examples(shown),
        EXAMPLES: examples_page.page(shown),
        EVIDENCE: page.render(asserted, used, usage.emulated_endpoints()),
        AI: ai_description(performances),
        contract.CONTRACT: contract.contract_text(),
        troubleshooting.PAGE: troubleshooting.page(),
        **build.widget_files(shown),
        **_readmes(shown),
    }


def _readmes(shown: Sequence[Performance]) -> dict[Path, str]:
    actions = [one.action for one in shown]
    files = {}
    for language, sentences in ((ENGLISH, {}), (SPANISH_README, spanish_sentences())):
        text = language.readme.read_text("utf-8")
        text = with_block(text, "actions", readme_blocks.tables(actions, language, sentences))
        files[language.readme] = with_block(text, "messages", examples_page.messages(shown))
    return files


def stale_files(files: dict[Path, str]) -> list[Path]:
    """Return the files whose text on disk differs, and the examples and widgets that belong to no action."""
    differing = [
        path for path, text in files.items() if not path.is_file() or path.read_text("utf-8") != text
    ]
    folders = ((INTEGRATION / "resources", "*_JsonResult_example.json"), (build.WIDGETS, "*"))
    left_over = [path for folder, name in folders for path in folder.glob(name) if path not in files]
    return sorted({*differing, *left_over})


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or compare them.

    Returns:
        Exit code: 0 written or up to date, 1 out of date (only with `--check`).
    """
    parser = argparse.ArgumentParser(prog="python -m tools.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare; fail if a file is out of date")
    options = parser.parse_args(arguments)
    files = generated()
    stale = stale_files(files)
    names = "".join(f"  {path.relative_to(REPOSITORY)}\n" for path in stale)
    if options.check:
        say(f"out of date, run make generate:\n{names}" if stale else "all generated files are up to date")
        return int(bool(stale))
    for path in stale:
        if path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], "utf-8")
        else:
            path.unlink()
    say(f"changed:\n{names}" if stale else "all generated files were up to date")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
