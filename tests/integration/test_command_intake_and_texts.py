"""People and feeds from files, and texts that touch no state."""

from __future__ import annotations

import asyncio
import json

import pytest

from services.accounts.rules import OURS
from services.database.engine import Database
from services.identity import ambassador_id
from services.people.store import people
from services.text.network_text import measure_text
from services.voice.checking.block_list import BlockedWord
from services.voice.store import blocked_words, post_templates
from tests.builders import NOW, event, story, vacancy
from tests.integration.shell import Shell

pytestmark = pytest.mark.commands

CSV = "email,name,language,crafts\n"


def test_a_file_with_bad_rows_imports_no_person_unless_asked(shell: Shell) -> None:
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


def test_who_is_deactivated_gets_no_link(shell: Shell) -> None:
    """The command line opens no way around a deactivation, and an import none either."""
    name = shell.write("people.csv", CSV + "a@e.org,Anna,nl,beton\n")
    assert shell.run("import", "ambassadors", name).code == 0

    async def deactivate() -> None:
        database = Database.open(f"sqlite+aiosqlite:///{shell.data / 'zwaan.db'}")
        async with database.write() as transaction:
            await people.set_deactivated(transaction, ambassador_id("a@e.org"), NOW)
        await database.close()

    asyncio.run(deactivate())
    assert shell.run("import", "ambassadors", name).code == 0
    refused = shell.run("sign-in", "a@e.org", "--role", "administrator")
    assert (refused.code, refused.out) == (1, "")
    assert "a@e.org is deactivated" in refused.sentence


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
    fields = {
        "ambassador",
        "network",
        "language",
        "text",
        "choice",
        "opening",
        "question",
        "passage",
        "relation",
    }
    assert set(first.lines[0]) == fields | {"layout", "overlap", "why"}
    assert shell.run(*arguments, "--json").out == first.out
    (third,) = shell.run(*arguments[:-1], "mastodon", "--json").lines
    assert third["network"] == "mastodon"
    assert measure_text(OURS["mastodon"], third["choice"]).valid
    assert not shell.data.exists()


def test_a_dry_run_says_why_there_is_no_text(bare: Shell) -> None:
    """A story with nothing to tell is refused; where no one is asked, it is said why."""
    people = bare.write("people.csv", CSV + "a@e.org,Anna,nl,constructie\n")
    arguments = ["--ambassadors", people, "--json"]
    for told, why in (
        (story(body="Kapot."), "too short to tell anything of it"),
        (story(language="de"), 'nobody writes in "de"'),
        (story(body="The lock that we had built was in the wrong place. " * 4), 'text is in "en"'),
    ):
        refused = bare.run("compose", "--event", bare.write("event.json", event(told)), *arguments)
        assert (refused.code, refused.out) == (1, "")
        assert why in refused.err
    elsewhere = event(vacancy(language="pl", crafts=[], team=None, location=None))
    nobody = bare.run("compose", "--event", bare.write("event.json", elsewhere), *arguments)
    assert (nobody.code, nobody.out) == (0, "")
    assert "nobody in" in nobody.err


def test_a_dry_run_names_every_bad_row(bare: Shell) -> None:
    """As an import does, so that a table is mended once."""
    told = bare.write("story.json", event(story()))
    people = bare.write("people.csv", CSV + "a@e.org,Anna,nl,\nb@e.org,Bo,xx,\nno address,Co,nl,\n")
    done = bare.run("compose", "--event", told, "--ambassadors", people)
    assert (done.code, done.out) == (1, "")
    named = [line.split(":")[1] for line in done.err.splitlines()]
    assert named == [" people.csv, line 3", " people.csv, line 4", " people.csv"]
    assert "2 bad rows, nothing was composed. Mend them." in done.err


def test_a_dry_run_knows_what_marketing_changed(shell: Shell) -> None:
    """Templates and blocked words of the database hold, and composing changes nothing there."""
    told = shell.write("story.json", event(story()))
    people = shell.write("people.csv", CSV + "a@e.org,Anna,nl,constructie\n")
    arguments = ["compose", "--event", told, "--ambassadors", people, "--network", "x", "--json"]

    async def change(path: str, text: str, word: str) -> None:
        database = Database.open(f"sqlite+aiosqlite:///{shell.data / 'zwaan.db'}")
        async with database.write() as transaction:
            await post_templates.write(transaction, path, text, author="m", now=NOW)
            blocked = BlockedWord(word=word, reason="Liever niet.")
            await blocked_words.save(transaction, blocked, added_by="m", now=NOW)
        await database.close()

    (shipped,) = shell.run(*arguments).lines
    assert shipped["layout"] != "eigen"
    layout = "=== eigen short\n{{ passage }}\n\nIk werk bij {{ employer }}. {{ link }}\n"
    asyncio.run(change(f"nl/story/{shipped['relation']}.j2", layout, "verhaal"))
    done = shell.run(*arguments)
    (own,) = done.lines
    assert own["layout"] == "eigen"
    assert "verhaal" not in own["choice"].casefold()
    assert shell.run(*arguments).out == done.out


def test_an_answer_makes_the_post(bare: Shell) -> None:
    """With a file of answers the post of a person who answered opens with it, word for word; one that a
    stranger would not understand brings the question that says why."""
    told = bare.write("story.json", event(story()))
    people = bare.write("people.csv", CSV + "a@e.org,Anna,nl,constructie\n")
    arguments = ["compose", "--event", told, "--ambassadors", people, "--network", "linkedin"]
    given = "Ik geef elke leerling een hamer en laat hem tien keer op een lege emmer slaan"
    as_object = json.dumps({"A@e.org": given})
    as_line = json.dumps({"ambassador": "a@e.org", "answer": given})
    for written in (as_object, as_line):
        answers = bare.write("answers.json", written)
        (line,) = bare.run(*arguments, "--json", "--answers", answers).lines
        assert line["text"].startswith(f"{given}.\n\n")
    parts = {"opening": "Op onze werf leren jongens klinken", "answer": given}
    answers = bare.write("answers.json", json.dumps({"ambassador": "a@e.org", **parts}))
    (line,) = bare.run(*arguments, "--json", "--answers", answers).lines
    assert line["text"].startswith(f"{parts['opening']}. {given}.\n\n")
    answers = bare.write(
        "answers.json", json.dumps({"a@e.org": "Ze belden ons alle vijf om het uur."})
    )
    (line,) = bare.run(*arguments, "--json", "--answers", answers).lines
    assert (line["text"], line["why"]) == (None, "unclear")
    assert line["question"].startswith("“Ze”: wie is dat?")
    broken = bare.run(*arguments, "--answers", bare.write("answers.json", "[1]"))
    assert (broken.code, broken.out) == (1, "")
    assert "no answers can be read from it" in broken.sentence
