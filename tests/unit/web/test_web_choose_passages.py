"""Marketing and recruiter choose what posts are made of, and read three of them beside it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import httpx
import pytest

from services.campaigns.rules.selection import select_audience
from services.campaigns.store import audience, campaigns
from services.events.incoming import StoryApproved, VacancyOpened
from services.people.store import people
from services.voice.checking.block_list import BlockedWord
from services.voice.store import blocked_words
from tests.builders import NOW, ambassador
from tests.unit.web.organisation import ANNA, Organisation, form_token, story, vacancy

PIET = ambassador(80, name="Piet Jansen", role="Duiker", crafts=("duiken",))
COLLEAGUES = [
    ANNA,
    PIET,
    *(ambassador(number, name=f"Colleague {number}") for number in range(1, 61)),
]
OUTSIDER = ambassador(90, name="Out Sider", crafts=(), role="Kok", team="Keuken", region="")
FIRST = "Drie weken lang klopte de sluisdeur in Utrecht niet. Toen belde een schipper ons op."
SECOND = "In maart hing onze nieuwe deur er na elf dagen in. Tekenaar Anna de Wit had haar tekening verbeterd."
PRIVATE = (
    "Mevrouw De Boer was 84 jaar oud. Ze zat in de storm van januari drie dagen zonder stroom."
)
OWN = "De schipper die belde, kreeg de eerste doorvaart cadeau."
ODD = """<script>alert("x")</script> & {{ 7919 * 7927 }} '" onfocus=alert(1) </textarea><b>"""
THIN = "We zijn er trots op. Kom langs."
BODY = f"{FIRST}\n\n{SECOND}\n\n{PRIVATE}"


async def prepared(
    organisation: Organisation,
    content: StoryApproved | VacancyOpened | None = None,
    state: str = "prepared",
) -> str:
    """A campaign with people on its list; returns the address of its passages."""
    content = content or story(body=BODY)
    campaign = await organisation.campaign(content, state=state)
    everybody = [*COLLEAGUES, OUTSIDER]
    async with organisation.database.write() as transaction:
        await people.save_ambassadors(transaction, everybody, now=NOW)
        listed = select_audience(campaign.id, content, everybody)
        await audience.invite(transaction, campaign.id, listed, asked_at=None)
    return f"/{'stories' if campaign.kind == 'story' else 'vacancies'}/{campaign.id}/passages"


def shown(page: str) -> list[tuple[str, bool]]:
    """The rows of the form: each text with its tick, in their order."""
    texts = re.findall(r'<textarea id="text-\d+"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    ticks = re.findall(
        r'<input type="checkbox" id="use-\d+"[^>]*?( checked)?(?: aria[^>]*)?>', page
    )
    assert len(texts) == len(ticks)
    return [(html.unescape(text), bool(tick)) for text, tick in zip(texts, ticks, strict=True)]


async def send(
    browser: httpx.AsyncClient,
    address: str,
    rows: Sequence[tuple[str, bool]],
    *,
    headers: dict[str, str] | None = None,
    **fields: str,
) -> httpx.Response:
    """The form as a browser sends it."""
    page = (await browser.get(address)).text
    based_on = re.search(r'name="based_on" value="(\w+)"', page)
    data: dict[str, str | list[str]] = {
        "csrf_token": form_token(page),
        "based_on": based_on.group(1) if based_on else "",
        "text": [text for text, _ in rows],
        "use": [str(place) for place, (_, used) in enumerate(rows) if used],
        **fields,
    }
    return await browser.post(address, data=data, headers=headers or {})


async def kept(organisation: Organisation, address: str) -> tuple[str, ...]:
    found = await organisation.read(campaigns.get, address.split("/")[2])
    result: tuple[str, ...] = found.content.passages
    return result


