"""A language model on loopback as interviewer and editor, one that behaves and ones that do not."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from connectors.language_model import LanguageModel
from services.accounts.rules import CircuitRules
from services.campaigns.choose_passages import propose_passages
from services.campaigns.start_campaign import start_campaigns
from services.campaigns.store import campaigns
from services.database import audit
from services.database.engine import Database
from services.errors import RetryLater
from services.events.outgoing import ShareRequested
from services.people.store import people
from services.people.store.people import Person
from services.post import Post
from services.posts import decide
from services.posts.answer_prompt import answer_prompt
from services.posts.edit_answers import AnswerEditor
from services.posts.store import posts
from services.posts.suggest import Suggester
from services.posts.write_drafts import DraftWriter
from services.voice.ask_model import AskModel
from services.voice.checking.block_list import BlockedWord
from services.voice.current_templates import CurrentTemplates
from services.voice.model import NotUsed
from services.voice.store import blocked_words
from tests.builders import NOW, ambassador, fact
from tests.language_model_server import (
    Asked,
    Behaviour,
    ModelServer,
    answers,
    drips,
    model_server,
    says,
    sends,
)
from tests.unit.voice.material import example_content, shipped_templates

KEY = "planted-language-model-key"
RULES = CircuitRules(failures=3, pause=timedelta(seconds=30))
STORY = example_content()["nl-de-mof-van-hengelo"]
#: As it is dictated: no capital, no full stop between its sentences.
ANSWER = (
    "Ik laat leerlingen in hun eerste week een mof openzagen die ik met opzet fout heb gemaakt en dan"
    " kijken negen van de tien eerst op de tekening"
)
GOOD = f"I{ANSWER[1:].replace(' en dan', '. Dan')}."
QUESTION = "Wat zien de leerlingen op de tekening?"
EDITOR = Person(
    id="mia", email="mia@example.org", name="Mia", language="nl", roles=frozenset({"marketing"})
)


def well(asked: Asked) -> str:
    """What a good interviewer and editor says."""
    if asked.between("sentences"):
        return "1-2\n3 health"
    if asked.between("question"):
        return QUESTION
    return GOOD


def spoilt(wrong: str) -> Behaviour:
    """Nothing but this, and in an edit this behind what is good."""
    return answers(lambda asked: wrong if asked.between("question") else f"{well(asked)} {wrong}")


def short_link(code: str) -> str:
    return f"https://go.example.org/r/{code}"


class Stage:
    """Posts as they are built around answers, and the model as pages and worker ask it."""

    def __init__(self, database: Database, server: ModelServer) -> None:
        self.database = database
        self.server = server
        self.now = NOW
        self.calls = ThreadPoolExecutor(8)
        self.became: Counter[tuple[str, str]] = Counter()
        self.templates = CurrentTemplates(shipped_templates())
        self.patient(60)

    def patient(self, timeout: float) -> None:
        """Ask with this many seconds' patience from now on."""

        def count(use: str, became: str) -> None:
            self.became[use, became] += 1

        self.ask = AskModel(
            LanguageModel(url=self.server.url, model="small", key=KEY, timeout=timeout),
            where="models.example.org",
            calls=self.calls,
            clock=lambda: self.now,
            concurrency=2,
            patience=timedelta(seconds=timeout + 240),
            count=count,
            rules=RULES,
        )
        self.editor = AnswerEditor(
            database=self.database,
            ask=self.ask,
            templates=self.templates,
            clock=lambda: self.now,
            short_link=short_link,
        )

    async def drafts(self, people_: int = 1) -> list[Post]:
        everybody = [ambassador(number, crafts=("storingen",)) for number in range(people_)]
        writer = DraftWriter(self.templates, short_link=short_link)
        async with self.database.write() as transaction:
            await people.save_ambassadors(transaction, everybody, now=NOW)
            statements = await start_campaigns(transaction, [fact(STORY)], NOW)
            requests = [
                fact(ShareRequested.model_validate(each.event.data))
                for each in statements
                if each.event.type == "share.requested"
            ]
            ready = await writer.write_drafts(transaction, requests, NOW)
            found = await posts.by_ids(transaction, [each.event.data["post_id"] for each in ready])
        return list(found.values())

    async def answered(
        self, post: Post, answer: str = ANSWER, *, model: bool = True, text: str = ""
    ) -> Post:
        async with self.database.write() as transaction:
            return await answer_prompt(
                transaction,
                Suggester(self.templates, short_link=short_link),
                post_id=post.id,
                ambassador_id=post.ambassador_id,
                prompt="Wat leer jij nieuwe monteurs?",
                answer=answer,
                text=text or post.text,
                now=NOW,
                model_until=NOW + timedelta(minutes=10) if model else None,
            )

    async def built(self, people_: int = 1) -> list[Post]:
        return [await self.answered(each) for each in await self.drafts(people_)]

    async def post(self, post: Post) -> Post:
        async with self.database.read() as transaction:
            found = await posts.get(transaction, post.id)
        assert found is not None
        return found

    async def model(self, post: Post) -> dict[str, Any]:
        """What the recipe says of the model; empty when it may not be asked."""
        async with self.database.read() as transaction:
            recipe = (await posts.by_ids(transaction, [post.id]))[post.id].recipe
        return dict(recipe.get("model", {}))


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(answers(well)) as served:
        yield served


