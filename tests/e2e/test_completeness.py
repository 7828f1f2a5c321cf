"""What a processor passed over is named by the doctor, and done after a replay."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.zwaan_process import last_json_line, running, zwaan
from tests.servers.process import free_port


@pytest.mark.commands
@pytest.mark.timeout(180)
def test_the_doctor_names_what_was_passed_over_and_a_replay_mends_it(tmp_path: Path) -> None:
    """Events whose traces are gone are missing (exit 1); replayed to a running process they are done."""
    data, port = tmp_path / "data", free_port()
    demo = zwaan(
        *("demo", "--ambassadors", "6", "--seconds", "6", "--json", "--port", str(port)), data=data
    )
    assert demo.returncode == 0, demo.stderr
    assert "campaigns" in last_json_line(demo.stdout)
    whole = zwaan("doctor", "--deep", data=data)
    assert whole.returncode == 0, whole.stdout
    assert "MISSING" not in whole.stdout

    with closing(sqlite3.connect(data / "zwaan.db")) as database, database:
        database.execute("DELETE FROM inbox WHERE processor = 'learn-from-edits'")
        (lost,) = database.execute(
            "SELECT count(*) FROM posts WHERE state IN ('approved', 'published')"
        ).fetchone()
    damaged = zwaan("doctor", "--deep", data=data)
    assert damaged.returncode == 1
    assert "zwaan replay --missing" in damaged.stdout
    assert lost

    with running("up", data=data, port=port) as up:
        up.wait_for(up.is_ready)
        replayed = zwaan("replay", "--missing", data=data)
        assert replayed.returncode == 0, replayed.stderr
        assert int(replayed.stdout.split()[0]) >= lost
        up.wait_for(lambda: zwaan("doctor", "--deep", data=data).returncode == 0)
        assert zwaan("replay", "--missing", data=data).stdout == "0 replayed\n"
