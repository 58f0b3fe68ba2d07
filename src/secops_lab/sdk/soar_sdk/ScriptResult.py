"""Collect the results of a script by title: JSON, tables, files, links and texts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import _soar_names  # type: ignore[import-not-found]  # noqa: F401 - both spellings, one module

if TYPE_CHECKING:
    from collections.abc import Sequence

EXECUTION_STATE_COMPLETED = 0
EXECUTION_STATE_INPROGRESS = 1
EXECUTION_STATE_FAILED = 2
EXECUTION_STATE_TIMEDOUT = 3

JSON_RESULT_TITLE = "JsonResult"

Entry = dict[str, Any]


class ScriptResult:
    """The results of one run.

    Calls with the same title and type fill one entry: a later table, JSON or content replaces the earlier
    one, while attachments, HTML, Markdown and links add up.

    Attributes:
        message: The message of the run.
        result_value: The script result.
        execution_state: One of the `EXECUTION_STATE_…` numbers.

    Args:
        entities: The target entities, as pairs of identifier and type (old format: identifiers only).
        support_old_entities: Whether the old format is in use: entries are then kept by title alone.
    """

    MAX_TOTAL_ATTACHMENT_SIZE = 50 * 1024 * 1024
    MAX_ATTACHMENT_SIZE = 50 * 1024 * 1024

    def __init__(self, entities: Sequence[Any], support_old_entities: bool = False) -> None:
        self.message: str | None = None
        self.result_value: Any = None
        self.execution_state = EXECUTION_STATE_COMPLETED
        self.support_old_entities = support_old_entities
        self._identifiers = set(entities) if support_old_entities else {entity[0] for entity in entities}
        self._entries: dict[Any, Entry] = {}
        self._attached = 0

    def to_dict(self) -> dict[str, Entry]:
        """The entries under the keys that the platform reads: the title, with `_TYPE` appended."""
        named = {}
        for key, entry in self._entries.items():
            if self.support_old_entities or entry["Title"] == JSON_RESULT_TITLE:
                named[str(entry["Title"])] = entry
            else:
                named[f"{key[0]}_{key[1]}"] = entry
        return named

    def add_result_json(self, json_data: Any) -> None:
        """Set the JSON result: a dict, a list, or the text of one."""
        self.add_json(JSON_RESULT_TITLE, json_data)

    def add_json(self, entity_identifier: str, json_data: Any, entity_type: str | None = None) -> None:
        """Set the JSON of a title: a dict, a list (unknown objects become text), or JSON text.

        Raises:
            AttributeError: The value is neither. The SDK raises this error because of a bug in its error
                handling.
        """
        if isinstance(json_data, dict | list):
            text = json.dumps(json_data, default=str)
        else:
            try:
                json.loads(json_data)
            except (TypeError, ValueError) as error:
                raise AttributeError(f"{type(error).__name__!r} object has no attribute 'message'") from error
            text = json_data
        self._entry(entity_identifier, entity_type)["RawJson"] = text

    def add_entity_json(self, entity_identifier: str, json_data: Any, entity_type: str | None = None) -> None:
        """Set the JSON of an entity."""
        self.add_json(entity_identifier, json_data, entity_type)

    def add_content(self, entity_identifier: str, content: Any, entity_type: str | None = None) -> None:
        """Set the text of a title."""
        self._entry(entity_identifier, entity_type)["Content"] = content

    def add_entity_content(
        self, entity_identifier: str, content: Any, entity_type: str | None = None
    ) -> None:
        """Set the text of an entity."""
        self.add_content(entity_identifier, content, entity_type)

    def add_data_table(self, title: str, data_table: Sequence[str], entity_type: str | None = None) -> None:
        """Set the table of a title: CSV lines, the header first."""
        self._entry(title, entity_type)["CSVLines"] = data_table

    def add_entity_table(
        self, entity_identifier: str, data_table: Sequence[str], entity_type: str | None = None
    ) -> None:
        """Set the table of an entity: CSV lines, the header first."""
        self.add_data_table(entity_identifier, data_table, entity_type)

    def add_attachment(
        self,
        title: str,
        filename: str,
        file_contents: str | bytes,
        additional_data: dict[str, Any] | None = None,  # noqa: ARG002 - the platform drops it, too
        entity_type: str | None = None,
    ) -> None:
        """Attach a file.

        Args:
            title: The entry it belongs to.
            filename: Its name.
            file_contents: Its content in base64.
            additional_data: Ignored.
            entity_type: The type of the entity in the title.

        Raises:
            OSError: The file, or all attachments together, have more than 50 MiB of base64.
        """
        if len(file_contents) > self.MAX_ATTACHMENT_SIZE:
            raise OSError("Attachment cannot be larger than 50 MB")
        if self._attached + len(file_contents) > self.MAX_TOTAL_ATTACHMENT_SIZE:
            raise OSError("Total entity attachments cannot be larger than 50 MB")
        self._attached += len(file_contents)
        self._entry(title, entity_type)["Attachments"][filename] = file_contents

    def add_entity_attachment(
        self,
        entity_identifier: str,
        filename: str,
        file_contents: str | bytes,
        additional_data: dict[str, Any] | None = None,
        entity_type: str | None = None,
    ) -> None:
        """Attach a file to an entity; see `add_attachment`."""
        self.add_attachment(entity_identifier, filename, file_contents, additional_data, entity_type)

    def add_html(
        self, title: str, report_name: str, report_contents: str, entity_type: str | None = None
    ) -> None:
        """Add an HTML report."""
        self._entry(title, entity_type)["Htmls"][report_name] = report_contents

    def add_entity_html_report(
        self, entity_identifier: str, report_name: str, report_contents: str, entity_type: str | None = None
    ) -> None:
        """Add an HTML report to an entity."""
        self.add_html(entity_identifier, report_name, report_contents, entity_type)

    def add_markdown(
        self, title: str, markdown_name: str, markdown_content: str, entity_type: str | None = None
    ) -> None:
        """Add a Markdown text."""
        self._entry(title, entity_type)["Markdowns"][markdown_name] = markdown_content

    def add_entity_markdown(
        self,
        entity_identifier: str,
        markdown_name: str,
        markdown_content: str,
        entity_type: str | None = None,
    ) -> None:
        """Add a Markdown text to an entity."""
        self.add_markdown(entity_identifier, markdown_name, markdown_content, entity_type)

    def add_link(self, title: str, link: str, entity_type: str | None = None) -> None:
        """Add a link."""
        self._entry(title, entity_type).setdefault("Links", []).append(link)

    def add_entity_link(self, entity_identifier: str, link: str, entity_type: str | None = None) -> None:
        """Add a link to an entity."""
        self.add_link(entity_identifier, link, entity_type)

    def _entry(self, title: str, entity_type: str | None) -> Entry:
        key: Any = title if self.support_old_entities else (title, entity_type)
        if key not in self._entries:
            kind = {} if self.support_old_entities else {"Type": entity_type}
            self._entries[key] = {
                "Title": title,
                **kind,
                "IsForEntity": title in self._identifiers,
                "Content": "",
                "RawJson": "",
                "CSVLines": "",
                "Attachments": {},
                "Htmls": {},
                "Markdowns": {},
            }
        return self._entries[key]