async def test_the_page_proposes_what_was_found(organisation: Organisation) -> None:
    """Found passages are ticked, private ones stand unticked below with the reason in words."""
    address = await prepared(organisation)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get(address)).text
    rows = shown(page)
    assert [text for text, used in rows if used] == [FIRST, SECOND]
    assert (PRIVATE, False) in rows
    below = page.partition("Only if you tick it")[2]
    assert "It is about a client, patient or resident with a name." in below
    assert PRIVATE in html.unescape(below)
    assert await kept(organisation, address) == ()


async def test_three_posts_of_different_colleagues_stand_beside(organisation: Organisation) -> None:
    """They are real colleagues' posts, from different places where there are such."""
    address = await prepared(organisation, story(body=BODY, author={"name": "Piet Jansen"}))
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get(address)).text
    beside = page.partition('id="carried"')[2]
    assert beside.count('class="as-it-appears"') == 3
    assert "3 posts as colleagues get them" in beside
    stands = re.findall(r"· ([^<·]+)</p>", beside)
    assert len(set(stands)) > 1
    assert "who wrote it" in stands
    assert "Everybody is asked for a sentence first" in beside
    assert re.search(r"the source carries \d+ different ones", beside)


async def test_chosen_passages_give_posts_at_once(organisation: Organisation) -> None:
    """It is said how many get one, and how many are asked first; together they are all."""
    content = story(body=BODY, author={"name": "Piet Jansen"}, passages=(FIRST, SECOND))
    address = await prepared(organisation, content)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get(address)).text
    carries = re.search(r"It carries (\d+) different posts", page)
    others = re.search(r"The other (\d+) colleagues are asked for a sentence first", page)
    assert carries is not None
    assert others is not None
    assert int(carries[1]) + int(others[1]) == len([*COLLEAGUES, OUTSIDER])


async def test_a_choice_is_kept_and_shown_in_the_posts(organisation: Organisation) -> None:
    """What is unticked is used no more, what is edited is used as it was edited."""
    address = await prepared(organisation)
    edited = FIRST.replace("Drie weken", "Wekenlang")
    async with organisation.staff("mia@example.org", "marketing") as browser:
        answer = await send(
            browser, address, [(edited, True), (SECOND, False), (PRIVATE, False)], save="yes"
        )
        assert (answer.status_code, answer.headers["Location"]) == (
            303,
            f"{address}?saved=yes#passages",
        )
        page = (await browser.get(f"{address}?saved=yes")).text
    assert await kept(organisation, address) == (edited,)
    assert "Saved." in page
    assert shown(page) == [(edited, True), (SECOND, False), (PRIVATE, False)]
    assert "Not in the source: Wekenlang. You vouch for it." in page
    assert f'what the source says</summary><p dir="auto" lang="nl">{FIRST}' in page
    beside = page.partition('id="carried"')[2]
    assert edited in beside
    assert SECOND not in beside


async def test_a_private_one_is_used_once_it_is_ticked(organisation: Organisation) -> None:
    """It is then among the others, still with its reason."""
    address = await prepared(organisation)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        await send(browser, address, [(FIRST, True), (SECOND, True), (PRIVATE, True)])
        page = (await browser.get(address)).text
    assert await kept(organisation, address) == (FIRST, SECOND, PRIVATE)
    assert "Only if you tick it" not in page
    assert "It is about a client, patient or resident with a name." in page


@pytest.mark.parametrize(
    ("move", "order"),
    [
        ("down-0", [1, 0, 2]),
        ("up-1", [1, 0, 2]),
        ("up-3", [0, 2, 1]),
        ("up-0", [0, 1, 2]),
        ("down-3", [0, 1, 2]),
    ],
)
async def test_rows_move_past_ticked_ones(
    organisation: Organisation, move: str, order: list[int]
) -> None:
    """Up and down work by a plain button, pass over what is not ticked, and stop at the ends."""
    address = await prepared(organisation)
    used = [FIRST, SECOND, OWN]
    rows = [(FIRST, True), (SECOND, True), (PRIVATE, False), (OWN, True)]
    async with organisation.staff("mia@example.org", "marketing") as browser:
        for _ in range(2):
            # Pressed twice in a hurry, the same form arrives twice.
            answer = await send(browser, address, rows, move=move)
            assert answer.status_code == 303
    assert await kept(organisation, address) == tuple(used[place] for place in order)


