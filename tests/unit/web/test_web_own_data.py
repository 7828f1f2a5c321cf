"""One's own data: a file with all of it, and deleting oneself."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

from services.accounts.store import connections
from services.database import audit
from services.people.store import people
from services.post import PostState
from services.posts.store import posts
from services.privacy.store import everything_about
from services.voice.store import own_words
from services.voice.store.own_words import OwnAnswer
from tests.builders import NOW
from tests.unit.web.organisation import ANNA, BEN, Organisation, story, submit


async def _file(organisation: Organisation) -> tuple[str, dict[str, list[dict[str, object]]], str]:
    """The page, the rows and the name of the file."""
    async with organisation.signed_in(ANNA.email) as browser:
        answer = await browser.get("/profile/everything")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with ZipFile(BytesIO(answer.content)) as folder:
        page = folder.read("everything.html").decode()
        rows = json.loads(folder.read("everything.json"))
    return page, rows, answer.headers["Content-Disposition"]


async def test_everything_about_oneself_is_in_one_file(organisation: Organisation) -> None:
    """Posts and answers to read, every row for programs; of nobody else, and no token."""
    about = await organisation.campaign(story(title="De sluis gaat open"))
    post = await organisation.post(about, ANNA, text="Ik stond <erbij> & keek.")
    await organisation.post(about, BEN, text="Van Ben.")
    async with organisation.database.write() as transaction:
        answer = OwnAnswer(
            ambassador_id=ANNA.id,
            post_id=post.id,
            prompt="Wat zag je?",
            answer="Water.",
            answered_at=NOW,
        )
        await own_words.keep_answer(transaction, answer)
    page, rows, name = await _file(organisation)
    assert name.endswith('.zip"')
    assert "De sluis gaat open" in page
    assert "Ik stond &lt;erbij&gt; &amp; keek." in page
    assert "Water." in page
    assert [each["text"] for each in rows["posts"]] == ["Ik stond <erbij> & keek."]
    assert rows["people"][0]["email"] == ANNA.email
    assert "Van Ben." not in page + json.dumps(rows)
    columns = {column for each in rows.values() for row in each for column in row}
    assert columns.isdisjoint({"tokens", "token_sha256"})
    assert "sessions" in rows


async def test_a_person_deletes_themselves(organisation: Organisation) -> None:
    """After a page that says what stays: no profile, no access, no name, also not in the audit."""
    about = await organisation.campaign(story())
    post = await organisation.post(about, ANNA, state=PostState.APPROVED)
    async with organisation.signed_in(ANNA.email) as browser:
        asked = (await browser.get("/profile/leave")).text
        assert "/profile/everything" in asked
        answer = await submit(browser, "/profile/leave", "/profile/leave")
        assert answer.status_code == 200
        assert "Je bent hier verwijderd" in answer.text
        assert (await browser.get("/profile")).status_code in {303, 401}
    async with organisation.database.read() as transaction:
        assert await people.person(transaction, ANNA.id) is None
        assert await connections.networks_of(transaction, [ANNA.id]) == {}
        assert await audit.of(transaction, ANNA.id) == []
        assert await everything_about(transaction, ANNA.id) == {}
    left = await organisation.read(posts.get, post.id)
    assert (left.state, left.text) == (PostState.CANCELLED, "")


async def test_the_last_administrator_stays(organisation: Organisation) -> None:
    """Somebody has to be able to let people in; with a second one the first may go."""
    async with organisation.staff("ad@example.org", "administrator") as browser:
        answer = await submit(browser, "/profile/leave", "/profile/leave")
        assert answer.status_code == 422
        assert "ou are the only administrator" in answer.text
        assert (await browser.get("/profile")).status_code == 200
        async with organisation.staff("second@example.org", "administrator"):
            answer = await submit(browser, "/profile/leave", "/profile/leave")
    assert answer.status_code == 200


async def test_nobody_leaves_while_a_post_is_on_its_way(organisation: Organisation) -> None:
    """Their access stays, so that they can try again."""
    about = await organisation.campaign(story())
    await organisation.post(about, ANNA, state=PostState.PUBLISHING)
    async with organisation.signed_in(ANNA.email) as browser:
        answer = await submit(browser, "/profile/leave", "/profile/leave")
        assert answer.status_code == 422
        assert "onderweg naar een netwerk" in answer.text
        assert (await browser.get("/profile")).status_code == 200
