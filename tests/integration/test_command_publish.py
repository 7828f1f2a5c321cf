"""``zwaan publish``: what is published, what is refused, and how that is reported."""

from __future__ import annotations

import json

import pytest

from tests.builders import event, story, vacancy
from tests.integration.shell import Shell

pytestmark = pytest.mark.commands


def test_an_event_is_published(shell: Shell) -> None:
    """A good event is on the log when the command returns, from a file or from standard input."""
    name = shell.write("story.json", event(story()))
    done = shell.run("publish", name)
    assert (done.code, done.out, done.err) == (0, "1 published, 0 refused\n", "")
    told = shell.run("publish", "-", stdin=event(vacancy(), "e-2").to_bytes())
    assert told.code == 0
    assert [each["id"] for each in shell.records("story.approved")] == ["e-1"]
    assert [each["id"] for each in shell.records("vacancy.opened")] == ["e-2"]


def test_each_refused_line_is_named_and_the_others_are_published(shell: Shell) -> None:
    """Of a file of many faults the good events go through, and every other line is named."""
    good = event(story()).to_bytes()
    wrong = event(story("s-2"), "e-2").as_dict()
    wrong["data"]["colour"] = "red"
    lines = [
        good,
        b"{broken",
        json.dumps(wrong).encode(),
        b"\xff\xfe",
        b'{"specversion":"1.0","id":"' + b"x" * 2_000_000 + b'"}',
        event(story("s-3"), "e-3", type="post.published").to_bytes(),
        event(story("s-4"), "e-4").to_bytes(),
    ]
    done = shell.run("publish", shell.write("many.ndjson", b"\n".join(lines)))
    assert (done.code, done.out) == (1, "2 published, 5 refused\n")
    said = done.err.strip().splitlines()
    expected = [
        "zwaan: many.ndjson, line 2: the event is not JSON",
        'zwaan: many.ndjson, line 3: the field "data.colour" is unknown',
        "zwaan: many.ndjson, line 4: the event is not UTF-8",
        "zwaan: many.ndjson, line 5: the event has 2,000,029 bytes, the limit is 1,000,000",
        'zwaan: many.ndjson, line 6: "post.published" is stated by Zwaan itself',
    ]
    assert len(said) == len(expected)
    for line, beginning in zip(said, expected, strict=True):
        assert line.startswith(beginning)
    ids = {each["id"] for each in shell.records("story.approved")}
    assert ids == {"e-1", "e-4"}


def test_a_single_broken_file_is_one_fault(shell: Shell) -> None:
    """A document of many lines that is no JSON is named once; an event of 2 MB is refused."""
    broken = json.dumps(event(story()).as_dict(), indent=2)[:-1]
    huge = json.dumps(event(story(), "big").as_dict() | {"trace": "x" * 2_000_000})
    names = [shell.write("a.json", broken), shell.write("b.json", huge)]
    done = shell.run("publish", *names)
    assert (done.code, done.out) == (1, "0 published, 2 refused\n")
    first, second = done.err.strip().splitlines()
    assert first.startswith("zwaan: a.json: the event is not JSON")
    assert second.startswith("zwaan: b.json: the event has 2,000,")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["publish"], 2, "Name a file with events"),
        (["publish", "missing.json"], 2, "missing.json"),
        (["publish", "empty"], 1, "empty holds no event"),
        (["nonsense"], 2, "No such command"),
        (["stats", "--nonsense"], 2, "No such option"),
        (["stats", "--campaign", "nothing"], 1, 'there is no campaign "nothing"'),
        (["dead-letters", "show", "7"], 1, "there is no dead letter 7"),
        (["dead-letters", "replay"], 2, "Name dead letters"),
        (["preview"], 2, "--network"),
        (["import", "feed", "missing.xml"], 1, "missing.xml cannot be read"),
        (["sign-in", "nobody@example.org"], 1, "nobody with the address"),
        (["sign-in", "no address", "--role", "marketing"], 1, "not an e-mail address"),
    ],
)
def test_wrong_usage_and_refused_input_exit_differently(
    shell: Shell, arguments: list[str], code: int, said: str
) -> None:
    """2 is wrong usage, 1 refused input; there is never a traceback."""
    shell.write("empty", "")
    done = shell.run(*arguments)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err
