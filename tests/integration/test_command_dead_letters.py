"""Dead letters on the command line: listed, shown, replayed and dropped."""

from __future__ import annotations

import asyncio

import pytest

from services.database import dead_letters
from services.database.dead_letters import DeadLetter
from services.database.engine import Database
from services.database.migrate import migrate
from services.message import said
from tests.builders import NOW, event, story
from tests.integration.shell import Shell

pytestmark = pytest.mark.commands


def test_a_dead_letter_is_listed_shown_and_replayed(shell: Shell) -> None:
    """The original bytes are shown and go back on their topic, once by the list."""
    _bury(shell, event(story()).to_bytes())
    (letter,) = shell.run("dead-letters", "list", "--json").lines
    assert (letter["topic"], letter["error"], letter["part"]) == ("story.approved", "no", -1)
    shown = shell.run("dead-letters", "show", str(letter["id"]))
    assert event(story()).to_bytes().decode() in shown.out
    assert "remedy     Mend it." in shown.out
    assert shell.records("story.approved") == []
    replayed = shell.run("dead-letters", "replay", "--all")
    assert (replayed.code, replayed.out) == (0, "1 replayed\n")
    assert [each["id"] for each in shell.records("story.approved")] == ["e-1"]
    assert shell.run("dead-letters", "list").out == "No dead letters.\n"
    assert len(shell.run("dead-letters", "list", "--all", "--json").lines) == 1
    lag = shell.run("lag", "--json")
    assert lag.lines[0]["topics"]["story.approved"] == 1


def test_dead_letters_are_dropped_when_asked_twice(shell: Shell) -> None:
    """Without a terminal to ask on, --yes has to say so; all named ones go, or none."""
    _bury(shell, b"{broken")
    assert shell.run("dead-letters", "drop", "1").code == 2
    missing = shell.run("dead-letters", "drop", "1", "7", "--yes")
    assert (missing.code, missing.sentence) == (
        1,
        "zwaan: there is no dead letter 7. Look at the list.",
    )
    assert len(shell.run("dead-letters", "list", "--json").lines) == 1
    assert shell.run("dead-letters", "drop", "--all", "--yes").out == "1 dropped\n"
    assert shell.run("dead-letters", "list", "--all").out == "No dead letters.\n"
    assert shell.run("dead-letters", "drop", "--all", "--yes").out == "0 dropped\n"


def _bury(shell: Shell, value: bytes) -> None:
    async def work() -> None:
        database = Database.open(f"sqlite+aiosqlite:///{shell.data / 'zwaan.db'}")
        await migrate(database)
        letter = DeadLetter(
            processor="start-story-campaigns",
            topic="story.approved",
            partition=0,
            offset=0,
            part=-1,
            key=b"k",
            value=value,
            error=said("no"),
            remedy=said("Mend it."),
            died_at=NOW,
        )
        async with database.write() as transaction:
            await dead_letters.add(transaction, [letter])
        await database.close()

    asyncio.run(work())
