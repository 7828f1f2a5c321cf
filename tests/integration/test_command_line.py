"""The ``zwaan`` command as a person runs it: sentences, exit codes, and a folder of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.command_line.main import exit_code, zwaan
from tests.builders import event, story
from tests.integration.shell import Shell

pytestmark = pytest.mark.commands

CSV = "email,name,language,crafts\n"


def _commands() -> list[list[str]]:
    found: list[list[str]] = [[]]
    context = zwaan.make_context("zwaan", [], resilient_parsing=True)
    for name in zwaan.list_commands(context):
        command = zwaan.get_command(context, name)
        found.append([name])
        found += [[name, under] for under in getattr(command, "commands", {})]
    return found


@pytest.mark.parametrize("command", _commands(), ids=" ".join)
def test_every_command_explains_itself(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """``--help`` works everywhere, says what the command does, and explains each option."""
    assert exit_code([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"Usage: {' '.join(['zwaan', *command])}")
    options = [line for line in shown.splitlines() if line.startswith("  --")]
    assert all(len(line.split("  ")) > 2 or line.endswith("]") for line in options), shown
    assert "..." not in shown.replace("[ARGS]...", ""), "a sentence is cut"


def test_the_contract_of_names_is_kept() -> None:
    """Every command of the contract is there."""
    names = {command[0] for command in _commands() if command}
    assert names >= {
        *("up", "demo", "web", "worker", "sandbox", "publish", "import", "compose", "preview"),
        *("stats", "rebuild", "topics", "lag", "dead-letters", "doctor"),
    }


def test_a_new_installation_answers_everything(bare: Shell) -> None:
    """Figures, topics, lag and dead letters of a new installation are empty, not errors."""
    shell = bare
    assert shell.run("migrate").code == 0
    made = shell.run("topics", "--create", "--json")
    assert made.code == 0
    assert {line["partitions"] for line in made.lines} == {8}
    assert {line["topic"] for line in made.lines} >= {"story.approved", "link.clicked"}
    stats = shell.run("stats", "--json")
    assert (stats.code, stats.err) == (0, "")
    assert stats.lines == [
        {
            "posts": {},
            "clicks": {"raw": 0, "bot": 0, "duplicate": 0, "human": 0},
            "reach": {"measured": 0, "estimated": 0, "unknown_posts": 0},
            "campaigns": 0,
            "dead_letters": 0,
        }
    ]
    lag = shell.run("lag", "--json")
    assert (lag.code, set(lag.lines[0]["topics"].values())) == (0, {0})
    assert lag.lines[0]["topics"].keys() >= {"story.approved", "post.approved", "link.clicked"}
    assert shell.run("dead-letters", "list").out == "No dead letters.\n"
    listed = shell.run("topics").out.splitlines()
    assert any(line.startswith("story.approved") and "kept 366 days" in line for line in listed)


def test_what_zwaan_makes_is_for_its_user_alone(bare: Shell) -> None:
    """The folder is 0700 and every file in it 0600: people, tokens and the log are in them."""
    assert bare.run("migrate").code == 0
    assert bare.run("topics", "--create").code == 0
    modes = {path.name: path.stat().st_mode & 0o777 for path in bare.data.iterdir()}
    assert modes.keys() >= {"zwaan.db", "zwaan.log.db"}
    assert set(modes.values()) == {0o600}
    assert bare.data.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "arguments",
    [
        ["publish", "story.json"],
        ["import", "ambassadors", "people.csv"],
        ["import", "feed", "feed.json"],
        ["stats"],
        ["rebuild"],
        ["lag"],
        ["topics"],
        ["dead-letters", "list"],
        ["dead-letters", "show", "1"],
        ["dead-letters", "replay", "1"],
        ["dead-letters", "drop", "1", "--yes"],
        ["sign-in", "a@e.org", "--role", "marketing"],
        ["api-keys", "list"],
        ["api-keys", "make", "CMS", "--scope", "events"],
        ["api-keys", "revoke", "1"],
    ],
    ids=" ".join,
)
def test_a_wrong_folder_is_reported_and_left_unchanged(bare: Shell, arguments: list[str]) -> None:
    """Where Zwaan never ran there is nothing to read or add to: exit code 3, and no file made."""
    bare.write("story.json", event(story()))
    bare.write("people.csv", CSV + "a@e.org,Anna,nl,beton\n")
    bare.write("feed.json", "{}")
    for settings in (
        {},
        {"broker": f"embedded://{bare.folder}/x/l.db", "database_url": _sqlite(bare.folder / "x")},
    ):
        done = bare.run(*arguments, **settings)
        assert done.code == 3
        assert "there is no " in done.sentence
        assert ("--data or ZWAAN_DATA" in done.sentence) != bool(settings)
        assert sorted(path.name for path in bare.folder.iterdir()) == [
            *("feed.json", "people.csv", "story.json")
        ]


def _sqlite(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'zwaan.db'}"
