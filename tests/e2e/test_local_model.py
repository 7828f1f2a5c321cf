"""The real connector against a real small language model on this machine, through all three uses.

The model is weak, so most of what it says is refused; every promise has to hold for what is not, and
what was refused leaves everything as it was. Each is checked here in its own words, not by the product's.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.language_model import LanguageModel
from services.accounts.rules import OURS
from services.campaigns.choose_passages import propose_passages
from services.campaigns.start_campaign import start_campaigns
from services.campaigns.store import campaigns
from services.database.engine import Database
from services.events.outgoing import ShareRequested
from services.identity import ambassador_id
from services.people.rules.disclosure import discloses
from services.people.store import people
from services.people.store.people import Person
from services.post import Post
from services.posts.answer_prompt import answer_prompt
from services.posts.edit_answers import AnswerEditor
from services.posts.store import posts
from services.posts.suggest import Suggester
from services.posts.write_drafts import DraftWriter
from services.text.network_text import measure_text
from services.voice.ask_model import AskModel
from services.voice.current_templates import CurrentTemplates
from services.voice.model import NotUsed
from tests.builders import NOW, fact
from tests.migrated import open_migrated
from tests.unit.voice.material import (
    EXAMPLES,
    example_content,
    example_people,
    shipped_templates,
)
from tests.unit.voice.sources import cleaned

#: On a machine that has more to do an answer takes half a minute.
pytestmark = [pytest.mark.model, pytest.mark.timeout(1_800)]

ROOT = Path(__file__).parents[2]
#: As it is dictated: no capital and no full stop, which a small model may set.
DICTATED = {
    "en": "i was there when the second substation failed and nobody had looked at the clock",
    "nl": "ik was erbij toen het tweede station uitviel en niemand had op de klok gekeken",
}
_SOURCES, _POSTS = 6, 18
_SMALL = 4
EDITOR = Person(
    id="mia", email="mia@example.org", name="Mia", language="en", roles=frozenset({"marketing"})
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Fails when the model cannot run: this suite is about nothing else."""
    python = os.environ.get("ZWAAN_TEST_MODEL")
    assert python, "run `make test-model`"
    with subprocess.Popen(
        [python, str(ROOT / "tests" / "local_model.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as running:
        assert running.stdout is not None
        port = running.stdout.readline().strip()
        assert port.isdigit(), "the model did not start"
        try:
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            running.terminate()


class Stage:
    """Database, connector and use cases as a worker has them, patient with a busy machine."""

    def __init__(self, database: Database, address: str) -> None:
        self.database = database
        self.became: Counter[tuple[str, str]] = Counter()
        self.calls = ThreadPoolExecutor(1)
        self.templates = CurrentTemplates(shipped_templates())
        self.ask = AskModel(
            LanguageModel(url=address, model="smollm2-135m", timeout=300),
            where="127.0.0.1",
            calls=self.calls,
            clock=lambda: NOW,
            concurrency=1,
            patience=timedelta(seconds=400),
            count=self._count,
        )
        self.editor = AnswerEditor(
            database=database,
            ask=self.ask,
            templates=self.templates,
            clock=lambda: NOW,
            short_link=link,
        )

    def _count(self, use: str, became: str) -> None:
        self.became[use, became] += 1

    def tell(self, use: str) -> None:
        """The figures of one use, and that the model did answer."""
        told = {became: times for (one, became), times in self.became.items() if one == use}
        print(f"\n{use}: {told.pop('used', 0)} accepted; refused: {dict(sorted(told.items()))}")  # noqa: T201
        answered = sum(times for (one, _), times in self.became.items() if one == use)
        silent = self.became[use, "no answer"] + self.became[use, "away"]
        assert self.became[use, "away"] == 0
        assert silent < answered, "the model never answered"


def link(code: str) -> str:
    return f"https://go.example.org/r/{code}"


@pytest.fixture
async def stage(tmp_path: Path, address: str) -> AsyncIterator[Stage]:
    database = await open_migrated(tmp_path / "zwaan.db")
    made = Stage(database, address)
    yield made
    made.calls.shutdown()
    await database.close()


async def launched(stage: Stage, name: str) -> list[Post]:
    """The drafts of an example source for the example people."""
    async with stage.database.write() as transaction:
        await people.save_ambassadors(transaction, example_people(), now=NOW)
        begun = await start_campaigns(transaction, [fact(example_content()[name])], NOW)
        asked = [
            fact(ShareRequested.model_validate(each.event.data))
            for each in begun
            if each.event.type == "share.requested"
        ]
        writer = DraftWriter(stage.templates, short_link=link)
        ready = await writer.write_drafts(transaction, asked, NOW)
        return list(
            (await posts.by_ids(transaction, [e.event.data["post_id"] for e in ready])).values()
        )


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def in_order(some: list[str], all_: list[str]) -> int:
    """The length of the longest run of words that both have in this order."""
    before = [0] * (len(all_) + 1)
    for one in some:
        row = [0]
        for place, other in enumerate(all_):
            row.append(before[place] + 1 if one == other else max(before[place + 1], row[-1]))
        before = row
    return before[-1]


async def test_proposed_passages_are_of_the_source(stage: Stage) -> None:
    """All that it names is cut word for word, within the lengths, and nothing is ticked by that."""
    for name in sorted(example_content())[:: max(1, len(example_content()) // _SOURCES)]:
        await launched(stage, name)
        content = example_content()[name]
        kind = "story" if hasattr(content, "story_id") else "vacancy"
        source = content.story_id if kind == "story" else content.vacancy_id
        async with stage.database.read() as transaction:
            campaign = await campaigns.by_source(transaction, kind=kind, source_id=source)
        assert campaign is not None
        with suppress(NotUsed):
            found = await propose_passages(stage.database, stage.ask, campaign, by=EDITOR, now=NOW)
            told = " ".join(words(cleaned(content)))
            for text in found.texts:
                assert " ".join(words(text)) in told
                assert 60 <= len(text) <= 300
            assert all(" ".join(words(each)) in told for each in found.private)
        async with stage.database.read() as transaction:
            after = await campaigns.get(transaction, campaign.id)
        assert after == campaign
    stage.tell("passages")


async def test_edits_and_questions_keep_every_promise(stage: Stage) -> None:
    """An edit has four of five words of the answer in their order, the passage, one link and one
    disclosure, and no new long word or number; otherwise the built post stays. A question is short,
    one, and of words that are there."""
    given = {
        ambassador_id(each["email"]): each["answer"]
        for each in json.loads((EXAMPLES / "answers.json").read_bytes())
    }
    built: list[tuple[Post, str]] = []
    for name in ("en-forty-seconds", "nl-de-mof-van-hengelo", "en-the-meter-that-lied"):
        for number, draft in enumerate((await launched(stage, name))[: _POSTS // 3]):
            fits = draft.language == name[:2] and number % 2
            answer = given.get(draft.ambassador_id) if fits else None
            answer = answer or DICTATED[draft.language]
            built.append((await answered(stage, draft, answer), answer))
    for _ in built:
        await stage.editor.edit()
    changed = 0
    for before, answer in built:
        async with stage.database.read() as transaction:
            after = await posts.get(transaction, before.id)
        assert after is not None
        recipe = after.recipe
        thought: dict[str, Any] = recipe["model"]
        if thought["edit"] == "used":
            changed += 1
            check_edit(before, after, answer, recipe["parts"]["passage"])
        else:
            assert (after.text, after.original_text) == (before.text, before.original_text)
        if question := thought["follow_up"]:
            check_question(question, f"{answer} {recipe['parts']['passage']}")
    assert changed == stage.became["edit", "used"]
    stage.tell("follow-up")
    stage.tell("edit")


async def answered(stage: Stage, draft: Post, answer: str) -> Post:
    async with stage.database.write() as transaction:
        return await answer_prompt(
            transaction,
            Suggester(stage.templates, short_link=link),
            post_id=draft.id,
            ambassador_id=draft.ambassador_id,
            prompt="What was your part in this?" if draft.language == "en" else "Wat deed jij?",
            answer=answer,
            text=draft.text,
            now=NOW,
            model_until=NOW + timedelta(minutes=10),
        )


def check_edit(before: Post, after: Post, answer: str, passage: str) -> None:
    print(f"\naccepted: {after.text}")  # noqa: T201
    said, was = words(after.text), words(before.text)
    assert in_order(words(answer), said) >= 0.8 * len(words(answer))
    assert passage in after.text
    assert after.text.count(link(before.link_code)) == 1
    assert len(re.findall("https?://", after.text)) == 1
    assert discloses(after.text, employer="Zwaan Netbeheer") is discloses(
        before.text, employer="Zwaan Netbeheer"
    )
    assert {each for each in said if len(each) > _SMALL} <= set(was)
    assert re.findall(r"\d+", after.text) == re.findall(r"\d+", before.text)
    assert measure_text(OURS[before.network], after.text).valid


def check_question(question: str, there: str) -> None:
    print(f"\nasked: {question}")  # noqa: T201
    assert question.endswith("?")
    assert question.count("?") == 1
    assert len(question) <= 140
    assert "\n" not in question
    assert {each for each in words(question) if len(each) > _SMALL} & set(words(there)) or any(
        other.startswith(each[:5])
        for each in words(question)
        for other in words(there)
        if len(each) > _SMALL
    )
