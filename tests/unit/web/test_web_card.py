"""The card of one post: its good time, its pictures, its overlap, and what follows a decision."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from services.database import outbox
from services.errors import Rejected, RetryLater
from services.events.incoming import StoryImage
from services.message import said
from services.post import Post, PostState
from services.posts.store import posts
from tests.fakes import PICTURE, OnePicture
from tests.unit.web.organisation import (
    ANNA,
    BEN,
    TEXT,
    Organisation,
    story,
    submit,
    submit_by_htmx,
)


@pytest.fixture
async def post(organisation: Organisation) -> Post:
    """A draft of Anna's, who connected its network."""
    await organisation.connect(ANNA)
    return await organisation.post(await organisation.campaign(story()), ANNA)


def shown_time(page: str) -> str:
    """What the button of the good time sends."""
    found = re.search(r'name="when" value="(good_time [^"]+)"', page)
    assert found is not None
    return found[1]


async def test_the_good_time_on_the_button_is_kept(organisation: Organisation, post: Post) -> None:
    """A person who reads for three minutes gets the time that they read."""
    path = f"/inbox/{post.id}"
    async with organisation.signed_in(ANNA.email) as browser:
        page = (await browser.get(path)).text
        when = shown_time(page)
        assert "Deel vandaag " in page
        organisation.clock += timedelta(minutes=3)
        assert shown_time((await browser.get(path)).text) != when, "the next one is later"
        await submit(browser, path, f"{path}/approve", text=TEXT, when=when)
    approved = await organisation.read(posts.get, post.id)
    assert approved.publish_at == datetime.fromisoformat(when.partition(" ")[2])


@pytest.mark.parametrize(
    "when",
    ["good_time 2031-01-01T03:00:00+00:00", "good_time 2020-01-01T03:00:00+00:00", "good_time x"],
)
async def test_a_time_that_no_button_showed_is_not_believed(
    organisation: Organisation, post: Post, when: str
) -> None:
    """The post then goes out at the next good time."""
    path = f"/inbox/{post.id}"
    async with organisation.signed_in(ANNA.email) as browser:
        await submit(browser, path, f"{path}/approve", text=TEXT, when=when)
    approved = await organisation.read(posts.get, post.id)
    assert approved.state is PostState.APPROVED
    assert organisation.clock < approved.publish_at < organisation.clock + timedelta(hours=8)


async def test_a_shown_time_keeps_the_rules(organisation: Organisation, post: Post) -> None:
    """Three at night is moved to working hours."""
    night = (organisation.clock + timedelta(days=1)).astimezone(UTC).replace(hour=2)
    path = f"/inbox/{post.id}"
    async with organisation.signed_in(ANNA.email) as browser:
        await submit(
            browser, path, f"{path}/approve", text=TEXT, when=f"good_time {night.isoformat()}"
        )
    approved = await organisation.read(posts.get, post.id)
    assert approved.publish_at.astimezone(UTC).hour == 8


async def test_a_reason_may_follow_a_decline(organisation: Organisation, post: Post) -> None:
    """It is stated as the decline was, without the person; an empty one is not."""
    path = f"/inbox/{post.id}"
    async with organisation.signed_in(ANNA.email) as browser:
        early = await submit(browser, path, f"{path}/why-not", reason="Te vroeg.")
        assert early.status_code == 422
        await submit_by_htmx(browser, path, f"{path}/decline")
        empty = await submit_by_htmx(browser, path, f"{path}/why-not", reason=" ")
        assert "Schrijf een zin, of ga zonder verder." in empty.text
        organisation.clock += timedelta(seconds=9)
        told = await submit_by_htmx(browser, path, f"{path}/why-not", reason="Te vroeg.")
        assert "Je reden is doorgegeven" in told.text
    assert str((await organisation.read(posts.get, post.id)).reason) == "Te vroeg."
    async with organisation.database.read() as transaction:
        events = [json.loads(row.event) for row in await outbox.oldest(transaction, 10)]
    assert [event["data"].get("reason", "") for event in events] == ["", "Te vroeg."]
    assert len({event["id"] for event in events}) == 2


