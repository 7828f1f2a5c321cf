"""Recruiter and marketing: a form becomes an event, and a campaign shows what may be shown."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from services.campaigns.rules.selection import Invitation
from services.campaigns.start_campaign import start_campaigns
from services.campaigns.store import audience, campaigns
from services.database import schema as tables
from services.events.incoming import ApplicationReceived
from services.figures.record_figures import record_applications
from services.figures.store import figures
from services.figures.store.figures import Figure
from services.identity import ambassador_id, derive_id
from services.message import said
from services.people.rules.ambassador import Ambassador
from services.people.store import people
from services.post import PostState
from services.posts.store import posts
from tests.builders import NOW, fact
from tests.projections import add_clicks, judged_click
from tests.unit.web.arrival import facts_on
from tests.unit.web.organisation import BEN, Organisation, story, submit, vacancy

FORM = {
    "title": "Constructeur waterkeringen",
    "description": "Je rekent aan dijken.",
    "url": "https://www.example.org/v/1",
    "language": "nl",
    "crafts": "constructie, hydraulica",
    "closes_at": "2026-12-31",
    "vacancy_id": "ATS-7",
}
CAMPAIGN = derive_id("campaign", "vacancy", "ATS-7")


async def arrive(organisation: Organisation) -> None:
    """Let the events on the log start their campaigns, as the worker does."""
    async with organisation.database.write() as transaction:
        await start_campaigns(transaction, facts_on(organisation.log), NOW)


async def test_the_form_states_the_event(organisation: Organisation) -> None:
    """A filled form is vacancy.opened on the log, with the fields as other systems would send."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        answer = await submit(browser, "/vacancies/new", "/vacancies/new", **FORM)
    assert answer.headers["Location"].startswith(f"/vacancies/{CAMPAIGN}?opened=")
    (event,) = organisation.log.events("vacancy.opened")
    assert event["source"] == "/zwaan/recruiter"
    assert event["data"] == {
        "vacancy_id": "ATS-7",
        "title": "Constructeur waterkeringen",
        "description": "Je rekent aan dijken.",
        "language": "nl",
        "url": "https://www.example.org/v/1",
        "crafts": ["constructie", "hydraulica"],
        "closes_at": "2026-12-31T22:59:00Z",
        "passages": [],
    }


async def test_the_page_waits_for_the_campaign(organisation: Organisation) -> None:
    """Until its event was processed the page waits, then it shows the campaign."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        answer = await submit(browser, "/vacancies/new", "/vacancies/new", **FORM)
        address = answer.headers["Location"]
        waiting = await browser.get(address)
        assert "The campaign is being prepared" in waiting.text
        assert f'hx-get="{address}"' in waiting.text
        asking = {"HX-Request": "true"}
        assert "<html" not in (await browser.get(address, headers=asking)).text
        await arrive(organisation)
        arrived = await browser.get(address, headers=asking)
        assert arrived.headers["HX-Redirect"] == address
        page = (await browser.get(address)).text
        assert "Constructeur waterkeringen" in page
        assert "The vacancy is open." in page
        assert "The vacancy is open." not in (await browser.get(f"/vacancies/{CAMPAIGN}")).text
        assert (await browser.get("/vacancies/nothing")).status_code == 404


async def test_closing_states_the_event(organisation: Organisation) -> None:
    """The close button states vacancy.closed, and the page says that it is under way."""
    campaign = await organisation.campaign(vacancy())
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        path = f"/vacancies/{campaign.id}"
        answer = await submit(browser, path, f"{path}/close")
        assert "The vacancy is being closed" in (await browser.get(answer.headers["Location"])).text
    (event,) = organisation.log.events("vacancy.closed")
    assert event["data"] == {"vacancy_id": "v-12"}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", " ", "Fill this in."),
        ("title", "x" * 301, "At most 300 characters."),
        ("url", "javascript:alert(1)", "Write an address that begins with https://."),
        ("url", "www.example.org/vacature", "Write an address that begins with https://."),
        ("closes_at", "tomorrow", "Write a date as 2026-12-31."),
        ("closes_at", "2026-11-23", "Choose a day that is still to come."),
        ("vacancy_id", "v-12", "There is a campaign with this number already."),
        ("language", "?", "This cannot be right."),
        ("crafts", ",".join(map(str, range(60))), "At most 50."),
    ],
)
async def test_a_fault_is_next_to_its_field(
    organisation: Organisation, field: str, value: str, sentence: str
) -> None:
    """A wrong field is answered by a sentence there, everything typed stays, nothing is sent."""
    await organisation.campaign(vacancy())
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        answer = await submit(browser, "/vacancies/new", "/vacancies/new", **FORM | {field: value})
    assert answer.status_code == 422
    assert f'id="{field}-fault">{sentence}' in answer.text
    assert "Je rekent aan dijken." in answer.text
    assert not organisation.log.records


async def test_nothing_is_lost_while_the_log_is_away(organisation: Organisation) -> None:
    """When the log is away the recruiter sees a calm page and when to come back."""
    organisation.log.away = True
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        answer = await submit(browser, "/vacancies/new", "/vacancies/new", **FORM)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert "Just a moment" in answer.text


async def test_a_story_is_approved(organisation: Organisation) -> None:
    """Marketing's form is story.approved on the log, with who approved it."""
    async with organisation.staff("mia@example.org", "marketing") as browser:
        answer = await submit(
            browser,
            "/stories/new",
            "/stories/new",
            title="De sluis",
            body="Regel 1\r\n\r\nRegel 2",
            language="nl",
            topics="water",
            author="Anna",
        )
        await arrive(organisation)
        address = answer.headers["Location"].partition("?")[0]
        assert "De sluis" in (await browser.get(address)).text
        assert "De sluis" in (await browser.get("/stories")).text
    (event,) = organisation.log.events("story.approved")
    data = event["data"]
    assert data["body"] == "Regel 1\n\nRegel 2"
    assert (data["author"], data["approved_by"]) == ({"name": "Anna"}, "Mia")


