"""What people do by hand: send a form twice, too large, or from a page that was open too long."""

from __future__ import annotations

import asyncio
import html
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.campaigns.start_campaign import start_campaigns
from services.campaigns.store import campaigns
from services.web.middleware import MAX_FORM_BYTES
from tests.builders import NOW
from tests.unit.web.arrival import facts_on
from tests.unit.web.organisation import (
    ANNA,
    Organisation,
    form_token,
    open_organisation,
    story,
    submit,
    vacancy,
)

VACANCY = {
    "title": "Constructeur waterkeringen",
    "description": "Je rekent aan dijken die droge voeten geven.",
    "url": "https://www.example.org/v/1",
    "language": "nl",
}
STORY = {
    "title": "De pomp die nooit sliep",
    "body": "Een jaar lang draaide één pomp dag en nacht. Vorige week lieten we haar rusten.",
    "language": "nl",
}
FORMS = [("vacancy", "/vacancies/new", VACANCY), ("story", "/stories/new", STORY)]
ROLES = ("recruiter", "marketing")


async def arrive(organisation: Organisation) -> None:
    async with organisation.database.write() as transaction:
        await start_campaigns(transaction, facts_on(organisation.log), NOW)


async def made(organisation: Organisation, kind: str) -> int:
    await arrive(organisation)
    return len(await organisation.read(campaigns.recent, kind=kind))


def stated(organisation: Organisation, kind: str) -> int:
    return len(organisation.log.events("vacancy.opened" if kind == "vacancy" else "story.approved"))