IMAGE = StoryImage(url="https://www.example.org/a.png", alt="De deur")


async def test_a_picture_is_served_to_its_person(organisation: Organisation) -> None:
    """As the bytes say what it is, and to no one else; a number that is none does not exist."""
    pictures = OnePicture()
    organisation.with_parts(images=pictures, image_urls=["https://www.example.org"])
    post = await organisation.post(await organisation.campaign(story(images=(IMAGE,))), ANNA)
    path = f"/inbox/{post.id}/images"
    async with organisation.signed_in(BEN.email) as browser:
        assert (await browser.get(f"{path}/0")).status_code == 404
    async with organisation.signed_in(ANNA.email) as browser:
        answer = await browser.get(f"{path}/0")
        assert (answer.content, answer.headers["Content-Type"]) == (PICTURE, "image/png")
        assert answer.headers["Cache-Control"] == "private, max-age=3600"
        for other in ("1", "-1", "x"):
            assert (await browser.get(f"{path}/{other}")).status_code in (404, 422)
    assert pictures.asked == [IMAGE.url]


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Rejected(said("it is gone"), remedy=said("Ask.")), 404), (RetryLater(said("away")), 503)],
)
async def test_a_picture_that_cannot_be_had(
    organisation: Organisation, fault: Exception, status: int
) -> None:
    """The page still shows what it is a picture of."""
    organisation.with_parts(images=OnePicture(fault), image_urls=["https://www.example.org"])
    post = await organisation.post(await organisation.campaign(story(images=(IMAGE,))), ANNA)
    async with organisation.signed_in(ANNA.email) as browser:
        assert (await browser.get(f"/inbox/{post.id}/images/0")).status_code == status
        assert 'alt="De deur"' in (await browser.get("/inbox")).text


async def test_the_overlap_is_of_what_is_typed(organisation: Organisation, post: Post) -> None:
    """With what a colleague has of the same story, and not with one's own other drafts."""
    about = await organisation.campaign(story(story_id="s-2"))
    mine = await organisation.post(about, ANNA)
    await organisation.post(
        about, ANNA, "x", text="Mijn eigen andere bericht over deze sluis hier."
    )
    await organisation.post(about, BEN, text="A colleague's very own words about this lock here.")

    async with organisation.signed_in(ANNA.email) as browser:
        for typed, percent in (
            ("Mijn eigen andere bericht over deze sluis hier.", "0"),
            ("A colleague's very own words about this lock here.", "100"),
            ("Iets heel anders dan wie dan ook hier schreef.", "0"),
        ):
            path = f"/inbox/{mine.id}/measure"
            told = (await submit_by_htmx(browser, "/inbox", path, text=typed)).text
            assert f">{percent}% gelijk aan een collega<" in told


async def test_a_story_stays_in_its_place(organisation: Organisation) -> None:
    """Sharing on one network leaves the other a tab, and the order of the stories as it is."""
    await organisation.connect(ANNA)
    stories = [await organisation.campaign(story(story_id=f"s-{n}")) for n in range(3)]
    drafts = [
        [await organisation.post(about, ANNA, network) for network in ("linkedin", "x")]
        for about in stories
    ]
    async with organisation.signed_in(ANNA.email) as browser:
        for linkedin, x in drafts:
            before = (await browser.get(f"/inbox/{x.id}")).text
            await submit(browser, "/inbox", f"/inbox/{linkedin.id}/approve", text=TEXT, when="now")
            after = (await browser.get(f"/inbox/{x.id}")).text
            place = re.compile(r"<span>\d van 3</span>")
            assert place.findall(before) == place.findall(after) != []
            assert "Goedgekeurd" in after
            organisation.clock += timedelta(days=5)
