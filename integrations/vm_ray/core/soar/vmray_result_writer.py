"""Send a result to the platform: the only module that writes JSON, tables, attachments, links and insights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.results.vmray_messages import left_out
from ...core.results.vmray_result import Result
from ...core.soar.vmray_run import PROVIDER, Run

if TYPE_CHECKING:
    from soar_sdk.SiemplifyDataModel import DomainEntityInfo


def write_result(run: Run, result: Result) -> list[tuple[str, str]]:
    """Send a result to the platform.

    Returns:
        Notes for the message: what was omitted because of its size.
    """
    written = run.siemplify.result
    for title, lines in result.tables:
        written.add_data_table(title, [run.redacted(line) for line in lines])
    for attachment in result.attachments:
        written.add_attachment(attachment.title, attachment.name, attachment.text)
    for title, address in result.links:
        written.add_link(title, run.redacted(address))
    written.add_result_json(run.redacted(result.json_text))
    return [left_out(result.left_out)] if result.left_out else []


def add_insight(run: Run, entity: DomainEntityInfo, html: str) -> bool:
    """Create the insight of an entity; return False if the platform rejects it: the result must not be lost."""
    try:
        run.siemplify.add_entity_insight(entity, run.redacted(html), triggered_by=PROVIDER)
    except Exception as error:  # noqa: BLE001 - the SDK raises bare exceptions
        run.log(f"the platform rejected the insight: {type(error).__name__}")
        return False
    return True
