"""A measured row of the table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure and its bound.

    Attributes:
        what: What was measured, and how.
        figure: This run's figure, in words.
        bound: The bound of the figure, in words.
        within: Whether the figure is within its bound; None without a bound or without a measurement.
    """

    what: str
    figure: str
    bound: str = ""
    within: bool | None = None

    @property
    def mark(self) -> str:
        """The text of the last column: a word, because colours alone are not accessible."""
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
    """Make a row for a count that must have exactly this value: both more and fewer are defects."""
    return Row(what, f"{value:,} {unit}", f"exactly {wanted:,}", value == wanted)