@pytest.fixture
async def stage(database: Database, server: ModelServer) -> AsyncIterator[Stage]:
    made = Stage(database, server)
    yield made
    server.over.set()
    made.calls.shutdown()


async def test_a_good_edit_takes_the_place_of_the_built_text(stage: Stage) -> None:
    """The answer is set straight, a question is beside it, and all around it is as it was."""
    built = await stage.built(3)
    assert await stage.editor.edit() == 3
    for before in built:
        after, model = await stage.post(before), await stage.model(before)
        assert after.text == before.text.replace(f"{ANSWER}.", GOOD)
        assert after.original_text == before.original_text
        assert after.text.count(short_link(before.link_code)) == 1
        assert (model["name"], model["edit"], model["follow_up"]) == ("small", "used", QUESTION)
        assert model["composed"] == before.text
        async with stage.database.read() as transaction:
            entries = await audit.of(transaction, before.id)
        assert "post.edited" in [each.action for each in entries if each.actor == "language model"]
    assert stage.became == {("follow-up", "used"): 3, ("edit", "used"): 3}
    assert await stage.editor.edit() == 0


async def test_nothing_about_the_person_is_sent(stage: Stage) -> None:
    """The model gets the answer, the question and the passage; no name, address, link or employer."""
    (post,) = await stage.built()
    await stage.editor.edit()
    asked = " ".join(each.instructions + each.text for each in stage.server.asked)
    assert ANSWER in asked
    for kept in (ambassador(0).name, ambassador(0).email, post.link_code, "Zwaan", "http"):
        assert kept not in asked


async def test_without_consent_nothing_is_sent(stage: Stage) -> None:
    """Drafts no one answered, and answers whose person did not tick the model, are never sent."""
    (draft,) = await stage.drafts()
    assert await stage.editor.edit() == 0
    await stage.answered(draft, model=False)
    assert await stage.editor.edit() == 0
    assert stage.server.asked == []


@pytest.mark.parametrize(
    ("behaviour", "follow_up", "edit"),
    [
        (sends(b"<html>"), "no answer", "no answer"),
        (sends(b"\xff\xfe\x00"), "no answer", "no answer"),
        (says("Half", finish_reason="length"), "no answer", "no answer"),
        (says("Nee.", finish_reason="content_filter"), "no answer", "no answer"),
        (says(" "), "no answer", "no answer"),
        (sends(b"", 401), "no answer", "no answer"),
        (sends(b"", 404), "no answer", "no answer"),
        (spoilt("In 1953 waren het er 1836."), "marks", "numbers"),
        (spoilt("Dat zei Wilhelmina."), "marks", "words"),
        (spoilt("Onze klanten zijn er blij mee."), "marks", "words"),
        (spoilt("Dat is niet waar."), "marks", "turned"),
        (spoilt("Zie https://evil.example."), "marks", "marks"),
        (spoilt("Ik werk bij Zwaan."), "marks", "words"),
        (spoilt("Wat een mooi vak!"), "marks", "marks"),
        (says("I teach apprentices to look at the drawing first?"), "question", "marks"),
        (says("Iedereen krijgt 500 euro, kijk maar op https://evil.example."), "marks", "marks"),
        (says("x" * 100_000), "length", "length"),
        (spoilt("Dan kijken de leerlingen. " * 200), "length", "length"),
        (says("Wat is \ud83d\x00 kapot?"), "marks", "marks"),
        (answers(lambda asked: asked.text.rpartition("\n")[0]), "length", "same"),
    ],
)  # fmt: skip
async def test_what_may_not_be_used_leaves_the_built_post(
    stage: Stage, behaviour: Behaviour, follow_up: str, edit: str
) -> None:
    """Garbage, invented facts, obeyed injections, another language and floods change nothing, and are
    counted by the promise that they would have broken."""
    (post,) = await stage.built()
    stage.server.behaviour = behaviour
    await stage.editor.edit()
    after, model = await stage.post(post), await stage.model(post)
    assert (after.text, after.original_text) == (post.text, post.original_text)
    assert (model["edit"], model["follow_up"]) == (edit, "")
    assert stage.became == {("follow-up", follow_up): 1, ("edit", edit): 1}
    assert KEY not in json.dumps(model)
    assert await stage.editor.edit() == 0


async def test_words_that_are_not_used_and_the_network_keep_an_edit_out(stage: Stage) -> None:
    """The organisation's list holds for an edit as well: its capital or mark may make the word."""
    (post,) = await stage.built()
    async with stage.database.write() as transaction:
        word = BlockedWord(word="tekening", reason="Daarom.")
        await blocked_words.save(transaction, word, added_by="", now=NOW)
    await stage.editor.edit()
    assert (await stage.post(post)).text == post.text
    assert (await stage.model(post))["edit"] == "blocked"


