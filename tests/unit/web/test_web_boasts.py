"""Advice about words that sound like advertising: beside a draft, a story, a vacancy, a template."""

from __future__ import annotations

from services.post import PostState
from services.posts.store import posts
from tests.builders import our_templates
from tests.unit.web.organisation import (
    ANNA,
    TEXT,
    Organisation,
    story,
    submit,
    submit_by_htmx,
)

DETAIL = "Drie weken lang klopte de sluisdeur niet. Toen belde een schipper."
BODY = f"{DETAIL} Wij zijn trots op onze unieke sluis."


async def test_a_draft_gets_advice_and_is_approved_all_the_same(organisation: Organisation) -> None:
    """The word and a sentence of the story stand below the text; approving it is not refused."""
    campaign = await organisation.campaign(story(body=BODY))
    post = await organisation.post(campaign, ANNA)
    await organisation.connect(ANNA)
    boast = "Wij zijn de allerbeste. Ik werk bij Deltaplan. https://go.example.org/r/abc"
    async with organisation.signed_in(ANNA.email) as browser:
        address = f"/inbox/{post.id}"
        typed = await submit_by_htmx(browser, "/inbox", f"{address}/measure", text=boast)
        assert "<q>de allerbeste</q>" in typed.text
        assert DETAIL in typed.text
        plain = await submit_by_htmx(browser, "/inbox", f"{address}/measure", text=TEXT)
        assert "reclame" not in plain.text
        await submit(browser, "/inbox", f"{address}/edit", text=boast)
        assert "<q>de allerbeste</q>" in (await browser.get("/inbox")).text
        await submit(browser, "/inbox", f"{address}/approve", text=boast)
    assert (await organisation.read(posts.get, post.id)).state is PostState.APPROVED


async def test_a_story_gets_advice_while_it_is_typed(organisation: Organisation) -> None:
    """The form shows the words and a plainer sentence of the same story; nothing is stored."""
    async with organisation.staff("maaike@example.org", "marketing") as browser:
        assert 'hx-post="/stories/remarks"' in (await browser.get("/stories/new")).text
        fields = {"title": "De mooiste sluis", "body": BODY, "language": "nl"}
        answer = await submit_by_htmx(browser, "/stories/new", "/stories/remarks", **fields)
        for word in ("De mooiste", "trots", "unieke"):
            assert f"<q>{word}</q>" in answer.text
        assert DETAIL in answer.text
        empty = await submit_by_htmx(browser, "/stories/new", "/stories/remarks")
        assert "<q>" not in empty.text
    assert organisation.log.events("story.approved") == []


async def test_a_vacancy_gets_advice_while_it_is_typed(organisation: Organisation) -> None:
    """Without a plainer sentence to offer, the advice says what one would hold."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        assert 'hx-post="/vacancies/remarks"' in (await browser.get("/vacancies/new")).text
        fields = {"title": "Topper gezocht", "description": "Geweldig!", "language": "nl"}
        answer = await submit_by_htmx(browser, "/vacancies/new", "/vacancies/remarks", **fields)
    assert "<q>Topper</q>" in answer.text
    assert "A plain detail says more: a number" in answer.text


async def test_a_template_gets_advice_and_is_saved(organisation: Organisation) -> None:
    """A boast in a template is named with its line, and the template can be used."""
    path = "nl/story/craft.j2"
    text = (
        our_templates()
        .files[path]
        .replace("{{ passage }}", "{{ passage }} Hier staat de hoogste sluis.", 1)
    )
    page = f"/templates/edit/{path}"
    async with organisation.staff("maaike@example.org", "marketing") as browser:
        answer = await submit_by_htmx(browser, page, f"/templates/check/{path}", text=text)
        assert "sounds like advertising" in answer.text
        saved = await submit(browser, page, page, text=text, based_on="0")
    assert saved.status_code == 303