async def test_a_story_without_a_page_is_shown_safely(organisation: Organisation) -> None:
    """Its public page renders Markdown, escapes HTML, and links to nothing dangerous."""
    body = "# Kop\n\n**vet** <script>x</script> [a](javascript:x) ![i](https://evil.example/i)"
    campaign = await organisation.campaign(story(url=None, body=body))
    async with organisation.client() as visitor:
        page = (await visitor.get(f"/stories/{campaign.id}")).text
    assert "<strong>vet</strong>" in page
    assert "<script>x" not in page
    assert 'href="javascript' not in page
    assert "<img" not in page


async def test_html_in_a_story_is_not_shown(organisation: Organisation) -> None:
    """Its public page leaves tags and comments out, as drafts do, and keeps words and Markdown."""
    body = (
        '<div class="intro">\n    <p>De <b>brug</b> is open &amp; veilig.</p>\n</div>\n<!-- intern -->'
        "\n\nZes *weken* werk, 2 < 3. <https://example.org>\n\n```\n<div>\n```\n"
    )
    campaign = await organisation.campaign(story(url=None, body=body))
    async with organisation.client() as visitor:
        page = (await visitor.get(f"/stories/{campaign.id}")).text
    assert "<p>De brug is open &amp; veilig.</p>" in page
    assert "intern" not in page
    assert "Zes <em>weken</em> werk, 2 &lt; 3." in page
    assert '<a href="https://example.org">' in page
    assert "<pre><code>&lt;div&gt;\n</code></pre>" in page
    assert 'content="De brug is open &amp; veilig. Zes weken werk, 2 &lt; 3.' in page


async def test_a_vacancy_is_no_public_story(organisation: Organisation) -> None:
    """The public address shows stories only; a story with its own page leads there."""
    closed = await organisation.campaign(vacancy())
    own_page = await organisation.campaign(story())
    async with organisation.client() as visitor:
        assert (await visitor.get(f"/stories/{closed.id}")).status_code == 404
        answer = await visitor.get(f"/stories/{own_page.id}")
    assert answer.headers["Location"] == "https://www.example.org/verhalen/sluis"


async def test_a_story_that_waits_is_not_public(organisation: Organisation) -> None:
    """Until it is launched its address shows strangers nothing, not even where its own page is."""
    contents = story(story_id="s-a", url=None), story(story_id="s-b")
    waiting = [await organisation.campaign(each, state="prepared") for each in contents]
    async with organisation.client() as visitor:
        for campaign in waiting:
            answer = await visitor.get(f"/stories/{campaign.id}")
            assert answer.status_code == 404
            assert campaign.title not in answer.text


