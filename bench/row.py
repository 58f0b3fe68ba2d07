"""A measured row of the table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside its bound.

    Attributes:
        what: What was measured, and how.
        figure: This run's figure, in words.
        bound: What it must reach, in words.
        within: Whether it does; None for a figure without a bound, or one that could not be measured here.
    """

    what: str
    figure: str
    bound: str = ""
    within: bool | None = None

    @property
    def mark(self) -> str:
        """The last column: a word, so that it reads without colours."""
        return {True: "ok", False: "MISSED", None: "–"}[self.within]


def at_most(what: str, value: float, bound: float, unit: str, detail: str = "") -> Row:
    """Make a row for a figure that must not be larger than its bound."""
    return Row(
        what, f"{value:,.2f} {unit}{detail}".replace(" ×", "×"), f"at most {bound:g} {unit}", value <= bound
    )


def at_least(what: str, value: float, bound: float, unit: str, detail: str = "") -> Row:
    """Make a row for a figure that must not be smaller than its bound."""
    return Row(
        what, f"{value:,.2f} {unit}{detail}".replace(" ×", "×"), f"at least {bound:g} {unit}", value >= bound
    )


def exactly(what: str, value: int, wanted: int, unit: str) -> Row:
    """Make a row for a count that must be this one: more is a waste, fewer is work that was not done."""
    return Row(what, f"{value:,} {unit}", f"exactly {wanted:,}", value == wanted)
