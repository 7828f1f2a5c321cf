"""Pages that show a network which another package brought, or which was taken away again."""

from __future__ import annotations

import pytest

from services.accounts.rules import OURS
from services.post import PostState
from services.voice.current_templates import CurrentTemplates
from tests.builders import our_templates
from tests.scripted_network import ScriptedNetwork
from tests.unit.web.organisation import ANNA, TEXT, Organisation, story, submit

PIGEON = ScriptedNetwork("pigeon")


@pytest.fixture
def with_pigeon(organisation: Organisation) -> Organisation:
    """An installation that speaks to a network with room for 300 characters."""
    rules = {**OURS, "pigeon": PIGEON.rules}
    return organisation.with_parts(
        networks={**organisation.parts.networks, "pigeon": PIGEON},
        templates=CurrentTemplates(our_templates(), rules),
    )


async def test_every_page_shows_it_by_its_name(with_pigeon: Organisation) -> None:
    """Profile, inbox, pace, figures of reach and the templates' pages know it as any other."""
    about = await with_pigeon.campaign(story())
    await with_pigeon.post(about, ANNA, network="pigeon")
    await with_pigeon.post(about, ANNA, state=PostState.PUBLISHED, published_at=with_pigeon.clock)
    async with with_pigeon.signed_in("anna@example.org") as browser:
        for page in ("/profile", "/inbox"):
            assert "Pigeon" in (await browser.get(page)).text, page
        for page in ("/profile/pace", "/profile/reach", "/profile/voice"):
            assert (await browser.get(page)).status_code == 200, page
    async with with_pigeon.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get("/templates/edit/nl/story/craft.j2")).text
        offered = {name: f'<option value="{name}">' in page for name in (*OURS, "pigeon")}
        assert offered == dict.fromkeys((*OURS, "pigeon"), True)
        for address in ("/figures", f"/stories/{about.id}/campaign"):
            assert (await browser.get(address)).status_code == 200, address


async def test_its_own_limit_holds_in_the_inbox(with_pigeon: Organisation) -> None:
    """One character more than it takes is refused with a sentence, and nothing is stored."""
    await with_pigeon.connect(ANNA, "pigeon")
    post = await with_pigeon.post(await with_pigeon.campaign(story()), ANNA, network="pigeon")
    async with with_pigeon.signed_in("anna@example.org") as browser:
        longer = TEXT + " " * 2 + "a" * (PIGEON.rules.limit - len(TEXT) - 1)
        answer = await submit(browser, "/inbox", f"/inbox/{post.id}/approve", text=longer)
        assert answer.status_code == 422
        assert "te lang voor Pigeon: er moet 1 af" in answer.text
        answer = await submit(browser, "/inbox", f"/inbox/{post.id}/approve", text=longer[:-1])
        assert answer.status_code in {200, 303}


async def test_what_was_written_for_a_network_that_is_gone_can_be_read(
    organisation: Organisation,
) -> None:
    """It was switched off: the draft is shown, to be shared by hand, without a way to connect or to
    approve, and a person who approves it all the same reads why not."""
    await organisation.connect(ANNA, "pigeon")
    post = await organisation.post(await organisation.campaign(story()), ANNA, network="pigeon")
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/inbox")).text
        assert TEXT[:30] in page
        assert "Pigeon staat hier uit" in page
        assert f"/inbox/{post.id}/shared" in page
        assert "/connect/pigeon" not in page
        assert 'value="good_time"' not in page
        assert (await browser.get("/connect/pigeon")).status_code == 404
        answer = await submit(browser, "/inbox", f"/inbox/{post.id}/approve", text=TEXT)
        assert answer.status_code == 422
        assert "Pigeon staat hier uit. Deel de tekst zelf, of sla hem over." in answer.text


async def test_a_connection_to_a_network_that_is_gone_can_be_ended(
    organisation: Organisation,
) -> None:
    """The profile shows it as switched off; its tokens are deleted when its person says so."""
    await organisation.connect(ANNA, "pigeon")
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/profile")).text
        assert "Je organisatie heeft Pigeon in Zwaan uitgezet." in page
        assert "/connect/pigeon" not in page
        answer = await submit(browser, "/profile", "/profile/disconnect/pigeon")
        assert "Pigeon" in answer.text, "the person withdraws the access there"
        assert "Pigeon" not in (await browser.get("/profile")).text
        assert (await submit(browser, "/profile", "/profile/disconnect/pigeon")).status_code == 404


async def test_a_banner_names_the_sandbox_networks(organisation: Organisation) -> None:
    """Beside a real network it does not say that nothing is real."""
    async with organisation.client(**{"Accept-Language": "en"}) as browser:
        assert "Nothing reaches a real network" in (await browser.get("/sign-in")).text
    organisation.with_parts(sandboxes=("x",))
    async with organisation.client(**{"Accept-Language": "en"}) as browser:
        page = (await browser.get("/sign-in")).text
        assert "Nothing you approve for these reaches a real network: X." in page
    organisation.with_parts(sandboxes=())
    async with organisation.client(**{"Accept-Language": "en"}) as browser:
        assert "a real network" not in (await browser.get("/sign-in")).text
