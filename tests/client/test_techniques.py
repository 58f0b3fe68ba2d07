"""Techniques in pure functions: filters, values that are not known, the layer format, hostile text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from vm_ray.core.api.vmray_models import Aggregate
from vm_ray.core.results.vmray_navigator_layer import navigator_layer
from vm_ray.core.results.vmray_technique_insight import technique_insight
from vm_ray.core.results.vmray_techniques import (
    STILL_COLLECTING,
    TechniqueFilter,
    technique_item,
    technique_table,
)

if TYPE_CHECKING:
    from vm_ray.core.results.vmray_item_result import Item

MATRIX: Final = "2019-04-25T20:53:07.719000"
PROOF: Final = {"id": 12, "category": "Persistence", "operation": "Adds a key", "score": 3}
TECHNIQUE: Final = {
    "id": 5,
    "technique_id": "T1112",
    "technique": "Modify Registry",
    "tactics": ["Defense Evasion"],
    "version": 1.0,
    "matrix_version": MATRIX,
    "analysis_ids": [901],
    "threat_indicators": [PROOF],
}
# The properties that the objects of the layer format 4.5 may have, with their types; those with a star are
# required (mitre-attack/attack-navigator, layers/LAYERFORMATv4_5.md).
LAYER_FORMAT: Final[dict[str, dict[str, type | tuple[type, ...]]]] = {
    "layer": {
        "name*": str,
        "domain*": str,
        "versions": dict,
        "description": str,
        "sorting": int,
        "techniques": list,
        "gradient": dict,
        "metadata": list,
    },
    "versions": {"attack": str, "navigator*": str, "layer*": str},
    "technique": {
        "techniqueID*": str,
        "tactic": str,
        "comment": str,
        "enabled": bool,
        "score": (int, float),
        "metadata": list,
    },
    "gradient": {"colors*": list, "minValue*": (int, float), "maxValue*": (int, float)},
    "metadata": {"name*": str, "value*": str},
}


def item(*techniques: Any, finished: bool = True, lowest: int = 1, tactics: tuple[str, ...] = ()) -> Item:  # noqa: ANN401 - as a server sends them
    """Return the item of sample 5120 with these techniques."""
    facts = {"subject": "sample 5120", "sample_id": 5120, "entity": None}
    return technique_item(
        "5120", facts, Aggregate(finished, list(techniques)), TechniqueFilter(tactics, lowest)
    )


def layer(*items: Item) -> dict[str, Any]:
    """Return the layer of these items."""
    (file,) = navigator_layer(items)
    found: dict[str, Any] = json.loads(file.content)
    return found


def assert_format(name: str, value: dict[str, Any]) -> None:
    """Assert that an object has all required properties of the format, no unknown ones, and their types."""
    allowed = {key.rstrip("*"): kind for key, kind in LAYER_FORMAT[name].items()}
    assert {key.rstrip("*") for key in LAYER_FORMAT[name] if key.endswith("*")} <= set(value) <= set(allowed)
    for key, each in value.items():
        assert isinstance(each, allowed[key]), (name, key)


def test_the_layer_is_valid_against_the_format() -> None:
    """Given techniques of two samples, then each object of the layer has the form of the layer format 4.5."""
    sub = {**TECHNIQUE, "technique_id": "T1547.001", "matrix_version": "2024-10-31T00:00:00.000000"}
    found = layer(item(TECHNIQUE, sub), item(TECHNIQUE))

    assert_format("layer", found)
    assert found["domain"] in ("enterprise-attack", "mobile-attack", "ics-attack")
    assert_format("versions", found["versions"])
    assert (found["versions"]["navigator"], found["versions"]["layer"]) == ("4.9.0", "4.5")
    assert_format("gradient", found["gradient"])
    assert found["gradient"]["maxValue"] > found["gradient"]["minValue"]
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in found["gradient"]["colors"])
    for technique in found["techniques"]:
        assert_format("technique", technique)
        for each in technique["metadata"]:
            assert_format("metadata", each)
    assert len({each["techniqueID"] for each in found["techniques"]}) == len(found["techniques"])


def test_the_version_of_attack_is_named_for_the_old_matrix_only() -> None:
    """Given the matrix of 2019-04-25, then the layer is of ATT&CK 4; of another one, without a version."""
    newer = {**TECHNIQUE, "technique_id": "T1547.001", "matrix_version": "2024-10-31T00:00:00.000000"}

    assert layer(item(TECHNIQUE))["versions"]["attack"] == "4"
    assert "attack" not in layer(item(TECHNIQUE, newer))["versions"]
    assert "attack" not in layer(item({**TECHNIQUE, "matrix_version": None}))["versions"]


def test_hostile_text_is_safe_in_each_sink() -> None:
    """Given markup, formulas and addresses, then comment, table and insight show them harmless."""
    words = '=<script>alert(1)</script> at http://c2.example/a, "b"\u202e'
    proof = {**PROOF, "operation": words, "category": "<b>"}
    hostile = {**TECHNIQUE, "technique": words, "tactics": [words], "threat_indicators": [proof]}
    found = item(hostile)

    (technique,) = layer(found)["techniques"]
    assert "hxxp://c2[.]example/a" in technique["comment"]
    assert "\u202e" not in technique["comment"]
    (table,) = technique_table([found])
    assert table.lines[1].count(",") == table.lines[0].count(",")
    assert "http:" not in table.lines[1]
    assert ",'=" in table.lines[1]
    html = technique_insight(found)
    assert "<script" not in html
    assert "hxxp://" in html
    (row,) = found.facts["techniques"]
    assert (row["technique"], row["proof"][0]["operation"]) == (words, words)


def test_a_comment_is_short_and_an_unusual_id_is_not_in_the_layer() -> None:
    """Given many proofs and an id of another form, then the comment is cut, and the id is only a row."""
    proofs = [{**PROOF, "operation": f"{number} {'x' * 100}"} for number in range(20)]
    found = item({**TECHNIQUE, "threat_indicators": proofs}, {**TECHNIQUE, "technique_id": "TA0005"})

    (technique,) = layer(found)["techniques"]
    assert len(technique["comment"]) == 500
    assert [each["technique_id"] for each in found.facts["techniques"]] == ["T1112", "TA0005"]
    assert navigator_layer([item({**TECHNIQUE, "technique_id": "TA0005"})]) == []


def test_one_technique_of_a_server_in_two_rows_is_one_in_the_layer() -> None:
    """Given one id twice, then both rows stay, and the layer has the higher score with one sample."""
    found = item(TECHNIQUE, {**TECHNIQUE, "threat_indicators": [{**PROOF, "score": 5}]})

    (technique,) = layer(found)["techniques"]
    assert [each["score"] for each in found.facts["techniques"]] == [5, 3]
    assert technique["score"] == 5
    assert technique["metadata"] == [{"name": "VMRay sample", "value": "5120"}]


@pytest.mark.parametrize(
    ("technique", "lowest", "rows", "note"),
    [
        ({"threat_indicators": None}, 1, 0, "1 of 1 techniques without a threat indicator, not returned"),
        ({"threat_indicators": []}, 0, 1, ""),
        ({"threat_indicators": [{**PROOF, "score": -1}]}, 0, 0, ""),
        (
            {"threat_indicators": [{**PROOF, "score": "high"}]},
            5,
            1,
            "1 technique with a score that this version",
        ),
        ({"technique_id": None}, 0, 0, "1 technique in a form that this version"),
        ({"tactics": None}, 1, 1, ""),
    ],
)
def test_values_that_older_and_newer_servers_send(
    technique: dict[str, Any], lowest: int, rows: int, note: str
) -> None:
    """Given a missing or an unknown value, then the technique is returned or a note counts it."""
    found = item({**TECHNIQUE, **technique}, lowest=lowest)

    assert len(found.facts["techniques"]) == rows
    assert found.reason.startswith(note)
    assert bool(found.reason) == bool(note)


def test_an_unfinished_list_is_incomplete() -> None:
    """Given a list that VMRay still collects, then the item is not complete, with a note."""
    found = item(TECHNIQUE, finished=False)
    assert (found.outcome, found.complete, found.reason) == ("done", False, STILL_COLLECTING)
    assert STILL_COLLECTING in technique_insight(found)


def test_the_insight_shows_tactics_in_the_order_of_the_matrix() -> None:
    """Given many techniques of one tactic, and others, then known tactics come first, ten rows each."""
    many = [{**TECHNIQUE, "technique_id": f"T10{number}", "tactics": ["Impact"]} for number in range(10, 22)]
    odd = {**TECHNIQUE, "tactics": ["A new tactic"]}
    early = {**TECHNIQUE, "tactics": ["Initial Access"]}

    html = technique_insight(item(odd, *many, early, {**TECHNIQUE, "tactics": []}))

    shown = re.findall("<p><strong>(.*?)</strong>", html)
    assert shown == ["Initial Access", "Impact", "A new tactic", "Without a tactic"]
    assert "<li>2 more</li>" in html
