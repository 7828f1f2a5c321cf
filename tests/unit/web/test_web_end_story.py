"""Marketing ends a story's campaign, and the story stays."""

from __future__ import annotations

from services.campaigns.store import campaigns
from services.database import audit
from services.post import PostState
from services.posts.store import posts
from tests.unit.web.organisation import Organisation, story, submit
from tests.unit.web.test_web_managers import team

MAAIKE = "maaike@example.org"


async def test_what_was_not_sent_is_cancelled(organisation: Organisation) -> None:
    """Waiting and approved texts are cancelled, published ones stay, and the page says it ended."""
    states = [PostState.READY, PostState.APPROVED, PostState.PUBLISHED]
    campaign_id = await team(organisation, states, story_id="s")
    address = f"/stories/{campaign_id}/campaign"
    async with organisation.staff(MAAIKE, "marketing") as browser:
        assert "End this campaign" in (await browser.get(address)).text
        for _ in range(2):
            answer = await submit(browser, address, f"/stories/{campaign_id}/close")
            assert answer.headers["location"] == address
        page = (await browser.get(address)).text
        assert "End this campaign" not in page
        still = await browser.get(f"/stories/{campaign_id}")
        assert still.headers["location"] == story().url
        assert "Closed Tue 24 Nov" in page
        assert "Closed Tue 24 Nov" in (await browser.get("/stories")).text
    async with organisation.database.read() as transaction:
        counted = await posts.counts_by_state(transaction, campaign_id=campaign_id)
    assert counted == {PostState.CANCELLED: 2, PostState.PUBLISHED: 1}
    entries = await organisation.read(audit.of, campaign_id)
    assert [(one.action, one.detail["cancelled"]) for one in entries] == [("campaign.finished", 2)]
    assert entries[0].actor != "campaigns"


async def test_a_prepared_campaign_can_be_ended(organisation: Organisation) -> None:
    """A story that no one will be asked about leaves the list of what waits."""
    campaign = await organisation.campaign(story(), state="prepared")
    address = f"/stories/{campaign.id}/audience"
    async with organisation.staff(MAAIKE, "marketing") as browser:
        await submit(browser, address, f"/stories/{campaign.id}/close")
    ended = await organisation.read(campaigns.get, campaign.id)
    assert ended is not None
    assert ended.state == "closed"


async def test_others_end_no_story(organisation: Organisation) -> None:
    """It is marketing's, and a vacancy is closed where it was opened."""
    campaign_id = await team(organisation, [PostState.READY], story_id="s")
    vacancy = await team(organisation, [PostState.READY])
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        assert (
            await submit(browser, "/vacancies/new", f"/stories/{campaign_id}/close")
        ).status_code == 403
    async with organisation.staff(MAAIKE, "marketing") as browser:
        assert (
            await submit(browser, "/stories/new", f"/stories/{vacancy}/close")
        ).status_code == 404
