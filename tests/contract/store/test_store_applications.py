"""Applicants and the links by which they came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count, permutations
from typing import Any

import sqlalchemy as sa

from services.database.engine import Database
from services.database.schema import attributions
from services.database.transaction import Transaction
from services.events.incoming import ApplicationReceived
from services.events.statement import Fact
from services.figures.record_figures import record_applications
from services.figures.store import applications, campaign_figures
from services.post import Post
from tests.builders import NOW, ambassador, campaign, fact, organise, story, vacancy
from tests.projections import applications_by_stage, wipe

STORY, VACANCY = campaign(story()), campaign(vacancy())
_numbers = count()


def step(stage: str = "applied", *, hours: int = 0, **data: Any) -> Fact[ApplicationReceived]:
    given = {"application_id": "1", "vacancy_id": VACANCY.source_id} | data
    at = NOW + timedelta(hours=hours)
    return fact(ApplicationReceived(stage=stage, at=at, **given), f"step-{next(_numbers)}")


async def told(transaction: Transaction, *steps: Fact[ApplicationReceived]) -> None:
    await record_applications(transaction, steps, NOW)


async def came_by(transaction: Transaction) -> dict[str, tuple[str, str]]:
    rows = await transaction.execute(sa.select(attributions))
    return {row.application_id: (row.first_code, row.last_code) for row in rows}


async def _drafts(transaction: Transaction) -> Sequence[Post]:
    return await organise(transaction, [ambassador(1)], [STORY, VACANCY])


async def test_first_and_last_touch_count_for_their_own_campaigns(database: Database) -> None:
    """Who came by a story's post and then by the vacancy's is the story's first and the vacancy's
    last, at every stage; who came by nothing known is no one's."""
    async with database.write() as transaction:
        about_story, about_vacancy = await _drafts(transaction)
        handed_on = f"{about_story.link_code} {about_vacancy.link_code}"
        await told(
            transaction,
            step(reference=handed_on),
            step("interview", hours=1),
            step(application_id="2"),
            step(application_id="3", reference="no code of ours", link_code="kf3m9xq2ab"),
        )
    async with database.read() as transaction:
        assert await applications.by_stage(transaction) == {
            ("applied", "post"): 1,
            ("applied", "unknown"): 2,
            ("interview", "post"): 1,
        }
        found = await campaign_figures.of_campaigns(transaction, [STORY.id, VACANCY.id])
    assert found[STORY.id].brought == {"first": {"applied": 1, "interview": 1}}
    assert found[VACANCY.id].brought == {"last": {"applied": 1, "interview": 1}}
    assert (found[STORY.id].applicants, found[STORY.id].came_by) == ({}, {})
    assert found[VACANCY.id].applicants == {"applied": 3, "interview": 1}
    assert found[VACANCY.id].came_by == {
        "applied": {VACANCY.id: 1, "": 2},
        "interview": {VACANCY.id: 1},
    }


async def test_the_earliest_step_that_knows_decides_in_any_order(database: Database) -> None:
    """However the steps arrive, and however often, the attribution is the same."""
    async with database.write() as transaction:
        about_story, about_vacancy = await _drafts(transaction)
        steps = [
            step("applied"),
            step("interview", hours=1, reference=about_story.link_code),
            step("hired", hours=2, reference=about_vacancy.link_code),
        ]
        for order in permutations(steps):
            await wipe(transaction)
            for each in order:
                await told(transaction, each, each)
            assert await came_by(transaction) == {
                "1": (about_story.link_code, about_story.link_code)
            }


async def test_erasing_a_candidate_keeps_what_counts(database: Database) -> None:
    """Steps and attribution stay under an id of no one, also when it is stated again or rebuilt from a
    day on; the former id is gone."""
    async with database.write() as transaction:
        about_story, about_vacancy = await _drafts(transaction)
        steps = [
            step(reference=f"{about_story.link_code} {about_vacancy.link_code}"),
            step("hired", hours=30),
            step("erased", hours=40),
        ]
        before = None
        for since in (None, NOW + timedelta(hours=20), None):
            await applications.wipe(transaction, since=since)
            again = [each for each in steps if _at(each) >= (since or NOW)]
            await told(transaction, *again)
            await told(transaction, again[-1])
            (found,) = (await came_by(transaction)).items()
            assert "1" not in found
            assert found[1] == (about_story.link_code, about_vacancy.link_code)
            assert before in (None, found)
            before = found
            assert await applications_by_stage(transaction, VACANCY.source_id) == {
                "applied": 1,
                "hired": 1,
            }
            figures = await campaign_figures.of_campaigns(transaction, [VACANCY.id])
            assert figures[VACANCY.id].brought == {"last": {"applied": 1, "hired": 1}}


def _at(each: Fact[ApplicationReceived]) -> datetime:
    return each.data.at


async def test_erasing_an_unknown_person_changes_nothing(database: Database) -> None:
    """It may be stated first, or twice."""
    async with database.write() as transaction:
        await told(transaction, step("erased"), step("erased", application_id="2"))
        assert await came_by(transaction) == {}
        assert await applications_by_stage(transaction, VACANCY.source_id) == {}