@pytest.mark.parametrize("move", ["up-9", "up-2", "sideways-0", "up", "up--1", "up-²", "x" * 999])
async def test_a_forged_move_is_refused(organisation: Organisation, move: str) -> None:
    """A row that is not there, or not ticked, moves nowhere."""
    address = await prepared(organisation)
    rows = [(FIRST, True), (SECOND, True), (PRIVATE, False)]
    async with organisation.staff("mia@example.org", "marketing") as browser:
        assert (await send(browser, address, rows, move=move)).status_code == 422
    assert await kept(organisation, address) == ()


async def test_a_passage_is_added_by_hand(organisation: Organisation) -> None:
    """It is the editor's own; the page says so and which words the source does not have."""
    address = await prepared(organisation)
    rows = [(FIRST, True), (SECOND, True), (PRIVATE, False)]
    async with organisation.staff("mia@example.org", "marketing") as browser:
        for _ in range(2):
            await send(browser, address, rows, add=f" {OWN} ", save="add")
        page = (await browser.get(address)).text
    assert await kept(organisation, address) == (FIRST, SECOND, OWN)
    assert "Not in the source: kreeg, eerste, doorvaart, cadeau. You vouch for it." in page
    assert "You wrote this. Untick it and save, and it goes." in page


async def test_an_own_passage_is_vouched_for_before_the_launch(organisation: Organisation) -> None:
    """The page that begins the campaign shows it with the words that the source does not have; without a
    tick nobody is asked. Words of the source ask for none."""
    address = await prepared(organisation)
    listed, begins = address.replace("passages", "audience"), address.replace("passages", "launch")
    async with organisation.staff("mia@example.org", "marketing") as browser:
        await send(browser, address, [(FIRST, True), (SECOND, False)])
        assert "vouch" not in (await browser.get(listed)).text
        await send(browser, address, [(FIRST, True)], add=OWN, save="add")
        page = (await browser.get(listed)).text
        assert "One passage is not in the source like this:" in page
        assert OWN in page
        assert "Not in the source: kreeg, eerste, doorvaart, cadeau." in page
        assert 'name="vouched" value="yes" required' in page
        token = {"csrf_token": form_token(page), "launch": "everybody"}
        refused = await browser.post(begins, data=token)
        assert refused.status_code == 422
        assert "Tick that you vouch for it, or leave it out." in refused.text
        begun = await browser.post(begins, data=token | {"vouched": "yes"})
        assert begun.status_code == 303


async def test_an_emptied_row_is_left_out(organisation: Organisation) -> None:
    """It counts as not ticked, and what was found is below again."""
    address = await prepared(organisation)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        await send(browser, address, [("  ", True), (SECOND, True)])
        page = (await browser.get(address)).text
    assert await kept(organisation, address) == (SECOND,)
    assert shown(page)[:2] == [(SECOND, True), (FIRST, False)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"add": "Te kort."}, "Passage 2 has 8 characters. Make it 20 to 300 long."),
        ({"add": "x" * 301}, "Passage 2 has 301 characters."),
    ],
)
async def test_what_cannot_be_a_passage_stays_in_the_form(
    organisation: Organisation, fields: dict[str, str], said: str
) -> None:
    """The fault says what to do, everything typed is still there, and nothing is kept."""
    address = await prepared(organisation)
    edited = FIRST.replace("Drie", "Vier")
    async with organisation.staff("mia@example.org", "marketing") as browser:
        answer = await send(browser, address, [(edited, True), (SECOND, False)], **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert shown(answer.text)[0] == (edited, True)
    assert fields["add"] in html.unescape(answer.text)
    assert await kept(organisation, address) == ()


async def test_a_word_that_is_not_used_is_pointed_out(organisation: Organisation) -> None:
    """Its passage is passed over, and the page says for which word and why."""
    address = await prepared(organisation)
    async with organisation.database.write() as transaction:
        word = BlockedWord(word="schipper", reason="Say who.")
        await blocked_words.save(transaction, word, added_by="mia", now=NOW)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get(address)).text
    row, _, rest = page.partition('id="text-1"')
    assert "Say who." not in rest
    assert "schipper" in row
    assert "Say who." in row
    assert FIRST not in page.partition('id="carried"')[2]


