"""Recruiter and marketing see whom a campaign asks, change it, launch it, and widen it later."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from services.campaigns.store import audience, campaigns
from services.campaigns.store.audience import Sizes
from services.database import outbox
from services.people.store import people
from services.post import PostState
from services.posts.store import posts
from services.posts.store.posts import NewPost
from tests.builders import NOW, ambassador, draft
from tests.unit.web.organisation import (
    BEN,
    Organisation,
    form_token,
    said_by,
    story,
    submit,
    submit_by_htmx,
)
from tests.unit.web.test_web_managers import CAMPAIGN, FORM, arrive

TEAM = [ambassador(number, name=f"Colleague {number:02}") for number in range(1, 61)]
EDITORS = {
    "stories": ("marketing", "story.approved"),
    "vacancies": ("recruiter", "vacancy.opened"),
}
IN_ENGLISH = (
    "The pump had run day and night for a year. Nobody had read the drawing that hung beside it. "
    "Then a skipper called, and we went there with a torch and a box of tools."
)
PAGE = f"/vacancies/{CAMPAIGN}/audience"


async def open_vacancy(
    organisation: Organisation, browser: httpx.AsyncClient, launch: str = "review", **fields: str
) -> None:
    """Send the form with this way to begin, and let the event arrive."""
    async with organisation.database.write() as transaction:
        await people.save_ambassadors(transaction, TEAM, now=NOW)
    form = FORM | {"launch": launch} | fields
    answer = await submit(browser, "/vacancies/new", "/vacancies/new", **form)
    assert answer.status_code == 303, answer.text
    await arrive(organisation)


async def sizes(organisation: Organisation, campaign_id: str = CAMPAIGN) -> Sizes:
    found: Sizes = await organisation.read(audience.sizes, campaign_id)
    return found


async def asked_people(organisation: Organisation) -> int:
    """How many people are asked by what waits to go out."""
    rows = await organisation.read(outbox.oldest, 1000)
    return sum(
        len(json.loads(row.event)["data"]["asked"])
        for row in rows
        if row.topic == "share.requested"
    )


async def test_the_form_proposes_to_look_first(organisation: Organisation) -> None:
    """Looking first is what a recruiter gets who chooses nothing else; the wish is in the event."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        form = (await browser.get("/vacancies/new")).text
        await open_vacancy(organisation, browser)
    assert re.search(r'name="launch" value="review" checked', form)
    (event,) = organisation.log.events("vacancy.opened")
    assert event["launch"] == "review"


async def test_a_prepared_campaign_shows_whom_it_would_ask(organisation: Organisation) -> None:
    """Its address leads to the list with names, reasons and the fit in words; no one is asked."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        await open_vacancy(organisation, browser)
        answer = await browser.get(f"/vacancies/{CAMPAIGN}")
        assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
        page = (await browser.get(PAGE)).text
        assert "61 colleagues are on the list" in page
        assert "Colleague 01" in page
        assert "same craft: constructie" in page
        assert "good fit" in page
        assert "Page 1 of 2" in page
        second = (await browser.get(f"{PAGE}?page=2")).text
        assert "Colleague 60" in second
        assert "Colleague 01" not in second
        assert "not begun" in (await browser.get("/vacancies")).text
    assert await asked_people(organisation) == 0


async def test_the_list_is_changed_in_place(organisation: Organisation) -> None:
    """Taking somebody off, adding somebody and putting back answer with the list as it is."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        await open_vacancy(organisation, browser)
        gone = await submit_by_htmx(browser, PAGE, f"{PAGE}/remove", ambassador_id=TEAM[0].id)
        assert "<html" not in gone.text
        assert "60 colleagues are on the list" in gone.text
        assert "Colleague 01 is off the list." in gone.text
        assert ">Undo</button>" in gone.text
        assert "One colleague is left out" in gone.text
        found = (await browser.get(f"{PAGE}?find=ben")).text
        assert 'aria-label="Add Ben Ali"' in found
        added = await submit_by_htmx(browser, PAGE, f"{PAGE}/add", ambassador_id=BEN.id, find="ben")
        assert "61 colleagues are on the list" in added.text
        assert "added by Rik" in added.text
        back = await submit(browser, PAGE, f"{PAGE}/add", ambassador_id=TEAM[0].id)
        assert back.headers["Location"] == PAGE
        plain = await submit(browser, PAGE, f"{PAGE}/remove", ambassador_id=TEAM[1].id)
        assert ">Undo</button>" in (await browser.get(plain.headers["Location"])).text
        await submit(browser, PAGE, f"{PAGE}/add", ambassador_id=TEAM[1].id)
    assert (await sizes(organisation)).proposed == 62


