"""The ``zwaan`` command at odds: readers that leave, bytes that are no text, two at once."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.builders import event, story
from tests.integration.shell import Shell

pytestmark = pytest.mark.commands


@pytest.mark.parametrize("arguments", [["topics"], ["--help"], ["doctor"]], ids=" ".join)
def test_a_reader_that_leaves_is_no_failure(shell: Shell, arguments: list[str]) -> None:
    """What `| head` does not read goes nowhere, without a word and with exit code 0."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = shell.run(*arguments, stdout=writing)
    finally:
        os.close(writing)
    assert (done.code, done.err) == (0, "")


def test_output_that_cannot_be_written_is_said(shell: Shell) -> None:
    """A full disk behind a redirection is one sentence and exit code 3."""
    with Path("/dev/full").open("wb") as full:
        done = shell.run("topics", stdout=full.fileno())
    assert done.code == 3
    assert "free some disk space" in done.sentence.lower()


def test_events_of_several_commands_at_once_are_all_published(shell: Shell) -> None:
    """Without a running owner commands take turns with the log; none of them gives up."""
    names = [shell.write(f"{n}.json", event(story(f"s-{n}"), f"e-{n}")) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda name: shell.run("publish", name), names))
    assert [(each.code, each.out) for each in done] == [(0, "1 published, 0 refused\n")] * 4
    assert len(shell.records("story.approved")) == 4


def test_a_hostile_event_does_not_steer_the_terminal(shell: Shell) -> None:
    """Escapes in names are shown, not obeyed."""
    document = event(story()).as_dict()
    document["data"]["\x1b[2J\x9b31m\u202ered"] = 1
    done = shell.run("publish", shell.write("hostile.json", json.dumps(document)))
    assert done.code == 1
    assert r"data.\x1b[2J\x9b31m\u202ered" in done.err
    assert not set("\x1b\x9b\u202e") & set(done.err)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["dead-letters", "show", "99999999999999999999"], 1, "there is no dead letter"),
        (["dead-letters", "replay", "0"], 1, "there is no dead letter 0"),
        (["stats", "--campaign", "a\udcffb"], 1, "there is no campaign"),
        (["sign-in", "a@e.org", "--role", "marketing", "--name", "a\nb"], 1, "this is not a name"),
        (["compose", "--event", "binary", "--ambassadors", "binary"], 1, "binary: the event is"),
        (["import", "ambassadors", "binary"], 1, "binary: the file is not UTF-8"),
        (["import", "feed", "binary"], 1, "binary holds no entries"),
        (["import", "feed", "http://127.0.0.1:1/feed"], 3, "try again later"),
        (["publish", "binary"], 1, "binary: the event is not UTF-8"),
        (["up", "--host", "192.0.2.1"], 3, "choose another with --host or --port"),
    ],
)
def test_any_arguments_are_answered_in_a_sentence(
    shell: Shell, arguments: list[str], code: int, said: str
) -> None:
    """Numbers beyond any column, bytes that are no text, addresses of no one."""
    shell.write("binary", bytes(range(256)) * 20)
    done = shell.run(*arguments)
    assert done.code == code
    assert said in done.sentence
