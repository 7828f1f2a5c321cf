"""Words that are not used: kept on one page, named while typing, refused at approval."""

from __future__ import annotations

from services.campaigns.start_campaign import start_campaigns
from services.campaigns.store import campaigns
from services.database import audit
from services.database.transaction import Transaction
from services.events.outgoing import ShareRequested
from services.people.store import people
from services.post import PostState
from services.posts.store import posts
from services.posts.write_drafts import DraftWriter
from services.voice.checking.block_list import BlockedWord
from services.voice.current_templates import CurrentTemplates
from services.voice.store import blocked_words
from tests.builders import NOW, ambassador, fact, our_templates
from tests.unit.voice.material import told_of_us
from tests.unit.web.organisation import (
    ANNA,
    TEXT,
    Organisation,
    story,
    submit,
    submit_by_htmx,
)

PAGE = "/templates/words"
MAAIKE = "maaike@example.org"


async def block(transaction: Transaction, word: str) -> None:
    blocked = BlockedWord(word=word, reason="Dat zeggen schippers zelf.")
    await blocked_words.save(transaction, blocked, added_by="", now=NOW)


async def test_marketing_keeps_the_list(organisation: Organisation) -> None:
    """A word goes on the list with its reason and off again, and both are in the audit."""
    async with organisation.staff(MAAIKE, "marketing") as browser:
        await submit(browser, PAGE, PAGE, word="World-class", reason="Zeg wat er goed aan is.")
        page = (await browser.get(PAGE)).text
        assert "World-class" in page
        assert "Zeg wat er goed aan is." in page
        assert "Maaike" in page
        await submit(browser, PAGE, f"{PAGE}/allow", key="world class")
        assert "World-class" not in (await browser.get(PAGE)).text
    entries = await organisation.read(audit.of, "word:world class")
    assert [entry.action for entry in entries] == ["word.blocked", "word.allowed"]


async def test_a_word_needs_letters_and_a_reason(organisation: Organisation) -> None:
    """What cannot be used is refused in a sentence, and what was typed stays."""
    async with organisation.staff(MAAIKE, "marketing") as browser:
        for fields, said in (
            ({"word": "!!", "reason": "Zomaar."}, "A word needs letters and a reason."),
            ({"word": "x" * 61, "reason": "Zomaar."}, "A word needs letters and a reason."),
            ({"word": "uniek", "reason": " "}, "A word needs letters and a reason."),
            ({"word": "uniek", "reason": "x" * 201}, "A word needs letters and a reason."),
            ({"word": "werk*", "reason": "Zomaar."}, "so no text could do without this word."),
        ):
            answer = await submit(browser, PAGE, PAGE, **fields)
            assert answer.status_code == 422
            assert said in answer.text
            assert fields["word"] in answer.text
    assert await organisation.read(blocked_words.kept) == []


async def test_the_list_is_marketings(organisation: Organisation) -> None:
    """No one else reads or changes it."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        assert (await browser.get(PAGE)).status_code == 403


async def test_an_ambassador_sees_remarks_before_approving(organisation: Organisation) -> None:
    """The word and its reason stand below the text while typing, and approval is refused."""
    campaign = await organisation.campaign(story())
    post = await organisation.post(campaign, ANNA)
    await organisation.connect(ANNA)
    async with organisation.database.write() as transaction:
        await block(transaction, "Schipper")
    said = "We gebruiken “Schipper” hier niet. Dat zeggen schippers zelf."
    async with organisation.signed_in(ANNA.email) as browser:
        assert said in (await browser.get("/inbox")).text
        address = f"/inbox/{post.id}"
        typed = await submit_by_htmx(browser, "/inbox", f"{address}/measure", text=TEXT)
        assert said in typed.text
        without = TEXT.replace("een schipper", "iemand")
        fine = await submit_by_htmx(browser, "/inbox", f"{address}/measure", text=without)
        assert said not in fine.text
        refused = await submit(browser, "/inbox", f"{address}/approve", text=TEXT)
        assert refused.status_code == 422
        assert "Het woord “Schipper” gebruiken we hier niet" in refused.text
        await submit(browser, "/inbox", f"{address}/approve", text=without)
    assert (await organisation.read(posts.get, post.id)).state is PostState.APPROVED


async def test_the_campaign_says_how_many_are_asked_first_and_why(
    organisation: Organisation,
) -> None:
    """A word that every text would hold leaves people with a question, counted with the reason."""
    content = told_of_us("nl-de-stille-lijn")
    writer = DraftWriter(
        CurrentTemplates(our_templates()), short_link=lambda code: f"https://z/{code}"
    )
    everybody = [ambassador(number, crafts=("storingen",)) for number in range(1, 4)]
    async with organisation.database.write() as transaction:
        await people.save_ambassadors(transaction, everybody, now=NOW)
        await block(transaction, "Deltaplan")
        statements = await start_campaigns(transaction, [fact(content)], NOW)
        requests = [
            fact(ShareRequested.model_validate(each.event.data))
            for each in statements
            if each.event.type == "share.requested"
        ]
        asked = sum(len(each.data.asked) for each in requests)
        assert len(await writer.write_drafts(transaction, requests, NOW)) == asked
        (campaign,) = await campaigns.recent(transaction)
    async with organisation.staff(MAAIKE, "marketing") as browser:
        page = (await browser.get(f"/stories/{campaign.id}/campaign")).text
    assert "Every post held a word that is not used." in page
    assert f"({asked} " in page
