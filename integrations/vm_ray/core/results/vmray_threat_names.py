"""The threat names and classifications of a sample, in one form for servers of all versions."""

from __future__ import annotations

from typing import Any

from ...core.api.vmray_models import Json, Sample, objects, text_of, texts


def threat_names(found: Json | None, sample: Sample) -> list[dict[str, Any]]:
    """Return the threat names of the sample, then those of its child samples.

    Args:
        found: VMRay's response; None if there is none (servers before 2023.4): then the names are the sample's own.
        sample: The sample.
    """
    if not _has_list(found, "sample_threat_names"):
        names = texts(sample.raw.get("sample_threat_names"))
        return [{"name": name, "sources": [], "from_child": False} for name in names]
    return [
        {"name": name, "sources": texts(each.get("sources")), "from_child": owner == "children"}
        for owner, each in _each(found, "threat_names")
        if (name := text_of(each, "threat_name"))
    ]


def classifications(found: Json | None, sample: Sample) -> list[dict[str, Any]]:
    """Return the classifications of the sample, then those of its child samples; see ``threat_names``."""
    if not _has_list(found, "sample_classifications"):
        return [{"name": name, "from_child": False} for name in texts(sample.raw.get("sample_classifications"))]
    return [
        {"name": name, "from_child": owner == "children"}
        for owner, each in _each(found, "classifications")
        if (name := text_of(each, "classification_name"))
    ]


def _has_list(found: Json | None, field: str) -> bool:
    return found is not None and isinstance(found.get(field), list)


def _each(found: Json | None, noun: str) -> list[tuple[str, Json]]:
    """Return each object with its owner, ``sample`` or ``children``."""
    lists = found or {}
    return [(owner, each) for owner in ("sample", "children") for each in objects(lists.get(f"{owner}_{noun}"))]