async def test_nothing_ticked_is_no_choice(organisation: Organisation) -> None:
    """It would mean what is found, which is not what somebody who unticks all of it wants."""
    address = await prepared(organisation)
    async with organisation.staff("mia@example.org", "marketing", language="nl") as browser:
        answer = await send(browser, address, [(FIRST, False), (SECOND, False)])
    assert answer.status_code == 422
    assert "Er zijn 0 passages aangevinkt. Vink er 1 tot 20 aan, of voeg er een toe." in answer.text


async def test_htmx_gets_the_piece_that_changed(organisation: Organisation) -> None:
    """A tick answers with the posts beside it and what the form is based on, a move with the list."""
    address = await prepared(organisation)
    rows = [(FIRST, True), (SECOND, False)]
    async with organisation.staff("mia@example.org", "marketing") as browser:
        aside = {"HX-Request": "true", "HX-Target": "carried"}
        ticked = await send(browser, address, rows, headers=aside, add="half")
        moved = await send(
            browser,
            address,
            [(FIRST, True), (SECOND, True)],
            headers={"HX-Request": "true", "HX-Target": "passages"},
            move="up-1",
        )
    assert "<form" not in ticked.text
    assert 'id="based-on"' in ticked.text
    assert "Saved." in ticked.text
    assert FIRST in ticked.text
    assert SECOND not in ticked.text
    assert moved.text.lstrip().startswith('<div id="passages">')
    assert shown(moved.text)[:2] == [(SECOND, True), (FIRST, True)]
    assert "autofocus" in moved.text


async def test_two_editors_do_not_overwrite_each_other(organisation: Organisation) -> None:
    """An editor with an older choice reads that it is older."""
    address = await prepared(organisation)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        await send(browser, address, [(FIRST, True)])
        late = await send(browser, address, [(SECOND, True)], based_on="0" * 16)
    assert late.status_code == 422
    assert "Somebody else changed the passages meanwhile. Load the page again." in late.text
    assert await kept(organisation, address) == (FIRST,)


async def test_a_thin_story_is_sent_back_with_a_question(organisation: Organisation) -> None:
    """One question for its author instead of a list, and what becomes of it without an answer."""
    address = await prepared(organisation, story(body=THIN, author={"name": "Piet Jansen"}))
    listed = address.replace("/passages", "/audience")
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get(address)).text
        before = (await browser.get(listed)).text
        assert shown(page) == []
        await send(browser, address, [], add=OWN)
        after = (await browser.get(listed)).text
        mended = (await browser.get(address)).text
    assert "Ask Piet Jansen:" in page
    assert "What went wrong before it worked, and who noticed?" in page
    assert "nobody gets a text: everybody is asked a question" in page
    assert "It carries no post" in page
    assert "Ask them a question</button>" in before
    assert "Begin the campaign</button>" not in before
    assert "Begin the campaign</button>" in after
    assert shown(mended) == [(OWN, True)]
    assert OWN in mended.partition('id="carried"')[2]


async def test_a_thin_vacancy_says_what_its_posts_are_without(organisation: Organisation) -> None:
    """They name the job and its facts; the question is there all the same."""
    address = await prepared(organisation, vacancy(description="Kom bij ons werken!"))
    async with organisation.staff("rik@example.org", "recruiter") as browser:
        page = (await browser.get(address)).text
    assert "Ask who wrote it:" in page
    assert "posts only name the job, the place and the hours" in page


