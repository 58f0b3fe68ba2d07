"""Start actions from the page, follow their runs, and read the results on the page."""

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
    """Given a title and a first entity, a case is opened; then a second entity is added."""
    visitor = open_wall()
    opened = visitor.post("/cases", {"title": "Odd mail", "entity_type": "FILEHASH", "identifier": " ab "})
    assert (opened.status_code, opened.headers["Location"]) == (303, "/cases/1")
    visitor.post("/cases/1/entities", {"entity_type": "DestinationURL", "identifier": "http://a.example"})
    case = platform.cases()[0]
    assert case.title == "Odd mail"
    assert [one["identifier"] for one in case.entities] == ["AB", "HTTP://A.EXAMPLE"]


def test_an_entity_of_an_unknown_type_is_rejected(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """The server checks the type, whatever the browser sends."""
    platform.new_case()
    response = open_wall().post("/cases/1/entities", {"entity_type": "NONSENSE", "identifier": "x"})
    assert response.status_code == 422
    assert platform.cases()[0].entities == []


def test_an_action_runs_on_the_selected_entities_only(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """Given numbers of entities that do not exist, they are ignored."""
    visitor = open_wall(TARGETS)
    platform.new_case(entities=[("FILEHASH", "a"), ("FILEHASH", "b"), ("FILEHASH", "c")])
    visitor.post("/cases/1/runs", {"action": "do_it", "entity": ["0", "2", "7", "-1", "x"]})
    visitor.wall.wall.runs.wait()
    assert "A C" in visitor.get("/cases/1").text


def test_a_cancellable_run_receives_a_very_large_case(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """Given input larger than the buffer of a pipe, the process receives all of it."""
    visitor = open_wall("siemplify.end(str(len(siemplify.target_entities[0].identifier)), True)")
    platform.new_case(entities=[("FILENAME", "x" * 300_000)])
    visitor.post("/cases/1/runs", {"action": "do_it", "entity": "0"})
    visitor.wall.wall.runs.wait()
    run = visitor.wall.wall.run(1)
    assert run.outcome is not None
    assert (run.outcome.state.value, run.outcome.message) == ("completed", "300000")


def test_a_missing_value_is_reported_and_the_other_values_are_kept(
    open_wall: OpenWall, platform: LocalPlatform
) -> None:
    """The response contains the form as it was sent, with an error at the field."""
    visitor = open_wall(parameters={"Name": "default", "Other": ""})
    action = visitor.wall.wall.host.actions()[0]
    must = type(action.parameters[0])("Name", "string", mandatory=True, default="", description="A name")
    object.__setattr__(action, "parameters", (must, action.parameters[1]))
    platform.new_case()
    response = visitor.post("/cases/1/runs", {"action": "do_it", "parameter-1": "<kept>"})
    assert response.status_code == 422
    assert "This parameter must have a value." in response.text
    assert 'value="&lt;kept&gt;"' in response.text


def test_the_form_that_was_sent_last_is_displayed_again(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """Given a started run, its case shows the values and the selected entities; another case does not."""
    visitor = open_wall(parameters={"Name": "default", "Sample File Path": ""})
    for _ in range(2):
        platform.new_case(entities=[("FILEHASH", "a"), ("FILEHASH", "b")])
    token = visitor.upload("a.exe", b"x").json()["token"]
    form = {"action": "do_it", "parameter-0": "typed", "parameter-1": token, "entity": "1"}
    assert visitor.post("/cases/1/runs", form).status_code == 303
    page = visitor.get("/cases/1").text
    assert 'value="typed"' in page
    assert re.findall(r'name="entity" value="(\d)"( checked)?', page) == [("0", ""), ("1", " checked")]
    assert "a.exe" not in page.partition('id="runs-heading"')[0]  # the file belongs to the run now
    assert 'value="default"' in visitor.get("/cases/2").text


def test_the_number_of_live_runs_is_limited(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """Given the maximum of runs, one more is rejected with a reason until a run is cancelled."""
    visitor = open_wall(WAITS, is_async=True, live_runs=1)
    platform.new_case()
    start = {"action": "do_it"}
    assert visitor.post("/cases/1/runs", start).status_code == 303
    rejected = visitor.post("/cases/1/runs", start)
    assert rejected.status_code == 429
    assert "1 actions are running already" in rejected.text
    assert visitor.post("/runs/1/cancel").status_code == 303
    visitor.wall.wall.runs.wait()
    assert "Cancelled" in visitor.get("/cases/1").text
    assert visitor.post("/cases/1/runs", start).status_code == 303


def test_a_cancelled_run_has_no_result_and_names_what_remains(
    open_wall: OpenWall, platform: LocalPlatform
) -> None:
    """The state between two processes is not a result, and submissions remain in VMRay."""
    visitor = open_wall(WAITS, is_async=True)
    platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    until(lambda: visitor.wall.wall.run(1).rounds != [])
    visitor.post("/runs/1/cancel")
    visitor.wall.wall.runs.wait()
    page = visitor.get("/cases/1").text
    assert "the run was cancelled; submissions remain in VMRay" in page
    assert "is_success" not in page


def test_a_run_that_timed_out_has_no_result(
    open_wall: OpenWall, platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a timeout, neither the page nor the wall of the case shows the state as a result."""
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
def test_a_run_without_success_has_another_word_and_colour(
    open_wall: OpenWall, platform: LocalPlatform, result: str, word: str, tone: str
) -> None:
    """Given is_success False, the word and the colour differ from those of a success."""
    visitor = open_wall(f'siemplify.end("said", {result})')
    platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    visitor.wall.wall.runs.wait()
    assert f'<span class="state {tone}">{word}</span>' in visitor.get("/cases/1").text


def test_a_word_as_script_result_has_its_declared_name(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """The page has the name of the script result from the definition of the action, and the word."""
    visitor = open_wall('siemplify.end("said", "malicious")')
    object.__setattr__(visitor.wall.wall.host.actions()[0], "result_name", "outcome")
    platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    visitor.wall.wall.runs.wait()
    page = visitor.get("/cases/1").text
    assert "outcome: <strong>malicious</strong>" in page
    assert '<span class="state good">Completed</span>' in page


def test_closing_the_wall_ends_live_runs(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """Given a closed wall, no process is left."""
    visitor = open_wall(WAITS, is_async=True)
    platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    visitor.wall.wall.runs.close()
    assert not visitor.wall.wall.run(1).live


def test_changes_are_streamed_when_they_happen(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """Given an old revision, the stream sends an event at once, and then one for each change."""
    visitor = open_wall()
    case = platform.new_case()
    with visitor.get("/cases/1/changes?since=0", stream=True) as response:
        lines = response.iter_lines(chunk_size=1, decode_unicode=True)
        assert next(line for line in lines if line) == "event: change"
        before = platform.revision
        case.add_entity("FILEHASH", "ab")
        event = next(line for line in lines if line.startswith("data: ") and int(line[6:]) > before)
        assert int(event[6:]) >= platform.revision


def test_closing_the_wall_closes_its_streams(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """Given an open stream, the wall still ends, and the stream is closed correctly."""
    visitor = open_wall()
    platform.new_case()
    with visitor.get("/cases/1/changes", stream=True) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        visitor.wall.__exit__(None, None, None)
        assert [line for line in response.iter_lines() if line.startswith(b"event")] == []


def test_a_page_is_rendered_from_a_snapshot_of_the_run(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """Given a run that ends meanwhile, the snapshot still shows it live; the next one does not."""
    visitor = open_wall(WAITS, is_async=True)
    case = platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    (before,) = visitor.wall.wall.runs.of_case(case)
    visitor.wall.wall.run(1).cancel.set()
    visitor.wall.wall.runs.wait()
    assert before.live
    (after,) = visitor.wall.wall.runs.of_case(case)
    assert not after.live


def test_a_crash_shows_the_end_of_stderr(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """The page shows the state and the end of stderr; the debug page shows the exit code."""
    visitor = open_wall('raise ValueError("it <b>broke</b>")')
    platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    visitor.wall.wall.runs.wait()
    page = visitor.get("/cases/1").text
    assert "Crashed" in page
    assert "ValueError: it &lt;b&gt;broke&lt;/b&gt;" in page
    assert "exit code 1" in visitor.get("/runs/1/debug").text


def test_the_json_result_is_served_as_json(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """The content type is JSON, never HTML."""
    visitor = open_wall('siemplify.result.add_result_json({"a": "<b>"})\nsiemplify.end("done", True)')
    platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    visitor.wall.wall.runs.wait()
    response = visitor.get("/runs/1/json")
    assert response.headers["Content-Type"] == "application/json"
    assert json.loads(response.text) == {"a": "<b>"}