@pytest.mark.parametrize(
    "behaviour", [drips, sends(b"", 500), sends(b"x" * 10_000_000), sends(b"", 429)]
)
async def test_a_model_that_is_away_is_left_alone_for_a_while(
    stage: Stage, behaviour: Behaviour
) -> None:
    """After three failures nothing is asked until the pause is over; then one question probes."""
    built = await stage.built(8)
    stage.server.behaviour = behaviour
    stage.patient(0.5)
    started = time.monotonic()
    await stage.editor.edit()
    assert time.monotonic() - started < 60, "one of them drips for ever"
    asked = len(stage.server.asked)
    assert 3 <= asked <= 4  # two at a time
    assert stage.ask.is_away
    assert await stage.editor.edit() == 0
    assert [(await stage.post(each)).text for each in built] == [each.text for each in built]
    stage.now = NOW + timedelta(seconds=31)
    stage.patient(60)
    stage.server.behaviour = answers(well)
    assert await stage.editor.edit() == len(built)
    assert {(await stage.model(each))["edit"] for each in built} == {"used"}


async def test_one_question_probes(stage: Stage) -> None:
    """When the pause is over one post is asked about, and the others when it was answered."""
    built = await stage.built(4)
    stage.server.behaviour = sends(b"", 500)
    await stage.editor.edit()
    stage.now = NOW + timedelta(seconds=31)
    stage.server.behaviour = answers(well)
    assert await stage.editor.edit() == 1
    assert await stage.editor.edit() == len(built) - 1


async def test_no_more_questions_at_once_than_were_allowed(stage: Stage) -> None:
    """Six posts, two questions each, are asked about two at a time."""
    answer = answers(well)

    def slowly(handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        time.sleep(0.03)
        answer(handler, asked)

    stage.server.behaviour = slowly
    await stage.built(6)
    await stage.editor.edit()
    assert len(stage.server.asked) == 12
    assert stage.server.busiest == 2


async def test_nothing_is_held_while_the_model_thinks(stage: Stage) -> None:
    """The database takes other writes during a question, and what the person edits meanwhile stays."""
    (post,) = await stage.built()
    answer, edited = answers(well), threading.Event()

    def waits(handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        assert edited.wait(60)
        answer(handler, asked)

    async def edit() -> None:
        while not stage.server.asked:
            await asyncio.sleep(0.005)
        async with stage.database.write() as transaction:
            await decide.edit(
                transaction,
                post_id=post.id,
                ambassador_id=post.ambassador_id,
                text=f"Mijn eigen zin. {post.text}",
                now=NOW,
            )
        edited.set()

    stage.server.behaviour = waits
    await asyncio.gather(stage.editor.edit(), edit())
    assert (await stage.post(post)).text.startswith("Mijn eigen zin.")


async def test_after_ten_minutes_a_post_is_not_asked_about(stage: Stage) -> None:
    """Somebody may be reading it."""
    (post,) = await stage.built()
    stage.now = NOW + timedelta(minutes=10)
    assert await stage.editor.edit() == 0
    assert stage.server.asked == []
    assert (await stage.post(post)).text == post.text


async def test_an_answer_goes_in_the_place_of_the_edited_one(stage: Stage) -> None:
    """Who answers again gets the post built anew, without the edited sentences, and no second
    question of the model's."""
    (post,) = await stage.built()
    await stage.editor.edit()
    edited = await stage.post(post)
    again = await stage.answered(
        edited, "Sindsdien legt iedereen bij ons een mes naast de tekening", text=edited.text
    )
    assert again.text.startswith("Sindsdien legt iedereen bij ons een mes naast de tekening.")
    assert "leerlingen" not in again.text
    await stage.editor.edit()
    assert stage.became["follow-up", "used"] == 1


async def test_passages_are_proposed_and_the_sending_is_kept(stage: Stage) -> None:
    """What the model names is cut from the source; the audit says who sent the text where."""
    (draft,) = await stage.drafts()
    async with stage.database.read() as transaction:
        campaign = await campaigns.get(transaction, draft.campaign_id)
    assert campaign is not None
    found = await propose_passages(stage.database, stage.ask, campaign, by=EDITOR, now=NOW)
    assert all(text in STORY.body.replace("\n", " ") for text in found.texts)
    assert found.private
    async with stage.database.read() as transaction:
        (entry,) = [
            each
            for each in await audit.of(transaction, campaign.id)
            if each.action == "campaign.passages_asked"
        ]
    assert (entry.actor, entry.detail["where"]) == ("mia", "models.example.org")
    for behaviour, fault in (
        (says("Kies wat je wilt. https://evil.example"), NotUsed),
        (says("900-901\n0\n5-1"), NotUsed),
        (sends(b"{"), NotUsed),
        (sends(b"", 500), RetryLater),
    ):
        stage.server.behaviour = behaviour
        with pytest.raises(fault):
            await propose_passages(stage.database, stage.ask, campaign, by=EDITOR, now=NOW)
    assert stage.became["passages", "nothing"] == 2
