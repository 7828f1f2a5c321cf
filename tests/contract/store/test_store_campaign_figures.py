"""Figures of many campaigns at once, and how many people there are."""

from __future__ import annotations

from datetime import timedelta

from services.accounts.store import connections
from services.database.engine import Database
from services.database.transaction import Transaction
from services.figures.store import applications, campaign_figures, figures
from services.figures.store.applications import Step
from services.figures.store.campaign_figures import ReachFigure
from services.figures.store.figures import Figure
from services.people.store.people import Headcount, headcount
from services.post import Post, PostState
from services.posts.store import posts
from tests.builders import NOW, ambassador, campaign, connection, organise, story, vacancy
from tests.projections import add_clicks, judged_click

PEOPLE = [ambassador(number) for number in range(1, 4)]
STORY = campaign(story())
VACANCY = campaign(vacancy())


async def _publish(transaction: Transaction, post: Post) -> None:
    for before, after in (
        (PostState.READY, PostState.APPROVED),
        (PostState.APPROVED, PostState.PUBLISHING),
        (PostState.PUBLISHING, PostState.PUBLISHED),
    ):
        await posts.move(transaction, post.id, before=before, after=after)


def _reach(post: Post, value: int | None, tag: str, source: str, *, hours: int = 0) -> Figure:
    return Figure(
        post_id=post.id,
        metric="reach",
        tag=tag,
        value=value,
        source=source,
        measured_at=NOW + timedelta(hours=hours),
    )


async def test_each_campaign_has_its_own_figures(database: Database) -> None:
    """Audience, posts, people, clicks, applicants and reach are counted for the campaign asked."""
    async with database.write() as transaction:
        drafts = await organise(transaction, PEOPLE, [STORY, VACANCY])
        about_vacancy = [draft for draft in drafts if draft.campaign_id == VACANCY.id]
        for draft in about_vacancy[:2]:
            await _publish(transaction, draft)
        await add_clicks(
            transaction,
            [
                judged_click(
                    number,
                    about_vacancy[0].link_code,
                    kind,
                    clicked_at=NOW + timedelta(days=number),
                )
                for number, kind in enumerate(["human", "human", "bot"])
            ],
        )
        await applications.add_steps(
            transaction,
            [
                Step(
                    application_id="a-1",
                    vacancy_id=VACANCY.source_id,
                    stage="applied",
                    at=NOW,
                )
            ],
        )
        await figures.add_figures(
            transaction,
            [
                _reach(about_vacancy[0], 10, "measured", "LinkedIn"),
                _reach(about_vacancy[0], 25, "measured", "LinkedIn", hours=6),
                _reach(about_vacancy[1], None, "unknown", "no permission"),
            ],
        )
    async with database.read() as transaction:
        found = await campaign_figures.of_campaigns(transaction, [STORY.id, VACANCY.id])
        assert await campaign_figures.people_who_shared(transaction, [VACANCY.id]) == 2
        assert await campaign_figures.people_who_shared(transaction, [STORY.id]) == 0
    quiet, busy = found[STORY.id], found[VACANCY.id]
    assert (quiet.audience, quiet.offered) == (3, 3)
    assert (quiet.posts, quiet.clicks, quiet.reach) == ({"ready": 3}, {}, {})
    assert busy.posts == {"ready": 1, "published": 2}
    assert busy.people == {"ready": 1, "published": 2}
    assert busy.clicks == {"human": 2, "bot": 1}
    assert busy.applicants == {"applied": 1}
    assert busy.reach == {
        "measured": ReachFigure(
            tag="measured",
            value=25,
            posts=1,
            published=1,
            people=1,
            measured_at=NOW + timedelta(hours=6),
            sources=("LinkedIn",),
        )
    }
    assert busy.unknown_reach == 1


async def test_tags_are_kept_apart_and_sources_together(database: Database) -> None:
    """Under one tag several sources are summed and all named; another tag is never added.

    Somebody with posts on two networks is one person.
    """
    async with database.write() as transaction:
        drafts = await organise(transaction, PEOPLE[:2], [STORY], networks=("linkedin", "x"))
        await figures.add_figures(
            transaction,
            [
                _reach(drafts[0], 10, "measured", "LinkedIn"),
                _reach(drafts[1], 5, "measured", "X", hours=1),
                _reach(drafts[2], 1000, "estimated", "12500 followers × 0.08"),
            ],
        )
    async with database.read() as transaction:
        reach = (await campaign_figures.of_campaigns(transaction, [STORY.id]))[STORY.id].reach
    assert reach["measured"].value == 15
    assert reach["measured"].sources == ("LinkedIn", "X")
    assert reach["measured"].measured_at == NOW + timedelta(hours=1)
    assert (reach["measured"].posts, reach["measured"].people) == (2, 1)
    assert (reach["estimated"].value, reach["estimated"].posts) == (1000, 1)
    assert reach["estimated"].sources == ("followers × rate",)


async def test_no_campaign_has_no_figures(database: Database) -> None:
    """Asked about nothing, it answers nothing; a campaign without posts has zeros."""
    async with database.read() as transaction:
        assert await campaign_figures.of_campaigns(transaction, []) == {}
        found = await campaign_figures.of_campaigns(transaction, ["nothing"])
        assert found["nothing"].audience == 0
        assert await campaign_figures.people_who_shared(transaction, ["nothing"]) == 0


async def test_people_are_counted_once(database: Database) -> None:
    """A person with two connected networks is one connected ambassador."""
    async with database.write() as transaction:
        await organise(transaction, PEOPLE, networks=())
        before = await headcount(transaction)
        for network in ("linkedin", "x"):
            await connections.save(transaction, connection(PEOPLE[0], network))
        after = await headcount(transaction)
    assert before == Headcount(people=3, ambassadors=3, connected=0)
    assert after == Headcount(people=3, ambassadors=3, connected=1)
