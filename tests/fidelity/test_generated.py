"""Compare the generated files with new runs of the examples; `make check` compares all of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from tests.support.registry import ACTIONS, CASES
from tools import examples_page, generate, json_examples
from tools.ai_description import UnknownEffectError, ai_description
from tools.evidence.usage import emulated_endpoints, usage_of
from tools.hub_step import REPOSITORY
from tools.performance import Performance, lookups, perform, usual
from tools.readme_blocks import (
    ENGLISH,
    SPANISH_README,
    Language,
    first_sentence,
    groups,
    table,
    tables,
    with_block,
)
from tools.widgets import build

if TYPE_CHECKING:
    from pathlib import Path

    from secops_lab.manifest import ActionSpec

BEGIN, END = "<!-- make generate: messages -->\n", "<!-- end of messages -->"


@pytest.fixture(scope="module")
def performances() -> list[Performance]:
    """Run all examples now."""
    return perform()


def test_every_example_of_every_action_is_performed(performances: list[Performance]) -> None:
    """Given the registry, then no action and no example is left out."""
    performed = [(one.action.stem, one.situation) for one in performances]
    assert performed == [(case.action.stem, case.example.situation) for case in CASES]
    assert [one.action for one in usual(performances)] == list(ACTIONS)


def test_the_committed_pages_equal_a_new_run(performances: list[Performance]) -> None:
    """Given a new run on other ports and at another time, then it gives the committed text."""
    shown = usual(performances)
    assert generate.EXAMPLES.read_text("utf-8") == examples_page.page(shown)
    for path, text in json_examples.json_examples(shown).items():
        assert path.read_text("utf-8") == text
    for path, text in build.widget_files(shown).items():
        assert path.read_text("utf-8") == text


@pytest.mark.parametrize("soar_sdk", ["real"], indirect=True)
def test_the_real_sdk_returns_the_same(soar_sdk: Path | None, performances: list[Performance]) -> None:
    """Given the real SDK, then all performances are equal to those with the stand-in."""
    assert perform(soar_sdk) == performances


def test_each_request_of_an_action_has_an_endpoint(performances: list[Performance]) -> None:
    """Given the requests of all runs, then each has a known endpoint, and each action sent some."""
    usage = usage_of(performances)
    lists_of = ("submission/sample", "analysis/submission", "analysis/sample", "analysis/job")
    twins = (*lists_of, "job/submission", "job/sample")
    lists = {f"GET /{each}/{{id}}" for each in twins}
    known = {*emulated_endpoints(), *lists, "GET /sample/{kind}/{hash}"}
    assert usage.keys() == {action.name for action in ACTIONS}
    assert all(usage.values())
    assert {endpoint for used in usage.values() for endpoint in used} <= known


def test_the_ai_description_matches_the_runs(performances: list[Performance]) -> None:
    """Given the runs, then the description has the observed submits, enrichment and entity types."""
    described = yaml.safe_load(ai_description(performances))
    for one in usual(performances):
        entry, capable = described[one.action.name], described[one.action.name]["capabilities"]
        runs = [each for each in performances if each.action == one.action]
        changing = {each for run in runs for each in run.endpoints if not each.startswith("GET ")}
        assert capable["can_mutate_external_data"] == bool(changing)
        assert bool(capable["external_data_mutation_explanation"]) == bool(changing)
        assert capable["can_update_entities"] == any(run.updated_entities for run in runs)
        assert all(run.updated_entities for run in runs if run.enrichment)
        assert entry["outcome_categories"]["submit_file"] == any(run.sent_file for run in runs)
        assert all(parameter.name in entry["parameters_description"] for parameter in one.action.parameters)


def requested(action: ActionSpec, *endpoints: str, json: list[str] | None = None) -> Performance:
    """Return a performance that sent these requests in this order."""
    return Performance(
        action=action,
        situation="usual",
        given={},
        message="",
        result_name="is_success",
        value="True",
        rounds=1,
        json=json,
        endpoints=tuple(sorted(set(endpoints))),
        lookups=lookups(endpoints),
    )


FIND: Final = "GET /sample/{kind}/{hash}"
ADD: Final = "POST /submission/{id}/tag"


@pytest.mark.parametrize(
    ("runs", "fetches"),
    [
        pytest.param([(FIND, ["data"])], True, id="read-and-returned"),
        pytest.param([(FIND, None)], False, id="read-and-not-returned"),
        pytest.param([(ADD, ["change"])], False, id="changed"),
        pytest.param([(FIND, ADD, FIND, ADD, ["change"])], False, id="each-found-and-changed"),
        pytest.param([(FIND, ADD, ["change"]), (FIND, ["no change"])], False, id="found-and-not-changed"),
        pytest.param([(FIND, ADD, "GET /sample/{id}", ["data"])], True, id="changed-and-read"),
    ],
)
def test_fetched_data_is_read_for_the_result(
    runs: list[tuple[Any, ...]],
    fetches: bool,  # noqa: FBT001 - a parametrized value
) -> None:
    """Given runs, then an action fetches data if it returns more than a list of its own changes."""
    performed = [requested(ACTIONS[0], *endpoints, json=json) for *endpoints, json in runs]
    (described,) = yaml.safe_load(ai_description(performed)).values()
    assert described["capabilities"]["fetches_data"] is fetches


def test_an_undescribed_effect_is_an_error() -> None:
    """Given a request with an unknown effect, then the error names the endpoint and the file."""
    changed = requested(ACTIONS[0], "POST /moon")
    with pytest.raises(UnknownEffectError, match=r"tools/ai_description\.py.*: POST /moon"):
        ai_description([changed])


@pytest.mark.parametrize("language", [ENGLISH, SPANISH_README], ids=lambda each: each.readme.name)
def test_the_table_has_a_row_for_each_action(language: Language) -> None:
    """Given all actions, then each has its name, a sentence and whether the action waits."""
    own = {ACTIONS[0].stem: "a sentence of its own"}
    lines = table(ACTIONS, language, own).splitlines()[2:]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    assert [(name, waits == language.yes) for name, _, waits in rows] == [
        (action.name, action.is_async) for action in ACTIONS
    ]
    sentences = {name: sentence for name, sentence, _ in rows}
    for action in ACTIONS:
        assert sentences[action.name] == own.get(action.stem, first_sentence(action.description))


@pytest.mark.parametrize("language", [ENGLISH, SPANISH_README], ids=lambda each: each.readme.name)
def test_each_action_is_in_one_table(language: Language) -> None:
    """Given the groups, then each action has one row below the title of its group or the last one."""
    shown = tables(ACTIONS, language, {})
    rows = re.findall(r"(?m)^\*\*(.+)\*\*$|^\| (?!---)([^|]+) \|", shown)
    places: dict[str, str] = {}
    title = ""
    for heading, name in rows:
        title = heading or title
        assert name not in places
        if name and name != language.header[0]:
            places[name] = title
    expected = {stem: group.titles[language.code] for group in groups() for stem in group.stems}
    assert places == {each.name: expected.get(each.stem, language.others) for each in ACTIONS}


def test_no_action_is_in_two_groups() -> None:
    """Given the groups, then each has a title in both languages, and no action is in two of them."""
    stems = [stem for group in groups() for stem in group.stems]
    assert len(stems) == len(set(stems))
    assert all(set(group.titles) == {ENGLISH.code, SPANISH_README.code} for group in groups())


def test_a_readme_without_its_two_comments_is_rejected() -> None:
    """Given a README without the two comments, or with more of them, then it is rejected."""
    for text in ("", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"):
        with pytest.raises(ValueError, match="README"):
            with_block(text, "messages", "new\n")
    assert with_block(f"a\n{BEGIN}old\n{END}\nb", "messages", "new\n") == f"a\n{BEGIN}new\n{END}\nb"


def test_an_outdated_and_a_leftover_file_are_named() -> None:
    """Given a text that differs on disk, or a file of no action, then `make check` names the file."""
    readme = REPOSITORY / "README.md"
    stale = generate.stale_files({readme: "other"})
    assert readme in stale
    assert build.WIDGETS / "scan_hash.html" in stale
