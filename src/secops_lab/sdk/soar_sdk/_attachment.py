"""Files to attach to the case wall."""

from __future__ import annotations

import base64
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

Json = dict[str, Any]


@dataclass(repr=False, eq=False)
class Attachment:
    """A file to attach to the case wall; sizes in bytes (`size`: of the base64 text)."""

    case_identifier: str
    alert_identifier: str | None
    base64_blob: str
    attachment_type: str
    name: str
    description: str | None
    is_favorite: bool
    orig_size: int
    size: int

    @staticmethod
    def fromfile(path: str, case_id: Any, alert_identifier: str | None) -> Attachment:
        """Read a file; its description and favourite mark cannot be set, as in the platform's SDK."""
        file = Path(path)
        if not file.is_file():
            raise OSError("File not found")
        content = file.read_bytes()
        blob = base64.b64encode(content).decode()
        return Attachment(
            case_identifier=case_id,
            alert_identifier=alert_identifier,
            base64_blob=blob,
            attachment_type=file.suffix,
            name=file.stem,
            description=None,
            is_favorite=False,
            orig_size=len(content),
            size=len(blob),
        )

    def to_dict(self) -> Json:
        """Return the body of the request that stores the file."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        values["type"] = values.pop("attachment_type")
        none = dict.fromkeys(("creation_time", "modification_time", "additional_properties"))
        return {"identifier": self.case_identifier, **none, **values}
