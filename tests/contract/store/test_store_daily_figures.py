"""What each day brought of campaigns, and campaigns a page at a time."""

from __future__ import annotations

from datetime import timedelta

from services.campaigns.store import campaigns
from services.campaigns.store.campaigns import CampaignMark
from services.database.engine import Database
from services.figures.store import applications, daily_figures, figures
from services.figures.store.applications import Step
from services.figures.store.daily_figures import Daily
from services.figures.store.figures import Figure
from services.post import PostState
from services.posts.store import posts
from tests.builders import NOW, ambassador, campaign, organise, story, vacancy
from tests.projections import add_clicks, judged_click

DAY = timedelta(days=1)
VACANCY, STORY = campaign(vacancy()), campaign(story())


async def test_days_begin_with_the_fifth_person(database: Database) -> None:
    """Clicks and what networks reported count from the day of the fifth on, applicants on their own; a
    campaign that fewer people shared has no days."""
    async with database.write() as transaction:
        people = [ambassador(number) for number in range(1, 7)]
        drafts = await organise(transaction, people, [VACANCY, STORY])
        of_vacancy = [draft for draft in drafts if draft.campaign_id == VACANCY.id]
        of_story = [draft for draft in drafts if draft.campaign_id == STORY.id][:4]
        clicked = []
        for number, draft in enumerate(of_vacancy + of_story):
            at = NOW + number % 6 * DAY
            before = PostState.READY
            for after in (PostState.APPROVED, PostState.PUBLISHING, PostState.PUBLISHED):
                changes = {"published_at": at} if after is PostState.PUBLISHED else {}
                await posts.move(transaction, draft.id, before=before, after=after, **changes)
                before = after
            clicked.append(judged_click(number, draft.link_code, clicked_at=at))
            told = Figure(
                post_id=draft.id,
                metric="reach",
                tag="measured",
                value=10,
                source="X",
                measured_at=at,
            )
            await figures.add_figures(transaction, [told])
        await add_clicks(transaction, clicked)
        for number, stage in enumerate(("applied", "hired")):
            step = Step(
                application_id="1",
                vacancy_id=VACANCY.source_id,
                stage=stage,
                at=NOW + number * DAY,
            )
            await applications.add_steps(transaction, [step])
    ids = [VACANCY.id, STORY.id]
    async with database.read() as transaction:
        ever = await daily_figures.of_campaigns(transaction, ids, first="2026-11-24", last="9999")
        first, last = "2026-11-25", "2026-11-28"
        some = await daily_figures.of_campaigns(transaction, ids, first=first, last=last)
        early = await daily_figures.of_campaigns(transaction, ids, first=first, last="2026-11-27")
        published = await daily_figures.published_posts(transaction, ids)
    assert ever[VACANCY.id].clicks == [
        Daily("2026-11-28", "human", "measured", 5),
        Daily("2026-11-29", "human", "measured", 1),
    ]
    assert ever[VACANCY.id].reported == [
        Daily("2026-11-28", "reach", "measured", 50),
        Daily("2026-11-29", "reach", "measured", 10),
    ]
    assert ever[VACANCY.id].applicants == [
        Daily("2026-11-24", "applied", "measured", 1),
        Daily("2026-11-25", "hired", "measured", 1),
    ]
    assert some[VACANCY.id].clicks == ever[VACANCY.id].clicks[:1]
    assert some[VACANCY.id].applicants == ever[VACANCY.id].applicants[1:]
    assert early[VACANCY.id].clicks == early[VACANCY.id].reported == []
    assert (ever[STORY.id].clicks, ever[STORY.id].reported) == ([], [])
    assert {post.id for post in published} == {post.id for post in of_vacancy + of_story}


async def test_campaigns_are_read_on_from_a_mark(database: Database) -> None:
    """Newest first, those of one moment by their id, none twice."""
    made = [
        campaign(story(f"s-{number}"), started_at=NOW - number // 3 * DAY) for number in range(7)
    ]
    async with database.write() as transaction:
        for each in made:
            await campaigns.add(transaction, each)
        everything = await campaigns.recent(transaction)
        found, mark = [], None
        while page := await campaigns.recent(transaction, after=mark, limit=2):
            found += page
            mark = CampaignMark(page[-1].started_at, page[-1].id)
    assert found == everything
    assert len(found) == 7
