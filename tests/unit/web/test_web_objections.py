"""Declines with a reason are input: the story's owner reads them, and never learns whose they are."""

from __future__ import annotations

import pytest

from services.identity import ambassador_id, derive_id
from services.post import PostState
from services.posts.store import posts
from tests.unit.web.organisation import Organisation, said_by
from tests.unit.web.test_web_managers import team

REASONS = ["Page 3 is wrong.", "A bit too proud.", "<b>Not</b> mine.", "I was not there.", "No."]


async def decline(organisation: Organisation, campaign: str, people: list[int]) -> None:
    """These people decline, for the reasons in turn; those who declined before think again."""
    async with organisation.database.write() as transaction:
        for place in range(6):
            person = ambassador_id(f"person{place}@example.org")
            post = derive_id("post", campaign, person, "linkedin")
            await posts.move(
                transaction, post, before=PostState.DECLINED, after=PostState.READY, reason=""
            )
        for person_at, reason in zip(people, REASONS, strict=False):
            person = ambassador_id(f"person{person_at}@example.org")
            post = derive_id("post", campaign, person, "linkedin")
            await posts.move(
                transaction, post, before=PostState.READY, after=PostState.DECLINED, reason=reason
            )


@pytest.mark.parametrize("role", ["recruiter", "marketing"])
async def test_five_reasons_are_read_without_names(organisation: Organisation, role: str) -> None:
    """From five people on, the campaign page shows the reasons, escaped, and no name."""
    campaign = await team(
        organisation, [PostState.READY] * 6, story_id="s" if role == "marketing" else ""
    )
    await decline(organisation, campaign, [0, 1, 2, 3, 4])
    path = f"/stories/{campaign}/campaign" if role == "marketing" else f"/vacancies/{campaign}"
    async with organisation.staff("mia@example.org", role) as browser:
        page = (await browser.get(path)).text
    assert [page.count(f">{reason}<") for reason in REASONS if "<" not in reason] == [1] * 4
    assert "&lt;b&gt;Not&lt;/b&gt; mine." in page
    assert "Person" not in page


async def test_fewer_reasons_are_not_shown(organisation: Organisation) -> None:
    """Four reasons could be guessed at: the page says when they appear."""
    campaign = await team(organisation, [PostState.READY] * 6)
    await decline(organisation, campaign, [0, 1, 2, 3])
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        page = (await browser.get(f"/vacancies/{campaign}")).text
    assert not [reason for reason in REASONS if reason in page]
    assert "once five colleagues have given one" in page


async def test_no_page_of_a_manager_shows_who_declined(organisation: Organisation) -> None:
    """Whoever of six it is that did not decline, every page of a manager is the same."""
    campaign = await team(organisation, [PostState.READY] * 6)
    paths = [
        f"/vacancies/{campaign}",
        f"/vacancies/{campaign}/audience",
        "/vacancies",
        "/figures",
        "/figures.csv",
        "/administration",
    ]
    roles = ("recruiter", "marketing", "administrator")
    async with organisation.staff("rik@example.org", *roles) as browser:
        seen = []
        for declined in ([0, 1, 2, 3, 4], [5, 4, 3, 2, 1]):
            await decline(organisation, campaign, declined)
            answers = [await browser.get(path) for path in paths]
            assert {answer.status_code for answer in answers} == {200}
            seen.append([said_by(answer) for answer in answers])
    assert seen[0] == seen[1]