async def test_weak_fits_and_who_was_asked_often_are_left_out(organisation: Organisation) -> None:
    """They stand beside the list, each with the reason. One tap puts the weak fits on it, but no one who
    was asked often lately, and one takes them off again."""
    others = [
        ambassador(number, name=f"Other {number}", crafts=(), role="", team="", region="")
        for number in (71, 72)
    ]
    async with organisation.database.write() as transaction:
        await people.save_ambassadors(transaction, [TEAM[0], *others], now=NOW)
    for number in range(2):
        about = await organisation.campaign(story(story_id=f"s-{number}"))
        for person in (TEAM[0], others[1]):
            await organisation.post(about, person)
    possible = {"group": "possible"}
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        await open_vacancy(organisation, browser)
        listed, _, beside = (await browser.get(PAGE)).text.partition("are left out")
        assert "60 colleagues are on the list" in listed
        assert "3 colleagues" in listed[-20:]
        assert not any(person.name in listed for person in (TEAM[0], *others))
        assert all(person.name in beside for person in (TEAM[0], *others))
        assert "possible fit" in beside
        assert "asked 2 times already this week" in beside
        found = (await browser.get(f"{PAGE}?find={TEAM[0].name}")).text
        found = found.partition('aria-label="Colleagues found"')[2].partition("</ul>")[0]
        assert TEAM[0].name in found
        assert "asked 2 times already this week" in found
        on = await submit_by_htmx(browser, PAGE, f"{PAGE}/add", **possible)
        assert "One colleague was put on the list." in on.text
        assert "61 colleagues are on the list" in on.text
        off = await submit_by_htmx(browser, PAGE, f"{PAGE}/remove", **possible)
        assert "60 colleagues are on the list" in off.text
    assert (await sizes(organisation)).removed == 3


async def test_a_list_of_weak_fits_says_what_to_do(organisation: Organisation) -> None:
    """Nobody is on it, and those beside it are shown at once."""
    other = ambassador(71, name="Other", crafts=(), role="", team="", region="")
    async with organisation.database.write() as transaction:
        await people.save_ambassadors(transaction, [other], now=NOW)
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        fields = FORM | {"launch": "review", "crafts": "koken"}
        await submit(browser, "/vacancies/new", "/vacancies/new", **fields)
        await arrive(organisation)
        page = (await browser.get(PAGE)).text
    assert "Nobody is on the list" in page
    assert "<details open>" in page
    assert "Put the 2 possible fits on the list" in page


