"""Starting actions from the page, following them, and what the page shows of them."""

from __future__ import annotations

import json
import re
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from tests.waiting import until

from secops_lab.host import rounds

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Visitor

    from secops_lab.platform import LocalPlatform

    OpenWall = Callable[..., Visitor]

WAITS = 'siemplify.end("waiting", "state", EXECUTION_STATE_INPROGRESS)'
TARGETS = 'siemplify.end(" ".join(one.identifier for one in siemplify.target_entities), True)'


def test_a_case_is_opened_and_gets_entities(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """A title and a first entity, then another one."""
    visitor = open_wall()
    opened = visitor.post("/cases", {"title": "Odd mail", "entity_type": "FILEHASH", "identifier": " ab "})
    assert (opened.status_code, opened.headers["Location"]) == (303, "/cases/1")
    visitor.post("/cases/1/entities", {"entity_type": "DestinationURL", "identifier": "http://a.example"})
    case = platform.cases()[0]
    assert case.title == "Odd mail"
    assert [one["identifier"] for one in case.entities] == ["AB", "HTTP://A.EXAMPLE"]


def test_an_entity_of_an_unknown_type_is_refused(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """The list of types is the page's, not the browser's."""
    platform.new_case()
    answer = open_wall().post("/cases/1/entities", {"entity_type": "NONSENSE", "identifier": "x"})
    assert answer.status_code == 422
    assert platform.cases()[0].entities == []


def test_an_action_runs_on_the_chosen_entities_only(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """Boxes that do not exist are passed over."""
    visitor = open_wall(TARGETS)
    platform.new_case(entities=[("FILEHASH", "a"), ("FILEHASH", "b"), ("FILEHASH", "c")])
    visitor.post("/cases/1/runs", {"action": "do_it", "entity": ["0", "2", "7", "-1", "x"]})
    visitor.wall.wall.runs.wait()
    assert "A C" in visitor.get("/cases/1").text


def test_a_run_that_can_be_cancelled_reads_a_huge_case(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """More than a pipe holds, read late: all of it arrives, although somebody looks whether to cancel."""
    visitor = open_wall("siemplify.end(str(len(siemplify.target_entities[0].identifier)), True)")
    platform.new_case(entities=[("FILENAME", "x" * 300_000)])
    visitor.post("/cases/1/runs", {"action": "do_it", "entity": "0"})
    visitor.wall.wall.runs.wait()
    run = visitor.wall.wall.run(1)
    assert run.outcome is not None
    assert (run.outcome.state.value, run.outcome.message) == ("completed", "300000")


def test_a_missing_value_is_asked_for_and_the_others_stay(
    open_wall: OpenWall, platform: LocalPlatform
) -> None:
    """The form comes back as it was sent, with a sentence at the field."""
    visitor = open_wall(parameters={"Name": "default", "Other": ""})
    action = visitor.wall.wall.host.actions()[0]
    must = type(action.parameters[0])("Name", "string", mandatory=True, default="", description="A name")
    object.__setattr__(action, "parameters", (must, action.parameters[1]))
    platform.new_case()
    answer = visitor.post("/cases/1/runs", {"action": "do_it", "parameter-1": "<kept>"})
    assert answer.status_code == 422
    assert "This parameter must have a value." in answer.text
    assert 'value="&lt;kept&gt;"' in answer.text


def test_the_form_that_was_sent_last_is_shown_again(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """After a start: what was typed, and which entities were left out; of another case and action nothing."""
    visitor = open_wall(parameters={"Name": "default", "Sample File Path": ""})
    for _ in range(2):
        platform.new_case(entities=[("FILEHASH", "a"), ("FILEHASH", "b")])
    token = visitor.upload("a.exe", b"x").json()["token"]
    form = {"action": "do_it", "parameter-0": "typed", "parameter-1": token, "entity": "1"}
    assert visitor.post("/cases/1/runs", form).status_code == 303
    page = visitor.get("/cases/1").text
    assert 'value="typed"' in page
    assert re.findall(r'name="entity" value="(\d)"( checked)?', page) == [("0", ""), ("1", " checked")]
    assert "a.exe" not in page.partition('id="runs-heading"')[0]  # its file is the run's now
    assert 'value="default"' in visitor.get("/cases/2").text


def test_only_so_many_actions_run_at_once(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """One more is refused with a reason, and may run when another one was cancelled."""
    visitor = open_wall(WAITS, is_async=True, live_runs=1)
    platform.new_case()
    start = {"action": "do_it"}
    assert visitor.post("/cases/1/runs", start).status_code == 303
    refused = visitor.post("/cases/1/runs", start)
    assert refused.status_code == 429
    assert "1 actions are running already" in refused.text
    assert visitor.post("/runs/1/cancel").status_code == 303
    visitor.wall.wall.runs.wait()
    assert "Cancelled" in visitor.get("/cases/1").text
    assert visitor.post("/cases/1/runs", start).status_code == 303


def test_a_cancelled_run_has_no_result_and_says_what_stays(
    open_wall: OpenWall, platform: LocalPlatform
) -> None:
    """What the last process handed to the next one is no result; what it had submitted is not taken back."""
    visitor = open_wall(WAITS, is_async=True)
    platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    until(lambda: visitor.wall.wall.run(1).rounds != [])
    visitor.post("/runs/1/cancel")
    visitor.wall.wall.runs.wait()
    page = visitor.get("/cases/1").text
    assert "the run was cancelled; submissions remain in VMRay" in page
    assert "is_success" not in page


def test_a_run_that_is_out_of_time_has_no_result(
    open_wall: OpenWall, platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in the page nor on the case's wall is the state of its last process one."""
    monkeypatch.setattr(rounds, "time", SimpleNamespace(time=lambda: time.time() + 100_000))
    visitor = open_wall(WAITS, is_async=True, poll_interval=60.0)
    case = platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    visitor.wall.wall.runs.wait()
    page = visitor.get("/cases/1").text
    assert "Timed out" in page
    assert "is_success" not in page
    (item,) = [one for one in case.wall if one.kind == "action"]
    assert item.detail["result_value"] is None


@pytest.mark.parametrize(
    ("result", "word", "tone"),
    [
        ("True", "Completed", "good"),
        ("False", "Completed without success", "poor"),
        ('"7"', "Completed", "good"),
    ],
)
def test_a_run_without_success_does_not_look_like_one(
    open_wall: OpenWall, platform: LocalPlatform, result: str, word: str, tone: str
) -> None:
    """An action that completed and found nothing has another word and another colour."""
    visitor = open_wall(f'siemplify.end("said", {result})')
    platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    visitor.wall.wall.runs.wait()
    assert f'<span class="state {tone}">{word}</span>' in visitor.get("/cases/1").text


def test_closing_the_wall_ends_what_runs(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """No process stays behind."""
    visitor = open_wall(WAITS, is_async=True)
    platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    visitor.wall.wall.runs.close()
    assert not visitor.wall.wall.run(1).live


def test_changes_are_streamed_as_they_happen(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """A page that knows an old state is told at once; then with each change."""
    visitor = open_wall()
    case = platform.new_case()
    with visitor.get("/cases/1/changes?since=0", stream=True) as answer:
        lines = answer.iter_lines(chunk_size=1, decode_unicode=True)
        assert next(line for line in lines if line) == "event: change"
        before = platform.revision
        case.add_entity("FILEHASH", "ab")
        told = next(line for line in lines if line.startswith("data: ") and int(line[6:]) > before)
        assert int(told[6:]) >= platform.revision


def test_a_stream_ends_with_the_wall(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """An open page does not keep the wall from ending; the page's stream is closed, not cut."""
    visitor = open_wall()
    platform.new_case()
    with visitor.get("/cases/1/changes", stream=True) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        visitor.wall.__exit__(None, None, None)
        assert [line for line in answer.iter_lines() if line.startswith(b"event")] == []


def test_what_a_page_draws_does_not_change_under_it(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """A run that ends while its page is drawn is drawn as it was; the next page has the end."""
    visitor = open_wall(WAITS, is_async=True)
    case = platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    (before,) = visitor.wall.wall.runs.of_case(case)
    visitor.wall.wall.run(1).cancel.set()
    visitor.wall.wall.runs.wait()
    assert before.live
    (after,) = visitor.wall.wall.runs.of_case(case)
    assert not after.live


def test_a_crash_shows_the_last_words(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """State, exit code and the end of what the process wrote to stderr."""
    visitor = open_wall('raise ValueError("it <b>broke</b>")')
    platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    visitor.wall.wall.runs.wait()
    page = visitor.get("/cases/1").text
    assert "Crashed" in page
    assert "ValueError: it &lt;b&gt;broke&lt;/b&gt;" in page
    assert "exit code 1" in visitor.get("/runs/1/debug").text


def test_the_json_result_is_handed_on_as_it_was_written(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """As JSON, never as a page."""
    visitor = open_wall('siemplify.result.add_result_json({"a": "<b>"})\nsiemplify.end("done", True)')
    platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    visitor.wall.wall.runs.wait()
    answer = visitor.get("/runs/1/json")
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.text) == {"a": "<b>"}
