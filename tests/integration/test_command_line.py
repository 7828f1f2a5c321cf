"""The ``zwaan`` command as a person runs it: sentences, exit codes, and a folder of one's own."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from services.domain.network_text import measure_text
from services.domain.voice.block_list import BlockedWord
from services.storage import blocked_words, dead_letters, post_templates
from services.storage.database import Database
from services.storage.dead_letters import DeadLetter
from services.storage.migrate import migrate
from streams.command_line.main import exit_code, zwaan
from tests.builders import NOW, event, story, vacancy
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
    ],
    ids=" ".join,
)
def test_a_wrong_folder_is_told_and_left_as_it_is(bare: Shell, arguments: list[str]) -> None:
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


# --- publish ------------------------------------------------------------------------------------


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
def test_wrong_usage_and_refused_input_are_told_apart(
    shell: Shell, arguments: list[str], code: int, said: str
) -> None:
    """2 is wrong usage, 1 refused input; there is never a traceback."""
    shell.write("empty", "")
    done = shell.run(*arguments)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err


# --- people, feeds, texts -----------------------------------------------------------------------


def test_a_file_with_bad_rows_imports_nobody_unless_asked(shell: Shell) -> None:
    """Every bad row is named; with --skip-bad the good ones are imported, and again harmlessly."""
    content = (
        CSV + "a@e.org,Anna,nl,beton\nwrong,Ben,nl,\nc@e.org,C\x07or,nl,\na@e.org,Anna,en,\n"
        "d@e.org,Dirk,nl,\n"
    )
    name = shell.write("people.csv", b"\xef\xbb\xbf" + content.encode())
    done = shell.run("import", "ambassadors", name)
    assert done.code == 1
    assert [line.split(":")[1] for line in done.err.strip().splitlines()] == [
        " people.csv, line 3",
        " people.csv, line 4",
        " people.csv, line 5",
        " 3 bad rows, nothing was imported. Mend them, or import the others with --skip-bad.",
    ]
    assert shell.run("sign-in", "a@e.org").code == 1, "nobody was imported"
    skipped = shell.run("import", "ambassadors", name, "--skip-bad")
    assert (skipped.code, skipped.out) == (0, "2 imported, 3 skipped\n")
    again = shell.run("import", "ambassadors", name, "--skip-bad")
    assert again.out == "0 imported, 2 updated, 3 skipped\n"
    nobody = shell.write("nobody.csv", CSV + "wrong,Ben,nl,\n")
    assert shell.run("import", "ambassadors", nobody, "--skip-bad").code == 1
    empty = shell.run("import", "ambassadors", shell.write("empty.csv", CSV))
    assert (empty.code, empty.sentence) == (
        1,
        "zwaan: empty.csv: the file holds a header and nobody. Write a line for each person.",
    )
    signed_in = shell.run("sign-in", "A@e.org")
    assert (signed_in.code, signed_in.err) == (0, "")
    assert signed_in.out.startswith("http://127.0.0.1:8000/sign-in/")


def test_a_feed_is_published_entry_by_entry(shell: Shell) -> None:
    """Good entries are published, a bad one is named; with --json nothing is published."""
    posting = {
        "@type": "JobPosting",
        "identifier": "v-1",
        "title": "Constructeur",
        "description": "Je rekent.",
        "url": "https://example.org/v-1",
    }
    bad = posting | {"identifier": "v-2", "validThrough": "soon"}
    name = shell.write("jobs.json", json.dumps([bad, posting]))
    printed = shell.run("import", "feed", name, "--json")
    assert printed.code == 1
    assert [line["data"]["vacancy_id"] for line in printed.lines] == ["v-1"]
    done = shell.run("import", "feed", name)
    assert (done.code, done.out) == (1, "1 published, 1 refused\n")
    assert 'v-2: the field "data.closes_at"' in done.sentence
    assert len(shell.records("vacancy.opened")) == 1


@pytest.mark.parametrize(
    ("network", "payload", "measure"),
    [
        ("linkedin", "Hello \\(world\\) \\@you", {"length": 18, "limit": 3000}),
        ("x", "See https://example.org/a/long/address \U0001f984", {"length": 30, "limit": 280}),
        ("mastodon", "See https://example.org/a/long/address", {"length": 27, "limit": 500}),
    ],
)
def test_a_preview_is_the_string_that_would_be_sent(
    shell: Shell, network: str, payload: str, measure: dict[str, int]
) -> None:
    """Length in the network's unit, its limit, and the payload byte for byte."""
    text = payload.replace("\\", "")
    done = shell.run("preview", "--network", network, "--json", stdin=text.encode())
    assert (done.code, done.err) == (0, "")
    assert done.lines == [{"network": network, "valid": True, "payload": payload} | measure]


def test_a_preview_of_too_long_a_text_fails(shell: Shell) -> None:
    """What would not be sent exits 1, and is measured all the same."""
    done = shell.run("preview", "--network", "x", "--json", stdin=b"a" * 281)
    (line,) = done.lines
    assert (done.code, line["valid"], line["length"], line["limit"]) == (1, False, 281, 280)


