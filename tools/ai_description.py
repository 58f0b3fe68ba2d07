"""The AI description of the actions, in `resources/ai`, which the content hub requires.

The claims follow from what the examples did: which endpoints a run requested, and what the run changed in
the case. The sentences come from the declaration of the action, the longer text from the docstring of its
class.
"""

from __future__ import annotations

import ast
import inspect
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import yaml

from tools.ai_schema import ENTITY_TYPES, FILTERS, OUTCOMES, entity_type_names, flags
from tools.contract import read_contract
from tools.hub_step import INTEGRATION
from tools.readme_blocks import first_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from secops_lab.manifest import ActionSpec, ParameterSpec
    from tools.performance import Performance

HEAD: Final = (
    "# Written by `make generate` from the declarations, docstrings and runs of the actions. Do not edit.\n"
)
# The endpoints that change something at VMRay, and what a request to each does.
EFFECTS: Final = {
    "POST /sample/submit": "Creates a submission in VMRay. Uses up VMRay quota and cannot be undone.",
    "POST /submission/{id}/tag": "Adds a tag to a submission in VMRay.",
    "POST /submission/{id}/tag/{tag}": "Adds a tag to a submission in VMRay.",
    "DELETE /submission/{id}/tag": "Removes a tag from a submission in VMRay.",
    "DELETE /submission/{id}/tag/{tag}": "Removes a tag from a submission in VMRay.",
    "POST /analysis/{id}/tag": "Adds a tag to an analysis in VMRay.",
    "POST /analysis/{id}/tag/{tag}": "Adds a tag to an analysis in VMRay.",
    "DELETE /analysis/{id}/tag": "Removes a tag from an analysis in VMRay.",
    "DELETE /analysis/{id}/tag/{tag}": "Removes a tag from an analysis in VMRay.",
    "POST /sample/{id}/unlock_reports": "Unlocks reports in VMRay. Uses up VMRay quota and cannot be undone.",
    "POST /analysis/{id}/reanalyze": "Starts an analysis in VMRay. Uses up VMRay quota and cannot be undone.",
}


class UnknownEffectError(Exception):
    """An action sent a changing request to an endpoint that `EFFECTS` does not describe."""


def ai_description(performances: Iterable[Performance]) -> str:
    """Return the text of the file: an entry for each action, in the order of the performances."""
    contract = read_contract()["actions"]
    entries = {
        action.name: _entry(action, list(runs), contract[action.stem]["entities"])
        for action, runs in groupby(performances, key=lambda one: one.action)
    }
    return HEAD + yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=100)


def _entry(action: ActionSpec, runs: Sequence[Performance], entities: Sequence[str]) -> dict[str, Any]:
    return {
        "ai_short_description": f"{first_sentence(action.description)}.",
        "ai_description": f"{action.description} {class_docstring(action.stem)}",
        "parameters_description": _parameters(action.parameters),
        "capabilities": _capabilities(runs),
        "entity_usage": _entity_usage(entities),
        "outcome_categories": _outcomes(runs),
    }


def class_docstring(stem: str) -> str:
    """Return the docstring of an action's class on one line.

    Raises:
        LookupError: The file has no class with a docstring.
    """
    path = INTEGRATION / "actions" / f"{stem}.py"
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef) and any(_is_name(each) for each in node.body):
            return " ".join(inspect.cleandoc(ast.get_docstring(node) or "").replace("``", "").split())
    raise LookupError(f"{path.name} has no class with the `name` of an action")


def _is_name(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(t, ast.Name) and t.id == "name" for t in node.targets
    )


def _parameters(parameters: Sequence[ParameterSpec]) -> str:
    if not parameters:
        return "The action has no parameters."
    return " ".join(
        f"{each.name} ({each.type}, {'mandatory' if each.mandatory else 'optional'}): {each.description}"
        for each in parameters
    )


def _capabilities(runs: Sequence[Performance]) -> dict[str, Any]:
    outside, inside = _external_effects(runs), _internal_effects(runs)
    return {
        "fetches_data": _fetches_data(runs),
        "can_mutate_external_data": bool(outside),
        "external_data_mutation_explanation": " ".join(outside) or None,
        "can_mutate_internal_data": bool(inside),
        "internal_data_mutation_explanation": " ".join(inside) or None,
        "can_update_entities": any(one.updated_entities for one in runs),
        "can_create_insight": any(one.insight for one in runs),
        "can_modify_alert_data": False,  # the local SecOps has no call that changes an alert
        "can_create_case_comments": any(one.comments for one in runs),
    }


def _fetches_data(runs: Sequence[Performance]) -> bool:
    """Return whether a run returned data that it had requested for the result.

    A read request before a change at VMRay finds what to change. Its endpoint does not count, in any run of
    the action: a JSON result that only lists the changes is no fetched data.
    """
    lookups = {each for one in runs for each in one.lookups}
    return any(one.returns_data and set(one.reads) - lookups for one in runs)


def _external_effects(runs: Sequence[Performance]) -> list[str]:
    """Return what the runs changed at VMRay, one sentence for each effect."""
    changing = sorted({each for one in runs for each in set(one.endpoints) - set(one.reads)})
    if unknown := [each for each in changing if each not in EFFECTS]:
        raise UnknownEffectError(
            f"EFFECTS in tools/ai_description.py has no sentence for: {', '.join(unknown)}"
        )
    return list(dict.fromkeys(EFFECTS[each] for each in changing))


def _internal_effects(runs: Sequence[Performance]) -> list[str]:
    """Return what the runs changed in the case, one sentence for each effect."""
    enriched = "Writes enrichment to the entities, and marks them as enriched or suspicious."
    effects = {
        enriched: any(one.updated_entities for one in runs),
        "Adds entities to the case.": any(one.added_entities for one in runs),
        "Adds insights to the case.": any(one.insight for one in runs),
        "Adds comments to the case.": any(one.comments for one in runs),
    }
    return [sentence for sentence, observed in effects.items() if observed]


def _entity_usage(entities: Sequence[str]) -> dict[str, Any]:
    used = entity_type_names(entities)
    filters = flags("filter", FILTERS, ["entity_type"] if used else [])
    return {
        "entity_types": flags("entity type", ENTITY_TYPES, used),
        **{f"filters_by_{name}": value for name, value in filters.items()},
    }


def _outcomes(runs: Sequence[Performance]) -> dict[str, Any]:
    observed = {
        "enrich_ioc": (
            any(one.enrichment for one in runs),
            "Enriches entities with threat intelligence.",
        ),
        "submit_file": (any(one.sent_file for one in runs), "Uploads files to a sandbox."),
        "download_file": (any(one.attachments for one in runs), "Returns files as attachments."),
    }
    reasons = [reason for happened, reason in observed.values() if happened]
    chosen = {name for name, (happened, _) in observed.items() if happened}
    return {
        "reasoning": " ".join(reasons) or "No outcome category fits.",
        **flags("outcome category", OUTCOMES, chosen),
    }
