"""What goes along with a submitted sample."""

from __future__ import annotations

from typing import NamedTuple


class SubmitOptions(NamedTuple):
    """What goes along with a submitted sample; empty values are left out."""

    tags: tuple[str, ...] = ()
    comment: str = ""
    metadata: str = ""

    def form(self) -> dict[str, str]:
        """Write them as form fields."""
        fields = {"tags": ",".join(self.tags), "comment": self.comment, "submission_metadata": self.metadata}
        return {name: value for name, value in fields.items() if value}