def test_a_text_that_is_none_is_refused(shell: Shell) -> None:
    """Invalid UTF-8 on standard input is a sentence."""
    done = shell.run("preview", "--network", "x", stdin=b"\xff")
    assert (done.code, done.sentence) == (1, "zwaan: the text is not UTF-8 (byte 0).")


def test_drafts_are_composed_without_touching_any_state(bare: Shell) -> None:
    """A dry run gives a line a draft, the same each time, and leaves no file."""
    shell = bare
    told = shell.write("story.json", event(story()))
    people = shell.write(
        "people.csv", CSV + "a@e.org,Anna,nl,constructie\nb@e.org,Ben,en,constructie\n"
    )
    arguments = ["compose", "--event", told, "--ambassadors", people, "--network", "linkedin"]
    first = shell.run(*arguments, "--json")
    assert first.code == 0
    assert {line["ambassador"] for line in first.lines} == {"a@e.org"}
    fields = {"ambassador", "network", "language", "text", "angle", "seed", "overlap"}
    assert set(first.lines[0]) == fields
    assert shell.run(*arguments, "--json").out == first.out
    (third,) = shell.run(*arguments[:-1], "mastodon", "--json").lines
    assert third["network"] == "mastodon"
    assert measure_text("mastodon", third["text"]).valid
    assert not shell.data.exists()


def test_a_dry_run_knows_what_marketing_changed(shell: Shell) -> None:
    """Templates and blocked words of the database hold, and composing changes nothing there."""
    told = shell.write("story.json", event(story()))
    people = shell.write("people.csv", CSV + "a@e.org,Anna,nl,constructie\n")
    arguments = ["compose", "--event", told, "--ambassadors", people, "--network", "x", "--json"]

    async def change(layout: str, word: str) -> None:
        database = Database.open(f"sqlite+aiosqlite:///{shell.data / 'zwaan.db'}")
        async with database.write() as transaction:
            await post_templates.write(transaction, "x.j2", layout, author="m", now=NOW)
            blocked = BlockedWord(word=word, reason="Liever niet.")
            await blocked_words.save(transaction, blocked, added_by="m", now=NOW)
        await database.close()

    (shipped,) = shell.run(*arguments).lines
    assert shipped["text"].index("k werk bij") < shipped["text"].index("http")
    word = shipped["text"].split()[0].strip("“”,.:;")
    layout = (
        "{{ title }}{{ lead or hook }} {{ ask }}\n\n{{ link }} {{ hashtags }}\n{{ disclosure }}\n"
    )
    asyncio.run(change(layout, word))
    done = shell.run(*arguments)
    (own,) = done.lines
    assert own["text"].index("http") < own["text"].index("k werk bij")
    assert word.casefold() not in own["text"].casefold().split()
    assert shell.run(*arguments).out == done.out


# --- dead letters -------------------------------------------------------------------------------


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
            error="no",
            remedy="Mend it.",
            died_at=NOW,
        )
        async with database.write() as transaction:
            await dead_letters.add(transaction, [letter])
        await database.close()

    asyncio.run(work())


# --- when a dependency is away ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        (["publish", "story.json"], {"broker": "kafka://127.0.0.1:1"}),
        (["topics"], {"broker": "kafka://127.0.0.1:1"}),
        (["topics"], {"broker": "rabbit://127.0.0.1"}),
        (["publish", "story.json"], {"broker": "kafka://"}),
        (["publish", "story.json"], {"broker": "kafka://planted-secret@[host"}),
        (["publish", "story.json"], {"broker": "kafka://z:planted-secret@host:port"}),
        (["publish", "story.json"], {"broker": "embedded://"}),
        (["lag"], {"broker": "embedded:///proc/self/comm?colour=blue"}),
        (["lag"], {"broker": "embedded:///proc/self/comm"}),
        (["stats"], {"database_url": "postgresql+psycopg://z:planted-secret@127.0.0.1:1/z"}),
        (["stats"], {"database_url": "postgresql+psycopg://z:planted-secret@[bad/z"}),
        (["stats"], {"database_url": "mysql://planted-secret@127.0.0.1/z"}),
        (["stats"], {"data": "/proc/nothing"}),
        (["publish", "story.json"], {"data": "/proc/nothing"}),
        (["stats", "--data", "no-database"], {}),
    ],
)
def test_what_is_away_is_one_sentence_soon(
    shell: Shell, arguments: list[str], settings: dict[str, str]
) -> None:
    """A wrong address of broker, database or folder: one sentence, exit code 3, no secret."""
    shell.write("story.json", event(story()))
    (shell.folder / "no-database").mkdir()
    shell.write("no-database/zwaan.db", "this is no database" * 100)
    done = shell.run(*arguments, **settings)
    assert done.code == 3
    assert done.sentence.endswith(".")
    assert "planted-secret" not in done.err
    assert done.seconds < 15


