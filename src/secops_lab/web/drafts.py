"""The last submitted forms of actions, so that the next page shows the same values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .forms import Field, empty_form, sent_form

if TYPE_CHECKING:
    from typing import Any

    from starlette.datastructures import FormData

    from secops_lab.manifest import ActionSpec
    from secops_lab.platform import Case

    from .uploads import UploadBox


@dataclass(frozen=True, slots=True)
class Draft:
    """The content of a form.

    Attributes:
        fields: The parameters.
        unticked: The numbers of the case's entities that are not selected; entities added later are selected.
    """

    fields: list[Field]
    unticked: frozenset[int] = frozenset()

    @property
    def has_problem(self) -> bool:
        """Whether a submitted value is invalid."""
        return any(field.problem for field in self.fields)


class Drafts:
    """Reads forms and stores the last form of each case and action.

    Args:
        uploads: The storage for the files of forms.
    """

    def __init__(self, uploads: UploadBox) -> None:
        self._uploads = uploads
        self._kept: dict[tuple[int, str], Draft] = {}

    def read(self, form: FormData, case: Case, action: ActionSpec, entities: list[dict[str, Any]]) -> Draft:
        """Read and store a submitted form.

        Args:
            form: The submitted form.
            case: The case.
            action: The action.
            entities: The entities of the case, in their order.
        """
        ticked = set(form.getlist("entity"))
        unticked = frozenset(number for number in range(len(entities)) if str(number) not in ticked)
        draft = Draft(sent_form(action, form, self._uploads), unticked)
        self._kept[case.identifier, action.stem] = draft
        return draft

    def last(self, case: Case, action: ActionSpec) -> Draft:
        """Return the last submitted form without problems and secrets, or a form with the defaults."""
        draft = self._kept.get((case.identifier, action.stem)) or Draft(empty_form(action))
        return replace(draft, fields=[self._shown_again(field) for field in draft.fields])

    def _shown_again(self, field: Field) -> Field:
        """Return the field without the files that a run has reserved meanwhile."""
        files = tuple(file for file in field.files if self._uploads.find(file.token))
        value = "" if field.control == "password" else field.value
        return replace(field, value=value, files=files, problem="")
