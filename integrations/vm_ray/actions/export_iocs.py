"""Export IOCs: the IOCs of samples as files for other tools, after the quality gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..core.exports.vmray_export import Export
from ..core.exports.vmray_export_files import (
    delivered,
    dropped_table,
    exported_files,
    exported_rows,
    exported_samples,
    notes_of,
    with_notes,
)
from ..core.exports.vmray_gated_iocs import dated
from ..core.exports.vmray_ioc_gate import GatedIocs, limited
from ..core.results.vmray_ioc_rows import ioc_tables
from ..core.results.vmray_item_result import Collected, Item
from ..core.soar.vmray_export_parameters import ExportParameters
from ..core.soar.vmray_fetch_action import Sentences, told
from ..core.soar.vmray_gated_action import GatedAction
from ..core.soar.vmray_outcome_action import Presentation
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_saved_files import save_to_case_wall, unsaved_notes


class ExportIOCs(GatedAction[ExportParameters]):
    """Writes the IOCs of samples as CSV, JSON, STIX, MISP event or search text, and attaches the files.

    Without Samples, the action reads about the FILEHASH entities of the case. The action submits nothing and costs no
    quota.
    """

    name = "Export IOCs"
    parameters = ExportParameters
    sentences = Sentences(
        "Successfully exported IOCs of the following {kind} from VMRay: ",
        "Action wasn't able to export IOCs of the following {kind} from VMRay: ",
        "No IOCs were left to export.",
    )

    def gated(self, items: Sequence[Item], params: ExportParameters) -> GatedIocs:
        """Return at most so many IOCs of each type as the parameters allow."""
        return limited(super().gated(items, params), params.max_iocs)

    def collected(self, items: Sequence[Item], params: ExportParameters) -> Collected:
        """Return the IOCs of all samples as the rows of the result; the files are not written yet."""
        gate = self.gated(items, params)
        return exported_rows(gate, dated(gate.kept, items), [])

    def handed_over(self, run: Run, shown: Presentation, gate: GatedIocs, params: ExportParameters) -> Presentation:
        """Write the files, and attach those that the result has room for."""
        export = Export(dated(gate.kept, shown.items), exported_samples(run.client, shown.items, params.formats))
        formats = params.formats if gate.kept else ()
        files = exported_files(formats, export, gate, run.max_result_bytes, run.redacted)
        attachments = [each.attachment(export.title) for each in files if not each.reason]
        unsaved = save_to_case_wall(run, attachments) if params.save else {}
        items = delivered(with_notes(shown.items, export.samples), files)
        return replace(
            shown,
            outcome=self.overall_outcome(item.outcome for item in items),
            items=items,
            sentences=told(self.sentences, items, self.is_answered),
            collected=exported_rows(gate, export.iocs, files),
            tables=[*ioc_tables(gate.kept), *dropped_table(gate.dropped)],
            attachments=attachments,
            details=[*shown.details, *notes_of(files), *unsaved_notes(unsaved)],
        )


def main() -> None:
    """Run as the platform's process."""
    ExportIOCs().start()


if __name__ == "__main__":
    main()
