"""The stored state of the emulator after a restart."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.emulator.api import PE64, Api

from vmray_emulator import EmbeddedEmulator
from vmray_emulator.clock import Clock, timestamp

if TYPE_CHECKING:
    from pathlib import Path


def test_the_whole_state_is_kept_after_a_restart(tmp_path: Path) -> None:
    """Objects, tags, uploads, continuations, key, settings and running submissions are kept."""
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


@pytest.mark.parametrize(("speed", "passed"), [(0.0, 0.0), (0.5, 30.0), (1.0, 60.0), (40.0, 60.0)])
def test_the_clock_advances_during_downtime_at_most_like_the_wall_clock(speed: float, passed: float) -> None:
    """During downtime, a fast clock runs like the wall clock, and a slow one at its own speed."""
    wall = [1000.0]
    stopped = Clock(speed, wall=lambda: wall[0])
    stopped.advance(500)
    anchors = stopped.anchors()
    wall[0] += 60
    clock = Clock(speed, wall=lambda: wall[0])
    clock.restore(anchors, speed)
    assert clock.now() == 1500 + passed
    wall[0] += 10
    assert clock.now() == 1500 + passed + 10 * speed


def test_the_clock_does_not_go_back_at_a_restart(tmp_path: Path) -> None:
    """After a restart, the clock is not earlier than the last time of a fast clock or of an analysis."""
    db = tmp_path / "vmray.sqlite"
    with EmbeddedEmulator(db=db, lifecycle="realtime:100000") as first, Api(first) as api:
        begin = api.get("/user/me")["user_last_api_access"]
        while (shown := api.get("/user/me")["user_last_api_access"]) == begin:
            pass
        number, _ = api.submit_one()
        created = api.get(f"/submission/{number}")["submission_created"]
    with EmbeddedEmulator(db=db, lifecycle="realtime:100000") as second, Api(second) as api:
        assert api.get("/user/me")["user_last_api_access"] >= created >= shown
        while not api.get(f"/submission/{number}")["submission_finished"]:
            pass


def test_a_submission_keeps_its_time_when_the_server_is_killed(tmp_path: Path) -> None:
    """The time is stored with each change, not only at a normal end."""
    db = tmp_path / "vmray.sqlite"
    with EmbeddedEmulator(db=db, lifecycle="realtime:100000") as running, Api(running) as api:
        begin = api.get("/user/me")["user_last_api_access"]
        while api.get("/user/me")["user_last_api_access"] == begin:
            pass
        number, _ = api.submit_one()
        with closing(sqlite3.connect(db)) as beside:
            ((clock,),) = beside.execute("SELECT value FROM meta WHERE name = 'clock'").fetchall()
        assert timestamp(json.loads(clock)[0]) >= api.get(f"/submission/{number}")["submission_created"]


def test_a_scenario_is_kept_and_can_be_changed(tmp_path: Path) -> None:
    """A restart keeps the settings of the scenario unless another one is asked for."""
    db = tmp_path / "vmray.sqlite"
    for scenario, profile in (
        ("clean-document", "clean-document"),
        ("default", "clean-document"),
        ("locked-report", None),
    ):
        with EmbeddedEmulator(db=db, scenario=scenario) as emulator:
            assert emulator.control.settings()["profile"] == profile


def test_a_database_of_another_format_is_rejected(tmp_path: Path) -> None:
    """The error names the file that another version of the emulator wrote. The file stays unchanged."""
    db = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(db)) as old:
        old.execute("CREATE TABLE matter (sample_id INTEGER PRIMARY KEY)")
    before = db.read_bytes()
    with pytest.raises(ValueError, match=r"old\.sqlite has the format 0, .* delete the file or choose"):
        EmbeddedEmulator(db=db)
    assert db.read_bytes() == before


def test_a_server_without_a_database_starts_empty(tmp_path: Path) -> None:
    """Without a database file, each server starts empty."""
    del tmp_path
    for _ in range(2):
        with EmbeddedEmulator() as emulator, Api(emulator) as api:
            assert emulator.control.counts()["submissions"] == 0
            api.submit_one()


def test_reset_empties_a_running_server() -> None:
    """A reset through the control interface removes objects, faults and conditions."""
    with EmbeddedEmulator(scenario="known-sample") as emulator, Api(emulator) as api:
        emulator.control.inject({}, {"kind": "html"})
        emulator.control.set_latency(5)
        emulator.control.reset()
        assert set(emulator.control.counts().values()) == {0}
        assert emulator.control.pending_faults() == []
        assert api.get("/sample") == []
        number, _ = api.submit_one()
        assert api.get(f"/submission/{number}")["submission_finished"] is True


def test_a_reset_sets_a_fast_clock_back() -> None:
    """After a reset, the age of an object is the same as on a new server."""
    begin = timestamp(time.time())
    with EmbeddedEmulator() as emulator, Api(emulator) as api:
        emulator.control.advance(1_000_000)
        emulator.control.reset()
        number, _ = api.submit_one()
        created = api.get(f"/submission/{number}")["submission_created"]
    assert begin <= created <= timestamp(time.time())