async def test_launching_asks_everybody_on_the_list(organisation: Organisation) -> None:
    """The requests go out once; a second press says that it was launched already."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        await open_vacancy(organisation, browser)
        answer = await submit(browser, PAGE, f"/vacancies/{CAMPAIGN}/launch", launch="everybody")
        assert answer.headers["Location"] == f"/vacancies/{CAMPAIGN}"
        page = await browser.get(f"/vacancies/{CAMPAIGN}")
        assert page.status_code == 200
        assert PAGE in page.text
        again = await submit(browser, PAGE, f"/vacancies/{CAMPAIGN}/launch", launch="everybody")
        assert again.status_code == 422
    assert await asked_people(organisation) == 61


async def test_a_handful_first_and_the_others_later(organisation: Organisation) -> None:
    """The page says who was asked, who waits and until when, and asks the others on a press."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        await open_vacancy(organisation, browser)
        await submit(browser, PAGE, f"/vacancies/{CAMPAIGN}/launch", launch="handful", widen="72")
        page = (await browser.get(PAGE)).text
        assert "10 colleagues were asked" in page
        assert "51 colleagues have not been asked yet" in page
        assert "On Fri 27 Nov 10:00 the others are asked too" in page
        campaign = (await browser.get(f"/vacancies/{CAMPAIGN}")).text
        assert "51 colleagues have not been asked yet" in campaign
        assert f'href="{PAGE}?standing=proposed">See who they are, and ask them' in campaign
        waiting = (await browser.get(f"{PAGE}?standing=proposed")).text
        assert "51 colleagues on the list" in waiting
        assert await asked_people(organisation) == 10
        await submit(browser, PAGE, f"/vacancies/{CAMPAIGN}/widen")
        page = (await browser.get(PAGE)).text
        assert "61 colleagues were asked" in page
        assert "not been asked yet" not in page
        assert "not been asked yet" not in (await browser.get(f"/vacancies/{CAMPAIGN}")).text
    assert await asked_people(organisation) == 61


async def test_the_form_may_begin_with_a_handful(organisation: Organisation) -> None:
    """What was chosen in the form travels in the event and is carried out."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        await open_vacancy(organisation, browser, launch="handful", widen="24")
    (event,) = organisation.log.events("vacancy.opened")
    assert (event["launch"], event["widenafterhours"]) == ("handful", 24)
    assert (await sizes(organisation)).asked == 10


@pytest.mark.parametrize(
    "forged",
    [
        {"launch": "sometimes"},
        {"launch": "handful", "widen": "1"},
        {"launch": "handful", "widen": "x"},
    ],
)
async def test_a_forged_choice_is_refused(
    organisation: Organisation, forged: dict[str, str]
) -> None:
    """A way to begin that the form does not offer sends nothing."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        answer = await submit(browser, "/vacancies/new", "/vacancies/new", **FORM | forged)
    assert answer.status_code == 422
    assert not organisation.log.records


async def test_a_prepared_vacancy_can_be_dropped(organisation: Organisation) -> None:
    """Closing it states the event, and the page follows until it is closed."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        await open_vacancy(organisation, browser)
        answer = await submit(browser, PAGE, f"/vacancies/{CAMPAIGN}/close")
        page = await browser.get(answer.headers["Location"])
        assert "The vacancy is being closed" in page.text
    assert organisation.log.events("vacancy.closed")


@pytest.mark.parametrize("kind", ["stories", "vacancies"])
async def test_a_form_warns_of_a_text_in_another_language(
    organisation: Organisation, kind: str
) -> None:
    """The fault is at the field, nothing is sent, and the right language is accepted."""
    fields = FORM | {"title": "The pump", "body": IN_ENGLISH, "description": IN_ENGLISH}
    role, event = EDITORS[kind]
    async with organisation.staff("mia@example.org", role) as browser:
        address = f"/{kind}/new"
        wrong = await submit(browser, address, address, **fields | {"language": "nl"})
        assert wrong.status_code == 422
        assert "The text is in another language." in wrong.text
        assert organisation.log.events(event) == []
        right = await submit(browser, address, address, **fields | {"language": "en"})
        assert right.status_code == 303


async def test_marketing_looks_at_a_storys_audience(organisation: Organisation) -> None:
    """Stories have the same page, with those whom the text is about and why."""
    async with organisation.staff("mia@example.org", "marketing") as browser:
        answer = await submit(
            browser,
            "/stories/new",
            "/stories/new",
            title="De sluis",
            body="Drie weken lang klopte de constructie van de sluisdeur niet.",
            language="nl",
            launch="review",
        )
        await arrive(organisation)
        address = answer.headers["Location"].partition("?")[0]
        moved = await browser.get(address)
        page = (await browser.get(moved.headers["Location"])).text
        assert "Anna de Wit" in page
        assert "the story mentions: constructie" in page
        launched = await submit(
            browser,
            moved.headers["Location"],
            moved.headers["Location"].replace("/audience", "/launch"),
            launch="everybody",
        )
    assert launched.headers["Location"] == address


@pytest.mark.parametrize(
    ("role", "home", "status"),
    [
        ("marketing", "vacancies", 403),
        ("administrator", "vacancies", 403),
        ("recruiter", "stories", 403),
        ("recruiter", "elsewhere", 404),
        ("marketing", "stories", 404),
    ],
)
async def test_everybody_manages_their_own_campaigns(
    organisation: Organisation, role: str, home: str, status: int
) -> None:
    """Marketing does not open a vacancy's list, nor a recruiter a story's, under either address."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        await open_vacancy(organisation, browser)
    async with organisation.staff("other@example.org", role) as browser:
        answer = await browser.get(f"/{home}/{CAMPAIGN}/audience")
    assert answer.status_code == status


