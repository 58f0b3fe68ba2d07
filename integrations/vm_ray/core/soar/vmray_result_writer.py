"""Send a result to the platform: the only module that writes JSON, tables, attachments and links."""

from __future__ import annotations

from typing import Final

from ...core.results.vmray_messages import left_out
from ...core.results.vmray_result import Result
from ...core.soar.vmray_run import Run

# Members with the address of a report.
LINKS: Final = ("sample_webif_url", "web_link")


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
    if not result.left_out:
        return []
    return [left_out(result.left_out, next((name for name in LINKS if f'"{name}":' in result.json_text), ""))]