@pytest.mark.parametrize(("kind", "page", "form"), FORMS)
@pytest.mark.parametrize("arrived", [False, True])
async def test_the_same_form_twice_makes_one(
    organisation: Organisation, kind: str, page: str, form: dict[str, str], arrived: bool
) -> None:
    """After the back button or in another tab, minutes later: both lead to the one campaign."""
    async with organisation.staff("rik@example.org", *ROLES) as browser:
        first = await submit(browser, page, page, **form)
        if arrived:
            await arrive(organisation)
        organisation.clock = NOW + timedelta(minutes=5)
        second = await submit(browser, page, page, **form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert urlpath(first) == urlpath(second)
    assert stated(organisation, kind) == 1
    assert await made(organisation, kind) == 1


def urlpath(answer: httpx.Response) -> str:
    return answer.headers["Location"].partition("?")[0]


@pytest.mark.parametrize(("kind", "page", "form"), FORMS)
async def test_a_double_click_makes_one(
    organisation: Organisation, kind: str, page: str, form: dict[str, str]
) -> None:
    """Both at once, each taken by another process: what is stated twice is the same event."""
    async with organisation.staff("rik@example.org", *ROLES) as browser:
        token = form_token((await browser.get(page)).text)
        answers = await asyncio.gather(
            *(browser.post(page, data={"csrf_token": token, **form}) for _ in range(3))
        )
    assert len({urlpath(each) for each in answers}) == 1
    name = "vacancy.opened" if kind == "vacancy" else "story.approved"
    events = organisation.log.events(name)
    assert len({(each["id"], str(each["data"])) for each in events}) == 1
    assert await made(organisation, kind) == 1


async def test_a_typed_number_sent_twice_makes_one(organisation: Organisation) -> None:
    """With the same facts it is the same vacancy; with others the number is taken."""
    form = VACANCY | {"vacancy_id": "ATS-7"}
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        for arrived in (False, True):
            first = await submit(browser, "/vacancies/new", "/vacancies/new", **form)
            again = await submit(browser, "/vacancies/new", "/vacancies/new", **form)
            other = form | {"description": "Je rekent aan bruggen in de stad."}
            refused = await submit(browser, "/vacancies/new", "/vacancies/new", **other)
            assert urlpath(first) == urlpath(again)
            assert refused.status_code == 422
            assert "There is a campaign with this number already." in refused.text
            if not arrived:
                await arrive(organisation)
    assert await made(organisation, "vacancy") == 1


@pytest.mark.parametrize(("kind", "page", "form"), FORMS)
@pytest.mark.parametrize("arrived", [False, True])
async def test_a_title_that_is_there_is_asked_about(
    organisation: Organisation, kind: str, page: str, form: dict[str, str], arrived: bool
) -> None:
    """Open the one that is there, or make another; that is made once, too."""
    field = "description" if kind == "vacancy" else "body"
    second = form | {
        "title": f"  {form['title'].upper()} ",
        field: "Op zes plekken langs de dijk meet je hoe het water zakt en stijgt.",
    }
    async with organisation.staff("rik@example.org", *ROLES) as browser:
        first = await submit(browser, page, page, **form)
        if arrived:
            await arrive(organisation)
        asked = await submit(browser, page, page, **second)
        assert asked.status_code == 409
        assert f"There is already a {kind} with this title" in asked.text
        assert f'href="{urlpath(first)}' in asked.text
        assert second[field] in html.unescape(asked.text)
        assert stated(organisation, kind) == 1
        found = re.search(r'name="another" value="([^"]+)"', asked.text)
        assert found is not None
        wish = second | {"another": found[1]}
        makes = await submit(browser, page, page, **wish)
        again = await submit(browser, page, page, **wish)
    assert makes.status_code == 303
    assert urlpath(makes) == urlpath(again) != urlpath(first)
    assert await made(organisation, kind) == 2


async def test_the_same_again_once_it_has_ended_is_asked_about(organisation: Organisation) -> None:
    """No one is led to a vacancy that is closed as if it were opened."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        await submit(browser, "/vacancies/new", "/vacancies/new", **VACANCY)
        await arrive(organisation)
        (campaign,) = await organisation.read(campaigns.recent, kind="vacancy")
        async with organisation.database.write() as transaction:
            await campaigns.close(transaction, campaign.id, now=NOW)
        asked = await submit(browser, "/vacancies/new", "/vacancies/new", **VACANCY)
        assert asked.status_code == 409
        wish = VACANCY | {"another": campaign.id}
        makes = await submit(browser, "/vacancies/new", "/vacancies/new", **wish)
    assert makes.status_code == 303
    assert await made(organisation, "vacancy") == 2


async def test_the_question_is_asked_in_dutch(organisation: Organisation) -> None:
    """In the reader's language, with the day of the first one."""
    await organisation.campaign(vacancy(title=VACANCY["title"]))
    async with organisation.staff("rik@example.org", "recruiter", language="nl") as browser:
        asked = await submit(browser, "/vacancies/new", "/vacancies/new", **VACANCY)
    assert "Er is al een vacature met deze titel, geopend op 24 november 2026:" in asked.text


async def test_two_processes_see_each_other(tmp_path: Path) -> None:
    """What one process announced, another knows by the database alone."""
    async with open_organisation(tmp_path / "zwaan.db") as one:
        other = replace(one, parts=replace(one.parts))
        async with one.staff("rik@example.org", "recruiter") as browser:
            await submit(browser, "/vacancies/new", "/vacancies/new", **VACANCY)
        async with other.signed_in("rik@example.org") as browser:
            await submit(browser, "/vacancies/new", "/vacancies/new", **VACANCY)
        assert stated(one, "vacancy") == 1


async def test_what_the_log_refuses_comes_back_in_the_form(organisation: Organisation) -> None:
    """A story longer than an event may be says its limit, and keeps what was typed."""
    body = "Wij meten het water en de dijk. " * 1_000 + "😀" * 290_000
    async with organisation.staff("mia@example.org", "marketing") as browser:
        answer = await submit(browser, "/stories/new", "/stories/new", **STORY | {"body": body})
    assert answer.status_code == 422
    assert "1,000,000" in answer.text
    assert STORY["title"] in answer.text
    assert body[:300] in answer.text


# --- too large -----------------------------------------------------------------------------------


async def test_the_longest_text_of_a_story_is_read(organisation: Organisation) -> None:
    """A field may be as large as the form: é takes six bytes on its way."""
    async with organisation.staff("mia@example.org", "marketing") as browser:
        answer = await submit(
            browser, "/stories/new", "/stories/new", **STORY | {"body": "Één pomp. " * 39_000}
        )
    assert answer.status_code in (303, 422)
    assert "Something went wrong" not in answer.text


@pytest.mark.parametrize(("kind", "page", "form"), FORMS)
async def test_a_form_that_is_too_large_comes_back(
    organisation: Organisation, kind: str, page: str, form: dict[str, str]
) -> None:
    """It says how large it may be, and holds what was typed before that."""
    async with organisation.staff("rik@example.org", *ROLES) as browser:
        large = form | {"passages": "x" * MAX_FORM_BYTES}
        answer = await submit(browser, page, page, **large)
    assert answer.status_code == 413
    assert "at most 4 MB" in answer.text
    assert f'value="{form["title"]}"' in answer.text
    assert not organisation.log.records, kind


async def test_a_file_that_is_too_large_says_how_large_it_may_be(
    organisation: Organisation,
) -> None:
    """What was chosen beside the file stays chosen; in Dutch, as she reads."""
    async with organisation.signed_in("anna@example.org") as browser:
        token = form_token((await browser.get("/profile/reach")).text)
        answer = await browser.post(
            "/profile/reach",
            data={"csrf_token": token, "heading": "Vertoningen", "metric": "impressions"},
            files={"file": ("a.xlsx", b"x" * (MAX_FORM_BYTES + 1))},
        )
    assert answer.status_code == 413
    assert "hooguit 4 MB" in answer.text
    assert 'id="file-fault"' in answer.text
    assert '<option value="impressions" selected>' in answer.text


@pytest.mark.parametrize("over", [1, 20, 77, 300])
async def test_a_form_is_cut_off_anywhere(organisation: Organisation, over: int) -> None:
    """Also in the middle of a part's head or of a boundary, and in several pieces."""
    boundary = b"----WebKitFormBoundary7MA4YWxkTrZu0gW"
    part = b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
    async with organisation.signed_in("anna@example.org") as browser:
        token = form_token((await browser.get("/profile/reach")).text).encode()
        first = part % (boundary, b"csrf_token", token)
        second = part % (boundary, b"heading", b"x" * (MAX_FORM_BYTES // 5))
        body = first + second * 4
        body += part % (
            boundary,
            b"heading",
            b"y" * (MAX_FORM_BYTES - len(body) - 120 - 100 + over),
        )
        body += (part % (boundary, b"metric", b"z")) * 9 + b"--%b--\r\n" % boundary

        async def pieces():  # type: ignore[no-untyped-def]
            for start in range(0, len(body), 65_536):
                yield body[start : start + 65_536]

        answer = await browser.post(
            "/profile/reach",
            content=pieces(),
            headers={"Content-Type": f"multipart/form-data; boundary={boundary.decode()}"},
        )
    assert answer.status_code == 413
    assert "4 MB" in answer.text


# --- a role that is gone, a page that was open -------------------------------------------------


@pytest.mark.parametrize(
    ("language", "says", "never"),
    [
        ("en", "Your role does not allow this", "stood open"),
        ("nl", "Je rol laat dit niet toe", "stond te lang open"),
    ],
)
async def test_a_lost_role_is_reported(
    organisation: Organisation, language: str, says: str, never: str
) -> None:
    """With whom to ask; and what was typed is not lost."""
    async with organisation.staff("rik@example.org", "recruiter", language=language) as browser:
        token = form_token((await browser.get("/vacancies/new")).text)
        async with organisation.staff("rik@example.org", "ambassador", language=language):
            answer = await browser.post("/vacancies/new", data={"csrf_token": token, **VACANCY})
    assert answer.status_code == 403
    assert says in answer.text
    assert "Maaike" in answer.text
    assert never not in answer.text
    assert VACANCY["description"] in answer.text
    assert not organisation.log.records


@pytest.mark.parametrize(("kind", "page", "form"), FORMS)
async def test_a_stale_form_comes_back_with_everything_typed(
    organisation: Organisation, kind: str, page: str, form: dict[str, str]
) -> None:
    """Signed in anew elsewhere: the form says why, and works when it is sent once more."""
    async with organisation.staff("rik@example.org", *ROLES) as browser:
        old = form_token((await browser.get(page)).text)
        await browser.get(await organisation.link_for("rik@example.org"))
        answer = await browser.post(page, data={"csrf_token": old, **form})
        assert answer.status_code == 403
        assert "this page stood open too long" in answer.text
        assert "Your role" not in answer.text
        assert all(each in html.unescape(answer.text) for each in form.values())
        assert not organisation.log.records
        data = {"csrf_token": form_token(answer.text), **form}
        assert (await browser.post(page, data=data)).status_code == 303
    assert stated(organisation, kind) == 1


async def test_any_other_stale_form_gives_its_texts_back(organisation: Organisation) -> None:
    """With a way to the page, and nothing is decided."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        await browser.get("/inbox")
        answer = await browser.post(
            f"/inbox/{post.id}/approve",
            data={"csrf_token": "old", "text": "Mijn <eigen> woorden."},
            headers={"Referer": "http://127.0.0.1:8000/inbox"},
        )
    assert answer.status_code == 403
    assert "stond te lang open" in answer.text
    assert "Mijn &lt;eigen&gt; woorden." in answer.text
    assert 'href="/inbox">Laad de pagina opnieuw' in answer.text


@pytest.mark.parametrize("path", ["/language", "/sign-out"])
async def test_a_page_before_that_is_no_address_does_no_harm(
    organisation: Organisation, path: str
) -> None:
    """A browser may say anything of where it comes from."""
    async with organisation.signed_in("anna@example.org") as browser:
        token = form_token((await browser.get("/profile")).text)
        for sent, status in ((token, 303), ("old", 403)):
            answer = await browser.post(
                path,
                data={"csrf_token": sent, "language": "en"},
                headers={"Referer": "http://[x"},
            )
            assert answer.status_code == status


async def test_a_session_that_ended_gives_the_texts_back(organisation: Organisation) -> None:
    """A person who typed for long and is signed out meanwhile may take the text along."""
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        token = form_token((await browser.get("/vacancies/new")).text)
        async with organisation.signed_in("rik@example.org") as elsewhere:
            await submit(elsewhere, "/profile", "/sign-out/everywhere")
        answer = await browser.post("/vacancies/new", data={"csrf_token": token, **VACANCY})
    assert answer.status_code == 401
    assert VACANCY["description"] in answer.text
    assert "sign in" in answer.text
    assert not organisation.log.records
