"""Every suppression of a check has its reason on its line, in one form."""

from __future__ import annotations

import re
import tokenize
from typing import TYPE_CHECKING, Final

import pytest
from tests.architecture.modules import every_module, name_of

if TYPE_CHECKING:
    from pathlib import Path

KIND: Final = re.compile(r"#\s*(?:noqa|type:\s*ignore|fmt:|ruff:|pragma:|nosec|pylint:|mypy:)", re.IGNORECASE)
FORM: Final = re.compile(
    r"(?:# type: ignore\[[a-z, -]+\]  )?"
    r"(?:# noqa: [A-Z]+[0-9]+(?:, [A-Z]+[0-9]+)* - |# type: ignore\[[a-z, -]+\]  # (?!noqa)|# fmt: skip  # )"
    r"\w.+"
)


def violations(path: Path) -> list[str]:
    """Return the suppressions of a module that do not have the form, with their lines."""
    with tokenize.open(path) as source:
        comments = [
            each for each in tokenize.generate_tokens(source.readline) if each.type == tokenize.COMMENT
        ]
    return [
        f"{name_of(path)}:{each.start[0]}: {each.string}"
        for each in comments
        if KIND.match(each.string) and not FORM.fullmatch(each.string)
    ]


def test_every_suppression_has_its_reason() -> None:
    """Given all modules, then each suppression is `# noqa: X - reason` or its equivalent."""
    found = [line for path in every_module() for line in violations(path)]
    assert found == [], "write `# noqa: X - reason` or `# type: ignore[x]  # reason`"


@pytest.mark.parametrize(
    ("comment", "fine"),
    [
        ("# noqa: S608 - our own names", True),
        ("# noqa: E402, F401 - early", True),
        ("# type: ignore[arg-type]  # a wrong type on purpose", True),
        ("# type: ignore[import-untyped]  # noqa: PLC0415 - loaded late", True),
        ("# fmt: skip  # a row is a line", True),
        ("# noqa: S608", False),
        ("# noqa", False),
        ("# noqa: S608  our own names", False),
        ("# noqa: S608 (our own names)", False),
        ("# noqa: S608 -- our own names", False),
        ("# type: ignore", False),
        ("# type: ignore[arg-type]", False),
        ("# type: ignore[arg-type]  # noqa: PLC0415", False),
        ("# pragma: no cover", False),
    ],
)
def test_a_suppression_in_another_form_is_found(tmp_path: Path, comment: str, *, fine: bool) -> None:
    """Given one comment, then it is reported unless it has the form."""
    path = tmp_path / "module.py"
    path.write_text(f"x = 1  {comment}\n")
    assert (violations(path) == []) is fine