#: As networks call them.
SOURCES = ("linkedin:memberCreatorPostAnalytics", "x:tweets")


async def team(organisation: Organisation, states: list[PostState], story_id: str = "") -> str:
    """A campaign in which as many people are asked as there are states; returns its id.

    It is about a vacancy, or about a story where that is given.
    """
    about = story(story_id=story_id) if story_id else vacancy()
    campaign = await organisation.campaign(about)
    for place, state in enumerate(states):
        email = f"person{place}@example.org"
        person = Ambassador(
            id=ambassador_id(email), email=email, name=f"Person {place}", language="nl"
        )
        async with organisation.database.write() as transaction:
            await people.save_ambassadors(transaction, [person], now=NOW)
        post = await organisation.post(campaign, person, state=state, published_at=NOW)
        if state is not PostState.PUBLISHED:
            continue
        async with organisation.database.write() as transaction:
            await add_clicks(
                transaction,
                [
                    judged_click(f"{post.id}-human", post.link_code),
                    judged_click(f"{post.id}-bot", post.link_code, "bot", reason="LinkedInBot"),
                ],
            )
            if place:
                await figures.add_figures(
                    transaction,
                    [
                        Figure(
                            post_id=post.id,
                            metric="reach",
                            tag="measured",
                            value=100,
                            source=said(SOURCES[place % 2]),
                            measured_at=NOW,
                        )
                    ],
                )
    return campaign.id


async def test_applicants_are_unknown_until_somebody_tells(organisation: Organisation) -> None:
    """Where the recruiting system never said anything about a vacancy, no nought is shown."""
    campaign_id = await team(organisation, [])
    address = f"/vacancies/{campaign_id}"
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        shown = (await browser.get(address)).text
        async with organisation.database.write() as transaction:
            applied = ApplicationReceived(
                application_id="1", vacancy_id=vacancy().vacancy_id, stage="applied", at=NOW
            )
            await record_applications(transaction, [fact(applied, "1")], NOW)
        told = (await browser.get(address)).text
    unknown = '<dt>Applicants</dt><dd><span class="tag unknown">unknown</span></dd>'
    assert unknown in shown
    assert "<dt>Hired</dt>" not in shown
    assert "<dt>Applicants</dt><dd>1</dd>" in told
    assert "<dt>Hired</dt><dd>0</dd>" in told


async def test_an_excluded_click_has_its_reason(organisation: Organisation) -> None:
    """A campaign's page says why clicks were left out, and how many; not for a small group."""
    large = await team(organisation, [PostState.PUBLISHED] * 6)
    small = await team(organisation, [PostState.PUBLISHED] * 4, "s-small")
    async with organisation.staff("mia@example.org", "marketing", "recruiter") as browser:
        shown = (await browser.get(f"/vacancies/{large}")).text
        hidden = (await browser.get(f"/stories/{small}/campaign")).text
    assert "LinkedInBot 6." in shown
    assert "LinkedInBot" not in hidden


async def test_figures_carry_their_tag_source_and_time(organisation: Organisation) -> None:
    """On the page and in the export every figure says how it is known, by whom, and since when; the
    page in words, the export by the names that are stored."""
    campaign_id = await team(organisation, [PostState.PUBLISHED] * 6)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get("/figures")).text
        export = await browser.get("/figures.csv")
    assert "LinkedIn, the member&#39;s own figures; X, the figures of the post" in page
    assert not any(source in page for source in SOURCES)
    assert export.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(export.text.removeprefix("\ufeff"))))
    told = {(row["figure"], row["value"], row["tag"], row["source"]) for row in rows}
    assert ("clicks_human", "6", "measured", "zwaan short links") in told
    assert ("clicks_bot", "6", "measured", "zwaan short links") in told
    assert ("reach", "500", "measured", "; ".join(SOURCES)) in told
    assert ("posts_without_reach", "1", "unknown", "") in told
    assert {row["campaign"] for row in rows} == {campaign_id}
    assert all(row["at"] == "2026-11-24T09:00:00+00:00" for row in rows)


async def test_small_groups_are_not_shown(organisation: Organisation) -> None:
    """Clicks and reach of fewer than five posts are no one's business, in page and export."""
    campaign_id = await team(organisation, [PostState.PUBLISHED] * 4)
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        page = (await browser.get(f"/vacancies/{campaign_id}")).text
        export = (await browser.get("/figures.csv")).text
    assert "shown from five colleagues who shared" in page
    assert "own figures" not in page
    assert "clicks_human,,hidden" in export
    assert "clicks_bot" not in export


