"""Get Screenshots: attach the screenshots of samples or analyses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from ..core.evidence.vmray_analysis_choice import is_running
from ..core.evidence.vmray_evidence import Evidence
from ..core.evidence.vmray_gallery import Picture, gallery
from ..core.evidence.vmray_screenshot_files import NO_SCREENSHOTS, Screenshots, screenshots_of
from ..core.results.vmray_result import Insight
from ..core.soar.vmray_evidence_action import EvidenceAction, EvidenceParameters, Row
from ..core.soar.vmray_fetch_action import Sentences
from ..core.soar.vmray_parameters import boolean, param, whole_number
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_subjects import Subject


@dataclass(frozen=True)
class ScreenshotParameters(EvidenceParameters):
    """The samples or analyses, and how many of their screenshots to attach."""

    max_analyses: int = param("Max Analyses", whole_number(1, 20), default="2")
    max_screenshots: int = param("Max Screenshots", whole_number(1, 30), default="6")
    create_insight: bool = param("Create Insight", boolean(), default="true")
    save: bool = param("Save To Case Wall", boolean(), default="false")


class GetScreenshots(EvidenceAction[ScreenshotParameters]):
    """Attaches the different screenshots of dynamic and web analyses, and shows some of them in an insight.

    Without any parameter, the action reads about the FILEHASH entities of the case. The action submits nothing and
    costs no quota.
    """

    name = "Get Screenshots"
    parameters = ScreenshotParameters
    sentences = Sentences(
        "Successfully attached the screenshots of the following {kind} from VMRay: ",
        "Action wasn't able to attach the screenshots of the following {kind} from VMRay: ",
        "No screenshots were found for the provided {kind}.",
    )
    no_files = NO_SCREENSHOTS

    def evidence(self, run: Run, subject: Subject, params: ScreenshotParameters) -> Sequence[Evidence]:
        """Read the indexes of one subject, and choose pictures."""
        make = partial(screenshots_of, run.client, params.max_screenshots)
        return self.of_analyses(run, subject, params.max_analyses, make, is_running)

    def insights(self, rows: Sequence[Row], params: ScreenshotParameters) -> Sequence[Insight]:
        """Return a gallery for each subject with pictures."""
        if not params.create_insight:
            return ()
        shown: dict[Subject, list[tuple[str, Sequence[Picture]]]] = {}
        for row in rows:
            if isinstance(row.evidence, Screenshots):
                pictures = row.evidence.pictures(row.contents())
                shown.setdefault(row.subject, []).append((row.evidence.title, pictures))
        found = [(each[0][0], gallery([pictures for _, pictures in each]), of.entity) for of, each in shown.items()]
        return [Insight("" if entity else title, html, entity) for title, html, entity in found if html]

    def saves(self, params: ScreenshotParameters) -> bool:
        """Return whether the files are also saved to the case wall."""
        return params.save


def main() -> None:
    """Run as the platform's process."""
    GetScreenshots().start()


if __name__ == "__main__":
    main()
