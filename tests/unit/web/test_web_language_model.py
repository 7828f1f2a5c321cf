"""Where pages let somebody ask a language model: said beforehand, asked for, and never used by itself."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest

from connectors.language_model import LanguageModel
from services.metrics import Metrics
from services.post import Post
from services.posts.edit_answers import AnswerEditor
from services.posts.store import posts
from services.voice.ask_model import AskModel
from services.voice.store import own_words
from tests.builders import NOW
from tests.language_model_server import (
    Asked,
    Behaviour,
    ModelServer,
    answers,
    model_server,
    says,
    sends,
)
from tests.unit.web.organisation import (
    ANNA,
    BASE,
    Organisation,
    form_token,
    story,
    submit,
    submit_by_htmx,
)
from tests.unit.web.test_web_choose_passages import (
    BODY,
    FIRST,
    PRIVATE,
    SECOND,
    kept,
    prepared,
    shown,
)

THIRD = "De ploeg legde de deur nog voor de zomer op zijn kant, en iedereen kon het zien."
CLIENT = "Juist op die dag kwam mevrouw Van Dam uit Vianen langs om naar het werk te kijken."
STORY = f"{BODY}\n\n{THIRD}\n\n{CLIENT}"
ANSWER = "Ik hoorde het van de schipper en dan ga je kijken naar de deur"
EDITED = "Ik hoorde het van de schipper. Dan ga je kijken naar de deur."


@contextmanager
def asking(server: ModelServer, metrics: Metrics) -> Iterator[AskModel]:
    """Somebody who asks this model, on behalf of pages and worker."""
    with ThreadPoolExecutor(2) as calls:
        yield AskModel(
            LanguageModel(url=server.url, model="small"),
            where="models.example.org",
            calls=calls,
            clock=lambda: NOW,
            concurrency=1,
            patience=timedelta(seconds=300),
            count=lambda use, became: metrics.model_answers.labels(use, became).inc(),
        )


@pytest.fixture
async def model(organisation: Organisation) -> AsyncIterator[ModelServer]:
    with model_server(says("")) as server, asking(server, organisation.parts.metrics) as ask_model:
        organisation.with_parts(ask_model=ask_model)
        yield server


async def test_without_a_model_no_page_speaks_of_one(organisation: Organisation) -> None:
    """Neither the editor nor the ambassador is offered what is not configured."""
    address = await prepared(organisation)
    await drafted(organisation)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get(address)).text
        assert "language model" not in page
        token = {"csrf_token": form_token(page)}
        assert (await browser.post(f"{address}/proposed", data=token)).status_code == 404
    async with organisation.signed_in("anna@example.org") as browser:
        assert "taalmodel" not in (await browser.get("/inbox")).text


def form_of(page: str, **fields: list[str]) -> dict[str, str | list[str]]:
    """The editor's form as a browser sends it, with what is hidden in it."""
    rows = shown(page)

    def hidden(name: str) -> list[str]:
        return list(map(html.unescape, re.findall(rf'name="{name}" value="([^"]*)"', page)))

    return {
        "csrf_token": form_token(page),
        "based_on": hidden("based_on"),
        "proposed": hidden("proposed"),
        "private": hidden("private"),
        "text": [text for text, _ in rows],
        "use": [str(place) for place, (_, used) in enumerate(rows) if used],
        **fields,
    }


async def test_an_editor_asks_for_proposals(organisation: Organisation, model: ModelServer) -> None:
    """The page says where the text goes; proposals stand unticked and marked, and what is private by
    the model's word is unticked; nothing is kept before the editor ticks and saves."""
    address = await prepared(organisation, story(body=STORY))
    model.behaviour = says("7\n1 client\n8 client\n900")
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get(address)).text
        assert "The text then goes to small at models.example.org." in page
        assert model.asked == []
        page = (await browser.post(f"{address}/proposed", data=form_of(page))).text
        unticked = [(text, False) for text in (THIRD, FIRST, PRIVATE)]
        assert shown(page) == [(SECOND, True), *unticked]
        assert page.count("Proposed by the language model.") == 2
        assert await kept(organisation, address) == ()
        headers = {"HX-Request": "true"}
        chosen = form_of(page, use=["0", "1"])
        page = (await browser.post(address, data=chosen, headers=headers)).text
        assert shown(page)[:2] == [(SECOND, True), (THIRD, True)]
        assert page.count("Proposed by the language model.") == 2
        assert await kept(organisation, address) == (SECOND, THIRD)
        page = (await browser.post(f"{address}/proposed", data=form_of(page))).text
        assert shown(page)[:2] == [(SECOND, True), (THIRD, True)]


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (says("Ignore the editor and use everything."), "proposed nothing usable"),
        (says("1-900\n<script>"), "proposed nothing usable"),
        (sends(b"{"), "proposed nothing usable"),
        (sends(b"", 500), "is away"),
    ],
)
async def test_without_a_usable_answer_the_editor_chooses(
    organisation: Organisation, model: ModelServer, behaviour: Behaviour, said: str
) -> None:
    """One sentence says so, the rows stay as they were, and the operator sees it counted."""
    address = await prepared(organisation, story(body=STORY))
    model.behaviour = behaviour
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get(address)).text
        before = shown(page)
        page = (await browser.post(f"{address}/proposed", data=form_of(page))).text
        assert said in page
        assert shown(page) == before
        assert "<script>" not in page.partition('id="passages"')[2].partition("<script src")[0]
        told = organisation.parts.metrics.exposition().decode()
        assert 'zwaan_language_model_answers_total{became="' in told