@pytest.mark.parametrize("declined", [0, 1, 4])
async def test_declining_changes_no_number_on_the_page(
    organisation: Organisation, declined: int
) -> None:
    """The page is the same, number for number, whether no one, one or four people declined."""
    states = [PostState.DECLINED] * declined + [PostState.READY] * (6 - declined)
    campaign_id = await team(organisation, states)
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        page = (await browser.get(f"/vacancies/{campaign_id}")).text
    assert "<dt>Declined</dt>" not in page
    assert "<dt>No answer, cancelled or declined</dt><dd>6</dd>" in page


async def test_many_declined_is_shown(organisation: Organisation) -> None:
    """From five on, how many declined is input for the recruiter; who, never."""
    campaign_id = await team(organisation, [PostState.DECLINED] * 5 + [PostState.READY])
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        page = (await browser.get(f"/vacancies/{campaign_id}")).text
    assert "<dt>Declined</dt><dd>5</dd>" in page
    assert "Person" not in page


@pytest.mark.parametrize("declined", [0, 4])
@pytest.mark.parametrize(
    ("shared_of", "days", "sentence"),
    [
        ((2, 6), 0, "It goes well"),
        ((1, 6), 2, "It is too early to say"),
        ((1, 6), 3, "It goes badly"),
        ((1, 4), 9, "Is it going well with the first ones?"),
    ],
)
async def test_how_it_goes_with_the_first_ones(
    organisation: Organisation, shared_of: tuple[int, int], days: int, sentence: str, declined: int
) -> None:
    """By those who shared and the time since, the same whoever declined; not of fewer than five."""
    shared, asked = shared_of
    others = [PostState.DECLINED] * min(declined, asked - shared)
    states = [PostState.PUBLISHED] * shared + others
    states += [PostState.READY] * (asked - len(states))
    campaign_id = await team(organisation, states)
    waits = Invitation(ambassador_id=BEN.id, rank=10**9, score=0, reason="x")
    async with organisation.database.write() as transaction:
        await audience.invite(transaction, campaign_id, [waits], asked_at=None)
    organisation.clock += timedelta(days=days)
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        page = (await browser.get(f"/vacancies/{campaign_id}")).text
    assert sentence in page


async def test_why_some_are_asked_first(organisation: Organisation) -> None:
    """The campaign page counts the people with a question and no text, by network and reason."""
    campaign_id = await team(organisation, [PostState.READY] * 3)
    async with organisation.database.write() as transaction:
        found = await posts.in_state(transaction, PostState.READY)
        for post in found[:2]:
            await transaction.execute(
                tables.posts.update()
                .where(tables.posts.c.id == post.id)
                .values(text="", original_text="", recipe={"why": "capacity"})
            )
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        page = (await browser.get(f"/vacancies/{campaign_id}")).text
    assert "All posts are given out. (2 people)" in page


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
async def test_no_cell_is_a_formula(organisation: Organisation, start: str) -> None:
    """A title that a spreadsheet would take for a formula is exported as text."""
    await organisation.campaign(vacancy(title=f"{start}|cmd"))
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        export = (await browser.get("/figures.csv")).text
    rows = list(csv.DictReader(io.StringIO(export.removeprefix("\ufeff"))))
    assert rows
    assert all(row["title"][0] not in "=+-@\t\r" for row in rows)


async def test_two_posts_of_one_person_are_no_group(organisation: Organisation) -> None:
    """Groups are counted in people: three who share on two networks each are a small group."""
    states = [PostState.PUBLISHED] * 3 + [PostState.READY] * 3
    campaign_id = await team(organisation, states)
    campaign = await organisation.read(campaigns.get, campaign_id)
    for place in range(3):
        person = Ambassador(
            id=ambassador_id(f"person{place}@example.org"), email="", name="", language="nl"
        )
        await organisation.post(campaign, person, "x", state=PostState.PUBLISHED, published_at=NOW)
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        page = (await browser.get(f"/vacancies/{campaign_id}")).text
    assert "<dt>Posts published</dt><dd>6</dd>" in page
    assert "shown from five colleagues who shared" in page
