"""Every relative link in a document is a file and a heading that exist; every page is in the index."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tools.hub_step import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

DOCS = REPOSITORY / "docs"
PAGES = sorted([*REPOSITORY.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)\s]*)\)")


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub creates them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_relative_link_exists(page: Path) -> None:
    """Given a page, then its links name files that exist, and headings in these files."""
    broken = []
    for link in LINK.findall(page.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_the_index_names_every_page() -> None:
    """Given the pages below docs/, then the index links each of them."""
    linked = {
        (DOCS / link.partition("#")[0]).resolve()
        for link in LINK.findall((DOCS / "index.md").read_text("utf-8"))
    }
    assert [page.name for page in PAGES if page.resolve() not in linked and page.name != "index.md"] == []
