"""State that survives the process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.emulator.api import PE64, Api

from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from pathlib import Path


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    """Objects, tags, uploads, continuations, the key, settings and submissions in flight go on."""
    db = tmp_path / "vmray.sqlite"
    with EmbeddedEmulator(db=db, lifecycle="manual") as first, Api(first) as api:
        first.control.configure(api_items_per_request=1)
        done, sample = api.submit_one(PE64, "done.exe")
        first.control.finish_all()
        api.send("POST", f"/submission/{done}/tag", data={"tag_name": "kept"})
        flying, _ = api.submit_one(b"in flight", "flying.txt")
        first.control.advance(10)
        page = api.send("GET", "/submission").json()
        before = api.get(f"/submission/{done}")
        clock = api.get("/user/me")["user_last_api_access"]
    with EmbeddedEmulator(db=db, lifecycle="manual") as second, Api(second) as api:
        assert second.api_key == first.api_key
        assert api.get("/user/me")["user_last_api_access"] == clock
        assert api.get(f"/submission/{done}") == before
        assert before["submission_tags"] == ["kept"]
        assert api.send("GET", f"/sample/{sample}/file").status_code == 200
        rest = api.send("GET", f"/continuation/{page['continuation_id']}").json()
        assert [one["submission_id"] for one in page["data"] + rest["data"]] == [flying, done]
        assert api.get(f"/submission/{flying}")["submission_status"] == "in_progress"
        second.control.advance(200)
        assert api.get(f"/submission/{flying}")["submission_finished"] is True
        assert api.submit_one(b"new", "new")[0] > flying


def test_a_running_clock_runs_on_while_the_server_is_down(tmp_path: Path) -> None:
    """In real time an analysis goes on behind a stopped server."""
    db = tmp_path / "vmray.sqlite"
    with EmbeddedEmulator(db=db, lifecycle="manual") as first, Api(first) as api:
        number, _ = api.submit_one()
    with EmbeddedEmulator(db=db, lifecycle="realtime:1000000") as second, Api(second) as api:
        while not api.get(f"/submission/{number}")["submission_finished"]:
            pass


def test_a_scenario_is_kept_and_can_be_changed(tmp_path: Path) -> None:
    """A restart keeps the settings of the scenario unless another one is asked for."""
    db = tmp_path / "vmray.sqlite"
    for scenario, fate in (
        ("clean-document", "clean-document"),
        ("default", "clean-document"),
        ("locked-report", None),
    ):
        with EmbeddedEmulator(db=db, scenario=scenario) as emulator:
            assert emulator.control.settings()["fate"] == fate


def test_nothing_is_left_without_a_database(tmp_path: Path) -> None:
    """In memory, each server begins empty."""
    del tmp_path
    for _ in range(2):
        with EmbeddedEmulator() as emulator, Api(emulator) as api:
            assert emulator.control.counts()["submissions"] == 0
            api.submit_one()


def test_reset_empties_a_running_server() -> None:
    """The control side can begin anew, faults and conditions included."""
    with EmbeddedEmulator(scenario="known-sample") as emulator, Api(emulator) as api:
        emulator.control.inject({}, {"kind": "html"})
        emulator.control.set_latency(5)
        emulator.control.reset()
        assert set(emulator.control.counts().values()) == {0}
        assert emulator.control.pending_faults() == []
        assert api.get("/sample") == []
        number, _ = api.submit_one()
        assert api.get(f"/submission/{number}")["submission_finished"] is True