async def test_the_list_never_shows_decisions(organisation: Organisation) -> None:
    """After everybody decided something, in this campaign and before, the list is as it was."""
    before = await organisation.campaign(story(topics=["constructie"]))
    async with organisation.database.write() as transaction:
        await people.save_ambassadors(transaction, TEAM[:6], now=NOW)

    async def decide(campaign_id: str, *states: PostState) -> None:
        campaign = await organisation.read(campaigns.get, campaign_id)
        async with organisation.database.write() as transaction:
            made = [draft(campaign, person) for person in TEAM[:6]]
            await posts.add(transaction, [NewPost(post=each, recipe={}) for each in made])
            for each, state in zip(made, states, strict=True):
                await posts.move(
                    transaction, each.id, before=PostState.READY, after=state, published_at=NOW
                )

    mixed = [PostState.PUBLISHED, PostState.DECLINED, PostState.SHARED] * 2
    await decide(before.id, *mixed)
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        await open_vacancy(organisation, browser)
        prepared = (await browser.get(PAGE)).text
        assert "before" not in prepared.partition('<div id="audience">')[2]
        await submit(browser, PAGE, f"/vacancies/{CAMPAIGN}/launch", launch="everybody")
        undecided = said_by(await browser.get(PAGE))
        await decide(CAMPAIGN, *mixed)
        assert said_by(await browser.get(PAGE)) == undecided


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"language": "fr"}, "Nobody writes in this language (French)"),
        (
            {"body": "Goed nieuws!"},
            "The story is too short to tell anything of it. Add what happened",
        ),
        (
            {"body": IN_ENGLISH},
            "text is in English, but another language was chosen for it. Make the story anew",
        ),
        (
            {
                "language": "en",
                "body": "For three weeks the lock gate at Utrecht did not fit. Then a skipper called us about it.",
            },
            "(English)",
        ),
    ],
)
async def test_a_campaign_with_an_empty_audience_says_why(
    organisation: Organisation, changes: dict[str, str], reason: str
) -> None:
    """On its page and on that of its audience, instead of a nought without a reason."""
    about = await organisation.campaign(story(**changes))
    async with organisation.staff("mia@example.org", "marketing") as browser:
        shown = (await browser.get(f"/stories/{about.id}/campaign")).text
        listed = (await browser.get(f"/stories/{about.id}/audience")).text
    assert reason in shown
    assert reason in listed


@pytest.mark.parametrize(("home", "field"), [("vacancies", "title"), ("stories", "body")])
async def test_a_file_in_the_place_of_a_text_is_an_empty_field(
    organisation: Organisation, home: str, field: str
) -> None:
    """The form comes back and says what is missing; nothing is sent."""
    role, topic = EDITORS[home]
    async with organisation.staff("rik@example.org", role) as browser:
        page = f"/{home}/new"
        token = form_token((await browser.get(page)).text)
        answer = await browser.post(
            page, data={"csrf_token": token}, files={field: ("cat.png", b"\x89PNG", "image/png")}
        )
    assert answer.status_code == 422, answer.text
    assert f'name="{field}"' in answer.text
    assert organisation.log.events(topic) == []