def test_the_doctor_shows_settings_without_secrets(shell: Shell) -> None:
    """Every setting is listed, a secret only as set or not, and what is missing has a remedy."""
    secrets = {
        "secret_key": "planted-secret",
        "api_token": "planted-secret",
        "linkedin_client_secret": "planted-secret",
        "smtp_url": "smtp://user:planted-secret@127.0.0.1:1025",
        "linkedin_url": "https://user:planted-secret@api.example.org",
        "llm_url": "https://models.example.org/v1",
        "llm_model": "small",
        "llm_key": "planted-secret",
    }
    done = shell.run("doctor", "--json", **secrets)
    assert done.code == 0
    (report,) = done.lines
    assert "planted" not in done.out + done.err
    settings = report["settings"]
    assert settings["ZWAAN_SECRET_KEY"] == settings["ZWAAN_SMTP_URL"] == "set"
    assert settings["ZWAAN_LINKEDIN_URL"] == "https://***@api.example.org"
    assert settings["ZWAAN_TOKEN_KEYS"] is None
    subjects = [each["subject"] for each in report["findings"]]
    assert subjects == [
        *(
            "data",
            "database",
            "broker",
            "keys",
            "mail",
            "proxies",
            "linkedin",
            "linkedin api",
            "x",
            "model",
            "clock",
        )
    ]
    assert report["findings"][-2]["state"] == "small at https://models.example.org/v1, with a key"
    assert settings["ZWAAN_LLM_KEY"] == "set"
    wrong = shell.run("doctor", llm_model="small", llm_url="https://u:planted@models.example.org")
    assert "! model" in wrong.out
    assert "planted" not in wrong.out + wrong.err
    away = shell.run(
        "doctor",
        broker="kafka://127.0.0.1:1",
        database_url="postgresql+psycopg://z:planted-secret@127.0.0.1:1/z",
    )
    assert away.code == 3
    mail = shell.run("doctor", smtp_url="planted-secret@mail.example.org")
    assert mail.code == 3
    assert "! mail         away: the setting ZWAAN_SMTP_URL is no mail server" in mail.out
    assert "planted" not in mail.out + mail.err
    assert away.out.count("! database") == away.out.count("! broker") == 1
    assert "planted" not in away.out + away.err


def test_the_doctor_asks_for_the_proxy_of_pages_that_all_can_reach(shell: Shell) -> None:
    """Beyond loopback it warns until somebody named the reverse proxy, or said there is none."""
    warned = shell.run("doctor", host="192.0.2.1")
    assert "! proxies" in warned.out
    assert "Set ZWAAN_TRUSTED_PROXIES" in warned.out
    for settings in ({}, {"host": "192.0.2.1", "trusted_proxies": "192.0.2.7"}):
        assert "✓ proxies" in shell.run("doctor", **settings).out


def test_a_wrong_setting_is_wrong_usage(shell: Shell) -> None:
    """The variable at fault is named, in one sentence that says what is expected."""
    done = shell.run("stats", port="70000")
    assert (done.code, done.out) == (2, "")
    assert done.sentence == "zwaan: the setting ZWAAN_PORT has to be 65535 or less."
    keys = shell.run("doctor", token_keys="planted-secret")
    assert keys.code == 2
    assert "zwaan doctor --new-token-key" in keys.sentence
    assert "planted-secret" not in keys.err


def test_a_misspelt_setting_is_told_and_ignored(shell: Shell) -> None:
    """The command does its work, and says on standard error which name was probably meant."""
    done = shell.run("stats", "--json", organization="Us")
    assert (done.code, len(done.lines)) == (0, 1)
    assert done.sentence == (
        "zwaan: ZWAAN_ORGANIZATION is no setting and is ignored; did you mean ZWAAN_ORGANISATION?"
    )


def test_the_doctor_of_a_new_folder_finds_nothing_wrong(bare: Shell) -> None:
    """Before the first start it checks the settings, says what is not made yet, makes nothing."""
    done = bare.run("doctor")
    assert done.code == 0
    assert done.out.count("not made yet") == 3
    assert ".." not in done.out
    assert not bare.data.exists()


def test_the_doctor_tells_of_a_sunset_ahead(shell: Shell) -> None:
    """A LinkedIn version that has ended or is about to is named, with the setting to change."""
    findings = {
        version: next(
            each
            for each in shell.run("doctor", "--json", linkedin_version=version).lines[0]["findings"]
            if each["subject"] == "linkedin api"
        )
        for version in ("202401", "209901")
    }
    assert findings["202401"]["state"] == "version 202401 ended on 2025-01-01"
    assert "ZWAAN_LINKEDIN_VERSION" in findings["202401"]["remedy"]
    assert findings["209901"] == {
        "subject": "linkedin api",
        "state": "version 209901, until 2100-01-01",
        "remedy": "",
    }
