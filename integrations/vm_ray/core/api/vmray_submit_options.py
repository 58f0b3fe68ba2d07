"""The options of a submission: tags, comment and metadata."""

from __future__ import annotations

from typing import NamedTuple


class SubmitOptions(NamedTuple):
    """The options of a submission; empty values are not sent."""

    tags: tuple[str, ...] = ()
    comment: str = ""
    metadata: str = ""

    def form(self) -> dict[str, str]:
        """Return the options as form fields."""
        fields = {"tags": ",".join(self.tags), "comment": self.comment, "submission_metadata": self.metadata}
        return {name: value for name, value in fields.items() if value}
