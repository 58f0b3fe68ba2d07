"""Create forms from an action's definition and read the submitted values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from starlette.datastructures import FormData

    from secops_lab.manifest import ActionSpec, ParameterSpec

    from .uploads import Upload, UploadBox

Control = Literal["checkbox", "choice", "files", "password", "text"]

# Parameters with paths become uploads: a typed path could name any file of this machine.
_PATHS: Final = re.compile(r"\bpaths?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter in a form.

    Attributes:
        id: The id in the page, also the name of the control.
        spec: The parameter.
        control: The kind of control.
        value: The default or the submitted value.
        files: The uploads of the field.
        problem: The problem of the submitted value, or an empty text.
    """

    id: str
    spec: ParameterSpec
    control: Control
    value: str
    files: tuple[Upload, ...] = ()
    problem: str = ""

    @property
    def sent_value(self) -> str:
        """The parameter's value in the platform's form."""
        return ",".join(str(upload.path) for upload in self.files) if self.control == "files" else self.value


def empty_form(action: ActionSpec) -> list[Field]:
    """Return the fields of an action with their defaults."""
    return [
        Field(f"parameter-{number}", spec, _control(spec), spec.default)
        for number, spec in enumerate(action.parameters)
    ]


def sent_form(action: ActionSpec, form: FormData, uploads: UploadBox) -> list[Field]:
    """Return the fields of an action with the submitted and validated values."""
    return [_sent(field, form, uploads) for field in empty_form(action)]


def _control(spec: ParameterSpec) -> Control:
    if spec.type == "boolean":
        return "checkbox"
    if spec.optional_values:
        return "choice"
    if spec.type == "password":
        return "password"
    return "files" if _PATHS.search(spec.name) else "text"


def _sent(field: Field, form: FormData, uploads: UploadBox) -> Field:
    spec, control = field.spec, field.control
    texts = [value for value in form.getlist(field.id) if isinstance(value, str)]
    files: tuple[Upload, ...] = ()
    problem = ""
    if control == "checkbox":
        value = "true" if texts else "false"
    elif control == "files":
        found = [uploads.find(token) for token in texts if token]
        files = tuple(upload for upload in found if upload is not None)
        value = ""
        if len(files) < len(found):
            problem = "A file is no longer here; choose it again."
    else:
        value = texts[0] if texts else ""
        if control == "choice" and value and value not in spec.optional_values:
            value, problem = "", "Choose one of the offered values."
    if spec.mandatory and not (value or files) and not problem:
        problem = "Choose a file." if control == "files" else "This parameter must have a value."
    return Field(field.id, spec, control, value, files, problem)
