"""What is fetched once is passed on, and no page grows with what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from services.campaigns.store import campaigns
from services.post import PostState
from services.posts.store import posts
from services.web.pages.figures.figures import SHOWN
from services.web.pages.figures.figures_over_time import FIRST_ROWS
from tests.builders import campaign
from tests.unit.web.organisation import ANNA, TEXT, Organisation, form_token, story, vacancy


@contextmanager
def _selects(table: str = r"\w+") -> Iterator[list[str]]:
    """The questions that are asked meanwhile, of any table or about one, with their values."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if re.match(rf"SELECT .*\b(FROM|JOIN) {table}\b", statement, re.DOTALL):
            asked.append(f"{statement} {values}")

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


async def test_approving_loads_the_post_to_decide_and_to_show_it(
    organisation: Organisation,
) -> None:
    """Two rows of it; besides them only the moments that its pace keeps a distance from."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    await organisation.connect(ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        token = form_token((await browser.get("/inbox")).text)
        headers = {"HX-Request": "true", "X-CSRF-Token": token}
        with _selects("posts") as asked:
            data = {"text": TEXT, "when": "now"}
            answer = await browser.post(f"/inbox/{post.id}/approve", headers=headers, data=data)
    assert answer.status_code == 200
    found = await organisation.read(posts.get, post.id)
    assert found.state is PostState.APPROVED
    loads = [each for each in asked if re.search(r"posts\.(text|recipe)\b", each)]
    assert (len(loads), len(asked) - len(loads)) == (2, 2), asked


async def test_no_page_asks_a_question_twice(organisation: Organisation) -> None:
    """The card asks about the post, its campaign, and what its reader is, chose and connected."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    opened = await organisation.campaign(vacancy())
    await organisation.connect(ANNA)
    async with organisation.staff("mia@example.org", "recruiter", "administrator") as browser:
        for path in ("/vacancies", f"/vacancies/{opened.id}", "/figures", "/administration"):
            with _selects() as asked:
                assert (await browser.get(path)).status_code == 200
            assert len(asked) == len(set(asked)), path
    async with organisation.signed_in("anna@example.org") as browser:
        for path in ("/profile", "/profile/pace", "/profile/voice", f"/inbox/{post.id}"):
            with _selects() as asked:
                assert (await browser.get(path)).status_code == 200
            assert len(asked) == len(set(asked)), path
    tables = sorted(re.findall(r"\bFROM (?!json_each)(\w+)", " ".join(asked)))
    twice = {table for table in tables if tables.count(table) > 1}
    # The session and the profile; all titles and one campaign; own posts and planned moments.
    assert (len(asked), twice) == (13, {"campaigns", "people", "posts"}), asked


async def test_the_figures_show_the_newest_campaigns_and_say_so(organisation: Organisation) -> None:
    """So many, however many there are; the file has the others."""
    async with organisation.database.write() as transaction:
        for number in range(SHOWN + 2):
            await campaigns.add(transaction, campaign(story(story_id=f"s-{number}")))
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get("/figures")).text
        (rest,) = re.findall(r'<a href="([^"]*)#campaigns">Show 40 more</a>', page)
        whole = (await browser.get(rest.replace("&amp;", "&"))).text
    assert page.count('<details class="card folded"') == FIRST_ROWS
    assert whole.count('<details class="card folded"') == SHOWN
    for each in (page, whole):
        assert f"Only the newest {SHOWN} campaigns are counted." in each
