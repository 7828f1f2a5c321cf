"""What posts are made of is seen and chosen before the launch, and how many there are is said."""

from __future__ import annotations

import re

from services.campaigns.start_campaign import start_campaigns
from services.identity import derive_id
from services.people.store import people
from tests.builders import NOW, ambassador
from tests.unit.web.arrival import facts_on
from tests.unit.web.organisation import Organisation, submit, submit_by_htmx

MAAIKE = "maaike@example.org"
BODY = (
    "Drie weken lang klopte de sluisdeur niet. Toen belde een schipper.\n\n"
    "Op 3 mei kreeg onze sluis in Utrecht een nieuwe deur. Monteur Kees Vos draaide 212 bouten aan.\n\n"
    "Op 9 juni legden onze monteurs in Vreeswijk 14 nieuwe planken op de loopbrug van de sluis."
)
FORM = {"title": "De sluisdeur", "body": BODY, "language": "nl", "topics": "constructie"}


async def test_the_passages_are_seen_while_a_story_is_typed(organisation: Organisation) -> None:
    """Marketing reads what the posts will be made of beside the form; nothing is stored."""
    async with organisation.staff(MAAIKE, "marketing") as browser:
        answer = await submit_by_htmx(browser, "/stories/new", "/stories/remarks", **FORM)
    assert "The posts will be made of these" in answer.text
    assert '<li dir="auto">' in answer.text
    assert organisation.log.events("story.approved") == []


async def test_chosen_passages_are_in_the_event(organisation: Organisation) -> None:
    """One a line, in the order in which they were written, and nothing else. Where one is not in the text
    like that, somebody has to look at it before anybody is asked."""
    wanted = "Op 3 mei lag de sluis in Utrecht negen uur stil.\nToen belde een schipper.\n"
    new, fields = "/stories/new", {**FORM, "passages": wanted}
    async with organisation.staff(MAAIKE, "marketing") as browser:
        refused = await submit(browser, new, new, **fields, launch="handful")
        assert refused.status_code == 422
        assert "not in the text like that: “Op 3 mei lag de sluis in Utrecht" in refused.text
        assert organisation.log.events("story.approved") == []
        await submit(browser, new, new, **fields, launch="review")
    (event,) = organisation.log.events("story.approved")
    assert event["data"]["passages"] == wanted.splitlines()


async def test_what_a_story_carries_is_said_before_its_launch(organisation: Organisation) -> None:
    """So many posts, so many questions, and three posts to read."""
    everybody = [ambassador(number) for number in range(60)]
    async with organisation.database.write() as transaction:
        await people.save_ambassadors(transaction, everybody, now=NOW)
    async with organisation.staff(MAAIKE, "marketing") as browser:
        await submit(browser, "/stories/new", "/stories/new", **FORM, launch="review")
        async with organisation.database.write() as transaction:
            await start_campaigns(transaction, facts_on(organisation.log), NOW)
        (event,) = organisation.log.events("story.approved")
        campaign = derive_id("campaign", "story", event["data"]["story_id"])
        page = (await browser.get(f"/stories/{campaign}/audience")).text
        posts = (await browser.get(f"/stories/{campaign}/passages")).text
    assert "Everybody is asked for a sentence first" in page
    assert re.search(r"the source carries \d+ different ones", page)
    assert f'href="/stories/{campaign}/passages"' in page
    assert posts.count('class="as-it-appears"') == 3