@pytest.mark.parametrize("state", ["open", "closed"])
async def test_after_the_launch_it_is_to_read(organisation: Organisation, state: str) -> None:
    """The list has no form, and a form that was still open changes nothing."""
    content = story(body=BODY, passages=[OWN, FIRST])
    address = await prepared(organisation, content, state=state)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get(address)).text
        late = await send(browser, address, [(SECOND, True)])
        campaign = (await browser.get(address.replace("/passages", "/campaign"))).text
    assert 'name="text"' not in page
    assert page.index(OWN) < page.index(FIRST)
    assert late.status_code == 422
    assert "This campaign was launched already, or has ended." in late.text
    assert await kept(organisation, address) == (OWN, FIRST)
    assert f'href="{address}"' in campaign


@pytest.mark.parametrize(
    ("role", "status"), [("recruiter", 403), ("administrator", 403), ("ambassador", 403)]
)
async def test_others_do_not_choose(organisation: Organisation, role: str, status: int) -> None:
    """A story's passages are marketing's; others neither read nor change them."""
    address = await prepared(organisation)
    async with organisation.staff("other@example.org", role) as browser:
        assert (await browser.get(address)).status_code == status
        token = form_token((await browser.get("/profile")).text)
        data = {"csrf_token": token, "text": OWN, "use": "0"}
        assert (await browser.post(address, data=data)).status_code == status
    async with organisation.client() as visitor:
        assert (await visitor.get(address)).headers.get("Location", "/sign-in") == "/sign-in"
    assert await kept(organisation, address) == ()


async def test_a_campaign_of_the_other_house_is_not_there(organisation: Organisation) -> None:
    """An id works under its own address alone, and an invented one nowhere."""
    of_vacancy = (await prepared(organisation, vacancy())).split("/")[2]
    async with organisation.staff("mia@example.org", "marketing", "recruiter") as browser:
        token = form_token((await browser.get("/stories")).text)
        data = {"csrf_token": token, "text": OWN, "use": "0"}
        for identity in (of_vacancy, "no-such-campaign"):
            address = f"/stories/{identity}/passages"
            assert (await browser.get(address)).status_code == 404
            assert (await browser.post(address, data=data)).status_code == 404
    assert await kept(organisation, f"/vacancies/{of_vacancy}/passages") == ()


async def test_script_in_every_field_is_text(organisation: Organisation) -> None:
    """All that is typed or arrives is shown as it was typed, and runs nowhere."""
    content = story(
        body=f"{BODY}\n\n{ODD}", title=f"De sluis {ODD}", author={"name": f"Jan {ODD}"[:90]}
    )
    address = await prepared(organisation, content)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        answer = await send(browser, address, [(ODD, True), (FIRST, True)], add=f"{ODD} erbij")
        page = (await browser.get(address)).text
        faulty = await send(browser, address, [(ODD, True)], add="<b>", move="down-0", based_on=ODD)
    assert answer.status_code == 303
    assert (await kept(organisation, address))[0] == ODD
    assert shown(page)[0] == (ODD, True)
    for each in (page, faulty.text):
        assert "<script>alert" not in each
        assert "</textarea><b>" not in each
        assert "62773913" not in each


async def test_a_form_too_large_is_refused(organisation: Organisation) -> None:
    """More rows, or a longer text, than any page has."""
    address = await prepared(organisation)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        many = await send(browser, address, [(OWN, True)] * 61)
        long = await send(browser, address, [("x" * 5_001, True)])
    assert (many.status_code, long.status_code) == (422, 422)


async def test_a_form_of_a_foreign_page_is_refused(organisation: Organisation) -> None:
    """Without the session's token nothing changes."""
    address = await prepared(organisation)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        answer = await browser.post(address, data={"text": OWN, "use": "0"})
    assert answer.status_code == 403
    assert await kept(organisation, address) == ()


@pytest.mark.parametrize(
    ("url", "inside"),
    [("https://intranet.delta.example/7", True), ("https://www.delta.example/7", False)],
)
async def test_a_link_closed_to_outsiders_is_reported(
    organisation: Organisation, url: str, inside: bool
) -> None:
    content = story(body=BODY).model_copy(update={"url": url})
    address = await prepared(organisation, content)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get(address)).text
    assert ("intranet.delta.example" in page) is inside
