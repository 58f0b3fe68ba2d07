"""Values of VMRay's lists that this version does not know: they pass every filter, and a note counts them.

A filter that treated such a value as "none" would hide what VMRay found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ...core.api.vmray_models import IOC_TYPES, Json, objects
from ...core.api.vmray_text import one_line
from ...core.api.vmray_verdicts import verdict_of
from ...core.results.vmray_escape import unclickable

MAX_WORDS: Final = 3
MAX_SCORE_LENGTH: Final = 20
MAX_TYPE_LENGTH: Final = 60
# The types that are in each response of VMRay; the last two are not part of the result.
VMRAY_TYPES: Final = (*IOC_TYPES, "filenames", "email_addresses")
ALL_TYPES: Final = tuple(sorted(VMRAY_TYPES))
_NOT_KNOWN: Final = "that this version of the integration does not know"


def score_of(indicator: Json) -> int:
    """Return the score of a threat indicator: 1 to 5, -1 for a benign one, 0 for none and for an unknown one."""
    score = re.fullmatch(r"(-?[0-9]{1,4})(?:\.[0-9]+)?", str(indicator.get("score")))
    return int(score[1]) if score else 0


def score_cell(indicator: Json) -> int | str:
    """Return the score as an analyst reads it; VMRay's own word for an unknown one."""
    unknown = has_unknown_score(indicator)
    return unclickable(one_line(str(indicator["score"]), MAX_SCORE_LENGTH)) if unknown else score_of(indicator)


def has_unknown_score(indicator: Json) -> bool:
    """Return whether the score is not a number; an old server sends none, which is a score of 0."""
    score = indicator.get("score")
    return score is not None and not re.fullmatch(r"-?[0-9]{1,4}(?:\.[0-9]+)?", str(score))


def reaches(indicator: Json, min_score: int) -> bool:
    """Return whether a threat indicator passes the threshold."""
    return score_of(indicator) >= min_score or has_unknown_score(indicator)


def ioc_notes(lists: Json, kept: Mapping[str, Sequence[Json]]) -> Iterator[str]:
    """Yield notes about the IOCs that this version does not understand.

    Args:
        lists: VMRay's lists by type.
        kept: The IOCs that passed the filters, by type.
    """
    verdicts = [verdict for iocs in kept.values() for verdict in map(verdict_of, iocs) if not verdict.is_recognized]
    if verdicts:
        words = ", ".join(f'"{word}"' for word in list(dict.fromkeys(each.value for each in verdicts))[:MAX_WORDS])
        yield f"{_counted(len(verdicts), 'IOC')} with a verdict {_NOT_KNOWN} ({words}), returned without a filter"
    yield from _formless("IOC", sum(_formless_count(lists.get(name)) for name in kept))
    odd = {one_line(name, MAX_TYPE_LENGTH): len(_items(lists[name])) for name in lists if name not in VMRAY_TYPES}
    found = {name: count for name, count in odd.items() if count}
    if found:
        words = ", ".join(f'"{name}"' for name in list(found)[:MAX_WORDS])
        yield f"{_counted(sum(found.values()), 'IOC')} of a type {_NOT_KNOWN} ({words}), not returned"


def indicator_notes(indicators: object) -> Iterator[str]:
    """Yield notes about the threat indicators that this version does not understand."""
    odd = sum(map(has_unknown_score, objects(indicators)))
    if odd:
        yield f"{_counted(odd, 'threat indicator')} with a score {_NOT_KNOWN}, returned without a filter"
    yield from _formless("threat indicator", _formless_count(indicators))


def technique_notes(techniques: object) -> Iterator[str]:
    """Yield notes about the MITRE techniques that this version does not understand."""
    found = objects(techniques)
    nameless = sum(not each.get("technique_id") for each in found)
    yield from _formless("technique", nameless + _formless_count(techniques))
    odd = sum(any(map(has_unknown_score, objects(each.get("threat_indicators")))) for each in found)
    if odd:
        yield f"{_counted(odd, 'technique')} with a score {_NOT_KNOWN}, returned without a filter"


def _formless(noun: str, number: int) -> Iterator[str]:
    if number:
        yield f"{_counted(number, noun)} in a form {_NOT_KNOWN}, not returned"


def _formless_count(value: object) -> int:
    """Return how many items are not objects in a list; one object in place of a list is not returned, either."""
    return len(_items(value)) - len(objects(value))


def _items(value: object) -> Sequence[object]:
    """Return the items of a list without null; another value than a list is one item, if it contains anything."""
    return [item for item in (value if isinstance(value, list) else [value]) if item is not None and item != {}]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