async def test_only_who_launches_may_send_a_story(
    organisation: Organisation, model: ModelServer
) -> None:
    """An ambassador, and anybody after the launch, sends nothing."""
    address = await prepared(organisation, story(body=STORY), state="running")
    async with organisation.staff("mia@example.org", "marketing") as browser:
        token = {"csrf_token": form_token((await browser.get(address)).text)}
        assert (await browser.post(f"{address}/proposed", data=token)).status_code == 404
    async with organisation.signed_in("anna@example.org") as browser:
        answer = await submit(browser, "/inbox", f"{address}/proposed")
        assert answer.status_code in (403, 404)
    assert model.asked == []


def thinks_along(asked: Asked) -> str:
    if asked.between("question"):
        return "Wat zei de schipper?"
    return f"{EDITED}\n\n{asked.between('keep')}"


async def drafted(organisation: Organisation) -> Post:
    campaign = await organisation.campaign(story(story_id="s-7", body=STORY))
    return await organisation.post(campaign, ANNA)


def editor(organisation: Organisation) -> AnswerEditor:
    ask = organisation.parts.ask_model
    assert ask is not None
    return AnswerEditor(
        database=organisation.database,
        ask=ask,
        templates=organisation.parts.templates,
        clock=lambda: organisation.clock,
        short_link=lambda code: f"{BASE}/r/{code}",
    )


async def test_an_ambassador_lets_the_model_think_along(
    organisation: Organisation, model: ModelServer
) -> None:
    """The card says where the answer goes and sends it only with a tick; what comes of it appears beside
    the field, and a page that was left open shows it when asked."""
    post = await drafted(organisation)
    model.behaviour = answers(thinks_along)
    path = f"/inbox/{post.id}/answer"
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/inbox")).text
        assert "gaan dan naar small op models.example.org" in page
        fields = {"answer": ANSWER, "text": post.text}
        card = (await submit_by_htmx(browser, "/inbox", path, **fields)).text
        assert "Het taalmodel leest" not in card
        assert await editor(organisation).edit() == 0
        built = await organisation.read(posts.get, post.id)
        fields["text"] = built.text
        card = (await submit_by_htmx(browser, "/inbox", path, **fields, model="yes")).text
        assert f'hx-get="/inbox/{post.id}/follow-up"' in card
        assert "Het taalmodel leest je antwoord" in card
        assert await editor(organisation).edit() == 1
        beside = (await browser.get(f"/inbox/{post.id}/follow-up")).text
        assert "hx-trigger" not in beside
        assert "zette je zinnen recht" in beside
        edited = await organisation.read(posts.get, post.id)
        assert edited.text == built.text.replace(f"{ANSWER}.", EDITED)
        card = (await browser.get(f"/inbox/{post.id}", headers={"HX-Request": "true"})).text
        assert EDITED in card
        why = (await browser.get(f"/inbox/{post.id}/why")).text
        assert "Het zette de zinnen van het antwoord recht" in why
    assert (await organisation.read(own_words.answers_of, ANNA.id))[0].answer == f"{ANSWER}."


async def test_a_first_answer_gets_one_more_question(
    organisation: Organisation, model: ModelServer
) -> None:
    """The question is beside the field in the post's language; a refused edit is not spoken of."""
    post = await drafted(organisation)
    model.behaviour = says("Wat zei de schipper?")
    async with organisation.signed_in("anna@example.org") as browser:
        fields = {"answer": ANSWER, "text": post.text, "model": "yes"}
        await submit_by_htmx(browser, "/inbox", f"/inbox/{post.id}/answer", **fields)
        await editor(organisation).edit()
        card = (await browser.get(f"/inbox/{post.id}/follow-up")).text
        assert '<strong lang="nl" dir="auto">Wat zei de schipper?</strong>' in card
        assert "rechtgezet" not in card
        assert "niet gebruikt" not in (await browser.get(f"/inbox/{post.id}/why")).text
