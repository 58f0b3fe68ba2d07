"""The complete report of one sample: all that VMRay's API has about the sample, read concurrently.

Only the sample itself is required. Every list is optional: if a list cannot be read, the report says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from ...core.api.vmray_concurrency import run_all
from ...core.api.vmray_models import VERDICT_ONLY_NOTE, Aggregate, Json, Sample, objects
from ...core.api.vmray_optional import Missing, read_optional
from ...core.api.vmray_timing import TIMING
from ...core.results.vmray_aggregation_wait import AggregationWait
from ...core.results.vmray_bounded_lists import AllLists
from ...core.results.vmray_children import Child, children_of, is_truncated
from ...core.results.vmray_gaps import analysis_gaps
from ...core.results.vmray_lock import REFUSALS, are_locked
from ...core.results.vmray_report import INDICATORS, IOCS, ReportFilter, SampleReport, make_report
from ...core.results.vmray_threat_names import classifications, threat_names
from ...core.results.vmray_unknown_values import score_of, technique_notes
from ...core.results.vmray_why import Evidence, Why, why_of

TECHNIQUES: Final = "MITRE techniques"
NAMES: Final = "threat names"
CLASSES: Final = "classifications"
ANALYSES: Final = "analyses"
SAMPLE: Final = "sample"
# The lists that VMRay collects from the analyses of a sample; the response says whether VMRay has finished that.
COLLECTED: Final = (IOCS, INDICATORS, TECHNIQUES)
LOCKED: Final = f"its report is locked{VERDICT_ONLY_NOTE.removeprefix('the report is locked')}"
NOT_AVAILABLE: Final = f"{LOCKED}; {IOCS}, {INDICATORS} and {TECHNIQUES} are not available"
TRUNCATED: Final = "VMRay truncated the list of child samples"

Parts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FullReport:
    """All data about one sample, ready for display.

    Attributes:
        base: The sample with its filtered IOCs and threat indicators, and the notes for the analyst.
        mitigating: The mitigating threat indicators, VMRay's own objects.
        techniques: VMRay's own objects; those that the strongest threat indicators prove come first.
        children: The child samples, the worst verdict first.
        truncated: Whether VMRay has more child samples than it returns.
        why: Why the sample has its verdict.
        complete: Whether all lists were read and VMRay had finished collecting them.
        locked: Whether lists could not be read because the report was bought as a verdict only.
    """

    base: SampleReport
    mitigating: list[Json]
    techniques: list[Json]
    names: list[dict[str, Any]]
    classifications: list[dict[str, Any]]
    children: list[Child]
    truncated: bool
    why: Why
    complete: bool
    locked: bool

    @property
    def sample(self) -> Sample:
        """The sample."""
        return self.base.sample


def read_full_report(
    client: AllLists, sample_id: int, find: Callable[[], Sample], wanted: ReportFilter, patience: AggregationWait
) -> FullReport:
    """Read everything about one sample concurrently; while VMRay is still collecting a list, read the list again.

    Args:
        client: Reads the lists.
        sample_id: The id of the sample.
        find: Returns the sample; called concurrently with the requests for its lists.
        wanted: Which IOCs and threat indicators to keep.
        patience: How long to read lists again.

    Raises:
        VMRayError: The sample could not be read.
    """
    reads = _reads(client, sample_id)
    parts = run_all({SAMPLE: find, **reads})
    pause = TIMING.aggregation_first_pause
    while (unfinished := _unfinished(parts)) and patience.wait(pause):
        pause = min(2 * pause, TIMING.aggregation_longest_pause)
        newer = run_all({name: reads[name] for name in unfinished})
        if any(isinstance(each, Missing) for each in newer.values()):
            break
        parts |= newer
    return full_report(parts, wanted)


def _reads(client: AllLists, sample_id: int) -> dict[str, Callable[[], Any]]:
    """Return the functions that read the optional parts, by part."""
    methods: Mapping[str, Callable[[int], Any]] = {
        IOCS: client.get_iocs,
        INDICATORS: client.get_threat_indicators,
        TECHNIQUES: client.get_techniques,
        NAMES: client.get_threat_names,
        CLASSES: client.get_classifications,
        ANALYSES: client.list_analyses_of_sample,
    }
    return {part: partial(read_optional, part, partial(method, sample_id)) for part, method in methods.items()}


def _unfinished(parts: Parts) -> list[str]:
    """Return the lists that VMRay is still collecting."""
    return [name for name in COLLECTED if isinstance(parts[name], Aggregate) and not parts[name].finished]


def full_report(parts: Parts, wanted: ReportFilter) -> FullReport:
    """Return the report: filter, sort and limit what was read, and say what is missing."""
    sample: Sample = parts[SAMPLE]
    iocs, indicators, techniques = (_content(parts[name]) for name in COLLECTED)
    children, truncated = children_of(sample), is_truncated(sample)
    gaps = list(_gaps(parts))
    missing = [*gaps, *([TRUNCATED] if truncated else []), *_analysis_gaps(parts)]
    base = make_report(sample, Aggregate(finished=True, content=iocs), Aggregate(True, indicators), wanted)  # noqa: FBT003 - the gaps name the unfinished lists
    found = _known(parts[IOCS], iocs), _known(parts[INDICATORS], objects(indicators))
    return FullReport(
        base=replace(base, complete=not _unfinished(parts), notes=(*gaps, *base.notes, *technique_notes(techniques))),
        mitigating=[each for each in objects(indicators) if score_of(each) < 0],
        techniques=sorted(objects(techniques), key=_proof_rank),
        names=threat_names(_named(parts[NAMES]), sample),
        classifications=classifications(_named(parts[CLASSES]), sample),
        children=children,
        truncated=truncated,
        why=why_of(Evidence(sample, *found, objects(techniques), children, missing)),
        complete=not any(isinstance(parts[name], Missing) for name in COLLECTED) and not _unfinished(parts),
        locked=_is_locked(parts),
    )


def _content(found: Aggregate | Missing) -> Any:  # noqa: ANN401 - VMRay's list or object
    return None if isinstance(found, Missing) else found.content


def _known(found: Aggregate | Missing, content: Any) -> Any:  # noqa: ANN401 - VMRay's list or object
    """Return the content, empty for null; None if it could not be read."""
    return None if isinstance(found, Missing) else content or {}


def _named(found: Json | Missing) -> Json | None:
    return None if isinstance(found, Missing) else found


def _proof_rank(technique: Json) -> int:
    return min((-score_of(each) for each in objects(technique.get("threat_indicators"))), default=0)


def _gaps(parts: Parts) -> Iterator[str]:
    """Yield why lists are empty or incomplete, each as a clause without a full stop.

    Servers before 2023.4 do not know the requests for names, and the sample has the same names.
    """
    locked = _is_locked(parts)
    if locked or _are_all_locked(parts):
        yield NOT_AVAILABLE if locked else LOCKED
    for name in (*COLLECTED, NAMES, CLASSES, ANALYSES):
        found = parts[name]
        is_told = (locked and name in COLLECTED and _is_refused(found)) or (
            name in (NAMES, CLASSES) and _is_refused(found)
        )
        if isinstance(found, Missing) and not is_told:
            yield found.note
    if unfinished := _unfinished(parts):
        yield f"VMRay had not finished collecting {_in_words(unfinished)}; some may be missing"


def _in_words(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _is_locked(parts: Parts) -> bool:
    return any(_is_refused(parts[name]) for name in COLLECTED) and _are_all_locked(parts)


def _are_all_locked(parts: Parts) -> bool:
    return not isinstance(parts[ANALYSES], Missing) and are_locked(parts[ANALYSES])


def _is_refused(found: object) -> bool:
    return isinstance(found, Missing) and isinstance(found.error, REFUSALS)


def _analysis_gaps(parts: Parts) -> Iterator[str]:
    return iter(()) if isinstance(parts[ANALYSES], Missing) else analysis_gaps(parts[ANALYSES])
